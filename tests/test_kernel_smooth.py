"""A smooth function of many values by interpolation, and what cannot be interpolated."""

from __future__ import annotations

import numpy as np

from salesfunnel._kernels.customers.smooth import FEWEST, smooth


def test_many_values_few_and_equal_ones_give_the_function():
    for values in (
        np.linspace(0.5, 9, FEWEST * 3),
        np.linspace(0.5, 9, 5),
        np.full(FEWEST * 2, 3.0),
    ):
        np.testing.assert_allclose(smooth(np.log, values), np.log(values), rtol=1e-9)


def test_what_does_not_settle_is_asked_itself():
    values = np.linspace(-1, 1, FEWEST * 2)

    def step(x):
        return np.where(x > 0.1, 1.0, 0.0)

    np.testing.assert_array_equal(smooth(step, values), step(values))
    holed = smooth(lambda x: np.where(x > 0.5, np.nan, x), values)
    assert np.isnan(holed).sum() == (values > 0.5).sum()
