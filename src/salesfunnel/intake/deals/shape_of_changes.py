"""Recognise rows of changes, of stays in a stage, and of a change log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from salesfunnel.fault import IntakeError
from salesfunnel.intake.deals.column_kinds import ColumnKind
from salesfunnel.intake.deals.headers import fold_header, roles_of
from salesfunnel.intake.deals.outcomes import fold_label
from salesfunnel.intake.deals.roles import DATES, RoleFinder
from salesfunnel.intake.deals.row_is_deal import FEW, is_plain_date, is_snapshot, repeats
from salesfunnel.intake.deals.shape import Shape, ShapeKind, names_at
from salesfunnel.intake.deals.stage_order import stage_rank
from salesfunnel.intake.deals.table import DealTable
from salesfunnel.intake.deals.vocabulary.lookup import vendors

__all__ = ["changes_shape", "is_stage_field", "log_shape"]

_STAGE_FIELDS = {
    *("dealstage", "stage", "stagename", "stage name", "stage id", "deal stage", "sales stage"),
    *(
        "status",
        "opportunity stage",
        "阶段",
        "销售阶段",
        "商机阶段",
        "phase",
        "etapa",
        "étape",
        "этап",
    ),
    *("стадия", "stageid", "pipeline stage", "stepname", "fase", "deal stage id", "当前阶段"),
}
"""Values of the field column of a change log that mean the stage, folded."""
_LONG = 200_000
_LEAVING = (
    *("exit", "left", "leav", "离开", "退出", "verlass", "austritt", "salida", "sortie", "saída"),
    *("выход",),
)


def log_shape(table: DealTable, finder: RoleFinder) -> Shape | None:
    """Return the shape of a flat change log: deal, field, value after the change, time."""
    field = finder.given.get("field")
    if field is None:
        places = [*finder.candidates("field"), *finder.candidates("name")]
        field = next((at for at in places if _names_stage(finder.kinds[at])), None)
    if field is None:
        return None
    rest = {at for at in range(len(table.names)) if at != field}
    value = finder.given.get("new")
    if value is None:
        places = [*finder.candidates("new"), *_called(table, rest, ("value",))]
        value = next((at for at in places if at in rest and not finder.kinds[at].is_time), None)
    time = _a_time(finder, rest - {value}, ("time", "created", "entered", "since"))
    roles = finder.find([at for at in (field, value, time) if at is not None])
    if value is None or time is None:
        return None
    if "deal" not in roles:
        raise _no_deal(table)
    old = next((at for at in finder.candidates("old") if at not in {field, value, time}), None)
    kept = {role: at for role, at in roles.items() if role not in DATES}
    kept.update(field=field, stage=value, time=time)
    if old is not None:
        kept["old"] = old
    return Shape(kind="log", roles=kept, by_stage=names_at(table, (field, value, time)))


def _no_deal(table: DealTable) -> IntakeError:
    """Return the error for rows of changes that do not name their deal."""
    return IntakeError(
        f"'source' must name the deal of each change, got {list(table.names)!r}",
        hint="add a column with the id of the deal: some CRMs leave it out of the rows of a change"
        ' log, for it stands in the address that was asked; or columns={"deal": ...}',
    )


def _names_stage(kind: ColumnKind) -> bool:
    return kind.levels < 200 and any(is_stage_field(word) for word in kind.words)


def is_stage_field(word: str) -> bool:
    """Whether a value of the field column of a change log means the stage."""
    folded = fold_header(word)
    return folded in _STAGE_FIELDS or "stage" in roles_of(word)


def _called(table: DealTable, places: set[int], names: tuple[str, ...]) -> list[int]:
    return [at for at in sorted(places) if fold_header(table.names[at]) in names]


def _a_time(finder: RoleFinder, places: set[Any], roles: Sequence[str]) -> int | None:
    for role in roles:
        if role in finder.given:
            return finder.given[role]
        for at in finder.candidates(role):
            if at in places and (finder.kinds[at].is_time or finder.kinds[at].empty):
                return at
    return None


def changes_shape(
    table: DealTable, finder: RoleFinder, roles: dict[str, int], times: Mapping[str, int]
) -> Shape | None:
    """Return the shape of rows of changes or of stays, None if a row is a deal."""
    if "deal" not in roles and _names_follow_deals(table, finder, roles):
        roles = {**roles, "deal": roles["name"]}
    if "deal" not in roles:
        if "name" not in roles and _after(table, finder, set(range(len(table.names)))) is not None:
            raise _no_deal(table)
        return None
    if len(times) > 1:
        return None
    deal = _deal_of_changes(table, finder, roles)
    roles = {**roles, "deal": deal}
    free = {at for at in range(len(table.names)) if at != deal}
    new = finder.given.get("new", _after(table, finder, free))
    if new is not None:
        time = _a_time(finder, free - {new}, ("time", "created", "entered", "since"))
        time = _only_time(finder, free - {new}) if time is None else time
        if time is not None:
            shape = _rows(table, roles, "changes", new, time)
            olds = [at for at in finder.candidates("old") if at in free - {new, time}]
            if olds:
                shape.roles["old"] = olds[0]
            return shape
    stage = roles.get("stage", _value_of_stage(table, finder, free))
    if stage is None:
        return None
    spent = _time_in_stage_columns(table, finder, free - {stage}, deal)
    if spent is not None:
        shape = _rows(table, roles, "spells", stage, spent[0])
        shape.roles["left"] = spent[1]
        return shape
    time = _change_time(table, finder, free - {stage}, deal)
    time = _entry(finder, free - {stage}, roles) if time is None else time
    return None if time is None else _rows(table, roles, "changes", stage, time)


def _entry(finder: RoleFinder, free: set[int], roles: Mapping[str, int]) -> int | None:
    """Return the time of entry next to a column "value" of stages, as connectors write them."""
    return None if "stage" in roles else _a_time(finder, free, ("entered",))


def _deal_of_changes(table: DealTable, finder: RoleFinder, roles: Mapping[str, int]) -> int:
    """Return the column of the deal: another one where the ids number the rows of changes."""
    if "deal" in finder.given or repeats(table, [roles["deal"]]):
        return roles["deal"]
    times = [at for at in finder.candidates("time") if finder.kinds[at].is_time]
    others = [at for at in (*finder.candidates("deal"), roles.get("name", -1))
              if at >= 0 and at != roles["deal"] and not finder.kinds[at].is_time]  # fmt: skip
    moving = [at for at in others if any(_moves(table, at, time) for time in times)]
    return moving[0] if moving else roles["deal"]


def _names_follow_deals(table: DealTable, finder: RoleFinder, roles: Mapping[str, int]) -> bool:
    """Whether names come again in rows that have nothing but a stage and the time of a change.

    Two deals of one name are common in a list, so every sign of a list speaks against it.
    """
    if "name" not in roles or not repeats(table, [roles["name"]]):
        return False
    places = set(range(len(table.names))) - {roles["name"]}
    if _after(table, finder, places) is not None:
        return True
    times = [at for at in finder.candidates("time") if at in places and finder.kinds[at].is_time]
    return bool(times) and "value" not in roles and not is_snapshot(finder, places - {times[0]})


def _after(table: DealTable, finder: RoleFinder, free: set[int]) -> int | None:
    """Return the column of the stage after a change, if there is one of the stage before."""
    olds = [at for at in finder.candidates("old") if at in free and not finder.kinds[at].is_time]
    news = [at for at in finder.candidates("new") if at in free and not finder.kinds[at].is_time]
    if not olds or not news:
        return None
    new = news[0]
    same = set(map(fold_label, finder.kinds[new].words)) & set(
        map(fold_label, finder.kinds[olds[0]].words)
    )
    named = "stage" in fold_header(table.names[new]) or "阶段" in table.names[new]
    ranked = any(stage_rank(word) is not None for word in finder.kinds[new].words)
    return new if same or named or ranked else None


def _value_of_stage(table: DealTable, finder: RoleFinder, free: set[int]) -> int | None:
    """Return a column "value" that holds stages, as in the tables of connectors."""
    for at in _called(table, free, ("value", "to")):
        kind = finder.kinds[at]
        if kind.is_text and kind.levels <= 60 and repeats(table, [at]):
            return at
    return None


def _only_time(finder: RoleFinder, places: set[int]) -> int | None:
    found = [at for at in sorted(places) if finder.kinds[at].is_time]
    return found[0] if len(found) == 1 else None


def _rows(table: DealTable, roles: dict[str, int], kind: ShapeKind, stage: int, time: int) -> Shape:
    kept = {role: at for role, at in roles.items() if at not in {stage, time}}
    kept.update(stage=stage, time=time)
    if kept.get("closed") is not None and kind == "spells":
        kept.pop("closed")
    return Shape(kind=kind, roles=kept, by_stage=names_at(table, (stage, time)))


def _time_in_stage_columns(
    table: DealTable, finder: RoleFinder, free: set[int], deal: int
) -> tuple[int, int] | None:
    """Return the columns of entry and exit, if rows are stays in a stage."""
    given = finder.given.get("entered"), finder.given.get("left")
    if given[0] is not None and given[1] is not None:
        return given[0], given[1]
    entered = [at for at in finder.candidates("entered") if at in free and finder.kinds[at].is_time]
    left = [
        at for at in finder.candidates("left")
        if at in free and at not in entered and (finder.kinds[at].is_time or finder.kinds[at].empty)
    ]  # fmt: skip
    if not entered or not left:
        return None
    name = fold_header(table.names[left[0]])
    strong = any(mark in name for mark in _LEAVING)
    if _moves(table, deal, entered[0]) or (strong and _is_strong_entry(table.names[entered[0]])):
        return entered[0], left[0]
    return None


def _is_strong_entry(name: str) -> bool:
    folded = fold_header(name)
    return any(
        mark in folded
        for mark in ("enter", "entry", "进入", "eintritt", "entrada", "entrée", "вход", "time in")
    )


def _moves(table: DealTable, deal: int, time: int) -> bool:
    """Whether deals come again, at other times."""
    filled = np.flatnonzero(table.filled(deal) & table.filled(time))
    if not filled.size:
        return False
    codes = table.column(deal).codes().take(filled).astype(np.int64)
    if filled.size > _LONG:
        # All rows of the deals that come first tell as well.
        some = codes <= codes[: _LONG // 4].max()
        filled, codes = filled[some], codes[some]
    codes = np.unique(codes, return_inverse=True)[1].reshape(-1)
    moments = table.column(time).codes(filled)
    pairs = np.sort(codes * (int(moments.max()) + 1) + moments)
    pairs = 1 + np.count_nonzero(pairs[1:] != pairs[:-1])
    deals = int(codes.max()) + 1
    return pairs > deals + max(1, deals // 20) or (pairs > deals and deals < 20)


def _change_time(table: DealTable, finder: RoleFinder, free: set[int], deal: int) -> int | None:
    """Return the time of a change, if rows are changes.

    A column named as the time of a change makes them such; one that may be the creation of a deal
    does so only where deals come again at other times.
    """
    if "time" in finder.given:
        return finder.given["time"]
    plain = [at for at in finder.candidates("time") if at in free and finder.kinds[at].is_time]
    dates = [
        at for role in ("created", "entered", "since") for at in finder.candidates(role)
        if at in free and finder.kinds[at].is_time
    ]  # fmt: skip
    moving = [at for at in (*plain, *dates) if _moves(table, deal, at)]
    if moving:
        return moving[0]
    if not plain or not table.filled(plain[0]).any():
        return None
    strong = [at for at in plain if fold_header(table.names[at]) in vendors().strong_times]
    if is_plain_date(table, finder, plain[0], deal, free):
        return None
    if not is_snapshot(finder, free - {plain[0]}):
        return plain[0]
    return strong[0] if strong and len(table) < FEW else None
