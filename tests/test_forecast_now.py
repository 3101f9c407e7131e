"""What is known of open deals now: the stage of a list, and what happened in the stage."""

from __future__ import annotations

import csv
import importlib.util
import io
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._kernels.ledger import Track, keyed, starts_of, values_as_of, values_of
from salesfunnel._kernels.winning.landmarks import Landmarks, centred, fit_landmarks

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("deals", HERE / "deals.py")
deals = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(deals)

COMPANY = HERE.parent / "examples" / "company" / "deals.csv"
STAGES = ("Lead", "Demo", "Offer")


def exported(history, *, lost="Lost at", as_of="2025-09-01"):
    """A history as the list that a CRM shows: the stage of today, when created, when closed."""
    text = io.StringIO()
    write = csv.writer(text)
    write.writerow(["Deal ID", "Stage", "Created", "Close date", "Status", "Amount"])
    for i in range(len(history)):
        outcome = int(history.outcome[i])
        stage = STAGES[int(history.reached[i])] if outcome != 1 else "Won"
        stage = "Closed Lost" if outcome == 2 and lost == "hidden" else stage
        closed = str(history.closed[i])[:10] if outcome else ""
        status = ("open", "won", "lost")[outcome]
        write.writerow(
            [history.deals[i], stage, str(history.created[i])[:10], closed, status, 1000]
        )
    return sf.read_deals(text.getvalue(), stages=[*STAGES, "Won"], as_of=as_of)


@pytest.fixture(scope="module")
def true_history():
    return deals.planted(3, days=600, per_day=3.0, stages=3, go=0.5)


def test_a_list_is_forecast_by_the_stage_of_today(true_history):
    listed = exported(true_history)
    ahead = sf.forecast(listed, horizon=90, draws=200)
    hidden = sf.forecast(exported(true_history, lost="hidden"), horizon=90, draws=200)
    assert (ahead.basis, hidden.basis) == ("created-age-and-stage", "created-age")
    assert "stage-timing-guessed" in {fault.code for fault in ahead.faults}
    assert "stage-timing-unknown" in {fault.code for fault in hidden.faults}
    mean = [ahead.deal_chance[np.array(ahead.deal_stage) == s].mean() for s in STAGES]
    assert mean[0] < 0.6 * mean[1] < 0.6 * mean[2]
    # the stages say which deals, not how many
    assert ahead.wins == pytest.approx(hidden.wins, rel=0.1)
    # nearer to what the times of the stages tell
    full = sf.forecast(true_history, horizon=90, draws=200)
    place = {name: k for k, name in enumerate(full.deals)}
    true = full.deal_chance[[place[name] for name in ahead.deals]]
    flat = dict(zip(hidden.deals, hidden.deal_chance.tolist(), strict=True))
    alone = np.array([flat[name] for name in ahead.deals])
    assert np.abs(ahead.deal_chance - true).mean() < 0.7 * np.abs(alone - true).mean()
    assert sum(ahead.why(ahead.deals[0]).values()) == pytest.approx(100 * ahead.deal_chance[0])
    first = ahead.deal_stage.index("Lead")
    assert ahead.deal_next[first] == "Demo"
    assert ahead.deal_raised[first] > ahead.deal_chance[first]
    for locale, word in (("en", "days since creation and the odds"), ("zh", "优势比")):
        assert word in ahead.to_text(locale=locale)
    assert sf.Forecast.from_json(ahead.to_json()).basis == ahead.basis


def test_of_an_earlier_day_a_list_does_not_know_the_stage(true_history):
    ahead = sf.forecast(exported(true_history), horizon=60, as_of="2025-06-01", draws=200)
    assert ahead.basis == "created-age"
    assert set(ahead.deal_stage) == {"Lead"}


