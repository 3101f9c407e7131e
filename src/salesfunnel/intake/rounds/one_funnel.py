"""Which sheets of a folder are of its funnel, and which are copies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import attrs

from salesfunnel._core.errors import SalesFunnelError
from salesfunnel.data.tracking import Tracking
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.plugins import template

if TYPE_CHECKING:
    from salesfunnel.intake.rounds.months import SheetReader

__all__ = ["common_funnel", "is_copy", "of_one_funnel"]

COPY = re.compile(
    r"\(\d+\)|\bcop(y|ie|ia)\b|\bkopie\b|副本|拷贝|コピー|копия|复制|conflict|冲突", re.IGNORECASE
)
CHAIN = 3
"""Steps from which on a sheet is taken as a funnel of its own."""
ALIKE = 0.5
"""Share of the rows of the larger from which on nobody can say whose folder it is."""


def is_copy(name: str) -> bool:
    """Whether the name of a file is that of a copy, as systems and people name them."""
    return COPY.search(PurePath(name).stem) is not None


def common_funnel(
    sheets: Mapping[str, Any], names: Sequence[str], reader: SheetReader
) -> Funnel | None:
    """Return the funnel of the sheet with most rows, in which the others are read too.

    Where departments keep the stages of one template in sheets of their own, it has all of them.
    """
    read = []
    for name in names:
        with suppress(SalesFunnelError):
            read.append(reader.read(name, sheets[name], None, []))
    if not read:
        return None
    best = max(read, key=len).funnel
    metrics = {key for one in read if one.funnel.key == best.key for key in _metrics(one.funnel)}
    if metrics <= _metrics(best):
        return best
    try:
        whole = template(best.key)
    except SalesFunnelError:
        return best
    if not _metrics(best) <= _metrics(whole):
        return best
    stages = [
        attrs.evolve(stage, metrics=[m for m in stage.metrics if m.key in metrics])
        for stage in whole
        if metrics & {metric.key for metric in stage.metrics}
    ]
    return attrs.evolve(whole, stages=stages)


def of_one_funnel(
    sheets: Mapping[str, Any],
    names: Sequence[str],
    funnel: Funnel | None,
    reader: SheetReader,
    faults: list[Fault],
) -> list[str]:
    """Return the names of the sheets of the funnel; each of another one is a fault.

    A sheet is of another funnel where it has a chain of its own and the funnel knows fewer than
    half of its metrics.

    Raises
    ------
    IntakeError
        If the others have half as many rows as those of the funnel, or more.
    """
    if funnel is None or len(names) < 2:
        return list(names)
    ours, others = 0, {}
    for name in names:
        try:
            found = reader.read(name, sheets[name], funnel, [])
            own = reader.read(name, sheets[name], None, [])
        except SalesFunnelError:
            continue
        if _is_other(found, own, funnel):
            others[name] = own
        else:
            ours += len(found)
    if ours == 0 or not others:
        return list(names)
    largest = max(others, key=lambda name: len(others[name]))
    if len(others[largest]) >= ALIKE * ours:
        first = next(name for name in names if name not in others)
        raise IntakeError(
            f"'folder' must hold the sheets of one funnel, got {first!r} ({_steps(funnel)})"
            f" and {largest!r} ({_steps(others[largest].funnel)})",
            hint="keep each funnel in a folder of its own, or put the funnel of this one into it as"
            " funnel.json",
        )
    known, told = _steps(funnel), others.items()
    faults += [
        Fault.of("round-other-funnel", severity="error", file=name, value=_steps(one.funnel),
                 known=known)
        for name, one in told
    ]  # fmt: skip
    return [name for name in names if name not in others]


def _is_other(found: Tracking, own: Tracking, funnel: Funnel) -> bool:
    known = _metrics(funnel)
    metrics = {row.metric for row in found.rows}
    return len(list(own.funnel.steps)) >= CHAIN and 2 * len(metrics & known) < len(metrics)


def _metrics(funnel: Funnel) -> set[str]:
    return {metric.key for stage in funnel for metric in stage.metrics}


def _steps(funnel: Funnel) -> str:
    """Return the first steps of a funnel, in the words of its sheet."""
    steps = [metric.label for metric in funnel.steps] or [stage.label for stage in funnel]
    return ", ".join(steps[:CHAIN]) + (", …" if len(steps) > CHAIN else "")
