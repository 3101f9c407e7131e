"""Benchmark and BenchmarkSet: rates that others published, with where they come from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from salesfunnel._frozen import as_tuple, frozen_map
from salesfunnel._result import ResultMixin
from salesfunnel._typing import LEVELS, Level
from salesfunnel._validators import check_choice, check_known, did_you_mean, key_problem
from salesfunnel.errors import ArgumentError, DefinitionError, UnknownNameError
from salesfunnel.funnel import Funnel, Transition

__all__ = ["Benchmark", "BenchmarkSet"]

DEFAULT_CV = 0.15


def _number(value: Any) -> float | None:
    """Return a real, finite number as a float, or None for anything else."""
    if isinstance(value, bool | str) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _float(value: Any) -> Any:
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
    source : str
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
    >>> figure = Benchmark("intent", "won", 0.3, source="Our association, survey", year=2025)
    >>> figure.rate, str(figure.transition)
    (0.3, 'intent→won')
    """

    start: str
    end: str
    rate: float = attrs.field(converter=_float)
    source: str = attrs.field(kw_only=True)
    cv: float = attrs.field(default=DEFAULT_CV, converter=_float, kw_only=True)
    low: float | None = attrs.field(default=None, converter=_float, kw_only=True)
    high: float | None = attrs.field(default=None, converter=_float, kw_only=True)
    url: str = attrs.field(default="", kw_only=True)
    year: int | None = attrs.field(default=None, kw_only=True)
    sample: str = attrs.field(default="", kw_only=True)
    region: str = attrs.field(default="", kw_only=True)
    industry: str = attrs.field(default="", kw_only=True)

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
        if not isinstance(self.source, str) or not self.source.strip():
            found.append(f"'source' must say who published the figure, got {self.source!r}")
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
            return f"write {number / 100:g} for {number:g} %"
        if not self.source or not str(self.source).strip():
            return "a figure whose source is not known is no benchmark"
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
        >>> a = Benchmark("lead", "mql", 0.4, source="A")
        >>> b = Benchmark("mql", "sql", 0.5, source="A")
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


_CITED = ("source", "url", "sample", "region", "industry")


def _aliases(values: Mapping[str, Iterable[str] | str]) -> Any:
    return frozen_map(
        {
            key: (names,) if isinstance(names, str) else tuple(names)
            for key, names in dict(values).items()
        }
    )