def test_a_list_of_few_or_odd_deals_is_forecast_all_the_same():
    rows = "id,stage,status,created,closed\n"
    rows += "1,Lead,won,2025-01-01,2025-02-01\n2,Demo,lost,2025-01-02,2025-02-01\n"
    rows += "3,Offer,open,2025-01-03,\n4,Lead,open,2025-08-01,\n"
    listed = sf.read_deals(rows, stages=[*STAGES, "Won"], as_of="2025-09-01")
    ahead = sf.forecast(listed, horizon=30, draws=100)
    assert np.isfinite(ahead.deal_chance).all()
    assert ((ahead.deal_chance >= 0) & (ahead.deal_chance <= 1)).all()
    nobody = listed.select(np.array([False, True, True, True]))
    assert sf.forecast(nobody, horizon=30, draws=100).basis == "created-age"


def test_columns_that_tell_the_end_are_no_traits(true_history):
    """The age that a CRM shows stands still when a deal closes; so does its chance."""
    took = true_history.closed - true_history.created
    open_age = np.datetime64(true_history.as_of, "us") - true_history.created
    age = np.where(true_history.outcome > 0, took, open_age) / np.timedelta64(1, "D")
    chance = np.select([true_history.outcome == 1, true_history.outcome == 2], [100.0, 0.0], 40.0)
    columns = {
        "Age": age, "Probability (%)": chance,
        "Stage": np.array(["Open", "Closed", "Closed"])[true_history.outcome],
        "owner": true_history.attribute("owner"),
    }  # fmt: skip
    history = sf.StageHistory(
        deals=true_history.deals, stages=true_history.stages, entered=true_history.entered,
        created=true_history.created, closed=true_history.closed, as_of=true_history.as_of,
        outcome=true_history.outcome, attributes=columns,
    )  # fmt: skip
    ahead = sf.forecast(history, horizon=60, draws=100)
    assert not {"Age", "Probability (%)", "Stage"} & set(ahead.terms)
    plain = sf.forecast(history, horizon=60, draws=100, covariates=None)
    assert ahead.wins == pytest.approx(plain.wins, rel=0.15)


def edited(seed, *, tells, n=2500, days=720):
    """Deals of one stage with edits; if they tell, losers are left alone and put off."""
    rng = np.random.default_rng(seed)
    born = np.sort(rng.uniform(0, days, n))
    goes = rng.random(n) < 0.4
    stay = rng.exponential(60, n) + 10
    closed = born + stay
    late = closed > days
    history = deals.history(
        born, born[:, None], np.where(late, np.nan, closed),
        np.where(late, 0, np.where(goes, 1, 2)), as_of=days,
    )  # fmt: skip
    count = rng.poisson(stay / 6)
    who = np.repeat(np.arange(n), count)
    quiet = np.where(goes | (not tells), 1.0, 0.2)[who]
    when = born[who] + rng.random(who.size) * stay[who] * quiet
    kept = when < np.minimum(closed[who], days)
    who, when = who[kept], when[kept]
    edits = {"deal": who, "time": deals.stamps(when), "value": rng.random(who.size)}
    typed = np.where(goes | (not tells), stay + 5, 25.0)
    dates = deals.stamps(born + typed).astype("datetime64[D]")
    expected = {"deal": np.arange(n), "time": deals.stamps(born), "value": dates}
    return history.with_changes({"probability": edits, "expected": expected})


def test_deals_that_are_left_alone_win_less():
    history = edited(5, tells=True)
    ahead = sf.forecast(history, horizon=60, draws=200)
    assert ahead.way == "covariates"
    assert {"silent", "overdue"} <= set(ahead.terms)
    silent = ahead.deal_terms[:, ahead.terms.index("silent")]
    assert silent.min() < -0.02
    assert silent.max() > 0.02
    assert "days without a change" in ahead.to_text()
    assert "未更新天数" in ahead.to_text(locale="zh")
    done = sf.backtest(history, horizon=60, origins=3, every=60, draws=100)
    chosen, alone, every = (
        done.score(way, "open") for way in ("age-conditioned", "stage-and-age", "every-covariate")
    )
    assert chosen.log_loss < 0.95 * alone.log_loss
    assert chosen.log_loss == pytest.approx(every.log_loss)
    assert "stage-and-age" in {score.way for score in done.scores}
    assert "仅按阶段与停留时间" in done.to_html(locale="zh")
    named = sf.forecast(history, horizon=60, draws=100, covariates="overdue")
    assert "silent" not in named.terms
    assert "overdue" in named.terms
    assert not {"silent", "overdue"} & set(
        sf.forecast(history, horizon=60, draws=100, covariates=None).terms
    )


