"""Documents with random damage: read, or refused with an error of ours; never anything else."""

from __future__ import annotations

import copy
import json
import random

import attrs
import pytest

from results import results
from salesfunnel.errors import SalesFunnelError

JUNK = (
    None, True, -1, 2**63, 2**70, 1.5, float("nan"), float("inf"), "", "2026-13", "\ud800", [], {},
    [[]], [None], {"a": 1}, {"type": "Panel"}, [1, [2]], "2026-10-05", [1] * 50, b"x",
)  # fmt: skip


def places(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value[:6])
    for key, item in items:
        if isinstance(item, dict | list):
            yield from places(item, (*path, key))
        else:
            yield (*path, key)


def damaged(document, draw):
    whole = json.loads(document)
    for _ in range(draw.randint(1, 3)):
        *path, last = draw.choice(list(places(whole)))
        holder = whole
        for key in path:
            holder = holder[key]
        way = draw.random()
        if way < 0.6:
            holder[last] = copy.deepcopy(draw.choice(JUNK))
        elif way < 0.8:
            del holder[last]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(draw.choice(JUNK)))
        else:
            holder[f"{last}s"] = copy.deepcopy(draw.choice(JUNK))
        if not any(places(whole)):
            break
    return whole


def is_refused(kind, document):
    try:
        repr(kind.from_dict(document))
    except SalesFunnelError:
        return True
    return False


@pytest.mark.parametrize("name", sorted(results()))
def test_a_damaged_document_is_read_or_refused(name):
    result = results()[name]
    document = json.dumps(result.to_dict())
    draw = random.Random(name)
    times = 40 if len(document) < 100_000 else 4
    assert sum(is_refused(type(result), damaged(document, draw)) for _ in range(times))


def test_figures_of_bottlenecks_have_one_shape():
    found = results()["analysis"].bottlenecks
    with pytest.raises(SalesFunnelError, match="'tier' must have shape"):
        attrs.evolve(found, tier=found.tier[0])