@attrs.frozen(repr=False)
class BenchmarkSet(ResultMixin):
    """Published rates that belong together: the steps of one funnel, or of one industry each.

    Parameters
    ----------
    key : str
        Its name for programs: ``"b2b-saas"``.
    benchmarks : iterable of Benchmark
        At least one figure; no two of the same steps, industry and region.
    name : str, optional
        Its name for people.
    aliases : mapping from str to names, optional
        Other names of a step: keys of stages and metrics that mean the same. `for_funnel` uses
        them.
    unmapped : tuple of str
        Steps of the original set that `for_funnel` found no place for.

    Raises
    ------
    DefinitionError
        With every problem, if a field is not valid.

    Examples
    --------
    >>> figures = BenchmarkSet.from_rates(
    ...     "shop", {("view", "cart"): 0.08, ("cart", "order"): 0.3}, source="Our association"
    ... )
    >>> figures.steps
    ('view', 'cart', 'order')
    >>> figures.get("cart", "order").rate
    0.3
    """

    key: str
    benchmarks: tuple[Benchmark, ...] = attrs.field(converter=as_tuple)
    name: str = attrs.field(default="", kw_only=True)
    aliases: Mapping[str, tuple[str, ...]] = attrs.field(
        factory=dict, converter=_aliases, kw_only=True
    )
    unmapped: tuple[str, ...] = attrs.field(default=(), converter=as_tuple, kw_only=True)

    def __attrs_post_init__(self) -> None:
        problems = self._problems()
        if problems:
            raise DefinitionError(f"benchmark set {self.key!r} must be well formed", problems)

    def _problems(self) -> list[str]:
        found = [key_problem("key", self.key)]
        if not isinstance(self.name, str):
            found.append(f"'name' must be a str, got {self.name!r}")
        wrong = [item for item in self.benchmarks if not isinstance(item, Benchmark)]
        found.extend(f"'benchmarks' must hold Benchmark only, got {item!r}" for item in wrong)
        if not wrong:
            seen: set[tuple[str, ...]] = set()
            for item in self.benchmarks:
                place = (item.start, item.end, item.industry, item.region)
                if place in seen:
                    which = ", ".join(filter(None, (str(item.transition), *place[2:])))
                    found.append(f"'benchmarks' must be unique, got {which!r} twice")
                seen.add(place)
        return [problem for problem in found if problem]

    @classmethod
    def from_rates(
        cls,
        key: str,
        rates: Mapping[Any, float | Benchmark],
        *,
        source: str,
        cv: float = DEFAULT_CV,
        year: int | None = None,
        name: str = "",
    ) -> BenchmarkSet:
        """Make a set of bare rates that share one source.

        Parameters
        ----------
        key : str
            Its name for programs.
        rates : mapping
            From a step (a `Transition`, a pair of keys, ``"intent→won"`` or ``"intent->won"``) to
            its rate in (0, 1), or to a `Benchmark`, which is kept as it is.
        source : str
            Where the rates come from.
        cv, year
            As in `Benchmark`.
        name : str, optional
            Its name for people.

        Examples
        --------
        >>> BenchmarkSet.from_rates("own", {"intent->won": 0.3}, source="Board target").steps
        ('intent', 'won')
        """
        figures = []
        for step, rate in rates.items():
            start, end = _pair(step)
            if isinstance(rate, Benchmark):
                figures.append(rate.replace(start=start, end=end))
            else:
                figures.append(Benchmark(start, end, rate, source=source, cv=cv, year=year))
        return cls(key, figures, name=name)

    def __repr__(self) -> str:
        return f"BenchmarkSet({self.key!r}, {len(self.benchmarks)} figures, steps={self.steps!r})"

    def __len__(self) -> int:
        return len(self.benchmarks)

    def __iter__(self) -> Iterator[Benchmark]:
        return iter(self.benchmarks)

    @property
    def label(self) -> str:
        """The name for people: the name, or the key where there is none."""
        return self.name or self.key

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps, in the order of the chain as far as the figures give one."""
        chain: list[str] = []
        for item in self.benchmarks:
            if item.start not in chain:
                at = chain.index(item.end) if item.end in chain else len(chain)
                chain.insert(at, item.start)
            if item.end not in chain:
                chain.insert(chain.index(item.start) + 1, item.end)
        return tuple(chain)

    @property
    def industries(self) -> tuple[str, ...]:
        """The industries of the figures, sorted."""
        return tuple(sorted({item.industry for item in self.benchmarks if item.industry}))

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of the figures, sorted."""
        return tuple(sorted({item.region for item in self.benchmarks if item.region}))

    def select(self, *, industry: str | None = None, region: str | None = None) -> BenchmarkSet:
        """Return the set of the figures of one industry, one region, or both.

        Raises
        ------
        UnknownNameError
            If no figure has that industry or region.
        """
        kept = self.benchmarks
        for field, value in (("industry", industry), ("region", region)):
            if value is not None:
                check_known(field, value, tuple({getattr(b, field) for b in kept} - {""}))
                kept = tuple(b for b in kept if getattr(b, field) == value)
        return attrs.evolve(self, benchmarks=kept)

    def get(self, start: str | Transition, end: str | None = None) -> Benchmark | None:
        """Return the figure of a step, or None where there is none.

        Parameters
        ----------
        start : str or Transition
            The step, or the key where it starts.
        end : str, optional
            The key where it ends.

        Raises
        ------
        ArgumentError
            If several industries or regions have a figure of the step: `select` one first.
        """
        pair = _pair(start if end is None else (start, end))
        found = [item for item in self.benchmarks if (item.start, item.end) == pair]
        if len(found) > 1:
            raise ArgumentError(
                f"'start' and 'end' must have one figure, got {len(found)} of {pair[0]}→{pair[1]}",
                hint=f"select(industry=...) first; known are {', '.join(self.industries)}",
            )
        return found[0] if found else None

    def for_funnel(
        self, funnel: Funnel, mapping: Mapping[str, str] | None = None, *, level: Level = "stage"
    ) -> BenchmarkSet:
        """Return the set in the words of a funnel.

        Parameters
        ----------
        funnel : Funnel
            Whose stages (or step metrics) the figures shall be compared with.
        mapping : mapping from str to str, optional
            From a step of this set to a key of the funnel. What it does not name is found by its
            key, its aliases, and the names and aliases of the funnel.
        level : {"stage", "step"}
            Whether to map onto the stages or onto the step metrics.

        Returns
        -------
        BenchmarkSet
            Every pair of steps that follow each other in the set and have a place in the funnel,
            as one figure; steps of the set between two that have a place are multiplied
            together. `unmapped` names the steps without a place.

        Raises
        ------
        UnknownNameError
            If `mapping` names a step or a stage that does not exist.
        ArgumentError
            If the set has several industries or regions, or two steps come to the same place.
        """
        check_choice("level", level, LEVELS)
        items = funnel.stages if level == "stage" else funnel.steps
        names: dict[str, tuple[str, ...]] = {}
        for item in items:
            names[item.key] = (item.name, *item.aliases)
        if level == "stage":
            for stage in funnel.stages:
                names[stage.key] += () if stage.volume is None else (stage.volume.key,)
        return self.for_steps(tuple(names), mapping, names=names)

    def for_steps(
        self,
        steps: Sequence[str],
        mapping: Mapping[str, str] | None = None,
        *,
        names: Mapping[str, Iterable[str]] | None = None,
    ) -> BenchmarkSet:
        """Return the set in the words of a chain of steps, such as those of a panel.

        Parameters
        ----------
        steps : sequence of str
            The keys of the chain, in order.
        mapping : mapping from str to str, optional
            From a step of this set to one of `steps`.
        names : mapping from str to names, optional
            Other names of the steps.

        Returns
        -------
        BenchmarkSet
            As `for_funnel`.

        Raises
        ------
        UnknownNameError, ArgumentError
            As `for_funnel`.
        """
        self._check_one_figure_each()
        place = self._places(tuple(steps), dict(mapping or {}), names or {})
        order = {key: index for index, key in enumerate(steps)}
        figures: list[Benchmark] = []
        for item in self.benchmarks:
            if item.start not in place:
                continue
            joined = self._until_placed(item, place)
            if joined is None:
                continue
            start, end = place[joined.start], place[joined.end]
            if order[start] < order[end]:
                figures.append(joined.replace(start=start, end=end))
        unmapped = tuple(step for step in self.steps if step not in place)
        return attrs.evolve(self, benchmarks=figures, aliases={}, unmapped=unmapped)

    def _check_one_figure_each(self) -> None:
        pairs = [(item.start, item.end) for item in self.benchmarks]
        if len(set(pairs)) < len(pairs):
            raise ArgumentError(
                f"'benchmark' must have one figure a step, got several in {self.key!r}",
                hint=f"select(industry=...) first; known are {', '.join(self.industries)}"
                if self.industries
                else "select(region=...) first",
            )

    def _until_placed(self, item: Benchmark, place: Mapping[str, str]) -> Benchmark | None:
        """Multiply on from a step without a place to the next one with a place."""
        seen = {item.start}
        while item.end not in place:
            after = [b for b in self.benchmarks if b.start == item.end]
            if len(after) != 1 or after[0].start in seen:
                return None
            seen.add(after[0].start)
            item = item.then(after[0])
        return item

    def _places(
        self,
        steps: tuple[str, ...],
        mapping: dict[str, str],
        names: Mapping[str, Iterable[str]],
    ) -> dict[str, str]:
        for step, key in mapping.items():
            for field, value, known in (("step", step, self.steps), ("stage", key, steps)):
                if value not in known:
                    raise UnknownNameError(
                        f"{field!r} of a mapping must be a known name, got {value!r}",
                        hint=did_you_mean(value, known),
                    )
        taken: dict[str, str] = {}
        for step, key in mapping.items():
            if key in taken:
                raise ArgumentError(
                    f"'mapping' must give each step its own stage, got {taken[key]!r} and"
                    f" {step!r} at {key!r}"
                )
            taken[key] = step
        by_name = _by_name(steps, names)
        place = dict(mapping)
        for step in self.steps:
            if step not in place:
                hits = (by_name.get(n.casefold()) for n in (step, *self.aliases.get(step, ())))
                found = next((hit for hit in hits if hit and hit not in taken), None)
                if found is not None:
                    place[step] = found
                    taken[found] = step
        return place


def _by_name(steps: Sequence[str], names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the step that each name stands for, in lower case; a key goes before a name."""
    found: dict[str, str] = {}
    for key in steps:
        for name in names.get(key, ()):
            found.setdefault(name.casefold(), key)
    return {**found, **{key.casefold(): key for key in steps}}


def _pair(step: Any) -> tuple[str, str]:
    """Return (start, end) of a Transition, a pair, or a text with an arrow."""
    if isinstance(step, Transition):
        return step.source, step.target
    if isinstance(step, str):
        for arrow in ("→", "->"):
            start, found, end = step.partition(arrow)
            if found:
                return start.strip(), end.strip()
    elif isinstance(step, tuple) and len(step) == 2:
        return step[0], step[1]
    raise ArgumentError(
        f"'step' must be a Transition, a pair of keys or text such as 'intent→won', got {step!r}"
    )
