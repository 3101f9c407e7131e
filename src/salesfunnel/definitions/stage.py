"""Stage and KeyAction: where a customer stands, and what the team does there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import attrs

from salesfunnel._core.checks import duplicates, key_problem
from salesfunnel._core.durations import duration_of
from salesfunnel._core.errors import ArgumentError, DefinitionError
from salesfunnel._core.frozen import as_items
from salesfunnel._core.one_line import one_line
from salesfunnel.definitions.metric import Metric

__all__ = ["KeyAction", "Stage"]


def _length(value: object) -> Any:
    """Return a length of time as a timedelta; what is none stays, to be reported with the rest."""
    try:
        return duration_of("within", value)
    except ArgumentError:
        return value


@attrs.frozen
class KeyAction:
    """Something the team does in a stage to move the customer on.

    Parameters
    ----------
    key : str
        Its name for programs, unique in its stage.
    name : str, optional
        Its name for people.
    owner : str, optional
        Who does it: a role or a department.
    within : datetime.timedelta or str, optional
        How soon it must be done after the stage is entered: ``"24h"``, ``"2 weeks"``.
    evidence : str, optional
        Why it is a key action: the review of the measure that made it one.

    Raises
    ------
    DefinitionError
        With every problem, if a field is not valid.

    Examples
    --------
    >>> KeyAction("answer", "Answer the request", within="24h").within
    datetime.timedelta(days=1)
    """

    key: str
    name: str = ""
    owner: str | None = attrs.field(default=None)
    within: timedelta | None = attrs.field(default=None, converter=_length)
    evidence: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        found = [key_problem("key", self.key)]
        for field in ("name", "owner", "evidence"):
            value = getattr(self, field)
            if not isinstance(value, str) and (field == "name" or value is not None):
                found.append(f"{field!r} must be a str, got {value!r}")
        try:
            duration_of("within", self.within)
        except ArgumentError as error:
            found.append(str(error.args[0]))
        problems = [problem for problem in found if problem]
        if problems:
            raise DefinitionError(f"key action {self.key!r} must be well formed", problems)

    @property
    def label(self) -> str:
        """The name for people: the name, or the key if there is none."""
        return self.name or self.key

    def replace(self, **changes: Any) -> KeyAction:
        """Return a copy with other fields, validated again."""
        return attrs.evolve(self, **changes)


def _actions(values: Iterable[KeyAction | str]) -> tuple[Any, ...]:
    if isinstance(values, KeyAction | str) or not isinstance(values, Iterable):
        values = (values,)
    return tuple(KeyAction(value) if isinstance(value, str) else value for value in values)


@attrs.frozen
class Stage:
    """Where a customer stands on the way to a deal.

    Parameters
    ----------
    key : str
        Its name for programs, unique in a funnel: ``"intent"``.
    name : str, optional
        Its name for people.
    goal : str, optional
        What the team wants to reach here.
    actions : iterable of KeyAction or str
        The key actions.
    metrics : iterable of Metric
        The figures that are followed; those with ``step=True`` be in the chain, in order.
    owner : str, optional
        Who answers for the stage: a role or a department.
    aliases : iterable of str
        Other names under which sheets and CRMs know it.
    won : bool
        Whether a deal is won when it enters this stage. If no stage of a funnel says so, the win
        is looked up by name (see `Funnel.win`).

    Raises
    ------
    DefinitionError
        With every problem, if a field is not valid.

    Examples
    --------
    >>> stage = Stage("awareness", metrics=[Metric("clicks"), Metric("leads", step=True)])
    >>> stage.volume.key
    'leads'
    """

    key: str
    name: str = ""
    goal: str = attrs.field(default="")
    actions: tuple[KeyAction, ...] = attrs.field(default=(), converter=_actions)
    metrics: tuple[Metric, ...] = attrs.field(default=(), converter=as_items)
    owner: str | None = attrs.field(default=None)
    aliases: tuple[str, ...] = attrs.field(default=(), converter=as_items, kw_only=True)
    won: bool = attrs.field(default=False, kw_only=True)

    __repr__ = one_line

    def __attrs_post_init__(self) -> None:
        problems = self._problems()
        if problems:
            raise DefinitionError(f"stage {self.key!r} must be well formed", problems)

    def _problems(self) -> list[str]:
        found = [key_problem("key", self.key)]
        for field in ("name", "goal", "owner"):
            value = getattr(self, field)
            if not isinstance(value, str) and (field != "owner" or value is not None):
                found.append(f"{field!r} must be a str, got {value!r}")
        for field, kind in (("actions", KeyAction), ("metrics", Metric)):
            items = getattr(self, field)
            wrong = [item for item in items if not isinstance(item, kind)]
            found.extend(f"{field!r} must hold {kind.__name__} only, got {w!r}" for w in wrong)
            if not wrong:
                found.extend(
                    f"{field!r} must have unique keys, got {key!r} twice"
                    for key in duplicates(item.key for item in items)
                )
        found.extend(
            f"'aliases' must hold str only, got {alias!r}"
            for alias in self.aliases
            if not isinstance(alias, str)
        )
        if not isinstance(self.won, bool):
            found.append(f"'won' must be True or False, got {self.won!r}")
        return [problem for problem in found if problem]

    @property
    def label(self) -> str:
        """The name for people: the name, or the key if there is none."""
        return self.name or self.key

    @property
    def steps(self) -> tuple[Metric, ...]:
        """The step metrics, in order."""
        return tuple(metric for metric in self.metrics if metric.step)

    @property
    def volume(self) -> Metric | None:
        """The last step metric: how many got there; None if the stage has no step metric."""
        steps = self.steps
        return steps[-1] if steps else None

    def replace(self, **changes: Any) -> Stage:
        """Return a copy with other fields, validated again."""
        return attrs.evolve(self, **changes)

    def with_action(self, action: KeyAction | str) -> Stage:
        """Return a copy with one more key action, or with the one of the same key replaced."""
        (new,) = _actions((action,))
        kept = tuple(new if old.key == new.key else old for old in self.actions)
        return attrs.evolve(self, actions=kept if new in kept else (*kept, new))

    def with_metric(self, metric: Metric) -> Stage:
        """Return a copy with one more metric, or with the one of the same key replaced."""
        kept = tuple(metric if old.key == metric.key else old for old in self.metrics)
        return attrs.evolve(self, metrics=kept if metric in kept else (*kept, metric))
