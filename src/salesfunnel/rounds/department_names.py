"""Departments where nobody names them: what the owners of stages and metrics are called."""

from __future__ import annotations

import re
from collections.abc import Iterable

from salesfunnel.data.tracking import TrackingRow
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.i18n import text

__all__ = ["inferred_departments", "role_name"]

_HAN = re.compile(r"^(?P<base>.+?)(?:部门|部|团队|组)?(?:经理|主管|总监|专员|负责人|代表|人员)?$")
_HAN_DEPARTMENT = re.compile(r"^(?P<base>.+?部)(?:门)?")
_OF = re.compile(r"^(?:head|director|manager|vp|lead) of (?:the )?(?P<base>.+)$", re.IGNORECASE)
_TAIL = re.compile(
    r"[ -]*\b(?:managers?|directors?|specialists?|team|leads?|leaders?|heads?|department|dept\.?|"
    r"representatives?|reps?|people|staff|officers?|assistants?|executives?)$",
    re.IGNORECASE,
)
_ROLES = {
    "sales-lead": "sales", "marketing": "marketing", "sales": "sales", "finance": "finance",
    "operations": "operations", "product": "product", "service": "service",
}  # fmt: skip
"""Role of the library → the role whose department it is."""


def role_name(role: str, locale: str) -> str:
    """Return a role of the library in words, any other owner as it is."""
    return text(f"plan.role.{role}", locale, default=role)  # type: ignore[arg-type]


def inferred_departments(
    funnel: Funnel, rows: Iterable[TrackingRow], locale: str
) -> dict[str, tuple[str, ...]]:
    """Return department → members, from the titles of the owners of stages, actions and metrics.

    "Marketing specialist" is of Marketing, 市场部专员 of 市场部; a title that names no department,
    such as "Manager" or 总监, is of none. Stages go with their owner.
    """
    owners = [stage.owner for stage in funnel]
    owners += [action.owner for stage in funnel for action in stage.actions]
    owners += [row.owner for row in rows]
    listed: list[str] = list(dict.fromkeys(owner for owner in owners if owner))
    bases = {owner: _base(owner, locale) for owner in listed}
    known = {_key(base): base for base in reversed(list(bases.values())) if base}
    found: dict[str, list[str]] = {}
    for owner, base in bases.items():
        if base:
            found.setdefault(known[_key(base)], []).append(owner)
    for role, group in _ROLES.items():
        name = known.get(_key(_base(role_name(group, locale), locale)))
        if name is not None and role not in found[name]:
            found[name].append(role)
    return {name: tuple(members) for name, members in found.items()}


def _key(base: str) -> str:
    return base.removesuffix("部").casefold()


def _base(owner: str, locale: str) -> str:
    """Return the department that a title names, "" for none."""
    name = role_name(_ROLES.get(owner, owner), locale).strip()
    if any("\u4e00" <= char <= "\u9fff" for char in name):
        whole = _HAN_DEPARTMENT.match(name)
        if whole is not None:
            return whole["base"]
        match = _HAN.match(name)
        base = "" if match is None or match["base"] in _BARE else match["base"]
        return f"{base}部" if base and base != name else ""
    of = _OF.match(name)
    base = of["base"] if of is not None else _TAIL.sub("", name)
    bare = base.strip()
    if not bare or _TAIL.sub("", f" {bare}").strip() == "":
        return ""
    return bare[:1].upper() + bare[1:]


_BARE = {"经理", "主管", "总监", "专员", "负责人", "代表", "团队", "人员", "部门"}
