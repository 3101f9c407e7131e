"""The same deals as text, records and dataframes; and random dirt never breaks the reader."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

DATA = Path(__file__).parent / "data" / "deals"
SETS = json.loads((DATA / "header_sets.json").read_text("utf-8"))
PLAIN = [
    one
    for one in SETS
    if ";" not in one["table"][0] and "then" not in one
    and one["name"] not in {"monday", "salesforce report without id"}  # not a bare table
]  # fmt: skip
JUNK = [
    *("", "???", "9999-12-31", "1/2/26", "NaN", "-", "0", "1e400", "１２", "won", "Closed", "lost"),
    *("=1+1", "2026-13-45", "31/12/2026", "0001-01-01", "true", "99999999999999", 'a"b', "12:30"),
]


def wrapped(kind, text):
    if kind == "records":
        return list(csv.DictReader(io.StringIO(text)))
    if kind == "pandas":
        return pytest.importorskip("pandas").read_csv(io.StringIO(text))
    return pytest.importorskip("polars").read_csv(text.encode(), try_parse_dates=True)


@pytest.mark.parametrize("kind", ["records", "pandas", "polars"])
@pytest.mark.parametrize("one", PLAIN[::3], ids=[one["name"] for one in PLAIN[::3]])
def test_every_wrapping_gives_the_same_deals(one, kind):
    text = "\n".join(one["table"]) + "\n"
    wanted, found = sf.read_deals(text), sf.read_deals(wrapped(kind, text))
    assert found.stages == wanted.stages
    for field in ("deals", "outcome", "reached", "created", "closed"):
        np.testing.assert_array_equal(getattr(found, field), getattr(wanted, field))


def dirty(rng):
    rows = list(csv.reader(io.StringIO("\n".join(rng.choice(PLAIN)["table"]))))
    for _ in range(rng.randint(1, 6)):
        row = rng.choice(rows)
        if row:
            row[rng.randrange(len(row))] = rng.choice(JUNK)
    out = io.StringIO()
    csv.writer(out).writerows(rows[: rng.randint(1, len(rows))])
    return out.getvalue()


@pytest.mark.parametrize("seed", range(8))
def test_random_dirt_is_read_or_refused_with_a_hint(seed):
    rng = random.Random(seed)
    for _ in range(25):
        try:
            history = sf.read_deals(dirty(rng), as_of=rng.choice([None, "2026-06-01"]))
        except SalesFunnelError:
            continue
        counts = history.panel(by="all")
        assert counts.upper is None or (counts.upper >= counts.counts).all()
        assert (np.diff(counts.counts, axis=-1) <= 0).all()
        assert history.to_text()
        assert (history.outcome >= 0).all()
