"""Tracking: the monthly sheet of a team, its rates computed, its faults listed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import DataError
from salesfunnel._core.readers import named_only
from salesfunnel._core.result import TableMixin, leaf
from salesfunnel._core.vocabulary import LEVELS, LOCALES, Level, Locale, Severity
from salesfunnel.data.panel import ALL, Panel
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from os import PathLike
from salesfunnel.data.tracking.rates import counts_of, with_rates
from salesfunnel.data.tracking.row import TrackingRow, is_count
from salesfunnel.data.tracking.row_columns import RowColumns, in_order_of_time

__all__ = ["Tracking", "sheet_of_columns"]


def _rows(value: Iterable[TrackingRow]) -> tuple[TrackingRow, ...]:
    return tuple(value)


def _faults(value: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(value)


def _structure(funnel: object) -> Any:
    """Return what two funnels must share for their sheets to mean the same."""
    if not isinstance(funnel, Funnel):
        return funnel
    stages = ((s.key, tuple((m.key, m.unit, m.step) for m in s.metrics)) for s in funnel)
    return funnel.key, tuple(stages)


@named_only
@attrs.frozen(kw_only=True, repr=False, slots=False)
class Tracking(TableMixin):
    """The monthly tracking sheet of a team: metrics by period and stage, with target and actual.

    ``read_table`` makes one from a file. Rates, target rates and attainments are computed here,
    whatever the rows bring along.

    Parameters
    ----------
    rows : iterable of TrackingRow
        In the order of the sheet.
    funnel : Funnel
        Whose stages and metrics the rows name. Compared by keys, units and steps, so that the
        template in another language is equal.
    faults : tuple of Fault
        What is wrong or suspicious in the source; not compared by ``==``.

    Raises
    ------
    DataError
        With every problem: a metric that comes twice in a period and segment, a step metric whose
        actual is not a whole number of at least 0.

    Examples
    --------
    >>> from salesfunnel import Funnel, Metric, Stage
    >>> shop = Funnel("shop", [Stage("visit", metrics=[Metric("visits", step=True)]),
    ...                        Stage("order", metrics=[Metric("orders", step=True)])])
    >>> sheet = Tracking(funnel=shop, rows=[
    ...     TrackingRow(stage="visit", metric="visits", actual=400),
    ...     TrackingRow(stage="order", metric="orders", actual=30, target=40)])
    >>> sheet.rows[1].rate, sheet.rows[1].attainment
    (0.075, 0.75)
    >>> sheet.panel().counts.ravel().tolist()
    [400, 30]
    """

    rows: tuple[TrackingRow, ...] = attrs.field(converter=_rows)
    funnel: Funnel = attrs.field(eq=_structure)
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=_faults, eq=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.funnel, Funnel):
            raise DataError(f"'funnel' must be a Funnel, got {self.funnel!r}")
        problems = self._problems()
        if problems:
            lines = "".join(f"\n  - {problem}" for problem in problems)
            raise DataError(f"'tracking' must be well formed, got{lines}")
        object.__setattr__(self, "rows", tuple(with_rates(self.rows, self.funnel)))

    def __getattr__(self, name: str) -> Any:
        """Make the rows of a sheet of columns when they are first asked for."""
        columns: RowColumns | None = self.__dict__.get("_columns")
        if name != "rows" or columns is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        rows = self.__dict__["rows"] = tuple(with_rates(columns.make(), self.funnel))
        return rows

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in attrs.fields(Tracking)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def _problems(self) -> list[str]:
        strangers = [row for row in self.rows if not isinstance(row, TrackingRow)]
        if strangers:
            return [f"'rows' must hold TrackingRow only, got {row!r}" for row in strangers]
        found = []
        seen: set[tuple[str, str, str]] = set()
        chain = set(self.funnel.level_keys("step"))
        for row in self.rows:
            if row.metric in chain:
                name = (row.period, row.segment, row.metric)
                if not is_count(row.actual):
                    found.append(
                        f"'actual' of {row.metric!r} in {row.period!r} must be a whole number"
                        f" of at least 0 or None, got {row.actual!r}"
                    )
            else:
                name = (row.period, row.segment, f"{row.stage}\n{row.metric}")
            if name in seen:
                found.append(
                    f"{row.metric!r} must come once in {row.period!r}"
                    + (f", {row.segment!r}" if row.segment != ALL else "")
                    + ", got it twice"
                )
            seen.add(name)
        return found

    def __repr__(self) -> str:
        return (
            f"<Tracking {self.funnel.key}: {len(self)} rows, {len(self.periods)} periods,"
            f" {len(self.faults)} faults>"
        )

    def __len__(self) -> int:
        columns: RowColumns | None = self.__dict__.get("_columns")
        return len(self.rows) if columns is None else len(columns)

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods, in order of time where their names say it, of the sheet otherwise."""
        columns: RowColumns | None = self.__dict__.get("_columns")
        if columns is not None:
            return in_order_of_time(columns.periods)
        return in_order_of_time(tuple(dict.fromkeys(row.period for row in self.rows)))

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments, in order of the sheet; ``("all",)`` where it is not split."""
        columns: RowColumns | None = self.__dict__.get("_columns")
        if columns is not None:
            return columns.segments or (ALL,)
        return tuple(dict.fromkeys(row.segment for row in self.rows)) or (ALL,)

    @property
    def is_usable(self) -> bool:
        """Whether no fault is an error."""
        return not self.faults_of("error")

    def faults_of(self, severity: Severity) -> tuple[Fault, ...]:
        """Return the faults of one severity, in order."""
        return tuple(fault for fault in self.faults if fault.severity == severity)

    def between(self, start: str | None = None, end: str | None = None) -> Tracking:
        """Return the rows of the periods from `start` to `end`, both inside."""
        names = self.panel("step").between(start, end).periods
        return attrs.evolve(self, rows=[row for row in self.rows if row.period in names])

    def panel(self, level: Level = "stage") -> Panel:
        """Return the actual counts as a panel in ``period`` mode.

        Parameters
        ----------
        level : {"stage", "step"}
            The last step metric of each stage, or every step metric of the chain.

        Returns
        -------
        Panel
            Of shape (periods, segments, stages or steps); missing where the sheet has no count.
            A stage without a step metric is missing throughout.
        """
        check_choice("level", level, LEVELS)
        volumes = {s.key: s.volume.key for s in self.funnel if s.volume is not None}
        steps = self.funnel.level_keys(level)
        metrics = [volumes.get(key) for key in steps] if level == "stage" else list(steps)
        periods, segments = self.periods, self.segments
        columns: RowColumns | None = self.__dict__.get("_columns")
        if columns is not None:
            counts, missing = columns.counts(periods, segments, metrics)
        else:
            counts, missing = counts_of(self.rows, periods, segments, metrics)
        return Panel(
            counts=counts,
            missing=missing,
            periods=periods,
            segments=segments,
            steps=steps,
            funnel=self.funnel,
        )

    def __add__(self, other: object) -> Tracking:
        """Put the rows of two sheets together; both must have the same funnel and no row twice."""
        if not isinstance(other, Tracking):
            return NotImplemented
        if _structure(self.funnel) != _structure(other.funnel):
            raise DataError(
                "sheets to add must have the same 'funnel', got"
                f" {self.funnel.key!r} and {other.funnel.key!r}",
                hint="read both with the same funnel=",
            )
        return attrs.evolve(
            self, rows=(*self.rows, *other.rows), faults=(*self.faults, *other.faults)
        )

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return the sheet as columns; NaN where a number is missing, "" where a text is.

        Returns
        -------
        dict of str to ndarray
            period, segment, stage, metric, unit, owner, note (str); target, actual, rate,
            target_rate, stated_rate, attainment (float64).
        """
        table: dict[str, npt.NDArray[Any]] = {}
        for name in ("period", "segment", "stage", "metric", "unit"):
            table[name] = np.array([getattr(row, name) for row in self.rows], dtype=np.str_)
        for name in ("target", "actual", "rate", "target_rate", "stated_rate", "attainment"):
            cells = [getattr(row, name) for row in self.rows]
            table[name] = np.array([np.nan if c is None else c for c in cells], dtype=np.float64)
        table["owner"] = np.array([row.owner or "" for row in self.rows], dtype=np.str_)
        table["note"] = np.array([row.note for row in self.rows], dtype=np.str_)
        return table

    def to_csv(self, path: str | PathLike[str] | None = None, *, locale: Locale = "en") -> str:
        """Return the sheet as CSV text, with rates and attainments, and write it to `path`.

        Parameters
        ----------
        path : path-like, optional
            Where to write it as well: UTF-8 with a byte order mark, which Excel reads rightly.
        locale : {"en", "zh"}
            The language of the headers.

        Notes
        -----
        Cells that a spreadsheet would take for a formula are escaped with an apostrophe.
        ``read_table`` with the same funnel gives an equal Tracking.
        """
        check_choice("locale", locale, LOCALES)
        text: str = leaf("salesfunnel.export.sheets").tracking_to_csv(self, path, locale=locale)
        return text

    def to_xlsx(self, path: str | PathLike[str] | None = None, *, locale: Locale = "en") -> bytes:
        """Return the sheet as a workbook that a team fills in, and write it to `path`.

        One worksheet with live formulas for rates and attainments, drop-downs of owners, a note
        of what each metric counts, and colours by attainment; header and formulas are locked,
        without a password. ``read_table`` reads it back, also as Excel, WPS or LibreOffice save it.

        Parameters
        ----------
        path : path-like, optional
            Where to write it as well.
        locale : {"en", "zh"}
            The language of the headers; large numbers are shown in 万 in Chinese.

        Raises
        ------
        DataError
            If a row would not be read back as it is.
        MissingExtraError
            If XlsxWriter is not installed (extra ``excel``).
        """
        check_choice("locale", locale, LOCALES)
        book: bytes = leaf("salesfunnel.export.sheets").tracking_to_xlsx(self, path, locale=locale)
        return book


def sheet_of_columns(columns: RowColumns, *, funnel: Funnel, faults: Iterable[Fault]) -> Tracking:
    """Return a sheet whose rows are made when they are asked for; they are well formed."""
    made = Tracking(rows=(), funnel=funnel, faults=tuple(faults))
    del made.__dict__["rows"]
    made.__dict__["_columns"] = columns
    return made
