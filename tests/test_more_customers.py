"""Models of customers refuse what they cannot answer, and answer at their edges."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

WHO = sf.CustomerSummary(
    frequency=[2, 0, 5, 1], recency=[30.4, 0, 36, 12], age=[38.9, 38.9, 40, 30], unit="week",
    monetary=[20.0, np.nan, 28.0, 35.0],
)  # fmt: skip
MODEL = sf.BgNbd(r=0.24, alpha=4.41, a=0.79, b=2.43, unit="week")
SPEND = sf.fit_gamma_gamma([2, 1, 0, 3], [20.0, 35.0, 0.0, 28.0])
BOUGHT = sf.Purchases.from_columns(
    ["ann", "bob", "ann", "cid", "ann", "bob"],
    ["2026-01-05", "2026-01-07", "2026-02-05", "2026-02-07", "2026-03-05", "2026-03-09"],
    [120, 80, 60, 40, 50, 70],
)
DAYS = sf.CustomerSummary(frequency=[2], recency=[30.0], age=[38.0], unit="day", monetary=[5.0])
NOBODY = sf.CustomerSummary(frequency=[0, 0], recency=[0, 0], age=[0, 0], unit="week")
REFUSED = {
    "no discount of one": (
        lambda: sf.clv(MODEL, SPEND, WHO, months=12, discount=1.0), "'discount'"),
    "no margin": (lambda: sf.clv(MODEL, SPEND, WHO, months=12, margin=0.0), "'margin'"),
    "weeks and days": (lambda: sf.clv(MODEL, SPEND, DAYS, months=12), "in the unit of the model"),
    "nobody observed": (lambda: sf.fit_bgnbd(NOBODY), "observed for a time"),
    "a ridge below nought": (lambda: sf.fit_bgnbd(WHO, ridge=-1.0), "'ridge'"),
    "a ridge without end": (lambda: sf.fit_bgnbd(WHO, ridge=np.inf), "'ridge'"),
    "purchases at no time": (lambda: sf.fit_bgnbd(BOUGHT), "'as_of' must be given"),
    "amounts at no time": (lambda: sf.fit_gamma_gamma(BOUGHT), "'as_of' must be given"),
    "half a customer": (lambda: sf.fit_bgnbd([0.5], [1.0], [2.0]), "whole"),
    "customers in a table": (lambda: sf.fit_bgnbd([[1]], [1.0], [2.0]), "whole numbers"),
    "fewer amounts": (lambda: sf.fit_gamma_gamma([2, 1], [20.0]), "'monetary' must have shape"),
    "equal amounts": (lambda: sf.fit_gamma_gamma([2, 1], [20.0, 20.0]), "different mean amounts"),
    "an amount of nought": (lambda: SPEND.expected_mean([1], [0.0]), "'monetary' must be positive"),
    "a time before now": (lambda: MODEL.expected(-1.0, [1], [2.0], [3.0]), "'ahead'"),
    "recency after age": (lambda: MODEL.p_alive([1], [5.0], [3.0]), "'recency'"),
    "two times at once": (lambda: sf.purchases_ahead(MODEL, WHO, ahead=[1, 2]), "one number"),
    "other units": (lambda: sf.purchases_ahead(MODEL, DAYS, ahead=5), "'customers'"),
    "falling windows": (
        lambda: sf.repurchase_curve(BOUGHT, as_of="2026-06-01", windows=(60, 30)), "rising"),
    "no windows": (lambda: sf.repurchase_curve(BOUGHT, as_of="2026-06-01", windows=()), "rising"),
    "both or neither": (sf.fit_sbg, "both or neither"),
    "one survivor": (lambda: sf.fit_sbg([100]), "at least two counts"),
    "survivors that grow": (lambda: sf.fit_sbg([100, 120]), "must not grow"),
    "tenure of halves": (lambda: sf.fit_sbg(tenure=[0.5], ended=[True]), "whole numbers"),
    "ended before it began": (lambda: sf.fit_sbg(tenure=[0, 2], ended=[True, False]), "tenure 0"),
    "a rate below nought": (lambda: sf.BgNbd(r=-1, alpha=1, a=1, b=1), "'r' must be positive"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_answered_is_refused(name):
    call, words = REFUSED[name]
    with pytest.raises(SalesFunnelError) as caught:
        call()
    assert words in str(caught.value)


def test_a_cohort_or_period_that_is_not_in_the_table():
    found = sf.cohort_retention(BOUGHT, as_of="2026-04-01", by="month")
    first = found.cohorts[0]
    assert found.interval(first, 1).low >= 0
    for cohort, later in (("1999-01", 0), (first, 99), (first, -1), (found.cohorts[-1], 2)):
        with pytest.raises(SalesFunnelError):
            found.interval(cohort, later)


def test_the_share_that_came_back_after_some_days():
    curve = sf.repurchase_curve(BOUGHT, as_of="2026-06-01", windows=(30, 90))
    assert curve.at(0) == 0.0
    assert curve.at(1000) == pytest.approx(curve.share[-1])
    assert curve.at(31) <= curve.at(62)


def test_a_fitted_model_tells_new_customers_and_likelihoods():
    rng = np.random.default_rng(3)
    age = rng.integers(20, 60, 400).astype(float)
    x = rng.poisson(0.05 * age)
    recency = np.where(x > 0, age * rng.random(400), 0.0)
    model = sf.fit_buying(x, recency, age)
    some = model.expected_new([4.0, 52.0])
    assert 0 < some[0] < some[1]
    assert model.loglik_each(x[:5], recency[:5], age[:5]).shape == (5,)
    assert (model.loglik_each(x, recency, age) < 0).mean() > 0.9
