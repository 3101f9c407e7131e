"""A small builder: a template is written once, with every text as (English, Chinese)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from salesfunnel._core.vocabulary import Better, Locale, Unit
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.metric import Metric
from salesfunnel.definitions.stage import KeyAction, Stage

__all__ = ["Words"]

Pair = tuple[str, str]
"""A text in English and in Chinese."""


class Words:
    """Makes metrics, key actions and stages in one language.

    The name in the other language always becomes an alias, so that a sheet in either language is
    read with a template in either.
    """

    def __init__(self, locale: Locale) -> None:
        self._at = 1 if locale == "zh" else 0

    def _text(self, pair: Pair) -> str:
        return pair[self._at]

    def _names(self, pair: Pair, aliases: str) -> tuple[str, ...]:
        """Return the aliases: the other language, then those listed with ``|`` between them."""
        listed = [name.strip() for name in aliases.split("|") if name.strip()]
        own = self._text(pair)
        return tuple(name for name in dict.fromkeys((*pair, *listed)) if name != own)

    def metric(
        self,
        key: str,
        en: str,
        zh: str,
        aliases: str = "",
        *,
        unit: Unit = "count",
        better: Better = "higher",
        step: bool = False,
    ) -> Metric:
        """Make a metric; `aliases` are written ``"one | two"``."""
        return Metric(
            key,
            self._text((en, zh)),
            unit=unit,
            better=better,
            step=step,
            aliases=self._names((en, zh), aliases),
        )

    def step(self, key: str, en: str, zh: str, aliases: str = "") -> Metric:
        """Make a step metric: one that is in the chain."""
        return self.metric(key, en, zh, aliases, step=True)

    def action(
        self, key: str, en: str, zh: str, *, owner: Pair | None = None, hours: float | None = None
    ) -> KeyAction:
        """Make a key action; `hours` is how soon it must be done."""
        return KeyAction(
            key,
            self._text((en, zh)),
            owner=None if owner is None else self._text(owner),
            within=None if hours is None else timedelta(hours=hours),
        )

    def stage(
        self,
        key: str,
        en: str,
        zh: str,
        aliases: str = "",
        *,
        goal: Pair,
        owner: Pair,
        actions: Iterable[KeyAction],
        metrics: Iterable[Metric],
        won: bool = False,
    ) -> Stage:
        """Make a stage; its Chinese name counts with and without the ending 阶段."""
        stem = zh.removesuffix("阶段")
        more = f"{aliases} | {stem} | {stem}阶段 | {en} stage"
        return Stage(
            key,
            self._text((en, zh)),
            goal=self._text(goal),
            actions=actions,
            metrics=metrics,
            owner=self._text(owner),
            aliases=self._names((en, zh), more),
            won=won,
        )

    def funnel(self, key: str, en: str, zh: str, stages: Iterable[Stage]) -> Funnel:
        """Make the funnel."""
        return Funnel(key, stages, name=self._text((en, zh)))
