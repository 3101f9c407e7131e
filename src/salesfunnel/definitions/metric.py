"""Metric: one figure that a team follows, with its unit."""

from __future__ import annotations

from typing import Any

import attrs

from salesfunnel._core.checks import key_problem
from salesfunnel._core.errors import DefinitionError
from salesfunnel._core.frozen import as_items
from salesfunnel._core.vocabulary import BETTERS, UNITS, Better, Unit

__all__ = ["Metric"]


@attrs.frozen
class Metric:
    """One figure that a team follows in a stage.

    Parameters
    ----------
    key : str
        Its name for programs, unique in a funnel: ``"leads"``.
    name : str, optional
        Its name for people; the key where left out.
    unit : {"count", "currency", "rate", "score", "duration"}
        What its numbers measure. A rate lies in [0, 1].
    better : {"higher", "lower"}
        Which direction is good.
    step : bool
        Whether it counts customers (or impressions, downloads, ...) that got this far and so
        is in the chain of the funnel, whose neighbours make conversion rates.
    aliases : iterable of str
        Other names under which sheets know it, in any language.

    Raises
    ------
    DefinitionError
        With every problem, if a field is not valid.

    Examples
    --------
    >>> Metric("leads", "Leads captured", step=True).unit
    'count'
    """

    key: str
    name: str = ""
    unit: Unit = attrs.field(default="count")
    better: Better = attrs.field(default="higher")
    step: bool = attrs.field(default=False)
    aliases: tuple[str, ...] = attrs.field(default=(), converter=as_items, kw_only=True)

    def __attrs_post_init__(self) -> None:
        problems = self._problems()
        if problems:
            raise DefinitionError(f"metric {self.key!r} must be well formed", problems)

    def _problems(self) -> list[str]:
        found = [key_problem("key", self.key)]
        if not isinstance(self.name, str):
            found.append(f"'name' must be a str, got {self.name!r}")
        if self.unit not in UNITS:
            found.append(f"'unit' must be one of {', '.join(map(repr, UNITS))}, got {self.unit!r}")
        if self.better not in BETTERS:
            found.append(f"'better' must be one of 'higher', 'lower', got {self.better!r}")
        if not isinstance(self.step, bool):
            found.append(f"'step' must be a bool, got {self.step!r}")
        elif self.step and self.unit != "count":
            found.append(f"a step metric must have unit 'count', got {self.unit!r}")
        found.extend(
            f"'aliases' must hold str only, got {alias!r}"
            for alias in self.aliases
            if not isinstance(alias, str)
        )
        return [problem for problem in found if problem]

    @property
    def label(self) -> str:
        """The name for people: the name, or the key if there is none."""
        return self.name or self.key

    def replace(self, **changes: Any) -> Metric:
        """Return a copy with other fields, validated again."""
        return attrs.evolve(self, **changes)
