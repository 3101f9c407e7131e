"""Protocols of each group of plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from salesfunnel.definitions import BenchmarkSet
    from salesfunnel.definitions.funnel import Funnel


class TemplatePlugin(Protocol):
    """Group ``salesfunnel.templates``: a function that returns a Funnel.

    It may take ``locale`` ("en" or "zh"); one that does not is called without.
    """

    def __call__(self) -> Funnel:
        """Return the funnel."""
        ...


class BenchmarkPlugin(Protocol):
    """Group ``salesfunnel.benchmarks``: a function that returns a BenchmarkSet."""

    def __call__(self) -> BenchmarkSet:
        """Return the figures, each with its source."""
        ...


class RuleSetPlugin(Protocol):
    """Group ``salesfunnel.rules``: an object with a name, a dimension and rules."""

    @property
    def name(self) -> str:
        """The name under which the rule set is asked for."""
        ...

    @property
    def dimension(self) -> str:
        """One of "data", "action", "resource", "customer"."""
        ...

    @property
    def rules(self) -> Any:
        """The rules, an iterable; each takes a bottleneck with its data and gives findings."""
        ...


class SourcePlugin(Protocol):
    """Group ``salesfunnel.sources``: a function that makes a StageHistory of a CRM's records."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Return the StageHistory."""
        ...
