"""BenchmarkSet: published rates that belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from salesfunnel._core.checks import check_choice, check_known, key_problem
from salesfunnel._core.errors import ArgumentError, DefinitionError
from salesfunnel._core.frozen import as_tuple, frozen_map
from salesfunnel._core.result import ResultMixin
from salesfunnel._core.vocabulary import LEVELS, Level
from salesfunnel.definitions.benchmark import DEFAULT_CV, Benchmark
from salesfunnel.definitions.funnel import Funnel, Transition
from salesfunnel.definitions.step_mapping import chain_to_next_mapped, map_steps, parse_transition

__all__ = ["BenchmarkSet"]


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
    ...     "shop", {("view", "cart"): 0.08, ("cart", "order"): 0.3}, citation="Our association"
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
        citation: str,
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
        citation : str
            Where the rates come from.
        cv : float
            As in `Benchmark`.
        year : int, optional
            As in `Benchmark`.
        name : str, optional
            Its name for people.

        Examples
        --------
        >>> BenchmarkSet.from_rates("own", {"intent->won": 0.3}, citation="Board target").steps
        ('intent', 'won')
        """
        figures = []
        for step, rate in rates.items():
            start, end = parse_transition(step)
            if isinstance(rate, Benchmark):
                figures.append(rate.replace(start=start, end=end))
            else:
                figures.append(Benchmark(start, end, rate, citation=citation, cv=cv, year=year))
        return cls(key, figures, name=name)

    def __repr__(self) -> str:
        return f"BenchmarkSet({self.key!r}, {len(self.benchmarks)} figures, steps={self.steps!r})"

    def __len__(self) -> int:
        return len(self.benchmarks)

    def __iter__(self) -> Iterator[Benchmark]:
        return iter(self.benchmarks)

    @property
    def label(self) -> str:
        """The name for people: the name, or the key if there is none."""
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
        """Return the figure of a step, or None if there is none.

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
        pair = parse_transition(start if end is None else (start, end))
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
        place = map_steps(self, tuple(steps), dict(mapping or {}), names or {})
        order = {key: index for index, key in enumerate(steps)}
        figures: list[Benchmark] = []
        for item in self.benchmarks:
            if item.start not in place:
                continue
            joined = chain_to_next_mapped(self, item, place)
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
