"""Columns that go with each other, twins and copies: parts add up whatever the answer names."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import salesfunnel as sf

N, MONTHS = 1560, 13
NUMBER = np.arange(N)
NOW = NUMBER % MONTHS == MONTHS - 1
DAY = np.timedelta64(1, "D")
START = (np.datetime64("2025-10", "M") + NUMBER % MONTHS).astype("datetime64[us]")
START = START + (NUMBER // MONTHS % 20) * DAY


def world(seed):
    """Return a bottleneck and deals in which a flag, its twin and an owner go together."""
    rng = np.random.default_rng(seed)
    more = rng.choice([0, 0.2, 0.35])
    bad = rng.random(N) < np.where(NOW, 0.4 + more, 0.2)
    loose = rng.choice([0.02, 0.08, 0.2])
    twin = np.where(rng.random(N) < loose, rng.random(N) < 0.5, bad)
    owner = np.where(bad, rng.choice(["Ann", "Bo"], N), rng.choice(["Cid", "Di", "Ed"], N))
    region = np.where(np.isin(owner, ["Ann", "Cid"]), "north", "south")
    moved = rng.random(N) < rng.choice([0, 0.1, 0.3])
    region = np.where(moved, rng.choice(["north", "south"], N), region)
    score = rng.normal(0, 1, N) + bad * rng.choice([0, 1.5])
    effect = rng.choice([0.2, 0.4, -0.2])
    late = np.where(NOW & (region == "north"), rng.choice([0, 0.25]), 0)
    rate = 0.6 - effect * bad - 0.1 * (score > 1) - late - rng.choice([0, 0.1]) * NOW
    won = rng.random(N) < np.clip(rate, 0.02, 0.98)
    closed = START + 5 * DAY
    history = sf.StageHistory(
        deals=tuple(f"d{i}" for i in range(N)), stages=("offer", "won"),
        entered=np.stack([START, np.where(won, closed, np.datetime64("NaT", "us"))], axis=1),
        created=START, closed=closed, outcome=np.where(won, 1, 2).astype(np.int8),
        attributes={
            "bad": np.where(bad, "yes", "no"), "twin": np.where(twin, "ja", "nein"),
            "owner": owner, "region": region, "score": np.round(score, 2).astype(str),
            "size": rng.choice(["s", "m", "l"], N),
        },
        as_of=np.datetime64("2026-12-31", "us"),
    )  # fmt: skip
    bottleneck = sf.Bottleneck(
        transition=sf.Transition("offer", "won"), segment="all", period="2026-10",
        entered=int(NOW.sum()), advanced=int(won[NOW].sum()), rate=float(won[NOW].mean()),
        reference=float(won[~NOW].mean()), window=1,
    )  # fmt: skip
    return bottleneck, history


# Worlds that between them lead through every part of the search: twins, swaps, strong columns,
# causes that cost more now, ones that cannot be told apart.
@pytest.mark.parametrize("seed", [0, 11, 19, 22, 51, 65])
def test_parts_add_up_and_do_not_hang_on_the_order_of_columns(seed):
    bottleneck, history = world(seed)
    found = sf.diagnose(bottleneck, history)
    named = sum(one.contribution for one in found if one.explains)
    assert named + found.unexplained == pytest.approx(found.shortfall, abs=1e-6)
    turned = dict(reversed(list(history.attributes.items())))
    again = sf.diagnose(bottleneck, attrs.evolve(history, attributes=turned))
    assert [one.code for one in again] == [one.code for one in found]
    assert {one.kind for one in found} <= {
        "more-frequent", "costs-more", "where", "standing", "quality", "not-measured", "stated",
    }  # fmt: skip
