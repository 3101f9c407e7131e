"""The stages of a list: their keys in order, the one that means won, and what each label is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np

from salesfunnel._core.checks import nearest
from salesfunnel._core.errors import ArgumentError
from salesfunnel.intake.cells.read_number import clean
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.outcome_evidence import LOST, UNKNOWN, WON, chances_of
from salesfunnel.intake.deals.outcomes import fold_label, is_closed_label
from salesfunnel.intake.deals.stage_order import in_order, stage_rank

if TYPE_CHECKING:
    from salesfunnel._core.vocabulary import Severity
    from salesfunnel.intake.deals.outcome_evidence import Codes

__all__ = ["ListStages", "list_stages", "stage_key"]

CREATED, WON_KEY = "created", "won"
_USUAL = 0.5
"""The share of deals that must have the usual probability of their stage, to order stages by it."""


@attrs.frozen(kw_only=True)
class ListStages:
    """The stages of a list.

    Parameters
    ----------
    keys : tuple of str
        In order.
    goal : int
        The place of the stage that means won.
    places : mapping of str to int
        The stage of each label, -1 if it is not known or means lost.
    added : bool
        Whether the stage that means won is in no label and was added.
    """

    keys: tuple[str, ...]
    goal: int
    places: Mapping[str, int]
    added: bool = False


def stage_key(label: str, keys: Mapping[str, str]) -> str | None:
    """Return the key of the stage that a label names, by its folded forms."""
    literal = " ".join(clean(label).split())
    plain = " ".join(literal.replace("_", " ").replace("-", " ").split())
    for text in (
        literal,
        plain,
        fold_label(label),
        fold_label(label).replace("-", " "),
        plain.replace(" ", ""),
    ):
        if text in keys:
            return keys[text]
    return None


def list_stages(
    reader: ColumnReader,
    roles: Mapping[str, int],
    labels: Mapping[str, int],
    *,
    given: Sequence[str],
    keys: Mapping[str, str],
    goal: str | None,
    outcome: Codes,
    more: Sequence[str] = (),
) -> ListStages:
    """Find the stages of a list.

    Parameters
    ----------
    reader : ColumnReader
        The table.
    roles : mapping of str to int
        Its columns.
    labels : mapping of str to int
        By label of the stage column 1 won, 2 lost, -1 another.
    given : sequence of str
        Keys that ``stages=`` or ``funnel=`` gave, in order; empty where none.
    keys : mapping of str to str
        The key of a given stage by its folded names.
    goal : str, optional
        The given stage that means won, where its name says so.
    outcome : ndarray of int8, shape (n,)
        The outcome of each deal.
    more : sequence of str
        Stages that only have a column of times.
    """
    if given:
        return _given(reader, roles, labels, given, keys, goal, outcome)
    merged = _merged([label for label, code in labels.items() if code == UNKNOWN])
    wins = [label for label, code in labels.items() if code == WON]
    names = list(merged)
    names = _check_closed(reader, roles, names, outcome)
    ordered, way, detail = in_order(
        names,
        chances=_by_label(reader, roles, merged, "probability"),
        places=_by_label(reader, roles, merged, "stage_order"),
    )
    _tell_order(reader, roles, ordered, way, detail)
    top = WON_KEY if not wins else _commonest(reader, roles["stage"], wins)
    if not ordered:
        ordered = [*more] or [CREATED]
    if top in ordered:
        top = "Won" if top != "Won" else "won"
    found = (*ordered, top)
    places = {label: found.index(name) for name in ordered for label in merged.get(name, ())}
    places.update(dict.fromkeys(wins, len(found) - 1))
    return ListStages(keys=found, goal=len(found) - 1, places=places, added=not wins)


def _given(
    reader: ColumnReader,
    roles: Mapping[str, int],
    labels: Mapping[str, int],
    given: Sequence[str],
    keys: Mapping[str, str],
    goal: str | None,
    outcome: Codes,
) -> ListStages:
    """Return the caller's stages, with one for the wins behind them if none of them means won."""
    found = list(given)
    named = {label: stage_key(label, keys) for label in labels}
    top = goal if goal is not None else found[-1]
    added = goal is None and _is_open_stage(reader, roles, named, top, outcome)
    if added:
        top = WON_KEY if WON_KEY not in found else "Won"
        found.append(top)
        reader.note("won-stage-added", value=top, stages=", ".join(given))
    places: dict[str, int] = {}
    for label, code in labels.items():
        key = named[label]
        if code == LOST and key is None:
            continue
        if key is not None:
            places[label] = found.index(key)
        elif code == WON:
            places[label] = found.index(top)
        else:
            _tell_unknown(reader, roles["stage"], label, keys)
    return ListStages(keys=tuple(found), goal=found.index(top), places=places, added=added)


