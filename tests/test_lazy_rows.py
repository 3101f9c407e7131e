"""Rows of tables are built when they are read, and are those that a tuple would hold."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._core.rows import LazyRows


def test_rows_are_a_sequence():
    built = []
    rows = LazyRows(3, lambda i: built.append(i) or i * 10)
    assert built == []
    assert (rows[0], rows[-1], rows[1:], list(reversed(rows))) == (0, 20, (10, 20), [20, 10, 0])
    assert rows == (0, 10, 20)
    assert rows == LazyRows(3, lambda i: i * 10)
    assert rows != (0, 10)
    assert 20 in rows
    assert repr(rows) == "(0, 10, 20)"
    assert repr(LazyRows(11, int)) == "<11 rows>"
    assert hash(rows) == hash((0, 10, 20))
    assert pickle.loads(pickle.dumps(rows)) == rows
    with pytest.raises(IndexError):
        rows[3]


def test_one_row_of_many_builds_one_row(monkeypatch):
    counts = np.full((14, 300, 3), 50)
    counts[..., 1], counts[..., 2] = 20, 8
    panel = sf.Panel.from_counts(
        counts, periods=[f"{2025 + i // 12}-{i % 12 + 1:02d}" for i in range(14)],
        segments=[f"s{i}" for i in range(300)], steps=["lead", "offer", "won"],
    )  # fmt: skip
    made = []
    monkeypatch.setattr(
        "salesfunnel.conversion.table.Conversion", lambda **fields: made.append(fields) or fields
    )
    table = sf.conversions(panel)
    assert table.rows[-1]["segment"] == "s299"
    assert len(made) == 1
    found = sf.find_bottlenecks(panel)
    assert [row.transition for row in found.of_segment("s7")] == list(found.transitions)
    assert tuple(found) == tuple(found.rows)
