"""The public face of mixes, strata and whole parts."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError

GOLDEN = json.loads((Path(__file__).parent / "golden" / "causes.json").read_text("utf-8"))


def test_mantel_haenszel_against_statsmodels_with_p_values():
    g = GOLDEN["cmh"]
    got = sf.stats.mantel_haenszel(g["tables"])
    for field, key in {
        "difference": "rd_mh", "difference_se": "rd_se", "crude": "rd_crude", "ratio": "rr_mh",
        "odds_ratio": "or_mh", "chi2": "chi2", "p": "p", "chi2_corrected": "chi2_corrected",
        "p_corrected": "p_corrected", "breslow_day": "breslow_day_chi2",
        "breslow_day_p": "breslow_day_p",
    }.items():  # fmt: skip
        assert math.isclose(getattr(got, field), g[key], rel_tol=1e-8), field
    assert math.isclose(got.odds_interval.low, g["or_ci95"][0], rel_tol=1e-8)
    assert math.isclose(got.ratio_interval.high, g["rr_ci95"][1], rel_tol=1e-8)
    slow = sum(m0 for _, (c, d) in g["tables"] for m0 in (c + d,))
    assert math.isclose(
        got.difference * slow, g["attributable_deals_if_slow_became_fast"], rel_tol=1e-8
    )
    empty = sf.stats.mantel_haenszel([[[1, 2], [0, 0]]])
    assert (empty.difference, empty.p, empty.strata) == (None, None, 0)


def test_kitagawa_against_golden():
    g = GOLDEN["kitagawa"]
    got = sf.stats.kitagawa(g["n0"], g["x0"], g["n1"], g["x1"])
    assert math.isclose(got.mix, g["mix"], rel_tol=1e-12)
    assert got.simpson is True
    assert not got.mix_by.flags.writeable


@pytest.mark.parametrize(
    "call",
    [
        lambda: sf.stats.largest_remainder(-1, [1]),
        lambda: sf.stats.largest_remainder(1.5, [1]),
        lambda: sf.stats.largest_remainder(3, [1, -1]),
        lambda: sf.stats.largest_remainder(3, []),
        lambda: sf.stats.lmdi([1, 2], [1]),
        lambda: sf.stats.lmdi([1, np.nan], [1, 2]),
        lambda: sf.stats.lmdi(["a"], [1]),
        lambda: sf.stats.kitagawa([1], [2], [1], [1]),
        lambda: sf.stats.kitagawa([0], [0], [1], [1]),
        lambda: sf.stats.kitagawa([1, 2], [1, 1], [1], [1]),
        lambda: sf.stats.mantel_haenszel([[1, 2], [3, 4]]),
        lambda: sf.stats.mantel_haenszel([[[1, 2], [3, 4]]], level=95),
    ],
)
def test_wrong_arguments_are_named(call):
    with pytest.raises(ArgumentError, match="must"):
        call()


def test_the_interval_of_the_difference_covers_in_small_strata():
    rng = np.random.default_rng(5)
    held, rounds = 0, 400
    for _ in range(rounds):
        n = rng.poisson((1.5, 4.0), (24, 2))
        x = rng.binomial(n, 0.3)
        found = sf.stats.mantel_haenszel(np.stack([x, n - x], axis=-1))
        assert found.difference_interval is not None
        held += found.difference_interval.low <= 0.0 <= found.difference_interval.high
    assert held / rounds > 0.915  # 0.81 with the standard error of few large strata


def test_all_or_none_on_both_sides_is_not_a_certain_difference():
    for table, within in (([[5, 0], [5, 0]], 0.0), ([[5, 0], [0, 5]], 0.9)):
        found = sf.stats.mantel_haenszel([table]).difference_interval
        assert found is not None
        assert found.method == "newcombe"
        assert found.low < within < found.high
        assert found.high - found.low > 0.4
