"""TrackingRow: one line of a sheet."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

import attrs
import numpy as np

from salesfunnel._core.checks import duplicates
from salesfunnel._core.errors import DataError
from salesfunnel._core.one_line import one_line as in_one_line
from salesfunnel._core.vocabulary import UNITS, Unit
from salesfunnel.data.panel import ALL

__all__ = ["RateBasis", "TrackingRow", "is_count", "one_line", "ratio"]

RateBasis = Literal["ok", "first", "not-a-step", "missing", "no-data", "rate-gt-1"]
RATE_BASES: tuple[str, ...] = get_args(RateBasis)
_LIMIT = 2**63 - 1
_DASHES = frozenset({"-", "--", "—", "——", "–", "−", "－", "/", "／"})


def _number(value: object) -> Any:
    """Return an int where a number is whole and fits, so that equal values have one form."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LIMIT:
        return int(value)
    return value


def _text(value: object) -> Any:
    """Return text without outer space and with one kind of line end."""
    return (
        value.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(value, str) else value
    )


def one_line(value: object) -> Any:
    """Return a name on one line, with single spaces."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _owner(value: object) -> Any:
    """Return the name of an owner, None for a dash or nothing."""
    value = one_line(value)
    return None if value == "" or (isinstance(value, str) and value in _DASHES) else value


def _pairs(value: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    items = value.items() if isinstance(value, Mapping) else value
    pairs = ((one_line(key), _text(cell)) for key, cell in items)
    return tuple(sorted((pair for pair in pairs if pair[1] != ""), key=str))


def ratio(over: float | None, under: float | None) -> float | None:
    """Return a quotient, None if there is none that a float can hold."""
    if over is None or not under:
        return None
    try:
        quotient = over / under
    except OverflowError:
        return None
    return quotient if math.isfinite(quotient) else None


def _attainment(row: TrackingRow) -> float | None:
    numbers = isinstance(row.actual, int | float) and isinstance(row.target, int | float)
    return ratio(row.actual, row.target) if numbers else None


@attrs.frozen(kw_only=True)
class TrackingRow:
    """One line of the sheet: a metric of a stage in a period, with target and actual.

    Parameters
    ----------
    stage, metric : str
        Keys in the funnel; the name as written where the funnel does not know it.
    period : str
        Name of the period, such as ``"2026-09"``; ``"all"`` where the sheet has only one and does
        not say which.
    segment : str
        The part of the business (a channel, a region), ``"all"`` where the sheet is not split.
    target, actual : int or float, optional
        In the unit of the metric: customers, money, a rate in [0, 1], points of a score, days of
        a duration. None where missing, which is not zero.
    stated_rate : float, optional
        The conversion rate that the sheet states, as a fraction; see `stated_text`.
    owner : str, optional
        Who answers for it.
    note : str
        What the team wrote next to it.
    unit : {"count", "currency", "rate", "score", "duration"}
        What the numbers measure.
    out_of : int or float, optional
        The best possible score: 5 in ``4.2/5``.
    other : tuple of (str, str)
        Cells of columns that the library does not know, by the name of the column, sorted.
    stated_text : str, optional
        The stated rate as written, ``"42.%"``; not compared by ``==``.
    stage_name, metric_name : str
        The names as written; not compared by ``==``.
    row : int, optional
        Row of the source, counted from 1 without the header; not compared by ``==``.
    sheet : str, optional
        Worksheet or file of the source; not compared by ``==``.
    rate : float, optional
        Actual ÷ actual of the step before, in the same period and segment. `Tracking` computes it.
    target_rate : float, optional
        The same of the targets. `Tracking` computes it.
    basis : {"ok", "first", "not-a-step", "missing", "no-data", "rate-gt-1"}
        Why there is a rate, or none: ``first`` the chain starts here; ``not-a-step`` the metric
        is not in the chain; ``missing`` one of the two counts is not known; ``no-data`` the step
        before counts zero; ``rate-gt-1`` there is one, and more came out than went in.
        `Tracking` computes it.
    attainment : float, optional
        Actual ÷ target; None if either is missing or the target is zero.

    Raises
    ------
    DataError
        If a field is not valid.

    Examples
    --------
    >>> TrackingRow(stage="awareness", metric="leads", target=5000, actual=4200).attainment
    0.84
    """

    stage: str = attrs.field(converter=one_line)
    metric: str = attrs.field(converter=one_line)
    period: str = attrs.field(default=ALL, converter=one_line)
    segment: str = attrs.field(default=ALL, converter=one_line)
    target: int | float | None = attrs.field(default=None, converter=_number)
    actual: int | float | None = attrs.field(default=None, converter=_number)
    rate: float | None = None
    target_rate: float | None = None
    basis: RateBasis = "not-a-step"
    stated_rate: float | None = attrs.field(default=None)
    attainment: float | None = attrs.field(
        default=attrs.Factory(_attainment, takes_self=True),
        init=False,
        repr=False,
    )
    owner: str | None = attrs.field(default=None, converter=_owner)
    note: str = attrs.field(default="", converter=_text)
    unit: Unit = "count"
    out_of: int | float | None = attrs.field(default=None, converter=_number)
    other: tuple[tuple[str, str], ...] = attrs.field(default=(), converter=_pairs)
    stated_text: str | None = attrs.field(default=None, eq=False)
    stage_name: str = attrs.field(default="", converter=one_line, eq=False)
    metric_name: str = attrs.field(default="", converter=one_line, eq=False)
    row: int | None = attrs.field(default=None, eq=False)
    sheet: str | None = attrs.field(default=None, eq=False)

    __repr__ = in_one_line

    def __attrs_post_init__(self) -> None:
        problems = self._problems()
        if problems:
            raise DataError(f"a row of the sheet must be well formed: {'; '.join(problems)}")

    def _problems(self) -> list[str]:
        found = []
        for field in ("target", "actual", "stated_rate", "out_of", "rate", "target_rate"):
            value = getattr(self, field)
            if value is not None and (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not math.isfinite(value)
            ):
                found.append(f"{field!r} must be a finite number or None, got {value!r}")
        texts = [(f, getattr(self, f)) for f in ("stage", "metric", "period", "segment", "note")]
        texts += [("owner", self.owner or ""), ("stage_name", self.stage_name)]
        texts += [("metric_name", self.metric_name), ("stated_text", self.stated_text or "")]
        texts += [("other", part) for pair in self.other for part in pair]
        for field, value in texts:
            if not isinstance(value, str):
                found.append(f"{field!r} must be a str, got {value!r}")
            elif not is_clean(value):
                found.append(f"{field!r} must be text without control characters, got {value!r}")
            elif not value and field in {"stage", "metric", "period", "segment"}:
                found.append(f"{field!r} must not be empty, got ''")
        found.extend(
            f"'other' must name a column once, got {name!r} twice"
            for name in duplicates(str(name) for name, _ in self.other)
        )
        if self.unit not in UNITS:
            found.append(f"'unit' must be one of {', '.join(map(repr, UNITS))}, got {self.unit!r}")
        if self.basis not in RATE_BASES:
            found.append(f"'basis' must be one of {RATE_BASES}, got {self.basis!r}")
        return found

    def replace(self, **changes: Any) -> TrackingRow:
        """Return a copy with other fields, validated again."""
        return attrs.evolve(self, **changes)

    def with_rate(
        self, rate: float | None, target_rate: float | None, basis: RateBasis
    ) -> TrackingRow:
        """Return a copy with rates that were computed; the other fields are valid already."""
        return self.with_valid(rate=rate, target_rate=target_rate, basis=basis)

    def with_valid(self, **changes: Any) -> TrackingRow:
        """Return a copy with other fields that are known to be valid, in their final form."""
        made = object.__new__(TrackingRow)
        for name in _FIELDS:
            value = changes[name] if name in changes else getattr(self, name)
            object.__setattr__(made, name, value)
        return made

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Period, segment, stage and metric: what no two rows of a sheet may share."""
        return self.period, self.segment, self.stage, self.metric


_FIELDS = tuple(field.name for field in attrs.fields(TrackingRow))


def is_clean(value: str) -> bool:
    """Whether text holds no control characters, but line ends and tabs, and no lone surrogates."""
    return value.isprintable() or not any(
        (unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t")
        or char in "\ufffe\uffff"
        for char in value
    )


def is_count(value: float | None) -> bool:
    """Whether a value may be in the chain: None, or a whole number of at least 0 in int64."""
    return value is None or (isinstance(value, int) and 0 <= value <= _LIMIT)