def _is_open_stage(
    reader: ColumnReader,
    roles: Mapping[str, int],
    named: Mapping[str, str | None],
    top: str,
    outcome: Codes,
) -> bool:
    """Whether deals that are not won stand in the last of the given stages."""
    if "stage" not in roles:
        return False
    codes, words = reader.table.words(roles["stage"])
    here = np.array([named.get(word) == top for word in words] or [False])[codes]
    return bool((outcome[here] != WON).any())


def _tell_unknown(reader: ColumnReader, at: int, label: str, keys: Mapping[str, str]) -> None:
    codes, words = reader.table.words(at)
    rows = np.flatnonzero(codes == words.index(label))
    close = nearest(fold_label(label), keys) or ""
    params = {"deals": int(rows.size), "nearest": close}
    reader.fault("unknown-stage-in-list", int(rows[0]), at, label, **params)


def _merged(labels: Sequence[str]) -> dict[str, list[str]]:
    """Return labels that differ in case and spaces only under the first of them."""
    first: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for label in labels:
        name = first.setdefault(" ".join(clean(label).replace("_", " ").split()), label)
        found.setdefault(name, []).append(label)
    return found


def _commonest(reader: ColumnReader, at: int, labels: Sequence[str]) -> str:
    codes, words = reader.table.words(at)
    counts = np.bincount(codes, minlength=len(words))
    return max(labels, key=lambda label: (counts[words.index(label)], -words.index(label)))


def _by_label(
    reader: ColumnReader, roles: Mapping[str, int], merged: Mapping[str, Sequence[str]], role: str
) -> dict[str, float] | None:
    """Return the median of each stage in the column of a role."""
    if role not in roles or "stage" not in roles:
        return None
    chance = chances_of(reader, roles[role])
    codes, words = reader.table.words(roles["stage"])
    found = {}
    usual, several = 0, 0
    for name, group in merged.items():
        here = chance[np.isin(codes, [words.index(label) for label in group])]
        here = here[np.isfinite(here)]
        if here.size:
            found[name] = float(np.median(here))
        if here.size > 1:
            usual += int(np.isclose(here, found[name]).sum())
            several += here.size
    ranks = [stage_rank(name) for name in found]
    placed = None not in ranks and len(set(ranks)) == len(ranks)
    if usual < _USUAL * several or (placed and several < 2 * len(found)):
        return None  # stated deal by deal: words of the names tell more
    return found


def _tell_order(
    reader: ColumnReader, roles: Mapping[str, int], names: Sequence[str], way: str, detail: str
) -> None:
    if way == "one":
        return
    code = f"stage-order-{way}"
    severity: Severity = "warning" if way == "appearance" else "info"
    column = reader.table.names[roles["stage"]]
    reader.note(
        code, severity=severity, column=column, value=", ".join(names), detail=detail or None
    )


def _check_closed(
    reader: ColumnReader,
    roles: Mapping[str, int],
    names: Sequence[str],
    outcome: Codes,
) -> list[str]:
    """Return the stages without one such as "Closed": how its deals ended, their outcomes say.

    Raises
    ------
    ArgumentError
        If nothing says whether deals in such a stage are won or lost.
    """
    unclear = [name for name in names if is_closed_label(name)]
    if not unclear or "stage" not in roles or in_order(names)[1] == "crm":
        return list(names)
    codes, words = reader.table.words(roles["stage"])
    left = {name: int((outcome[codes == words.index(name)] == 0).sum()) for name in unclear}
    left = {name: count for name, count in left.items() if count}
    if left:
        listed = ", ".join(map(repr, left))
        call = ", ".join(f'{name!r}: "won"' for name in left)
        raise ArgumentError(
            f"'outcomes' must say how deals ended in {'stage' if len(left) == 1 else 'stages'}"
            f" {listed}, got {sum(left.values())} of them without an outcome",
            hint=f'outcomes={{{call}}}, or "lost", or "open"',
        )
    return [name for name in names if name not in unclear]
