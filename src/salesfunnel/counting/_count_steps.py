"""The function count_steps: takes any source of events to the place where it is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any, get_args

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.vocabulary import StepOrder
from salesfunnel.counting.by_period import By, with_breakdown
from salesfunnel.counting.in_parts import Options, bytes_of, count_files, count_parts
from salesfunnel.counting.parquet_files import is_parquet_path, log_of_parquet
from salesfunnel.counting.query import Query, make_query
from salesfunnel.counting.result import StepCounts, evolve_lazily
from salesfunnel.counting.step_specs import Step, attributes_of, needed_steps, plain_steps
from salesfunnel.data.events.event_log import EventLog

EntityRange = timedelta | str | int | Any


def count_steps(
    events: object,
    steps: Sequence[str | int | Step],
    *,
    window: EntityRange | None = None,
    step_windows: object = None,
    order: StepOrder = "ordered",
    exclude: object = (),
    breakdown: str | Sequence[str] | None = None,
    attribution: str = "first",
    increasing: bool = False,
    per: str = "entity",
    as_of: datetime | str | int | Any | None = None,
    threads: int | None = None,
    columns: Mapping[str, str] | None = None,
    by: By | None = None,
    memory: int | str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> StepCounts:
    """Count how many customers get to each step of a path through their events.

    An entity counts for step k if it has events i1 < i2 < ... < ik in order of time, one a step,
    each event serving one step only. All starts are tried; the deepest chain counts. Events at the
    same time may follow each other in the order of the steps.

    Parameters
    ----------
    events : EventLog, dataframe, ibis table, path, or dataset of pyarrow
        The log. A path or a pattern is of Parquet files (extra ``frames``), of which only the
        columns that are asked for are read; ``read_events`` reads other files. A dataframe
        (pandas, polars, pyarrow, or anything with the Arrow PyCapsule interface) and a table have
        the columns ``entity``, ``step`` and ``time`` or usual names of them, see `columns`. A
        table is counted in its database.
    steps : sequence of str, int or Step
        The names of the steps, in order; a name may stand more than once. `either` makes a step of
        one of several events, `step` one of an event with certain values, `optional` one that may
        be left out.
    window : timedelta, str or int, optional
        How long after the first event of its chain a step may be taken, the bound inside:
        ``"14D"``, ``"6h"``, ``"30min"``, ``"90s"``, ``"2 weeks"``; a whole number where times are
        whole numbers.
    step_windows : the same, a sequence or a mapping, optional
        How long after the step before each step may be taken: one length for all, one a transition
        (None for no bound), or by name of the step. Where a step must also wait, a length is a
        tuple ``(least, most)``, each a length or None: ``{"order": ("1h", "7D")}``.
    order : {"ordered", "strict", "any"}
        ``strict``: no other event of the entity between the first and the last event of the chain;
        ``any``: the first k steps inside one window, in any order.
    exclude : str, or sequence of str or (str, str, str)
        Events that void a chain (not the entity) where they lie strictly between its first and last
        step, or between the two steps named behind them.
    breakdown : str or sequence of str, optional
        An attribute of the events to count by; or several, whose values together are a segment.
    attribution : {"first", "last", "all"} or a step
        Whose value counts: the first known value along the chain, the last known one, the one at a
        step; or every value for itself, a chain being made of events of one value only (``all``).
        Of an event that is said twice, with different values, the least known one counts.
    increasing : bool
        Whether each step must be strictly later than the one before.
    per : {"entity", "entry"}
        Count entities, or attempts: a new attempt starts at the first event of the first step that
        is later than the chain before it; a later start inside an attempt takes over where it gets
        further.
    as_of : datetime, str or int, optional
        The moment of the last observation; a day means its end. Later events are left out, and who
        has not taken the last step but still can within the window is counted separately, as
        immature; of attempts, those that can, or that a later start within them can take over.
    threads : int, optional
        How many threads; by default as many as this process may use (affinity and control groups
        count), and one where more do not pay. The result is the same.
    columns : mapping of str to str, optional
        The names of the columns ``entity``, ``step`` and ``time`` in a dataframe or table.
    by : {"day", "week", "month", "quarter", "year"}, optional
        Count by the period of the first step's event, for `StepCounts.panel`; the value of
        `breakdown` is that of the same event. The first step is always taken by somebody of the
        period, so that these are cohorts of entries.
    memory : int or str, optional
        How many bytes counting may take besides the events, such as ``"500MB"``: more entities than
        fit are counted part by part. Of Parquet files the events of one part alone are read at a
        time, so that files larger than memory can be counted; the result then has no durations, and
        `StepCounts.entities` is not known.
    progress : callable, optional
        Called with how many parts of the work are done and how many there are, as they get done.

    Returns
    -------
    StepCounts
        The counts, with everything that made them.

    Raises
    ------
    ArgumentError
        If an argument is out of its range, or two do not go together.
    DataError
        If the columns cannot be read.
    UnknownNameError
        If `breakdown` or a column does not exist.

    Notes
    -----
    Time is that of sorting the events of the steps, O(n log n), with memory for the keys of the
    events in question. Nothing but the events of entities that reached a step is sorted for the
    next one.

    Examples
    --------
    >>> from salesfunnel import EventLog
    >>> log = EventLog(
    ...     entity=[1, 1, 1, 2, 2],
    ...     step=["view", "cart", "order", "view", "cart"],
    ...     time=[0, 5, 9, 3, 30],
    ... )
    >>> count_steps(log, ["view", "cart", "order"], window=10).counts
    (2, 1, 1)
    """
    _check_by(by, attribution)

    def question(names: Sequence[str], held: Any, whose: str) -> Query:
        return make_query(
            names,
            window=window,
            step_windows=step_windows,
            order=order,
            exclude=exclude,
            breakdown=held,
            attribution=whose,
            increasing=increasing,
            per=per,
            as_of=as_of,
        )

    marks: list[bool] = []
    if isinstance(steps, Iterable) and not isinstance(steps, str | AbstractSet):
        steps, marks = needed_steps(steps)
    many = breakdown is not None and not isinstance(breakdown, str)
    if many and not (
        isinstance(breakdown, Sequence) and all(isinstance(one, str) for one in breakdown)
    ):
        raise ArgumentError(f"'breakdown' must be a name or several names, got {breakdown!r}")
    asked = () if breakdown is None else tuple(breakdown) if many else (breakdown,)
    specs = any(isinstance(one, Step) for one in steps) if isinstance(steps, Iterable) else False
    if type(events).__module__.partition(".")[0] == "ibis":
        if specs or many or by is not None or any(marks):
            raise ArgumentError(
                "'by', several attributes, and steps of several events or that may be left out must"
                f" be counted in memory, got {type(events).__name__}",
                hint="give the table as a dataframe: table.to_pyarrow()",
            )
        from salesfunnel.counting.in_database import count_table

        return count_table(events, question(steps, breakdown, attribution), columns=columns)
    options = Options(threads=threads, memory=bytes_of(memory), progress=progress)
    needed = tuple(dict.fromkeys([*asked, *(attributes_of(steps) if specs else ())]))

    def counted(log: EventLog, options: Options) -> StepCounts:
        plain: Any = steps
        if specs:
            log, plain = plain_steps(log, steps)
        made = breakdown
        if many or by is not None:
            log, made = with_breakdown(log, breakdown, by)
        taken = attribution if by is None else str(next(iter(plain), "first"))
        result = count_parts(log, question(plain, made, taken), marks, options)
        return result if by is None else evolve_lazily(result, by=by)

    if is_parquet_path(events) and options.memory is not None:
        return count_files(events, columns, needed, counted, options)
    return counted(_log_of(events, columns, needed), options)


def _log_of(events: object, columns: Mapping[str, str] | None, needed: tuple[str, ...]) -> EventLog:
    if isinstance(events, EventLog):
        if columns is not None:
            raise ArgumentError(
                f"'columns' must be left out where 'events' is an EventLog, got {columns!r}"
            )
        return events
    if is_parquet_path(events):
        return log_of_parquet(events, columns, needed)
    return EventLog.from_frame(events, columns=columns, attributes=needed)


def _check_by(by: object, attribution: str) -> None:
    if by is None:
        return
    check_choice("by", by, get_args(By))
    if attribution != "first":
        raise ArgumentError(
            f"'attribution' must be left at its default where 'by' is given, got {attribution!r}",
            hint="the values are those of the first step's event",
        )
