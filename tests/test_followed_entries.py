"""The rate of entrants who are followed: the likelihood of advanced, lost and open ones."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._kernels.rate_model.followed import Open, followed

WORLDS = {  # mean days until advancing, until lost (None: nobody says so), rate
    "both ends alike": (30.0, 30.0, 0.5),
    "losses come late": (15.0, 90.0, 0.3),
    "losses come early": (60.0, 10.0, 0.6),
    "nobody says that a deal is lost": (30.0, None, 0.5),
}


def drawn(world, runs, entrants, rng):
    """Return what is seen of `runs` months of entrants whose ages are 0 to 60 days."""
    win, lose, rate = WORLDS[world]
    age = rng.uniform(0, 60, (runs, entrants))
    good = rng.random(age.shape) < rate
    wait = rng.exponential(np.where(good, win, lose or 1e12))
    ended = wait <= age
    s1 = np.exp(-age / win)
    s2 = np.exp(-age / lose) if lose else np.ones_like(age)
    cell = np.nonzero(~ended)[0]
    still = Open(cell, s1[~ended], s2[~ended])
    return (ended & good).sum(1) * 1.0, (ended & ~good).sum(1) * 1.0, still


@pytest.mark.parametrize("world", WORLDS)
def test_the_rate_is_right_and_so_is_its_error(world):
    rng = np.random.default_rng(20270301)
    x, lost, still = drawn(world, 800, 150, rng)
    found = followed(x, lost, still, (1e9, 1e9), drift=0.0)
    p, rate = x / found.exposed, WORLDS[world][2]
    assert abs(p.mean() - rate) < 4 * p.std() / np.sqrt(p.size) + 0.01
    said = np.sqrt((1 - p) / (found.exposed * p) + found.cv2) * p
    wider = 1.6 if world == "losses come early" else 1.12  # who is open is a good sign: n is small
    assert 0.88 * p.std() < said.mean() < wider * p.std()
    assert (p <= 1).all()


@pytest.mark.parametrize("world", WORLDS)
def test_the_rate_is_the_most_likely_one(world):
    rng = np.random.default_rng(5)
    x, lost, still = drawn(world, 20, 30, rng)
    found = followed(x, lost, still, (50.0, 50.0))
    tried = np.linspace(1e-6, 1 - 1e-6, 4001)
    for cell in range(20):
        here = still.cell == cell
        d = tried[:, None] * still.advancing[here] + (1 - tried[:, None]) * still.others[here]
        log = x[cell] * np.log(tried) + lost[cell] * np.log1p(-tried) + np.log(d).sum(1)
        if x[cell]:
            rate = x[cell] / found.exposed[cell]
            assert rate == pytest.approx(tried[log.argmax()], abs=5e-4)


def test_the_two_ends_of_a_month():
    nobody = Open(np.empty(0, np.intp), np.empty(0), np.empty(0))
    found = followed(np.array([0.0, 7.0, 3.0]), np.array([0.0, 0.0, 1.0]), nobody, (9.0, 9.0))
    assert found.exposed.tolist() == [0, 7, 4]
    assert found.cv2.tolist() == [0, 0, 0]
    young = Open(np.zeros(10, np.intp), np.full(10, 0.9), np.ones(10))
    few = followed(np.zeros(1), np.zeros(1), young, (1e9, 1e9), drift=0.0)
    assert few.exposed == pytest.approx(1.0)  # a tenth of ten has had time
    assert few.cv2 > 0


def test_a_file_whose_last_deals_end_early_has_no_rate_above_what_is_possible():
    """Where an export leaves late deals out, waiting times of before say too little had time."""
    rng = np.random.default_rng(4)
    rows = []
    for k in range(900):
        day = np.datetime64("2025-01-01") + np.timedelta64(rng.integers(0, 360), "D")
        limit = (np.datetime64("2025-12-31") - day).astype(int)
        end = day + np.timedelta64(min(int(rng.exponential(60)) + 1, int(limit)), "D")
        how = "open" if k % 9 == 0 else ("won", "lost")[int(rng.random() < 0.4)]
        rows.append({"deal": f"d{k}", "stage": how, "created": str(day),
                     "closed": "" if how == "open" else str(end)})  # fmt: skip
    deals = sf.read_deals(rows, as_of="2025-12-31")
    found = sf.analyze(deals)
    for row in found.bottlenecks:
        assert row.rate is not None
        assert row.rate < 0.75
    for row in sf.conversions(found.panel):
        born = [one for one in rows if one["created"].startswith(row.period)]
        open_or_won = sum(one["stage"] != "lost" for one in born)
        if row.rate is not None:
            assert row.rate * len(born) <= open_or_won + 1e-6
