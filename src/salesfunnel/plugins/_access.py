"""The public look-ups: ``sf.template("b2b")``, ``sf.templates()`` and the like."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import ArgumentError, SalesFunnelError
from salesfunnel._core.vocabulary import DIMENSIONS, LOCALES, Locale, PluginGroup
from salesfunnel.definitions import Benchmark, BenchmarkSet
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.plugins._discovery import Found, discover
from salesfunnel.plugins._record import PluginRecords
from salesfunnel.plugins._registry import Registry

if TYPE_CHECKING:
    from salesfunnel.plugins._protocols import RuleSetPlugin

__all__ = [
    "benchmark",
    "benchmarks",
    "benchmarks_of",
    "rule_set",
    "rule_sets",
    "template",
    "templates",
]


def registry() -> Registry:
    """Return the registry of what is installed now; SALESFUNNEL_NO_PLUGINS hides strangers."""
    off = os.environ.get("SALESFUNNEL_NO_PLUGINS", "").strip().lower()
    return _of(discover(), off in {"", "0", "false", "no"})


@lru_cache(maxsize=4)
def _of(found: tuple[Found, ...], third_party: bool) -> Registry:
    return Registry(found, third_party=third_party)


def listed(group: PluginGroup, ask: Callable[[str], object], load: bool) -> PluginRecords:
    records = registry().records(group)
    if not load:
        return PluginRecords(records)
    for record in records:
        # the registry remembers what failed, and the records below tell it
        with suppress(SalesFunnelError):
            ask(f"{record.name}@{record.distribution}")
    return PluginRecords(registry().records(group))


def template(name: str, *, locale: Locale = "en") -> Funnel:
    """Return the funnel of a trade: stages, goals, key actions, metrics and owners.

    Parameters
    ----------
    name : str
        ``"b2b"``, ``"repurchase"``, ...; `templates` lists them.
    locale : {"en", "zh"}
        The language of names, goals and owners; the keys are the same in both.

    Returns
    -------
    Funnel

    Raises
    ------
    UnknownNameError
        If no template has the name.
    PluginError
        If the template cannot be loaded, or two distributions offer it.

    Examples
    --------
    >>> template("b2b").keys
    ('awareness', 'interest', 'intent', 'negotiation', 'won', 'repurchase')
    >>> template("b2b", locale="zh").stage("won").name
    '成交阶段'
    """
    check_choice("locale", locale, LOCALES)
    found = registry().call(
        "salesfunnel.templates", name, returns=Funnel, options={"locale": locale}
    )
    return cast("Funnel", found)


def templates(*, load: bool = False) -> PluginRecords:
    """List the templates that are installed, by name.

    Parameters
    ----------
    load : bool
        Load and check each as well; without it nothing is imported.

    Returns
    -------
    PluginRecords
        A tuple of `PluginRecord` that shows itself.

    Examples
    --------
    >>> "b2b" in [record.name for record in templates()]
    True
    """
    return listed("salesfunnel.templates", template, load)


def benchmark(name: str) -> BenchmarkSet:
    """Return a set of published conversion rates, each with its source.

    Parameters
    ----------
    name : str
        ``"b2b-saas"``, ``"ecommerce"``, ...; `benchmarks` lists them.

    Returns
    -------
    BenchmarkSet

    Raises
    ------
    UnknownNameError
        If no benchmark has the name.
    PluginError
        If it cannot be loaded, or two distributions offer it.

    Examples
    --------
    >>> benchmark("method").get("intent", "won").rate
    0.3
    """
    found = registry().call("salesfunnel.benchmarks", name, returns=BenchmarkSet, options={})
    return cast("BenchmarkSet", found)


def benchmarks(*, load: bool = False) -> PluginRecords:
    """List the sets of benchmarks that are installed, by name; `load` checks each as well.

    Parameters
    ----------
    load : bool
        Load and check each as well; without it nothing is imported.

    Returns
    -------
    PluginRecords
        A tuple of `PluginRecord` that shows itself.

    Examples
    --------
    >>> "method" in [record.name for record in benchmarks()]
    True
    """
    return listed("salesfunnel.benchmarks", benchmark, load)


def benchmarks_of(
    value: BenchmarkSet | str | Mapping[Any, float | Benchmark] | None,
) -> BenchmarkSet | None:
    """Return what a ``benchmark=`` argument stands for: a set, the name of one, or bare rates.

    Raises
    ------
    ArgumentError
        If it is something else.
    UnknownNameError, PluginError, DefinitionError
        As `benchmark`, and as `BenchmarkSet.from_rates`.
    """
    if value is None or isinstance(value, BenchmarkSet):
        return value
    if isinstance(value, str):
        return benchmark(value)
    if isinstance(value, Mapping):
        return BenchmarkSet.from_rates("given", value, citation="given by the caller")
    raise ArgumentError(
        f"'benchmark' must be a BenchmarkSet, the name of one or a mapping, got {value!r}"
    )


def rule_set(name: str) -> Any:
    """Return a rule set: an object with ``name``, ``dimension`` and ``rules``.

    Parameters
    ----------
    name : str
        ``"data"``, ``"action"``, ``"resource"``, ``"customer"``, ...; `rule_sets` lists them.

    Returns
    -------
    RuleSet

    Raises
    ------
    UnknownNameError
        If no rule set has the name.
    PluginError
        If it cannot be loaded, or two distributions offer it.

    Examples
    --------
    >>> rule_set("data").dimension
    'data'
    """
    return registry().load("salesfunnel.rules", name, check=_rule_set_problem)


def rule_sets(*, load: bool = False) -> PluginRecords:
    """List the rule sets that are installed, by name; `load` checks each as well.

    Parameters
    ----------
    load : bool
        Load and check each as well; without it nothing is imported.

    Returns
    -------
    PluginRecords
        A tuple of `PluginRecord` that shows itself.

    Examples
    --------
    >>> "data" in [record.name for record in rule_sets()]
    True
    """
    return listed("salesfunnel.rules", rule_set, load)


def _source_problem(loaded: RuleSetPlugin) -> str | None:
    return None if callable(loaded) else f"be a function, got {type(loaded).__name__}"


def _rule_set_problem(loaded: RuleSetPlugin) -> str | None:
    missing = [f for f in ("name", "dimension", "rules") if not hasattr(loaded, f)]
    if missing:
        listed = ", ".join(map(repr, missing))
        return f"be an object with {listed}, got {type(loaded).__name__}"
    if loaded.dimension not in DIMENSIONS:
        listed = ", ".join(map(repr, DIMENSIONS))
        return f"have a 'dimension' of {listed}, got {loaded.dimension!r}"
    return None
