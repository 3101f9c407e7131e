"""Benchmark: a rate that others published, with where it comes from."""

from __future__ import annotations

import math
from typing import Any, cast

import attrs

from salesfunnel._core.checks import key_problem
from salesfunnel._core.errors import ArgumentError, DefinitionError
from salesfunnel._core.one_line import one_line
from salesfunnel.definitions.funnel import Transition

__all__ = ["DEFAULT_CV", "Benchmark"]

DEFAULT_CV = 0.15


def _number(value: object) -> float | None:
    """Return a real, finite number as a float, or None for anything else."""
    if isinstance(value, bool | str) or value is None:
        return None
    try:
        number = float(cast("float", value))
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _float(value: object) -> Any:
    number = _number(value)
    return value if number is None else number


@attrs.frozen
class Benchmark:
    """A published conversion rate from one step to another.

    Parameters
    ----------
    start, end : str
        The steps: of those who are in `start`, the share `rate` gets to `end`.
    rate : float
        The rate, in (0, 1).
    citation : str
        Who published it: author or publisher, and title. A figure without one is refused.
    cv : float
        How uncertain it is for a company like yours: standard deviation ÷ rate, in (0, 1]. A
        benchmark taken as exact alarms a third of the healthy funnels.
    low, high : float, optional
        The range that the source gives (quartiles, best and worst), low ≤ rate ≤ high.
    url : str, optional
        Where it can be read.
    year : int, optional
        The year of the data, or of the publication where the data's is not told.
    sample : str, optional
        Whom it was measured on: ``"160 clients"``.
    region, industry : str, optional
        Where and in which trade.

    Raises
    ------
    DefinitionError
        With every problem, if a field is not valid.

    Examples
    --------
    >>> figure = Benchmark("intent", "won", 0.3, citation="Our association, survey", year=2025)
    >>> figure.rate, str(figure.transition)
    (0.3, 'intent→won')
    """

    start: str
    end: str
    rate: float = attrs.field(converter=_float)
    citation: str = attrs.field(kw_only=True)
    cv: float = attrs.field(default=DEFAULT_CV, converter=_float, kw_only=True)
    low: float | None = attrs.field(default=None, converter=_float, kw_only=True)
    high: float | None = attrs.field(default=None, converter=_float, kw_only=True)
    url: str = attrs.field(default="", kw_only=True)
    year: int | None = attrs.field(default=None, kw_only=True)
    sample: str = attrs.field(default="", kw_only=True)
    region: str = attrs.field(default="", kw_only=True)
    industry: str = attrs.field(default="", kw_only=True)

    __repr__ = one_line

    def __attrs_post_init__(self) -> None:
        problems = [p for p in (*self._number_problems(), *self._text_problems()) if p]
        if problems:
            raise DefinitionError(
                f"benchmark {self.start!r}→{self.end!r} must be well formed",
                problems,
                hint=self._percent_hint(),
            )

    def _number_problems(self) -> list[str | None]:
        found: list[str | None] = []
        for field, lowest, highest in (("rate", 0.0, 1.0), ("low", 0.0, 1.0), ("high", 0.0, 1.0)):
            value = getattr(self, field)
            number = _number(value)
            if value is None and field != "rate":
                continue
            ends_count = field != "rate"
            inside = number is not None and (
                lowest <= number <= highest if ends_count else lowest < number < highest
            )
            if not inside:
                range_ = "[0, 1]" if ends_count else "(0, 1)"
                found.append(f"{field!r} must be a number in {range_}, got {value!r}")
        cv = _number(self.cv)
        if cv is None or not 0.0 < cv <= 1.0:
            found.append(f"'cv' must be a number in (0, 1], got {self.cv!r}")
        if not found:
            if self.low is not None and self.low > self.rate:
                found.append(f"'low' must be at most the rate {self.rate!r}, got {self.low!r}")
            if self.high is not None and self.high < self.rate:
                found.append(f"'high' must be at least the rate {self.rate!r}, got {self.high!r}")
        return found

    def _text_problems(self) -> list[str | None]:
        found = [key_problem("start", self.start), key_problem("end", self.end)]
        if self.start == self.end:
            found.append(f"'end' must be another step than 'start', got {self.end!r} for both")
        if not isinstance(self.citation, str) or not self.citation.strip():
            found.append(f"'citation' must say who published the figure, got {self.citation!r}")
        for field in ("url", "sample", "region", "industry"):
            value = getattr(self, field)
            if not isinstance(value, str):
                found.append(f"{field!r} must be a str, got {value!r}")
        year = self.year
        if year is not None and (
            isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2200
        ):
            found.append(f"'year' must be a year such as 2025, got {year!r}")
        return found

    def _percent_hint(self) -> str | None:
        number = _number(self.rate)
        if number is not None and 1.0 < number <= 100.0:
            return f"write {number / 100:g} for {number:g}%"
        if not self.citation or not str(self.citation).strip():
            return "a figure whose source is not known is not a benchmark"
        return None

    @property
    def transition(self) -> Transition:
        """The step that it is the rate of."""
        return Transition(self.start, self.end)

    def replace(self, **changes: Any) -> Benchmark:
        """Return a copy with other fields, validated again."""
        return attrs.evolve(self, **changes)

    def then(self, other: Benchmark) -> Benchmark:
        """Return the rate over two steps in a row: this one, and then `other`.

        The rates are multiplied; the relative variances of independent factors combine as
        1 + cv² = (1 + cv₁²)(1 + cv₂²).

        Raises
        ------
        ArgumentError
            If `other` does not start where this one ends.

        Examples
        --------
        >>> a = Benchmark("lead", "mql", 0.4, citation="A")
        >>> b = Benchmark("mql", "sql", 0.5, citation="A")
        >>> a.then(b).rate
        0.2
        """
        if other.start != self.end:
            raise ArgumentError(f"'other' must start at {self.end!r}, got {other.start!r}")
        cv = math.sqrt((1 + self.cv**2) * (1 + other.cv**2) - 1)
        both = {f: (getattr(self, f), getattr(other, f)) for f in _CITED}
        cited = {f: a if a == b else "; ".join(filter(None, (a, b))) for f, (a, b) in both.items()}
        years = [year for year in (self.year, other.year) if year is not None]
        return Benchmark(
            self.start,
            other.end,
            self.rate * other.rate,
            cv=min(cv, 1.0),
            year=min(years) if years else None,
            **cited,
        )


_CITED = ("citation", "url", "sample", "region", "industry")
