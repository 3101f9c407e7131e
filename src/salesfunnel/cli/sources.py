"""Reading an input: what it holds, with the reader of it and its options."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from salesfunnel._core.errors import ArgumentError
from salesfunnel.fault import IntakeError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from salesfunnel._core.vocabulary import Frequency, PanelMode
    from salesfunnel.counting import StepCounts
    from salesfunnel.counting.by_period import By
    from salesfunnel.data.events.event_log import EventLog
    from salesfunnel.data.history import StageHistory
    from salesfunnel.data.panel import Panel
    from salesfunnel.data.tracking import Tracking

__all__ = ["counts_of", "panel_of", "progress", "read"]

_HEAD = 1 << 18
"""How much of a long text is looked at to tell what it holds, in bytes."""

_ONLY = {
    "sheet": ("period",),
    "deals": ("stages", "outcome", "pipeline", "as_of", "tz", "dayfirst", "window"),
    "events": ("steps", "window", "as_of", "tz", "dayfirst"),
}
"""Options that only readers of this kind take."""


def read(arguments: Namespace) -> tuple[str, Any]:
    """Return the kind of the input and what it holds: Tracking, StageHistory or EventLog."""
    source = _source(arguments.file)
    kind = arguments.kind if arguments.kind != "auto" else _kind_of(source, arguments)
    _check_options(kind, arguments)
    readers = {"sheet": sheet_of, "deals": deals_of, "events": events_of}
    return kind, readers[kind](arguments, source)


def _source(file: str) -> Any:
    if file == "-":
        return sys.stdin.buffer.read()
    return file if any(sign in file for sign in "*?[") and not Path(file).exists() else Path(file)


def _check_options(kind: str, arguments: Namespace) -> None:
    """Refuse options that would be ignored in silence."""
    taken = _ONLY[kind]
    for name in sorted({name for options in _ONLY.values() for name in options} - {*taken}):
        if getattr(arguments, name, None) is not None:
            owners = " and ".join(other for other, options in _ONLY.items() if name in options)
            raise ArgumentError(
                f"'--{name.replace('_', '-')}' must be left out for {kind}, got"
                f" {getattr(arguments, name)!r}",
                hint=f"it is for {owners}; --kind says what the file holds",
            )


def _kind_of(source: object, arguments: Namespace) -> str:
    """Return what a source holds; what no other reader knows is left to that of sheets."""
    if arguments.steps is not None:
        return "events"
    if arguments.stages or arguments.outcome or arguments.pipeline:
        return "deals"
    if isinstance(source, str):
        return "events"
    if isinstance(source, Path):
        if source.is_dir():
            return "deals"
        if source.suffix.lower() in {".parquet", ".ndjson", ".jsonl", ".json"}:
            return "events"
    from salesfunnel.intake.sheet.reader import read_table

    head = _head(cast("bytes | Path", source))
    options = {"encoding": arguments.encoding, "sheet": arguments.sheet}
    named = dict(arguments.column or ())
    try:
        read_table(
            head,
            funnel=_funnel(arguments),
            period=arguments.period,
            columns=named or None,
            **options,
        )
    except ArgumentError:
        if arguments.period or not named:
            return "sheet"  # whose reader says what is wrong
        return "events" if named.keys() <= {"entity", "step", "time"} else "deals"
    except IntakeError:
        return _other_kind(head, options)
    return "sheet"


def _head(source: bytes | Path) -> bytes | Path:
    """Return the beginning of a long text, whole lines of it; all of anything else."""
    if not isinstance(source, bytes):
        try:
            with source.open("rb") as file:
                start = file.read(_HEAD)
        except OSError:
            return source
    else:
        start = source[:_HEAD]
    if len(start) < _HEAD or b"\0" in start or start.startswith((b"PK", b"\xd0\xcf")):
        return source
    return start[: start.rfind(b"\n") + 1] or source


def _other_kind(head: object, options: dict[str, Any]) -> str:
    """Return the kind of what is not a sheet."""
    from salesfunnel.data.events.usual_names import recognise
    from salesfunnel.intake.deals.columns import has_deals
    from salesfunnel.intake.deals.headers import roles_of
    from salesfunnel.intake.deals.reader import read_deals
    from salesfunnel.intake.files.grid import shown
    from salesfunnel.intake.files.source import load
    from salesfunnel.intake.purchases.headers import find_roles

    try:
        grids = load(head, encoding=options["encoding"]).grids
    except (IntakeError, OSError):
        return "sheet"
    for grid in grids:
        names = [shown(cell).strip() for cell in next(iter(grid.rows), ())]
        if has_deals(grid, None):
            return "deals"
        events = recognise([name for name in names if name])
        if not events.missing and not events.counts_sessions:
            return "events"
        roles = find_roles(names).roles.keys()
        staged = any("stage" in roles_of(name) for name in names if name)
        ordered = {"time", "paid"} & roles and {"amount", "order", "quantity"} & roles
        if "customer" in roles and ordered and not staged:
            return "sheet"  # orders: the reader of sheets says which call reads them
    try:
        read_deals(head, **options)
    except IntakeError:
        return "sheet"
    except ArgumentError:  # a table of deals that needs a word more
        return "deals"
    return "deals"


def _funnel(arguments: Namespace) -> Any:
    from salesfunnel.plugins import template

    return template(arguments.funnel, locale=arguments.locale) if arguments.funnel else None


def sheet_of(arguments: Namespace, source: object) -> Tracking:
    """Read a tracking sheet."""
    from salesfunnel.intake.sheet.reader import read_table

    with progress(arguments.locale) as report:
        return read_table(
            source,
            funnel=_funnel(arguments),
            period=arguments.period,
            encoding=arguments.encoding,
            sheet=arguments.sheet,
            columns=dict(arguments.column) if arguments.column else None,
            progress=report,
        )


def deals_of(arguments: Namespace, source: object) -> StageHistory:
    """Read deals; of a folder, its dated exports."""
    from salesfunnel.intake.deals.reader import read_deals
    from salesfunnel.intake.snapshots._read_snapshots import read_snapshots

    options: dict[str, Any] = {
        "funnel": _funnel(arguments),
        "columns": dict(arguments.column) if arguments.column else None,
        "stages": arguments.stages,
        "outcomes": dict(arguments.outcome) if arguments.outcome else None,
        "tz": arguments.tz,
        "dayfirst": arguments.dayfirst,
        "encoding": arguments.encoding,
        "sheet": arguments.sheet,
        "pipeline": arguments.pipeline,
    }
    if isinstance(source, Path) and source.is_dir():
        if arguments.as_of is not None:
            raise ArgumentError(
                f"'--as-of' must be left out for a folder, got {arguments.as_of!r}",
                hint="the last dated export says when its deals were true",
            )
        return read_snapshots(source, **options)
    with progress(arguments.locale) as report:
        return read_deals(source, as_of=arguments.as_of, progress=report, **options)


def events_of(arguments: Namespace, source: object) -> EventLog:
    """Read a log of events."""
    from salesfunnel.intake.events.reader import read_events

    with progress(arguments.locale) as report:
        return read_events(
            source,
            columns=dict(arguments.column) if arguments.column else None,
            tz=arguments.tz,
            encoding=arguments.encoding,
            sheet=arguments.sheet,
            dayfirst=arguments.dayfirst,
            progress=report,
        )


def counts_of(
    arguments: Namespace, log: EventLog, *, by: str | None = None, **options: Any
) -> StepCounts:
    """Count the steps that ``--steps`` names."""
    from salesfunnel.counting import count_steps

    if not arguments.steps:
        raise ArgumentError(
            "'--steps' must name the steps of events, in order, got none",
            hint="such as --steps view,cart,order; the file has "
            + ", ".join(map(str, log.steps[:20])),
        )
    frequency = cast("By | None", by)
    return count_steps(
        log,
        arguments.steps,
        window=arguments.window,
        as_of=arguments.as_of,
        by=frequency,
        **options,
    )


def panel_of(
    arguments: Namespace, kind: str, data: Any, *, by: str = "month", segment: str | None = None
) -> Panel:
    """Return counts by period of whatever was read.

    Deals are counted where they come in (``period``), or, with ``--window``, by the period of
    their first entry and followed for so long. A list that only tells the stage now has two
    steps, as in `analyze`.
    """
    if kind == "sheet":
        if segment is not None:
            raise ArgumentError(
                f"'--by' must be left out for a sheet, got {segment!r}",
                hint="the groups of a sheet are found in its columns",
            )
        panel: Panel = data.panel(level="step")
        return panel
    frequency = cast("Frequency", by)
    if kind == "events":
        counted = counts_of(arguments, data, by=by, breakdown=segment)
        return counted.panel()
    from salesfunnel.data.history.from_list import two_ends

    data = two_ends(data)  # a list without stage times tells when deals came in and were won
    window = arguments.window
    mode: PanelMode = "period" if window is None else "cohort"
    counts: Panel = data.panel(by=frequency, mode=mode, window=window, segment=segment)
    return counts


@contextmanager
def progress(locale: str) -> Iterator[Any]:
    """Give a function that shows how much is read, on a terminal only; None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from salesfunnel.i18n import text

    last = -1

    def report(done: int, total: int) -> None:
        nonlocal last
        share = 100 * done // max(total, 1)
        if share != last:
            last = share
            words = text("command.reading", locale, share=share)  # type: ignore[arg-type]
            sys.stderr.write(f"\r{words}")
            sys.stderr.flush()

    try:
        yield report
    finally:
        if last >= 0:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
