"""Funnel and Transition: the stages in order, and the steps between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import attrs

from salesfunnel._core.checks import check_choice, check_known, duplicates, key_problem
from salesfunnel._core.errors import ArgumentError, DefinitionError
from salesfunnel._core.result import ResultMixin
from salesfunnel._core.vocabulary import LEVELS, Level
from salesfunnel.definitions.metric import Metric
from salesfunnel.definitions.stage import Stage

__all__ = ["Funnel", "Transition", "counted_at", "is_win_name", "win_of"]

_WIN_NAMES = frozenset({
    "won", "closed won", "closedwon", "close won", "deal won", "deals won", "win", "wins",
    "signed", "contract signed", "contracts signed", "signed contract", "signed contracts",
    "closing won", "won deal", "won deals", "gewonnen", "ganado", "ganada", "gagné", "gagnée",
    "ganho", "vinta", "vinto", "成交", "成交阶段", "已成交", "成交数", "成交客户",
    "成交客户数", "赢单", "赢单数", "已赢单", "赢单阶段", "签约", "已签约", "签约数", "签单",
    "签单数", "已签单", "签合同", "合同签订", "合同签订数", "合同签约", "签订合同", "成单",
    "成单数", "已成单",
})  # fmt: skip
"""Names of the step at which a deal is won, folded: the fallback if no stage has ``won=True``."""


def is_win_name(name: str) -> bool:
    """Whether a stage or step of this name is where deals are won, whatever its case and joints."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split()) in _WIN_NAMES


def win_of(steps: Sequence[str], funnel: Funnel | None = None) -> str | None:
    """Return the step of a chain at which a deal is won; None if nothing says so.

    The stage with ``won=True`` of `funnel`, or its last step metric, if it is in `steps`;
    otherwise the first step with the name of a win (`is_win_name`; keys first, then names).
    """
    known = {} if funnel is None else {stage.key: stage for stage in funnel.stages}
    for stage in known.values():
        if stage.won:
            ends = (stage.key, *(metric.key for metric in reversed(stage.steps)))
            found = next((key for key in ends if key in steps), None)
            if found is not None:
                return found
    labels = {} if funnel is None else {m.key: m.label for s in funnel.stages for m in s.steps}
    labels |= {key: stage.label for key, stage in known.items()}
    by_key = next((step for step in steps if is_win_name(step)), None)
    return by_key or next((s for s in steps if is_win_name(labels.get(s, ""))), None)


def counted_at(steps: Sequence[str], target: str, win: str | None = None) -> str:
    """Return the step at which what passes `target` counts as deals.

    The win, if it is `target` or comes after it; the last step otherwise. What comes after the win
    (a repurchase) does not make a deal fewer, and has no part in the value of one.
    """
    after = steps[list(steps).index(target) :]
    return win if win is not None and win in after else steps[-1]


@attrs.frozen
class Transition:
    """A step from one stage, or one step metric, to the next.

    Parameters
    ----------
    source, target : str
        Keys of the stages or metrics.

    Examples
    --------
    >>> str(Transition("intent", "won"))
    'intent→won'
    """

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source}→{self.target}"


def _stages(values: Stage | Iterable[Stage | str]) -> tuple[Any, ...]:
    if isinstance(values, Stage | str) or not isinstance(values, Iterable):
        values = (values,)
    return tuple(Stage(value) if isinstance(value, str) else value for value in values)


