"""Remedy: what may help against a cause; a plan makes measures of remedies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import attrs

from salesfunnel._core.checks import key_problem
from salesfunnel._core.errors import DefinitionError
from salesfunnel._core.frozen import as_items, in_both
from salesfunnel._core.one_line import one_line

__all__ = ["EFFORT_DAYS", "Effort", "Remedy"]

Effort = Literal["S", "M", "L"]
EFFORT_DAYS: Mapping[str, float] = {"S": 2.0, "M": 5.0, "L": 15.0}
"""Person-days of a small, middle and large effort."""


@attrs.frozen
class Remedy:
    """An action that a team can take against a cause.

    Parameters
    ----------
    key : str
        Its name for programs; words of built-in remedies hang on it.
    causes : iterable of str
        Codes of the findings it helps against; ``"shortfall"`` stands for a bottleneck whose cause
        is not known.
    stages : iterable of str
        Keys of the source stages it is made for; any where empty.
    owner : str
        Role or department that does it: ``"marketing"``, ``"sales"``, ``"sales-lead"``,
        ``"finance"``, ``"operations"``, ``"product"``, ``"service"``, or any text.
    lead_time_days : int
        Days until it is done.
    effort : {"S", "M", "L"}
        Person-days: 2, 5 or 15.
    adoption_metric : str
        Field or metric that shows in the first two weeks whether it is carried out.
    title, detail : str or mapping from locale to str
        Its words, where the catalogs have none.

    Raises
    ------
    DefinitionError
        With every problem, if a field is not valid.

    Examples
    --------
    >>> pilot = Remedy("free-pilot", "no-budget", lead_time_days=10, title="Offer a free pilot")
    >>> pilot.lead_time_days
    10
    """

    key: str
    causes: tuple[str, ...] = attrs.field(converter=as_items)
    stages: tuple[str, ...] = attrs.field(default=(), converter=as_items, kw_only=True)
    owner: str = attrs.field(default="sales", kw_only=True)
    lead_time_days: int = attrs.field(default=20, kw_only=True)
    effort: Effort = attrs.field(default="M", kw_only=True)
    adoption_metric: str = attrs.field(default="", kw_only=True)
    title: Mapping[str, str] = attrs.field(factory=dict, converter=in_both, kw_only=True)
    detail: Mapping[str, str] = attrs.field(factory=dict, converter=in_both, kw_only=True)

    __repr__ = one_line

    def __attrs_post_init__(self) -> None:
        found = [key_problem("key", self.key)]
        if not self.causes:
            found.append("'causes' must name at least one code, got none")
        if self.effort not in get_args(Effort):
            found.append(f"'effort' must be one of 'S', 'M', 'L', got {self.effort!r}")
        if not isinstance(self.lead_time_days, int) or self.lead_time_days < 0:
            found.append(
                "'lead_time_days' must be a whole number of at least 0,"
                f" got {self.lead_time_days!r}"
            )
        problems = [problem for problem in found if problem]
        if problems:
            raise DefinitionError(f"remedy {self.key!r} must be well formed", problems)
