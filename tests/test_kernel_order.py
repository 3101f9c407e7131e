"""The packed sort gives the order of numpy's lexsort, whatever the size of the keys."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesfunnel._kernels.order import order_by

BIG = (1 << 62) - 1


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda k: st.lists(
            st.tuples(*[st.one_of(st.integers(-3, 3), st.integers(-BIG, BIG))] * k), max_size=40
        )
    )
)
def test_any_keys(rows):
    keys = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    keys = keys or [np.zeros(0, dtype=np.int64)]
    assert order_by(*keys).tolist() == np.lexsort(keys[::-1]).tolist()


@pytest.mark.parametrize("unit", [1, 1_000, 86_400_000_000])
@pytest.mark.parametrize("alike", [1, 50])
def test_many_rows_of_deals_and_microseconds(unit, alike):
    rng = np.random.default_rng(7)
    deal = rng.integers(0, 3_000, 20_000)
    span = 1_000 * 86_400_000_000 // unit
    time = rng.integers(0, span, 20_000) // alike * alike * unit
    wanted = np.lexsort((time, deal))
    assert (order_by(deal, time) == wanted).all()
    # moments so close that the leading bits are those of a neighbour
    near = np.where(rng.random(20_000) < 0.5, time[0] + rng.integers(0, 3, 20_000), time)
    assert (order_by(deal, near) == np.lexsort((near, deal))).all()


def test_the_ends_of_the_range():
    ends = np.array([np.iinfo(np.int64).max, np.iinfo(np.int64).min, 0], dtype=np.int64)
    assert order_by(ends).tolist() == [1, 2, 0]
    assert order_by(np.array([1, 1, 0]), ends).tolist() == [2, 1, 0]