@attrs.frozen(repr=False)
class Funnel(ResultMixin):
    """The stages of a sales process, in order.

    Parameters
    ----------
    key : str
        Its name for programs: ``"b2b"``.
    stages : iterable of Stage or str
        At least one stage; a str stands for a stage with that key and nothing else.
    name : str, optional
        Its name for people.

    Raises
    ------
    DefinitionError
        With every problem: bad fields, no stage, stage keys or metric keys that come twice.

    Examples
    --------
    >>> funnel = Funnel("shop", ["visit", "cart", "order"])
    >>> [str(transition) for transition in funnel.transitions()]
    ['visit→cart', 'cart→order']
    >>> funnel.insert_stage("checkout", after="cart").keys
    ('visit', 'cart', 'checkout', 'order')
    """

    key: str
    stages: tuple[Stage, ...] = attrs.field(default=(), converter=_stages)
    name: str = attrs.field(default="")

    def __attrs_post_init__(self) -> None:
        problems = self._problems()
        if problems:
            raise DefinitionError(f"funnel {self.key!r} must be well formed", problems)

    def _problems(self) -> list[str]:
        found = [key_problem("key", self.key)]
        if not isinstance(self.name, str):
            found.append(f"'name' must be a str, got {self.name!r}")
        if not self.stages:
            found.append("'stages' must hold at least one stage, got none")
        wrong = [stage for stage in self.stages if not isinstance(stage, Stage)]
        found.extend(f"'stages' must hold Stage or str only, got {item!r}" for item in wrong)
        if not wrong:
            found.extend(
                f"'stages' must have unique keys, got {key!r} twice"
                for key in duplicates(stage.key for stage in self.stages)
            )
            wins = [stage.key for stage in self.stages if stage.won]
            if len(wins) > 1:
                found.append(f"'won' must be True for one stage at most, got {', '.join(wins)}")
            found.extend(
                f"metric keys must be unique in a funnel, got {key!r} twice"
                for key in duplicates(m.key for stage in self.stages for m in stage.metrics)
            )
        return [problem for problem in found if problem]

    def __repr__(self) -> str:
        return f"Funnel({self.key!r}, stages={self.keys!r}, name={self.name!r})"

    def __len__(self) -> int:
        return len(self.stages)

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.stages)

    def __contains__(self, key: object) -> bool:
        return key in self.keys

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the stages, in order."""
        return tuple(stage.key for stage in self.stages)

    @property
    def label(self) -> str:
        """The name for people: the name, or the key if there is none."""
        return self.name or self.key

    def win(self, level: Level = "stage") -> str | None:
        """Return the key of the stage, or step metric, at which a deal is won.

        The stage with ``won=True``; if there is none, the first whose key or name is that of a win
        in English or Chinese, in any case ("Closed Won", "signed", "赢单"); None if there is none.

        Examples
        --------
        >>> Funnel("own", ["lead", "offer", Stage("order", won=True), "repeat"]).win()
        'order'
        """
        return win_of(self.level_keys(level), self)

    @property
    def steps(self) -> tuple[Metric, ...]:
        """The chain of all step metrics, in order."""
        return tuple(metric for stage in self.stages for metric in stage.steps)

    def index(self, key: str) -> int:
        """Return the position of a stage, from 0; raise UnknownNameError if there is none."""
        check_known("stage", key, self.keys)
        return self.keys.index(key)

    def stage(self, key: str) -> Stage:
        """Return the stage with this key; raise UnknownNameError if there is none."""
        return self.stages[self.index(key)]

    def metric(self, key: str) -> Metric:
        """Return the metric with this key; raise UnknownNameError if there is none."""
        metrics = {metric.key: metric for stage in self.stages for metric in stage.metrics}
        check_known("metric", key, tuple(metrics))
        return metrics[key]

    def stage_of(self, metric: str) -> Stage:
        """Return the stage that holds this metric; raise UnknownNameError if there is none."""
        owners = {m.key: stage for stage in self.stages for m in stage.metrics}
        check_known("metric", metric, tuple(owners))
        return owners[metric]

    def level_keys(self, level: Level = "stage") -> tuple[str, ...]:
        """Return the keys of the chain: of the stages, or of the step metrics."""
        check_choice("level", level, LEVELS)
        return self.keys if level == "stage" else tuple(metric.key for metric in self.steps)

    def transitions(self, level: Level = "stage") -> tuple[Transition, ...]:
        """Return the steps between neighbours.

        Parameters
        ----------
        level : {"stage", "step"}
            Between stages, or between the step metrics of the chain.

        Returns
        -------
        tuple of Transition
            One fewer than there are stages (or step metrics).
        """
        keys = self.level_keys(level)
        return tuple(Transition(a, b) for a, b in pairwise(keys))

    def replace(self, **changes: Any) -> Funnel:
        """Return a copy with other fields, validated again."""
        return attrs.evolve(self, **changes)

    def insert_stage(
        self, stage: Stage | str, *, before: str | None = None, after: str | None = None
    ) -> Funnel:
        """Return a funnel with one more stage, before or after another; at the end by default.

        Raises
        ------
        UnknownNameError
            If there is no stage of the name `before` or `after`.
        ArgumentError
            If both are given.
        DefinitionError
            If a stage or metric of the same key is there already.
        """
        if before is not None and after is not None:
            raise ArgumentError(
                f"'before' and 'after' must not both be given, got {before!r} and {after!r}"
            )
        if before is not None:
            at = self.index(before)
        elif after is not None:
            at = self.index(after) + 1
        else:
            at = len(self.stages)
        return attrs.evolve(self, stages=(*self.stages[:at], stage, *self.stages[at:]))

    def replace_stage(self, key: str, stage: Stage | str) -> Funnel:
        """Return a funnel in which another stage replaces the one with this key."""
        at = self.index(key)
        return attrs.evolve(self, stages=(*self.stages[:at], stage, *self.stages[at + 1 :]))

    def drop_stage(self, key: str) -> Funnel:
        """Return a funnel without the stage with this key."""
        at = self.index(key)
        return attrs.evolve(self, stages=(*self.stages[:at], *self.stages[at + 1 :]))

    def rename_stage(self, key: str, *, to: str | None = None, name: str | None = None) -> Funnel:
        """Return a funnel in which a stage has another key (`to`), another `name`, or both.

        Raises
        ------
        UnknownNameError
            If there is no such stage.
        ArgumentError
            If neither `to` nor `name` is given.
        DefinitionError
            If the new key is not valid, or another stage has it.
        """
        if to is None and name is None:
            raise ArgumentError("'to' or 'name' must be given, got neither")
        changes = {k: v for k, v in (("key", to), ("name", name)) if v is not None}
        return self.replace_stage(key, self.stage(key).replace(**changes))

    def join(self, other: Funnel, *, key: str | None = None, name: str | None = None) -> Funnel:
        """Return the funnel in which the stages of `other` follow those of this one.

        The win stays that of this funnel if it has one with ``won=True``.

        Parameters
        ----------
        other : Funnel
            The funnel that follows.
        key, name : str, optional
            Of the whole; made of both where left out.

        Raises
        ------
        DefinitionError
            If both have a stage or a metric of the same key.
        ArgumentError
            If `other` is not a funnel.

        Examples
        --------
        >>> Funnel("sell", ["lead", "won"]).join(Funnel("care", ["second", "third"])).keys
        ('lead', 'won', 'second', 'third')
        """
        if not isinstance(other, Funnel):
            raise ArgumentError(f"'other' must be a Funnel, got {other!r}")
        has_win = any(stage.won for stage in self.stages)
        after = tuple(s.replace(won=False) if has_win and s.won else s for s in other.stages)
        return Funnel(
            key if key is not None else f"{self.key}+{other.key}",
            (*self.stages, *after),
            name=name if name is not None else " + ".join(n for n in (self.name, other.name) if n),
        )
