"""Names of attributes that may mean the same: told, never merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from salesfunnel._core.checks import check_known, nearest
from salesfunnel.data.coded_texts import CodedTexts
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.converters import columns_of
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_time import read_time
from salesfunnel.intake.sheet.names import fold

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["name_faults"]

_LOOKED_AT = 40
_SHOWN = 10
"""Names alike that are told one by one."""
_MOST = 1000
"""Columns of more distinct texts hold remarks, not names."""


def name_faults(
    history: StageHistory, known: Mapping[str, Iterable[str]] | None
) -> tuple[Fault, ...]:
    """Return what is suspicious about the names in the text attributes of a history.

    Parameters
    ----------
    history : StageHistory
        The deals.
    known : mapping of str to iterable of str, optional
        The known names of an attribute.

    Returns
    -------
    tuple of Fault
        ``names-alike``: two names differ in case, spaces and marks only; ``name-not-known``: a
        name is not among the known ones, with the nearest of them. More than ten names alike are
        one ``names-alike-many``.

    Raises
    ------
    UnknownNameError
        If there is no such attribute.
    """
    for name in known or {}:
        check_known("names", name, tuple(history.attributes))
    found: list[Fault] = []
    for name in history.attributes:
        column = columns_of(history.attributes).held(name)
        if isinstance(column, CodedTexts) and len(column.values) > 100 * _MOST:
            continue
        if not isinstance(column, CodedTexts) and column.dtype.kind != "U":
            continue
        if len(set(column[:100_000].tolist())) > _MOST:
            continue
        if _is_no_name(column) and name not in (known or {}):
            continue
        deals = {text: n for text, n in CodedTexts.of(column).counts().items() if text}
        found += _alike(name, deals)
        if known is not None and name in known:
            found += _not_known(name, deals, known[name])
    return (*_folded([f for f in found if f.code == "names-alike"]),
            *(f for f in found if f.code != "names-alike"))  # fmt: skip


def _folded(alike: list[Fault]) -> list[Fault]:
    """Return faults of names alike; one with the first ten where there are more."""
    if len(alike) <= _SHOWN:
        return alike
    pairs = [f"{f.column}: “{f.value}” – “{dict(f.params)['other']}”" for f in alike[:_SHOWN]]
    names = "; ".join(pairs) + "; …"
    columns = ", ".join(dict.fromkeys(str(f.column) for f in alike))
    return [Fault.of("names-alike-many", column=columns, n=len(alike), names=names)]


def _is_no_name(column: npt.NDArray[Any]) -> bool:
    """Whether a column holds numbers or dates, of which two that look alike are two."""
    some = [text for text in dict.fromkeys(column[:_MOST].tolist()) if text][:_LOOKED_AT]
    return bool(some) and sum(map(_is_figure, some)) > len(some) / 2


def _is_figure(text: str) -> bool:
    if read_number(text).value is not None:
        return True
    try:
        return read_time(text, dayfirst=True) is not None
    except ValueError:
        return False


def _alike(name: str, deals: Mapping[str, int]) -> Iterator[Fault]:
    groups: dict[str, list[str]] = {}
    for value in deals:
        groups.setdefault(fold(value) or value, []).append(value)
    for group in groups.values():
        top, *rest = sorted(group, key=lambda value: (-deals[value], value))
        for value in rest:
            params: dict[str, Any] = {"deals": deals[value], "others": deals[top]}
            yield Fault.of("names-alike", column=name, value=value, other=top, **params)


def _not_known(name: str, deals: Mapping[str, int], known: Iterable[str]) -> Iterator[Fault]:
    allowed = sorted(set(known))
    for value, count in deals.items():
        if value not in allowed:
            same = [other for other in allowed if fold(other) == fold(value)]
            close = same[0] if same else nearest(value, allowed)
            yield Fault.of("name-not-known", column=name, value=value, deals=count, nearest=close)
