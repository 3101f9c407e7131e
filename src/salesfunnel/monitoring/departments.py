"""Which department a role, a person or a stage belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from salesfunnel._core.errors import ArgumentError

__all__ = ["check_departments", "department_of"]


def check_departments(departments: object) -> dict[str, str]:
    """Return member → department; raise ArgumentError with every problem."""
    if departments is None:
        return {}
    if not isinstance(departments, Mapping):
        raise ArgumentError(
            "'departments' must be a mapping from a department to its members,"
            f" got {type(departments).__name__}",
            hint='write {"Sales": ["Ann", "sales-lead"], "Marketing": ["Bo"]}',
        )
    found: dict[str, str] = {}
    problems = []
    for name, members in departments.items():
        listed = [members] if isinstance(members, str) else list(members)
        wrong = [each for each in (name, *listed) if not isinstance(each, str) or not each.strip()]
        problems += [f"'departments' must hold names, got {each!r}" for each in wrong]
        for member in {each: None for each in listed if isinstance(each, str)}:
            if found.setdefault(member.strip(), name) != name:
                problems.append(
                    f"'departments' must have {member!r} in one department,"
                    f" got {found[member.strip()]!r} and {name!r}"
                )
    if problems:
        raise ArgumentError("; ".join(problems))
    for name in departments:
        found.setdefault(str(name), str(name))
    return found


def department_of(members: Mapping[str, str], *names: str | None) -> str | None:
    """Return the department of the first of these names that has one."""
    return next((members[name.strip()] for name in names if name and name.strip() in members), None)
