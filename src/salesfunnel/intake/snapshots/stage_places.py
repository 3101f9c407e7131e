"""The stages of all lists in one order, and the place of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import nearest
from salesfunnel.fault import Fault
from salesfunnel.intake.deals.list_reader import DealList, StagesWanted
from salesfunnel.intake.deals.list_stages import stage_key
from salesfunnel.intake.deals.outcomes import stage_outcome

__all__ = ["StagePlaces", "stage_places"]

WON = 1


class StagePlaces(NamedTuple):
    """The stages in order, and which label stands where."""

    stages: tuple[str, ...]
    goal: int
    places: Mapping[str, int]
    faults: tuple[Fault, ...]

    def of(self, table: DealList, names: Mapping[str, str]) -> npt.NDArray[np.int64]:
        """Return the place of the stage of each row; -1 if the list does not say it."""
        labels = [names.get(label, label) for label in table.label.tolist()]
        found = np.array([self.places.get(label, -1) for label in labels], dtype=np.int64)
        won = table.outcome == WON
        found = np.where(won, np.maximum(found, self.goal), found)
        inner = ~won & (found >= self.goal)
        return np.where(inner, -1, found)


def stage_places(
    tables: Sequence[DealList], names: Mapping[str, str], wanted: StagesWanted
) -> StagePlaces:
    """Return the stages of all lists in one order.

    Parameters
    ----------
    tables : sequence of DealList
    names : mapping of str to str
        Stages that were renamed.
    wanted : StagesWanted
        The caller's stages; the order of the lists without them.
    """
    labels = {names.get(text, text) for table in tables for text in np.unique(table.label).tolist()}
    labels -= {""}
    if wanted.keys:
        return _given(sorted(labels), wanted, tables)
    order: list[str] = []
    goals = [names.get(t.stages[t.goal], t.stages[t.goal]) for t in tables]
    for table in reversed(tables):
        own = [names.get(key, key) for key in table.stages]
        own = list(dict.fromkeys(own))
        for place, key in enumerate(own):
            if key in order:
                continue
            before = [order.index(other) for other in own[:place] if other in order]
            order.insert(max(before) + 1 if before else 0, key)
    goal = goals[-1]
    won = [key for key in order if key in set(goals) and key != goal]
    order = [key for key in order if key not in won]
    places = {key: k for k, key in enumerate(order)}
    places.update(dict.fromkeys(won, places[goal]))
    return StagePlaces(tuple(order), places[goal], places, ())


def _given(labels: Sequence[str], wanted: StagesWanted, tables: Sequence[DealList]) -> StagePlaces:
    keys = list(wanted.keys)
    goal = keys.index(wanted.goal) if wanted.goal in keys else None
    if goal is None:
        ends = {stage_key(t.stages[t.goal], wanted.names) for t in tables} - {None}
        known = [keys.index(key) for key in ends if key in keys]
        goal = max(known) if known else len(keys) - 1
    places: dict[str, int] = {}
    faults = []
    for label in labels:
        key = stage_key(label, wanted.names)
        if key is not None and key in keys:
            places[label] = keys.index(key)
        elif stage_outcome(label) is None:
            rows = sum(int((table.label == label).sum()) for table in tables)
            close = nearest(label, keys) or ""
            faults.append(Fault.of("unknown-stage-in-list", value=label, deals=rows, nearest=close))
    return StagePlaces(tuple(keys), goal, places, tuple(faults))
