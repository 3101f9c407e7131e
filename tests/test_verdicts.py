"""Verdicts outside the laboratory: season, definition, entries, old falls, intake, calendar."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._core.season import calendar_of
from salesfunnel.errors import ArgumentError

STEPS = ("lead", "offer", "won")


def names(count, first=2023 * 12):
    return [f"{(first + k) // 12}-{(first + k) % 12 + 1:02d}" for k in range(count)]


def panel_of(rows, first=2023 * 12, **options):
    rows = np.asarray(rows)
    periods = names(len(rows), first)
    return sf.Panel.from_counts(rows, periods=periods, steps=STEPS[: rows.shape[-1]], **options)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_a_february_that_is_low_every_year_is_no_fall():
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(12):
        months = np.arange(38)  # the last is February 2026
        rate = sigmoid(-0.4 + 0.5 * np.sin(2 * np.pi * (months % 12 - 4) / 12))
        x = rng.binomial(500, rate)
        found = sf.find_bottlenecks(panel_of(np.stack([np.full(38, 500), x], 1)))
        alarms += bool(found.alarms)
    assert alarms <= 1


def test_season_may_be_left_out():
    months = np.arange(38)
    rate = sigmoid(-0.4 + 0.6 * np.sin(2 * np.pi * (months % 12 - 4) / 12))
    panel = panel_of(np.stack([np.full(38, 800), np.round(800 * rate)], 1).astype(int))
    with_it, without = sf.find_bottlenecks(panel)[0], sf.find_bottlenecks(panel, season=None)[0]
    assert with_it.probability < 0.1
    assert without.probability > 3 * with_it.probability
    with pytest.raises(ArgumentError, match="season"):
        sf.find_bottlenecks(panel, season="yearly")


def test_a_changed_definition_is_named_and_not_an_alarm():
    rows = [[600, 300, 150, 68]] * 13 + [[600, 300, 105, 68]] * 2
    panel = sf.Panel.from_counts(rows, periods=names(15), steps=("a", "b", "c", "d"))
    found = sf.find_bottlenecks(panel)
    row = found.find("b→c")
    assert row.tier == "definition-changed"
    assert str(row.partner) == "c→d"
    assert row.onset == names(15)[-2]
    assert row.gain is None
    assert found.alarms == ()
    assert row not in found.most(0.5)
    assert "definition seems to have changed" in found.to_text(width=300)
    assert "口径" in found.to_text(locale="zh", width=300)
    assert found.columns()["tier"][0] == "definition-changed"


def test_entries_that_dry_up_are_said():
    rows = [[300, 105, 40]] * 14 + [[48, 17, 6]]
    found = sf.find_bottlenecks(panel_of(rows))
    row = found.inflow[0]
    assert (row.segment, row.period, row.entered) == ("all", names(15)[-1], 48)
    assert row.tier == "confirmed"
    assert row.onset == names(15)[-1]
    assert row.expected.low < 300 < row.expected.high
    assert row.deals == pytest.approx(252 * 40 / 300, rel=0.35)
    assert len(found.inflow) == len(found.inflow.rows) == 1
    text = sf.analyze(panel_of(rows)).to_text(width=300)
    assert text.index("Fewer come in") < text.index("No bottleneck:")
    steady = sf.find_bottlenecks(panel_of([[300, 105, 40]] * 15)).inflow[0]
    assert steady.tier == "none"
    unknown = sf.find_bottlenecks(panel_of([[300, 105, 40]] * 2)).inflow[0]
    assert (unknown.tier, unknown.probability) == ("not-enough-data", None)


def test_an_old_fall_that_became_the_level_is_told():
    rows = [[800, 400]] * 12 + [[800, 260]] * 18
    row = sf.find_bottlenecks(panel_of(rows))[0]
    assert not row.alarm
    fault = next(f for f in row.faults if f.code == "old-fall")
    assert dict(fault.params)["since"] == names(30)[-18]
    assert dict(fault.params)["share"] == pytest.approx(0.35, abs=0.05)
    calm = sf.find_bottlenecks(panel_of([[800, 400]] * 30))[0]
    assert "old-fall" not in {f.code for f in calm.faults}


@pytest.mark.parametrize(("back", "entered"), [(0, 400), (2, 400), (3, 4000)])
def test_a_fall_that_is_over_is_no_alarm_and_is_told(back, entered):
    rate = np.full(27, 0.4)
    rate[27 - back - 4 : 27 - back] = 0.26
    found = sf.find_bottlenecks(
        panel_of(np.stack([np.full(27, entered), np.round(entered * rate)], 1).astype(int))
    )[0]
    told = [fault for fault in found.faults if fault.code == "fall-recovered"]
    if back:
        assert not found.alarm
        assert [dict(fault.params)["back"] for fault in told] == [names(27)[-back]]
    else:
        assert found.tier == "confirmed"
        assert not told


def test_entries_that_came_back_are_no_alarm():
    leads = np.full(27, 300)
    leads[-5:-2] = 150
    panel = panel_of(np.stack([leads, leads // 2], 1))
    assert sf.find_bottlenecks(panel).inflow[0].probability < 0.2
    assert sf.find_bottlenecks(panel.select(periods=names(25))).inflow[0].tier == "confirmed"


def test_a_month_without_intake_does_not_alarm():
    rng = np.random.default_rng(4)
    f = np.array([0.5, 0.3, 0.15, 0.05])
    alarms = 0
    for _ in range(20):
        entered = np.array([150] * 12 + [0])
        due = np.zeros((13, 4), dtype=int)
        for t, n in enumerate(entered):
            for k, part in enumerate(rng.multinomial(rng.binomial(n, 0.8), f)):
                if t + k < 13:
                    due[t + k, k] += part
        rows = np.stack([entered, due.sum(axis=1)], axis=1)[3:]
        found = sf.find_bottlenecks(panel_of(rows), lag=f)
        alarms += bool(found.alarms)
    assert alarms <= 1
    gone = sf.find_bottlenecks(panel_of([[200, 40, 8]] * 12 + [[0, 0, 0]]))
    assert {row.tier for row in gone} == {"not-enough-data"}


def test_segments_teach_each_other_and_say_so():
    rng = np.random.default_rng(5)
    counts = rng.poisson(200, (15, 20, 1))
    counts = np.concatenate([counts, rng.binomial(counts, 0.4)], axis=2)
    panel = sf.Panel.from_counts(counts, periods=names(15), segments=[f"s{k}" for k in range(20)])
    together, alone = sf.find_bottlenecks(panel), sf.find_bottlenecks(panel, pool=False)
    assert {row.pooled for row in together} == {20}
    assert {row.pooled for row in alone} == {1}
    assert together[0].prior < 0.12 < alone[0].prior
    assert "20 steps judged together" in together.to_text(width=300)
    single = sf.find_bottlenecks(panel.select(segments="s3"))
    assert "judged alone" in single.to_text(width=300)


def test_more_than_36_months_count_no_further():
    rng = np.random.default_rng(6)
    x = rng.binomial(300, 0.3, 60)
    panel = panel_of(np.stack([np.full(60, 300), x], 1))
    whole = sf.find_bottlenecks(panel)[0]
    last = sf.find_bottlenecks(panel.select(periods=panel.periods[-36:]))[0]
    assert whole.probability == pytest.approx(last.probability, rel=1e-12)


def test_calendars():
    pytest.importorskip("holidays")
    days = names(26, first=2024 * 12)
    known = calendar_of("CN", days, "month")
    assert known.festivals.shape == (1, 26)
    assert known.festivals[0].sum() == pytest.approx(3, abs=0.2)
    assert known.festivals[0][[1, 13, 25]].min() > 0.5
    assert known.workdays[1] < known.workdays[0]
    assert calendar_of("US", days, "month").festivals.shape == (0, 26)
    with pytest.raises(ArgumentError, match="calendar"):
        calendar_of("XX", days, "month")
    with pytest.raises(ArgumentError, match="share"):
        calendar_of({"2025-01": -1}, days, "month")
    share = known.festivals[0]
    rng = np.random.default_rng(7)
    x = rng.binomial(600, sigmoid(-0.5 - 0.7 * share))
    panel = panel_of(np.stack([np.full(26, 600), x], 1), first=2024 * 12)
    blind, seeing = sf.find_bottlenecks(panel)[0], sf.find_bottlenecks(panel, calendar="CN")[0]
    assert seeing.probability < 0.5
    assert seeing.probability < blind.probability


def test_totals_over_periods_are_one_rate():
    rows = [[100, 40, 10], [200, 60, 30]]
    total = panel_of(rows).total(over="periods")
    assert total.periods == ("all",)
    (first, second) = sf.conversions(total).rows
    assert (first.rate, second.rate) == (100 / 300, 40 / 100)
    with pytest.raises(ArgumentError, match="over"):
        panel_of(rows).total(over="weeks")


def test_conversions_show_the_rates_of_the_verdict():
    rng = np.random.default_rng(8)
    entered = rng.poisson(300, 20)
    lag = [0.5, 0.3, 0.2]
    won = rng.binomial(np.round(np.convolve(entered, lag)[:20]).astype(int), 0.4)
    panel = panel_of(np.stack([entered, won], 1))
    row = sf.find_bottlenecks(panel, lag=lag)[0]
    table = sf.conversions(panel, lag=lag)
    last = table.rows[-1]
    assert row.window == 1
    assert last.exposed == pytest.approx(np.dot(lag, entered[[-1, -2, -3]]))
    assert last.advanced == row.advanced
    assert last.rate == pytest.approx(row.rate, rel=0.01)
    assert table.rows[0].status == "missing"
    assert sf.conversions(panel).rows[-1].exposed == entered[-1]


def history_of(rng, *, now=600, rate=0.5, mean=12.0):
    n = 6 * now
    start = rng.uniform(0, now, n)
    wait = rng.exponential(mean, n)
    wins = rng.random(n) < rate
    done = start + wait
    base = np.datetime64("2025-01-01")

    def day(values, seen):
        shown = base + np.where(seen, values, 0).astype("timedelta64[D]")
        return ["" if not s else str(v) for s, v in zip(seen, shown, strict=True)]

    end = done < now
    return sf.read_stage_history(
        [
            {"deal": f"d{k}", "lead": a, "won": b, "closed": c, "outcome": o}
            for k, (a, b, c, o) in enumerate(
                zip(day(start, start < now), day(done, wins & end), day(done, end),
                    np.where(~end, "open", np.where(wins, "won", "lost")), strict=True)
            )
        ],
        columns={"lead": "lead", "won": "won"},
        as_of=str(base + np.timedelta64(now, "D")),
    )  # fmt: skip


def test_recent_entries_count_with_those_who_have_had_time():
    history = history_of(np.random.default_rng(9))
    panel = history.panel(by="month", mode="entry")
    rate = panel.advanced[:, 0, 0] / panel.exposed[:, 0, 0]
    assert np.abs(rate[:-1] - 0.5).max() < 0.12
    assert panel.exposed[-2, 0, 0] < panel.counts[-2, 0, 0]
    assert (panel.exposed <= panel.counts[..., :-1] + 1e-9).all()
    found = sf.find_bottlenecks(history)
    assert found.lag_adjusted
    assert not found.alarms
    assert (
        panel.counts[..., 0].sum() == history.panel(by="month", mode="period").counts[..., 0].sum()
    )
    whole = history.panel(by="all", mode="entry")
    assert whole.periods == ("all",)
    assert whole.advanced.sum() == panel.advanced.sum()


def test_a_page_shows_one_rate_for_each_step():
    rows = [[400, 160, 60]] * 14 + [[400, 104, 40]] * 3
    found = sf.analyze(panel_of(rows))
    worst = found.bottlenecks[0]
    assert worst.window == 3
    row = next(r for r in found.conversions if r.source == worst.transition.source)
    assert (row.entered, row.advanced, row.rate) == (worst.entered, worst.advanced, worst.rate)
    other = next(r for r in found.conversions if r.source != worst.transition.source)
    same = found.bottlenecks.find(f"{other.source}→{other.target}")
    assert other.rate == pytest.approx(same.rate)
