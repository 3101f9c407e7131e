"""From the steps of a benchmark to those of a funnel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from salesfunnel._core.checks import check_known, did_you_mean
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel.definitions.funnel import Transition

if TYPE_CHECKING:
    from salesfunnel.definitions.benchmark import Benchmark
    from salesfunnel.definitions.benchmark_set import BenchmarkSet


def chain_to_next_mapped(
    figures: BenchmarkSet, item: Benchmark, place: Mapping[str, str]
) -> Benchmark | None:
    """Multiply on from a step without a place to the next one with a place."""
    seen = {item.start}
    while item.end not in place:
        after = [b for b in figures.benchmarks if b.start == item.end]
        if len(after) != 1 or after[0].start in seen:
            return None
        seen.add(after[0].start)
        item = item.then(after[0])
    return item


def _by_name(steps: Sequence[str], names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the step that each name stands for, in lower case; a key goes before a name."""
    found: dict[str, str] = {}
    for key in steps:
        for name in names.get(key, ()):
            found.setdefault(name.casefold(), key)
    return {**found, **{key.casefold(): key for key in steps}}


def parse_transition(step: object) -> tuple[str, str]:
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


def place_of_transition(step: object, transitions: Sequence[Transition]) -> int:
    """Return the index of a transition, given as itself, as a pair or as ``"intent→won"``.

    Raises
    ------
    UnknownNameError
        If there is no such transition.
    """
    names = [str(transition) for transition in transitions]
    if isinstance(step, str) and step in names:  # keys with blanks at their ends among them
        return names.index(step)
    try:
        name = str(Transition(*parse_transition(step)))
    except ArgumentError:  # no arrow: the names that there are say how it is written
        name = str(step)
    check_known("transition", name, names)
    return names.index(name)


def map_steps(
    figures: BenchmarkSet,
    steps: tuple[str, ...],
    mapping: dict[str, str],
    names: Mapping[str, Iterable[str]],
) -> dict[str, str]:
    """Return where each step of a set has its place among the steps of a funnel."""
    for step, key in mapping.items():
        for field, value, known in (("step", step, figures.steps), ("stage", key, steps)):
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
    for step in figures.steps:
        if step not in place:
            hits = (by_name.get(n.casefold()) for n in (step, *figures.aliases.get(step, ())))
            found = next((hit for hit in hits if hit and hit not in taken), None)
            if found is not None:
                place[step] = found
                taken[found] = step
    return place
