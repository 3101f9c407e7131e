"""Recognise the shape of a table of deals: list, times per stage, changes, spells, change log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from salesfunnel.intake.deals.column_kinds import ColumnKind
from salesfunnel.intake.deals.headers import fold_header, roles_of, stage_of_header
from salesfunnel.intake.deals.outcomes import OutcomeWords, fold_label
from salesfunnel.intake.deals.roles import RoleFinder
from salesfunnel.intake.deals.shape import Shape, names_at, plain_name
from salesfunnel.intake.deals.shape_of_changes import changes_shape, log_shape
from salesfunnel.intake.deals.shape_of_list import one_row_a_deal
from salesfunnel.intake.deals.table import DealTable
from salesfunnel.intake.deals.vocabulary.lookup import vendors

__all__ = ["recognise"]

_PARENTS = {
    "deal",
    "opportunity",
    "商机",
    "item id",
    "object id",
    "entity id",
    "res id",
    "parent id",
}
"""Headers of the deal in a table of changes where each row has an id of its own, folded."""


def recognise(
    table: DealTable,
    *,
    given: Mapping[str, int],
    given_times: Mapping[str, int],
    own: Mapping[str, str],
    known: Mapping[str, str],
    words: OutcomeWords,
    date_format: str | None = None,
) -> Shape | None:
    """Return the shape of a table, None if it is none of deals.

    Parameters
    ----------
    table : DealTable
        The table.
    given, given_times : mapping of str to int
        Roles, and times of stages, that ``columns=`` gave.
    own, known : mapping of str to str
        The key of a stage by its folded key or name, and by any of its aliases.
    words : OutcomeWords
        Known outcomes.
    """
    kinds = tuple(ColumnKind(table, at, date_format) for at in range(len(table.names)))
    finder = RoleFinder(table=table, kinds=kinds, words=words, given=given)
    log = log_shape(table, finder)
    if log is not None:
        return log
    entered, exits = _stage_headers(table, kinds, own, given)
    times = {
        **_own_times(table, kinds, own, known, {*given.values(), *given_times.values()}),
        **given_times,
    }
    for stage, at in entered.items():
        if at not in times.values():
            times.setdefault(stage, at)
    roles = finder.find([*times.values(), *exits.values()])
    _find_owner(table, roles, given)
    changes = changes_shape(table, finder, roles, times)
    if changes is not None:
        return changes
    if len(times) > 1 or given_times or (times and "stage" not in roles):
        return _times(table, roles, times, exits)
    return one_row_a_deal(table, finder, roles, {**times}, exits, known)


def _times(
    table: DealTable, roles: dict[str, int], times: dict[str, int], exits: dict[str, int]
) -> Shape:
    by = names_at(table, list(times.values()))
    return Shape(kind="times", roles=roles, times=times, exits=exits, by_stage=by)


def _stage_headers(
    table: DealTable, kinds: Sequence[ColumnKind], own: Mapping[str, str], given: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the columns such as ``Date entered "Offer"`` and ``Date exited "Offer"``, by stage."""
    found: dict[str, dict[str, int]] = {"entered": {}, "left": {}}
    for at, name in enumerate(table.names):
        side = stage_of_header(name) if name and at not in given.values() else None
        if side is not None and (kinds[at].is_time or kinds[at].empty):
            stage = own.get(fold_label(side[1]), own.get(fold_header(side[1]), side[1]))
            found[side[0]].setdefault(stage, at)
    return found["entered"], found["left"]


def _own_times(
    table: DealTable,
    kinds: Sequence[ColumnKind],
    own: Mapping[str, str],
    known: Mapping[str, str],
    taken: set[int],
) -> dict[str, int]:
    """Return the columns of times named as the stages of ``funnel=`` or ``stages=``.

    Where one of them holds times, the others do as well, if their cells are not flags.
    """
    found: dict[str, int] = {}
    sure = False
    for at, name in enumerate(table.names):
        if not name or at in taken:
            continue
        # an alias such as "deal" goes behind the roles that a header may have
        key = own.get(plain_name(name), None if roles_of(name) else known.get(plain_name(name)))
        if key is not None and not kinds[at].is_flag:
            found.setdefault(key, at)
            sure = sure or kinds[at].is_time or _has_time(kinds[at])
    if sure:
        return found
    return {key: at for key, at in found.items() if kinds[at].empty or _is_broken_time(kinds[at])}


def _has_time(kind: ColumnKind) -> bool:
    """Whether a column holds some times among cells that are none."""
    return kind.is_text and any(map(kind.reads_as_time, kind.sample))


def _is_broken_time(kind: ColumnKind) -> bool:
    """Whether the cells of a column look like times that cannot be."""
    return any(str(cell)[:1].isdigit() for cell in kind.sample)


def _find_owner(table: DealTable, roles: dict[str, int], given: Mapping[str, int]) -> None:
    """Take the column that holds the deal in a table of changes where each row has its own id."""
    folded = {fold_header(name): at for at, name in enumerate(table.names) if name}
    for headers in vendors().history_tables:
        if set(headers) <= folded.keys() and "deal" not in given and "name" not in roles:
            roles["deal"] = folded["owner id"]
            return
    deal = roles.get("deal")
    if deal is None or "deal" in given or "stage" not in roles or _comes_again(table, deal):
        return
    if fold_header(table.names[deal]) not in vendors().weak:
        return
    for name, at in folded.items():
        named = name in _PARENTS or ("deal" in roles_of(name) and name not in vendors().weak)
        if at in roles.values() or not named:
            continue
        if _changes_stage(table, at, roles["stage"]):
            roles["deal"] = at
            return


def _comes_again(table: DealTable, at: int) -> bool:
    codes = table.column(at).codes()
    return int(codes.max(initial=-1)) + 1 < codes.size


def _changes_stage(table: DealTable, at: int, stage: int) -> bool:
    """Whether most values of a column come with several stages."""
    codes, _ = table.words(at)
    stages, _ = table.words(stage)
    if not codes.size:
        return False
    pairs = np.unique(codes.astype(np.int64) * (int(stages.max()) + 1) + stages).size
    groups = np.unique(codes).size
    return bool(pairs >= 1.5 * groups and codes.size <= 12 * groups)
