"""The question that count_steps answers, checked and in ticks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta, timezone
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.checks import check_choice, did_you_mean, nearest
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.foreign import is_a
from salesfunnel._core.moments import end_of_day, is_day, read_moment
from salesfunnel._core.vocabulary import STEP_ORDERS, StepOrder
from salesfunnel.counting.step_bounds import step_bounds
from salesfunnel.data.events import columns as event_columns
from salesfunnel.fault import Fault

COUNTED = ("entity", "entry")
LONGEST = timedelta.max // timedelta(microseconds=1)
FARTHEST = 1 << 62


@attrs.frozen(kw_only=True)
class Exclude:
    """An event that voids a chain where it lies between two steps, by place."""

    name: str | int
    first: int
    last: int


@attrs.frozen(kw_only=True)
class Query:
    """A checked question; spans are as the caller gave them."""

    steps: tuple[Any, ...]
    window: Any = None
    step_windows: tuple[Any, ...] = ()
    step_delays: tuple[Any, ...] = ()
    order: StepOrder = "ordered"
    exclude: tuple[Exclude, ...] = ()
    breakdown: str | None = None
    attribution: str = "first"
    attribution_step: int | None = None
    increasing: bool = False
    per: str = "entity"
    as_of: Any = None

    def words(self) -> dict[str, Any]:
        """Return the parameters as StepCounts records them."""
        whole = (0, len(self.steps) - 1)
        return {
            "steps": tuple(str(step) for step in self.steps),
            "window": _plain_span(self.window),
            "step_windows": tuple(_plain_span(span) for span in self.step_windows),
            "step_delays": tuple(_plain_span(span) for span in self.step_delays),
            "order": self.order,
            "exclude": tuple(
                str(x.name)
                if (x.first, x.last) == whole
                else f"{x.name}: {self.steps[x.first]} > {self.steps[x.last]}"
                for x in self.exclude
            ),
            "breakdown": self.breakdown,
            "attribution": self.attribution,
            "increasing": self.increasing,
            "per": self.per,
            "as_of": _plain_moment(self.as_of),
        }


def _plain_span(span: Any) -> timedelta | int | None:
    if span is None:
        return None
    ticks = (
        event_columns.span_ticks("window", span, "us")
        if not event_columns.is_number(span)
        else None
    )
    if ticks is None:
        return int(span)
    return timedelta(microseconds=ticks) if ticks < LONGEST else timedelta.max


def _plain_moment(moment: Any) -> datetime | int | None:
    if is_a(moment, "pandas", "Timestamp"):
        # A pandas moment may have nanoseconds, which a datetime has not.
        return moment.to_pydatetime(warn=False)  # type: ignore[no-any-return]
    if moment is None or isinstance(moment, datetime):
        return moment
    if event_columns.is_number(moment):
        return int(moment)
    if isinstance(moment, str):
        return datetime.fromisoformat(moment.strip().replace("Z", "+00:00"))
    if isinstance(moment, np.datetime64):
        plain: datetime = moment.astype("datetime64[us]").item()
        return plain
    return datetime.fromisoformat(str(moment))


def make_query(
    steps: Sequence[Any],
    *,
    window: object,
    step_windows: object,
    order: StepOrder,
    exclude: object,
    breakdown: str | None,
    attribution: str,
    increasing: bool,
    per: str,
    as_of: object,
) -> Query:
    """Check the arguments of count_steps.

    Raises
    ------
    ArgumentError
        If one is out of its range, or two do not go together.
    """
    names = _names(steps)
    check_choice("order", order, STEP_ORDERS)
    check_choice("per", per, COUNTED)
    check_choice("attribution", attribution, ("first", "last", "all", *map(str, names)))
    if not isinstance(increasing, bool | np.bool_):
        raise ArgumentError(f"'increasing' must be True or False, got {increasing!r}")
    as_of = _last_moment(as_of)
    gaps, delays = step_bounds(step_windows, names)
    spans = (("window", window), *(("step_windows", gap) for gap in (*gaps, *delays)))
    for field, span in spans:
        event_columns.span_ticks(field, span, None if event_columns.is_number(span) else "us")
    voids = _exclusions(exclude, names)
    if order == "any":
        clashes = (
            ("step_windows", step_windows, bool(gaps)),
            ("increasing", increasing, increasing),
            ("per", per, per == "entry"),
            ("exclude", exclude, any((x.first, x.last) != (0, len(names) - 1) for x in voids)),
        )
        for field, value, clash in clashes:
            if clash:
                raise ArgumentError(
                    f"{field!r} must be left at its default where 'order' is 'any', got {value!r}",
                    hint="steps in any order have no first and next one",
                )
    if any(delays) and per == "entry" and as_of is not None:
        raise ArgumentError(
            f"'as_of' must be left out where steps of attempts must wait, got {as_of!r}",
            hint="count entities, or give 'step_windows' without least waits",
        )
    named = attribution not in {"first", "last", "all"}
    return Query(
        steps=names,
        window=window,
        step_windows=gaps,
        step_delays=delays,
        order=order,
        exclude=voids,
        breakdown=breakdown,
        attribution=attribution,
        attribution_step=[str(name) for name in names].index(attribution) if named else None,
        increasing=bool(increasing),
        per=per,
        as_of=as_of,
    )


def _last_moment(as_of: Any) -> Any:
    """Return the last moment of observation as it was given; of a day its end."""
    if as_of is None:
        return None
    if event_columns.is_number(as_of):
        if not -FARTHEST <= as_of <= FARTHEST:
            raise ArgumentError(f"'as_of' must be less than 2 ** 62, got {as_of!r}")
        return as_of
    moment = read_moment("as_of", as_of, zone=timezone.utc)
    return end_of_day(moment) if is_day(moment) else as_of


def _names(steps: Sequence[Any]) -> tuple[Any, ...]:
    if isinstance(steps, str | AbstractSet) or not isinstance(steps, Iterable):
        raise ArgumentError(f"'steps' must be a list of names, got {steps!r}")
    names = tuple(step.item() if isinstance(step, np.generic) else step for step in steps)
    if not names:
        raise ArgumentError("'steps' must hold at least one name, got none")
    for name in names:
        if isinstance(name, bool) or not isinstance(name, str | int):
            raise ArgumentError(f"'steps' must hold names or whole numbers, got {name!r}")
    return names


def _exclusions(exclude: object, names: tuple[Any, ...]) -> tuple[Exclude, ...]:
    if isinstance(exclude, Mapping) or not isinstance(exclude, Iterable):
        raise ArgumentError(f"'exclude' must be a name or a list of names, got {exclude!r}")
    items = [exclude] if isinstance(exclude, str) else list(exclude)
    found = []
    for item in items:
        if isinstance(item, Exclude):
            found.append(item)
            continue
        if isinstance(item, tuple):
            if len(item) != 3:
                raise ArgumentError(
                    f"'exclude' must hold names or (name, step, step), got {item!r}"
                )
            name, first, last = item
            ends = [_place(first, names), len(names) - 1 - _place(last, names[::-1])]
            if ends[0] >= ends[1]:
                raise ArgumentError(
                    f"'exclude' must name an earlier and a later step, got {item!r}"
                )
        else:
            name, ends = item, [0, len(names) - 1]
        if isinstance(name, bool) or not isinstance(name, str | int):
            raise ArgumentError(
                f"'exclude' must hold names or whole numbers, got {name!r}",
                hint="(name, step, step) is written as a tuple",
            )
        found.append(Exclude(name=name, first=ends[0], last=ends[1]))
    return tuple(found)


def _place(name: str | int, names: tuple[Any, ...]) -> int:
    if name not in names:
        raise ArgumentError(
            f"'exclude' must name steps of the funnel, got {name!r}",
            hint=did_you_mean(str(name), [str(known) for known in names]),
        )
    return names.index(name)


def unknown_names(query: Query, known: Sequence[Any]) -> tuple[Fault, ...]:
    """Return a fault for each name of the question that no event has."""
    faults = []
    asked = [(name, "steps") for name in query.steps] + [(x.name, "exclude") for x in query.exclude]
    texts = [str(name) for name in known]
    for name, column in dict.fromkeys(asked):
        if name not in known:
            faults.append(
                Fault.of(
                    "step-never-occurs",
                    column=column,
                    value=str(name),
                    nearest=nearest(str(name), texts),
                )
            )
    return tuple(faults)
