"""The stages of changes in order, where the caller gives none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError
from salesfunnel.fault import Fault
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.list_reader import StagesWanted
from salesfunnel.intake.deals.list_stages import WON_KEY, stage_key
from salesfunnel.intake.deals.outcomes import OutcomeWords, fold_label
from salesfunnel.intake.deals.shape import Shape
from salesfunnel.intake.deals.stage_order import in_order

if TYPE_CHECKING:
    from salesfunnel._core.vocabulary import Severity
    from salesfunnel.data.history import StageHistory

__all__ = ["inferred_stages", "with_dead_ends", "with_won_stage"]

Ints = npt.NDArray[np.intp]
_ENOUGH = 10
"""This many deals must end in a stage, and as many pass it by, before that is told."""
_MANY = 50
"""From this many changes on the ways of the deals tell the order better than the names."""


def inferred_stages(
    reader: ColumnReader,
    shape: Shape,
    labels: tuple[Ints, list[str]],
    words: OutcomeWords,
    keep: npt.NDArray[np.bool_],
) -> StagesWanted:
    """Return the stages of changes in order, from their names or from who comes after whom."""
    there = [
        label for place, label in enumerate(labels[1]) if label and (labels[0][keep] == place).any()
    ]
    if "old" in shape.roles:
        there += [label for label in reader.table.words(shape.roles["old"])[1] if label]
        there = list(dict.fromkeys(there))
    codes = {label: words.stage(label) for label in there}
    wins = [label for label in there if codes[label] == 1]
    rest = [label for label in there if codes[label] is None]
    if not wins or not rest:
        raise ArgumentError(
            "'funnel' or 'stages' must put the stages of changes in order, got neither",
            hint=f"stages={[*rest, *wins]!r}"
            if len(there) > 1
            else "stages=['lead', 'offer', 'won']",
        )
    ordered, way, detail = in_order(rest)
    if way in {"words", "appearance"} and len(labels[0]) >= _MANY:
        ordered, way, detail = _by_position(reader, shape, labels, rest), "moves", ""
    elif way == "appearance":
        ordered, way, detail = in_order(_by_position(reader, shape, labels, rest))
    severity: Severity = "warning" if way == "appearance" else "info"
    if way != "one":
        reader.note(f"stage-order-{way}", severity=severity, value=", ".join(ordered),
                    column=reader.table.names[shape.roles["stage"]],
                    detail=detail or None)  # fmt: skip
    keys = (*ordered, wins[0])
    names = {
        form: key for key in keys for form in (" ".join(key.split()).casefold(), fold_label(key))
    }
    names.update({fold_label(label): wins[0] for label in wins})
    return StagesWanted(keys=keys, names=names, goal=wins[0])


def _by_position(
    reader: ColumnReader, shape: Shape, labels: tuple[Ints, list[str]], names: Sequence[str]
) -> list[str]:
    """Return names by the mean place that they have in the way of a deal."""
    deal, _ = reader.table.words(shape.roles["deal"])
    quiet = list(reader.faults)
    times = reader.times(shape.roles["time"])
    reader.faults[:] = quiet
    order = np.lexsort((times, deal))
    starts = (
        np.append(True, deal[order][1:] != deal[order][:-1]) if order.size else np.zeros(0, bool)
    )
    first = np.maximum.accumulate(np.where(starts, np.arange(order.size), 0))
    place = np.arange(order.size) - first
    means = {}
    for name in names:
        here = labels[0][order] == labels[1].index(name) if name in labels[1] else starts[:0]
        means[name] = float(place[here].mean()) if here.any() else -1.0
    return sorted(names, key=lambda name: means[name])


def with_won_stage(
    reader: ColumnReader,
    shape: Shape,
    labels: tuple[Ints, list[str]],
    words: OutcomeWords,
    wanted: StagesWanted,
    keep: npt.NDArray[np.bool_],
) -> StagesWanted:
    """Return given stages with one for the wins behind them, where the last is not the win.

    None of their names says won, and beside changes to the last one a status says that the deal is
    lost, or that it is open while others are won.
    """
    status = shape.roles.get("status")
    if wanted.goal is not None or status is None:
        return wanted
    if any(words.stage(label) == 1 for label in labels[1] if label):
        return wanted
    codes, texts = reader.table.words(status)
    meaning = [words.status(text) if text else None for text in texts]
    said = np.array([*(-1 if code is None else code for code in meaning), -1])[codes]
    top = [stage_key(label, wanted.names) == wanted.keys[-1] for label in labels[1]]
    there = keep & np.array([*top, False])[labels[0]]
    lost, still = (said == 2) & there, (said == 0) & there
    if not (lost.any() or (still.any() and (said[keep] == 1).any())):
        return wanted
    key = WON_KEY if WON_KEY not in wanted.keys else "Won"
    reader.note("won-stage-added", value=key, stages=", ".join(wanted.keys))
    return attrs.evolve(wanted, keys=(*wanted.keys, key), goal=key)


def with_dead_ends(history: StageHistory) -> StageHistory:
    """Say which stages no deal ever left, where others got further without them.

    "Passed" among rows of changes may mean that the deal was declined: then its deals are lost.
    """
    entered = ~np.isnat(history.entered)
    faults = []
    for place in range(1, len(history.stages) - 1):
        here, further = entered[:, place], entered[:, place + 1 :].any(axis=1)
        ended = not (here & further).any() and not history.outcome[here].any()
        if ended and here.sum() >= _ENOUGH and (further & ~here).sum() >= _ENOUGH:
            name = history.stages[place]
            faults.append(Fault.of("stage-without-exit", value=name, deals=int(here.sum())))
    return attrs.evolve(history, faults=(*history.faults, *faults)) if faults else history
