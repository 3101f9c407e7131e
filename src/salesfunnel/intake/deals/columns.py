"""Which column of a table of deals is what: roles, stages, attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

import attrs

from salesfunnel._core.checks import did_you_mean, duplicates, nearest
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import IntakeError
from salesfunnel.intake.cells.read_number import clean
from salesfunnel.intake.cells.read_time import read_time
from salesfunnel.intake.files.grid import Grid, shown

__all__ = ["ROLES", "Deals", "find_columns", "has_deals"]

ROLES = {
    "deal": (
        "deal|deal id|deal name|opportunity|opportunity id|opportunity name|id|record id|case id"
        "|商机|商机编号|商机id|商机名称|机会编号|单号|编号"
    ),
    "stage": (
        "stage|stage name|deal stage|to stage|new stage|阶段|商机阶段|漏斗阶段|销售阶段|新阶段"
    ),
    "time": (
        "time|timestamp|date|changed at|change date|entered at|entry date|created date"
        "|时间|日期|变更时间|进入时间|变更日期|进入日期"
    ),
    "created": "created|created at|create date|created on|date created|创建时间|创建日期|建立日期",
    "closed": (
        "closed|closed at|close date|closed on|date closed|关闭时间|关闭日期|结束日期|成交日期"
    ),
    "outcome": "outcome|status|result|state|won lost|结果|状态|商机状态|输赢",
    "value": (
        "value|amount|deal amount|deal value|close value|revenue|price"
        "|金额|商机金额|成交金额|预计金额|销售额"
    ),
}
_ROLE = {
    written: role
    for role, names in ROLES.items()
    for name in names.split("|")
    for written in (name, name.replace(" ", ""))
}
"""A role by each name, also written in one word: OpportunityId, STAGENAME."""
_LATER = {
    **dict.fromkeys(("deal", "opportunity", "商机"), 1),
    **dict.fromkeys(("record id", "id", "编号", "status", "状态", "time", "timestamp"), 2),
    **dict.fromkeys(("时间", "日期", "date", "deal name", "opportunity name", "商机名称"), 3),
    **dict.fromkeys(("state", "created date"), 4),
}
"""Names that mean a role only where no better one stands in the header; the least first."""
_LATER.update({name.replace(" ", ""): place for name, place in _LATER.items()})
_SEARCHED = 40
WON = {
    *("won", "win", "closed won", "closedwon", "success"),
    *("赢单", "已赢单", "成交", "已成交", "成交阶段", "赢", "成功", "签约", "已签约"),
}
"""Words that mean that a deal is won, folded."""


@attrs.frozen(kw_only=True)
class Deals:
    """Where everything stands in a table of deals."""

    at: int
    names: tuple[str, ...]
    roles: dict[str, int]
    times: dict[str, int]
    stages: tuple[str, ...]
    goal: str
    words: dict[str, str]
    rest: tuple[int, ...]
    funnel: Funnel | None
    absent: tuple[str, ...]
    inferred: bool
    twice: tuple[str, ...] = ()

    @property
    def stage(self) -> int | None:
        """The column of the stage, where there is one row a stage change."""
        return None if self.times else self.roles.get("stage")


def folded_word(name: str) -> str:
    return " ".join(clean(name).replace("_", " ").replace("-", " ").split())


def _stage_words(funnel: Funnel | None, stages: Sequence[str] | None) -> dict[str, str]:
    """Return the key of a stage by each of its names, folded."""
    words = {}
    if funnel is not None:
        for stage in funnel:
            words.update({folded_word(name): stage.key for name in stage.aliases})
    return {**words, **_own_words(funnel, stages)}


def _own_words(funnel: Funnel | None, stages: Sequence[str] | None) -> dict[str, str]:
    """Return the key of a stage by its key and its name, folded: these go before roles."""
    words = {}
    for stage in funnel or ():
        words.update({folded_word(name): stage.key for name in (stage.name, stage.key) if name})
    words.update({folded_word(key): key for key in stages or ()})
    return words


def find_columns(
    grid: Grid,
    funnel: Funnel | None,
    stages: Sequence[str] | None,
    columns: Mapping[str, str] | None,
) -> Deals:
    """Return where roles, stages and attributes stand.

    Raises
    ------
    IntakeError
        If no row of the table is a header with a deal and its stages.
    UnknownNameError
        If a named column is not there, or `columns` names no role and no stage.
    """
    if isinstance(stages, str):
        raise ArgumentError(
            f"'stages' must be a sequence of keys, got {stages!r}", hint=f"stages=[{stages!r}, ...]"
        )
    for key in duplicates(stages or ()):
        raise ArgumentError(f"'stages' must be unique, got {key!r} twice")
    words, own = _stage_words(funnel, stages), _own_words(funnel, stages)
    keys = tuple(stages) if stages is not None else funnel.keys if funnel is not None else ()
    for name in columns or {}:
        if name not in ROLES and keys and name not in keys:
            raise UnknownNameError(
                f"'columns' must have keys of roles or stages, got {name!r}",
                hint=did_you_mean(name, (*ROLES, *keys)),
            )
    headers = list(_headers(grid, words, own, columns))
    if not headers:
        rows = (tuple(shown(cell).strip() for cell in row) for row in grid.rows[:_SEARCHED])
        _refuse(next((names for names in rows if any(names)), ()), columns)
    known = [header for header in headers if len(header[2]) + len(header[3]) > 1]
    at, names, roles, times = (known or headers)[0]
    return _deals(grid, at, names, roles, times, words, funnel, keys)


def _headers(
    grid: Grid,
    words: Mapping[str, str],
    own: Mapping[str, str],
    columns: Mapping[str, str] | None,
) -> Iterator[tuple[int, tuple[str, ...], dict[str, int], dict[str, int]]]:
    """Yield the rows that may be the header: those with a deal."""
    for at, row in enumerate(grid.rows[:_SEARCHED]):
        names = tuple(shown(cell).strip() for cell in row)
        if columns and not set(columns.values()) <= set(names):
            continue
        roles, times = _places(names, words, own, columns)
        if "deal" in roles:
            yield at, names, roles, times


def has_deals(grid: Grid, columns: Mapping[str, str] | None) -> bool:
    """Whether some row of a table names a deal."""
    return next(_headers(grid, {}, {}, columns), None) is not None


def _refuse(names: Sequence[str], columns: Mapping[str, str] | None) -> NoReturn:
    for name in (columns or {}).values():
        if name not in names:
            raise UnknownNameError(
                f"'columns' must be in the header, got {name!r}", hint=did_you_mean(name, names)
            )
    close = [(name, nearest(folded_word(name), _ROLE)) for name in names]
    hint = next((f"{name!r} may mean {near!r}" for name, near in close if near), None)
    raise IntakeError(
        f"'source' must have a column for the deal, got {list(names)!r}",
        hint=hint or "name it with columns={'deal': ...}",
    )


def _places(
    names: Sequence[str],
    words: Mapping[str, str],
    own: Mapping[str, str],
    columns: Mapping[str, str] | None,
) -> tuple[dict[str, int], dict[str, int]]:
    roles: dict[str, int] = {}
    times: dict[str, int] = {}
    for role, name in (columns or {}).items():
        (roles if role in ROLES else times)[role] = names.index(name)
    taken = {*roles.values(), *times.values()}
    free = [(i, folded_word(name)) for i, name in enumerate(names) if i not in taken and name]
    for i, folded in sorted(free, key=lambda place: _LATER.get(place[1], 0)):
        if folded in own:
            times.setdefault(own[folded], i)
        elif folded in _ROLE:
            roles.setdefault(_ROLE[folded], i)
        elif folded in words:
            times.setdefault(words[folded], i)
    return roles, times


def _deals(
    grid: Grid,
    at: int,
    names: tuple[str, ...],
    roles: dict[str, int],
    times: dict[str, int],
    words: dict[str, str],
    funnel: Funnel | None,
    keys: tuple[str, ...],
) -> Deals:
    inferred = False
    long = not times and {"stage", "time"} <= roles.keys()
    if long and not keys:
        raise ArgumentError(
            "'funnel' or 'stages' must put the stages of changes in order, got neither",
            hint="stages=['lead', 'offer', 'won']",
        )
    if not long and not keys:
        times = times or _time_columns(grid, at, names, roles)
        keys, inferred = tuple(times), True
    if not long and not times:
        raise IntakeError(
            f"'source' must have a column of times for each stage, or a stage and a time, got"
            f" {list(names)!r}",
            hint=f"the stages are {', '.join(keys)}" if keys else None,
        )
    goal = _goal(keys, words)
    present = keys if long else tuple(key for key in keys if key in times or key == goal)
    absent = tuple(key for key in keys if key not in present)
    if funnel is not None and absent:
        funnel = funnel.replace(stages=tuple(s for s in funnel if s.key in present))
    # what a table of this kind does not need stays an attribute
    spare = {"closed", "outcome"} if long else {"stage", "time"}
    used = {*times.values(), *(i for role, i in roles.items() if role not in spare)}
    twice = tuple(duplicates(name for name in names if name))
    names = _unlike(names)
    rest = tuple(i for i, name in enumerate(names) if name and i not in used)
    return Deals(
        at=at,
        names=names,
        roles=roles,
        times=times,
        stages=present,
        goal=goal,
        words=words,
        rest=rest,
        funnel=funnel,
        absent=absent,
        inferred=inferred,
        twice=twice,
    )


def _unlike(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns, the second of a name with "(2)" behind."""
    found: list[str] = []
    for name in names:
        number, one = 1, name
        while name and one in found:
            number += 1
            one = f"{name} ({number})"
        found.append(one)
    return tuple(found)


def _goal(keys: Sequence[str], words: Mapping[str, str]) -> str:
    """Return the stage that means won: the one named so, else the last."""
    named = [words[word] for word in WON if words.get(word) in keys]
    own = [key for key in keys if folded_word(key) in WON]
    return (own or sorted(named, key=keys.index) or keys)[-1]


def _time_columns(
    grid: Grid, at: int, names: Sequence[str], roles: Mapping[str, int]
) -> dict[str, int]:
    """Return the columns without a role whose cells are all times, in order of the table."""
    found = {}
    for i, name in enumerate(names):
        if not name or i in roles.values():
            continue
        some = False
        for row in grid.rows[at + 1 :]:
            cell = row[i] if i < len(row) else None
            if isinstance(cell, int | float) and cell == cell:  # noqa: PLR0124 - NaN is missing
                break
            try:
                some = read_time(cell, dayfirst=True) is not None or some
            except ValueError:
                break
        else:
            if some:
                found[name] = i
    return found
