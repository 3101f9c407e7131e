"""Rule and RuleSet: what a rule is, and what it gives. A rule of one's own is one function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import duplicates, key_problem
from salesfunnel._core.errors import DefinitionError
from salesfunnel._core.frozen import as_tuple, in_both
from salesfunnel._core.vocabulary import DIMENSIONS, Dimension
from salesfunnel.diagnosis.fields import Column, Field
from salesfunnel.diagnosis.finding import Param
from salesfunnel.diagnosis.remedy import Remedy

if TYPE_CHECKING:
    from salesfunnel.diagnosis.case import Case

__all__ = ["Exposure", "Limit", "Mixture", "Rule", "RuleSet", "rule"]

Bool = npt.NDArray[np.bool_]


@attrs.frozen(kw_only=True, eq=False)
class Exposure:
    """Which deals a cause touches; the library then asks how they fared.

    Parameters
    ----------
    exposed : ndarray of bool, shape (deals of the case,)
        Whether the cause touches the deal.
    known : ndarray of bool, same shape, optional
        Whether that is known; everywhere by default.
    column : Column or str, optional
        Where it was read, for the evidence.
    params : mapping
        Figures for the words: the threshold, the group.
    notices : tuple of str
        Codes of what a reader must know.
    by_period : bool
        Whether deals are compared inside the same period (and channel). False for a cause that
        moves with time itself.
    code : str, optional
        Another code than the rule's, for a rule that finds several things.
    """

    exposed: Bool
    known: Bool | None = None
    column: Column | str | None = None
    params: Mapping[str, Param] = attrs.field(factory=dict)
    notices: tuple[str, ...] = ()
    by_period: bool = True
    code: str | None = None


@attrs.frozen(kw_only=True, eq=False)
class Mixture:
    """A group for every deal; the library then asks what the change of the mix is worth.

    Parameters
    ----------
    groups : ndarray of str, shape (deals of the case,)
        The group; ``""`` where it is not known.
    column : Column or str, optional
        Where it was read, for the evidence.
    params : mapping
        Figures for the words.
    notices : tuple of str
        Codes of what a reader must know.
    code : str, optional
        Another code than the rule's.
    """

    groups: npt.NDArray[np.str_]
    column: Column | str | None = None
    params: Mapping[str, Param] = attrs.field(factory=dict)
    notices: tuple[str, ...] = ()
    code: str | None = None


@attrs.frozen
class Limit:
    """The limit of a figure of a sheet, for use without deal data.

    Parameters
    ----------
    field : Field
        The metric, found under its names.
    bad : {"above", "below"}
        The side that is bad.
    value : float, optional
        The limit where the sheet has no target; none by default.
    """

    field: Field
    bad: str = "above"
    value: float | None = None


RuleResult = Any
"""Exposure, Mixture, Finding, None, or several of them."""


def _fields(values: Iterable[Field | str] | Field | str) -> tuple[Field, ...]:
    if isinstance(values, Field | str):
        values = (values,)
    return tuple(Field.of(value) for value in values)


@attrs.frozen
class Rule:
    """One question about a bottleneck.

    Parameters
    ----------
    code : str
        Stable code of its finding.
    check : callable
        Takes a `Case`, gives an `Exposure`, a `Mixture`, a `Finding`, several of them, or None
        where there is nothing to say. Called with deal data only, and only when every field of
        `needs` is found.
    needs : iterable of Field or str
        What it must find under the user's own columns; where one is missing, the finding is
        "not measured: collect this".
    notes : iterable of str
        Words (lower case) whose presence in the remarks of a sheet is a weak sign of the cause.
    limit : Limit, optional
        The metric of a sheet that speaks for it, and its limit.
    sheet : callable, optional
        Takes a `Case` without deal data, gives findings; for rules on panels and sheets.
    title : str or mapping from locale to str
        Its name for people, where the catalogs have none.
    dimension : {"data", "action", "resource", "customer"}, optional
        The one of its set by default.
    derived : bool
        Whether the exposure is computed rather than read: of several columns, of times, of other
        deals. It is then measured as a column of its own. By default a rule is a name for the one
        column that it reads: the column is measured, the rule says what it means.

    Raises
    ------
    DefinitionError
        If a field is not valid.
    """

    code: str
    check: Callable[[Case], RuleResult] | None = None
    needs: tuple[Field, ...] = attrs.field(default=(), converter=_fields, kw_only=True)
    notes: tuple[str, ...] = attrs.field(default=(), converter=as_tuple, kw_only=True)
    limit: Limit | None = attrs.field(default=None, kw_only=True)
    sheet: Callable[[Case], RuleResult] | None = attrs.field(default=None, kw_only=True)
    title: Mapping[str, str] = attrs.field(factory=dict, converter=in_both, kw_only=True)
    dimension: Dimension | None = attrs.field(default=None, kw_only=True)
    derived: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        problems = [key_problem("code", self.code)]
        if self.check is None and self.sheet is None and self.limit is None and not self.notes:
            problems.append("'check' must be callable, got None")
        if self.check is not None and not callable(self.check):
            problems.append(f"'check' must be callable, got {self.check!r}")
        if self.dimension is not None and self.dimension not in DIMENSIONS:
            listed = ", ".join(map(repr, DIMENSIONS))
            problems.append(f"'dimension' must be one of {listed}, got {self.dimension!r}")
        found = [problem for problem in problems if problem]
        if found:
            raise DefinitionError(f"rule {self.code!r} must be well formed", found)

    def __call__(self, case: Case) -> RuleResult:
        """Ask the rule about a case."""
        return None if self.check is None else self.check(case)


def rule(
    code: str,
    *,
    needs: Iterable[Field | str] | Field | str = (),
    dimension: Dimension | None = None,
    notes: Iterable[str] = (),
    limit: Limit | None = None,
    title: str | Mapping[str, str] = "",
    derived: bool = False,
) -> Callable[[Callable[[Case], RuleResult]], Rule]:
    """Make a rule of a function that takes a case.

    Parameters
    ----------
    code, needs, dimension, notes, limit, title, derived
        As in `Rule`.

    Returns
    -------
    callable
        A decorator that gives the `Rule`.

    Examples
    --------
    >>> @rule("no-budget", needs="budget_confirmed", dimension="customer", title="No budget yet")
    ... def no_budget(case):
    ...     confirmed, known = case["budget_confirmed"].flags()
    ...     return Exposure(exposed=~confirmed, known=known, column=case["budget_confirmed"])
    >>> no_budget.code
    'no-budget'
    """

    def make(check: Callable[[Case], RuleResult]) -> Rule:
        return Rule(
            code,
            check,
            needs=needs,
            dimension=dimension,
            notes=notes,
            limit=limit,
            title=title or {},
            derived=derived,
        )

    return make


@attrs.frozen
class RuleSet:
    """Rules of one dimension, under one name.

    Parameters
    ----------
    name : str
        What ``diagnose(..., rules=(name,))`` asks for.
    dimension : {"data", "action", "resource", "customer"}
        Where the method asks.
    rules : iterable of Rule
        The rules, with unique codes.
    remedies : iterable of Remedy
        What may help against the causes it finds; a plan draws on them.

    Raises
    ------
    DefinitionError
        If a field is not valid.
    """

    name: str
    dimension: Dimension
    rules: tuple[Rule, ...] = attrs.field(default=(), converter=as_tuple)
    remedies: tuple[Remedy, ...] = attrs.field(default=(), converter=as_tuple, kw_only=True)

    def __attrs_post_init__(self) -> None:
        problems = [key_problem("name", self.name)]
        if self.dimension not in DIMENSIONS:
            listed = ", ".join(map(repr, DIMENSIONS))
            problems.append(f"'dimension' must be one of {listed}, got {self.dimension!r}")
        wrong = [item for item in self.rules if not isinstance(item, Rule)]
        problems.extend(f"'rules' must hold Rule only, got {item!r}" for item in wrong)
        problems.extend(
            f"'remedies' must hold Remedy only, got {item!r}"
            for item in self.remedies
            if not isinstance(item, Remedy)
        )
        if not wrong:
            problems.extend(
                f"'rules' must have unique codes, got {code!r} twice"
                for code in duplicates(item.code for item in self.rules)
            )
        found = [problem for problem in problems if problem]
        if found:
            raise DefinitionError(f"rule set {self.name!r} must be well formed", found)