def test_edits_that_say_nothing_are_not_reckoned_with():
    ahead = sf.forecast(edited(6, tells=False), horizon=60, draws=200)
    assert ahead.way == "stage-and-age"
    assert "activity-does-not-help" in {fault.code for fault in ahead.faults}


def test_flags_are_fitted_beyond_the_log_odds_that_are_known():
    rng = np.random.default_rng(1)
    flags = (rng.random((4000, 2)) < 0.3).astype(float)
    offset = rng.normal(0, 1, 4000)
    went = (rng.random(4000) < 1 / (1 + np.exp(-offset + 1.2 * flags[:, 0]))).astype(float)
    none = np.zeros((0, 2))
    rows = Landmarks(flags, offset, went, none, np.zeros(0), none, np.zeros(0))
    np.testing.assert_allclose(fit_landmarks(rows, 1.0), [-1.2, 0], atol=0.15)
    cell = np.array([0, 0, 1])
    of = np.array([[0.0], [1.0], [1.0]])
    assert centred(of, cell, of, cell, 3).ravel().tolist() == [-0.5, 0.5, 0]


def test_activity_that_no_history_tells_is_said(true_history):
    ahead = sf.forecast(true_history, horizon=30, draws=100, covariates=("silent", "pushed"))
    (said,) = [fault for fault in ahead.faults if fault.code == "activity-not-told"]
    assert "silent, pushed-in-stage" in said.message


@pytest.mark.parametrize("horizon", [1, 7])
def test_days_without_a_win_do_not_make_the_interval_wide(horizon):
    """On most single days nothing is won; that is no miss of the forecast."""
    history = deals.planted(1, days=400, per_day=2.0, stages=3, go=0.5)
    ahead = sf.forecast(history, horizon=horizon, draws=1000, covariates=None)
    assert ahead.interval.high < 3 * history.value.max()
    assert ahead.interval.high < 8 * ahead.expected


def test_an_export_without_earlier_closings_is_told():
    history = deals.planted(4, days=500, per_day=3.0, stages=2, go=0.5)
    first = history.created.min() + np.timedelta64(200, "D")
    kept = history.select((history.outcome == 0) | (history.closed >= first))
    codes = {fault.code for fault in sf.forecast(kept, horizon=30, draws=100).faults}
    assert "closings-missing" in codes
    whole = {fault.code for fault in sf.forecast(history, horizon=30, draws=100).faults}
    assert "closings-missing" not in whole


def test_a_track_is_asked_for_many_deals_at_once():
    """The quick look-up against the plain one."""
    rng = np.random.default_rng(2)
    n = 50
    deal = np.sort(rng.integers(0, n, 400))
    time = rng.integers(0, 10**12, 400) * 1000
    order = np.lexsort((time, deal))
    track = Track(starts_of(deal, n), deal, time[order], rng.random(400))
    found = keyed(track)
    for at in (time.min() - 5000, int(np.median(time)), time.max() + 10**9):
        plain = values_as_of(track, int(at))
        np.testing.assert_equal(values_of(found, np.arange(n), int(at)), plain)
    each = rng.integers(0, 10**15, n)
    np.testing.assert_equal(values_of(found, np.arange(n), each), values_as_of(track, each))
    none = Track(starts_of(deal[:0], n), deal[:0], time[:0], rng.random(0))
    assert np.isnan(values_of(keyed(none), np.arange(n), 5)).all()
