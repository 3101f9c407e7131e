"""Names of stages, metrics and key actions in the language of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.vocabulary import Locale
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.metric import Metric
from salesfunnel.definitions.stage import Stage
from salesfunnel.i18n import catalog

__all__ = ["action_names", "foreign", "in_language", "labels_of"]

OWN = "salesfunnel"
"""The distribution whose templates have every name in both languages."""


def foreign(name: str, locale: Locale) -> bool:
    """Whether a name is not in the script of a language."""
    chinese = any("\u4e00" <= char <= "\u9fff" for char in name)
    return chinese is (locale == "en") and any(char.isalpha() for char in name)


def in_language(funnel: Funnel, locale: Locale) -> Funnel:
    """Return the funnel with its names in a language, as far as it knows them.

    A name in the other script gives way to the first alias in this one; so do names, goals, owners
    and key actions that are word for word those of a template of this library. What is left stays
    as it is: nothing is translated that nobody has translated.
    """
    words = {**_of_measures(locale), **_of_template(funnel.key, locale)}
    stages = tuple(
        stage.replace(
            name=_named(stage, locale, words),
            goal=words.get(stage.goal, stage.goal),
            owner=words.get(stage.owner, stage.owner) if stage.owner else stage.owner,
            actions=tuple(
                action.replace(
                    name=words.get(action.name, action.name),
                    owner=words.get(action.owner, action.owner) if action.owner else action.owner,
                )
                for action in stage.actions
            ),
            metrics=tuple(m.replace(name=_named(m, locale, words)) for m in stage.metrics),
        )
        for stage in funnel
    )
    return funnel.replace(stages=stages, name=words.get(funnel.name, funnel.name))


def labels_of(funnel: Funnel | None, keys: Iterable[str], locale: Locale) -> dict[str, str]:
    """Return the name for people of each step, in a language where the funnel has it."""
    named: dict[str, str] = {}
    if funnel is not None:
        funnel = in_language(funnel, locale)
        named = {m.key: m.label for stage in funnel for m in stage.metrics}
        named.update({stage.key: stage.label for stage in funnel})
    return {key: named.get(key, key) for key in keys}


def action_names(funnel: Funnel | None, locale: Locale) -> dict[str, str]:
    """Return the name for people of each key action."""
    if funnel is None:
        return {}
    return {a.key: a.label for stage in in_language(funnel, locale) for a in stage.actions}


def _named(thing: Stage | Metric, locale: Locale, words: Mapping[str, str]) -> str:
    if not foreign(thing.name, locale):
        return thing.name
    if thing.name in words:
        return words[thing.name]
    return next((a for a in thing.aliases if not foreign(a, locale)), thing.name)


@lru_cache(maxsize=32)
def _of_template(key: str, locale: Locale) -> Mapping[str, str]:
    """Return text in the other language → text in this one, of our template with this key."""
    from salesfunnel.plugins import template

    try:
        here = template(f"{key}@{OWN}", locale=locale)
        there = template(f"{key}@{OWN}", locale="en" if locale == "zh" else "zh")
    except SalesFunnelError:
        return {}
    return dict(zip(_texts(there), _texts(here), strict=True))


@lru_cache(maxsize=2)
def _of_measures(locale: Locale) -> Mapping[str, str]:
    """Return the names of measures, which a playbook makes key actions, in this language."""
    here, there = catalog(locale), catalog("en" if locale == "zh" else "zh")
    keys = [key for key in here if key.startswith("measure.") and key.endswith(".title")]
    return {there[key]: here[key] for key in keys}


def _texts(funnel: Funnel) -> Sequence[str]:
    found = [funnel.name]
    for stage in funnel:
        found += [stage.name, stage.goal, stage.owner or ""]
        found += [text for a in stage.actions for text in (a.name, a.owner or "")]
        found += [metric.name for metric in stage.metrics]
    return found
