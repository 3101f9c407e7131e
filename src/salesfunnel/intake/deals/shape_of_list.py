"""Recognise a list of deals, and times per stage where no header is a known stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesfunnel.intake.deals.headers import fold_header
from salesfunnel.intake.deals.outcomes import fold_label
from salesfunnel.intake.deals.roles import RoleFinder
from salesfunnel.intake.deals.shape import Shape, names_at, plain_name
from salesfunnel.intake.deals.stage_order import stage_rank
from salesfunnel.intake.deals.table import DealTable
from salesfunnel.intake.deals.vocabulary.lookup import languages, vendors

__all__ = ["one_row_a_deal", "same_stage"]

_SHARED = 3
"""This many columns of times must begin alike before their common words are left out."""
_DATE_WORDS = {"stage", "phase", "date", "time", "at", "ts", "timestamp", "entered", "dt"}


def same_stage(header: str, label: str) -> bool:
    """Whether the header of a column of times names a stage: ``engage_date`` and "Engaging"."""
    noise = {word for language in languages() for word in language.noise}
    mine = [word for word in fold_header(header).split() if word not in noise]
    theirs = fold_label(label).replace("-", " ").split()
    if not mine or not theirs or abs(len(mine) - len(theirs)) > 1:
        return False
    return all(any(_alike(a, b) for b in theirs) for a in mine)


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    length = min(len(one), len(other))
    stem = length - 2 if length > 5 else length
    return length >= 4 and stem >= 4 and one[:stem] == other[:stem]


def one_row_a_deal(
    table: DealTable,
    finder: RoleFinder,
    roles: dict[str, int],
    times: dict[str, int],
    exits: dict[str, int],
    known: Mapping[str, str],
) -> Shape | None:
    """Return a list, or times per stage where no column says in which stage a deal is."""
    loose = finder.times([*roles.values(), *times.values(), *exits.values()])
    if (
        len(loose) == 1
        and "stage" in roles
        and not roles.keys() & {"created", "closed", "won_at", "lost_at", "since"}
        and fold_header(table.names[loose[0]]) in vendors().weak
    ):
        roles["created"] = loose.pop()  # a plain date, told as the creation
    if "stage" in roles or _is_stage_column(finder, roles):
        return _list(table, finder, roles, times, exits, loose)
    stages = [
        at
        for at in loose
        if plain_name(table.names[at]) in known or _is_stage_name(table.names[at])
    ]
    evidence = [
        r for r in ("status", "is_won", "is_lost", "is_closed", "won_at", "lost_at") if r in roles
    ]
    unknown = _unknown_status(finder, roles)
    if unknown is not None and "created" in roles and not stages:
        roles["status"] = unknown
        evidence = ["status"]
    if len(loose) == 1 and not stages and "created" not in roles and evidence:
        roles["created"] = loose.pop()
    many = len(stages) + ("won_at" in roles) > 1
    if stages and (len(loose) == len(stages) if "created" not in roles else many or not evidence):
        return _loose(table, roles, stages, exits, known)
    if "created" in roles and evidence:
        by = names_at(table, [roles[r] for r in evidence])
        return Shape(kind="list", roles=roles, exits=exits, by_stage=by)
    if loose or times:
        return _loose(table, roles, loose, exits, known)
    if evidence:
        by = names_at(table, [roles[r] for r in evidence])
        return Shape(kind="list", roles=roles, exits=exits, by_stage=by)
    return None


def _list(
    table: DealTable,
    finder: RoleFinder,
    roles: dict[str, int],
    times: dict[str, int],
    exits: dict[str, int],
    loose: Sequence[int],
) -> Shape:
    """Return a list whose stages stand in a column; a date named as one of them is its time."""
    if "stage" not in roles:
        roles["stage"] = roles.pop("status")
    for at in loose:
        label = _named(table.names[at], finder.kinds[roles["stage"]].words)
        if label is not None:
            times.setdefault(label, at)
    by = names_at(table, [roles[r] for r in ("stage", "status") if r in roles])
    return Shape(kind="list", roles=roles, times=times, exits=exits, by_stage=by)


def _unknown_status(finder: RoleFinder, roles: Mapping[str, int]) -> int | None:
    """Return a column named as a status whose words are all unknown, where nothing else tells."""
    if {"status", "is_won", "won_at", "lost_at"} & roles.keys():
        return None
    for at in finder.candidates("status"):
        kind = finder.kinds[at]
        if at not in roles.values() and not kind.is_time and not kind.empty:
            return at
    return None


def _loose(
    table: DealTable,
    roles: dict[str, int],
    places: Sequence[int],
    exits: dict[str, int],
    known: Mapping[str, str],
) -> Shape:
    """Return times per stage, from columns that no role has; the win comes last."""
    times = {known.get(plain_name(table.names[at]), table.names[at]): at for at in places}
    first = "created" in roles and not known
    won = ""
    if "won_at" in roles and not known:
        at = roles.pop("won_at")
        won = table.names[at]
        times[won] = at
    short = _without_shared_words(list(times)) if not known else {}
    times = {short.get(name, name): at for name, at in times.items()}
    by = names_at(table, list(times.values()))
    return Shape(
        kind="times", roles=roles, times=times, exits=exits, by_stage=by, created_first=first,
        won=short.get(won, won),
    )  # fmt: skip


def _without_shared_words(names: Sequence[str]) -> dict[str, str]:
    """Return names without the words of a date that all of them begin or end with.

    ``stage_date_offer`` and ``stage_date_won`` are the stages "offer" and "won".
    """
    if len(names) < _SHARED:
        return {}
    words = [name.split("_") for name in names]
    least = min(map(len, words))
    front = 0
    while (
        front < least - 1 and words[0][front] in _DATE_WORDS and len({w[front] for w in words}) == 1
    ):
        front += 1
    if not front:
        return {}
    return {name: "_".join(parts[front:]) for name, parts in zip(names, words, strict=True)}


def _named(header: str, labels: Sequence[str]) -> str | None:
    return next((label for label in labels if same_stage(header, label)), None)


def _is_stage_name(name: str) -> bool:
    """Whether the header of a column of times has a word of a stage of a sale in it."""
    return stage_rank(name) is not None


def _is_stage_column(finder: RoleFinder, roles: Mapping[str, int]) -> bool:
    """Whether the column of outcomes holds stages: words of stages that are not outcomes."""
    if "status" not in roles:
        return False
    kind = finder.kinds[roles["status"]]
    if kind.is_flag or kind.levels > 40:
        return False
    strange = [word for word in kind.words if finder.words.status(word) is None]
    ranked = [word for word in strange if stage_rank(word) is not None]
    ends = [word for word in kind.words if finder.words.stage(word) is not None]
    return bool(ranked) and bool(ends) and len(ranked) >= len(strange) / 2
