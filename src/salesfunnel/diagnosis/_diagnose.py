"""diagnose: search every recorded column, let rules name what is found, and add it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.interval import Interval
from salesfunnel._core.readers import reader_hint
from salesfunnel.bottleneck import Bottleneck
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.diagnosis.ask_rules import DEFAULT_RULES, ask_all, rank, vetoed
from salesfunnel.diagnosis.case import Case
from salesfunnel.diagnosis.diagnosis import ColumnUse, Diagnosis
from salesfunnel.diagnosis.explain import explain
from salesfunnel.diagnosis.finding import Finding
from salesfunnel.diagnosis.rules import Rule, RuleSet

if TYPE_CHECKING:
    from salesfunnel.data.panel import Panel
    from salesfunnel.data.tracking import Tracking

__all__ = ["DEFAULT_RULES", "diagnose"]


def diagnose(
    bottleneck: Bottleneck,
    data: StageHistory | Tracking | Panel,
    *,
    rules: Sequence[str | RuleSet | Rule] | str | RuleSet | Rule = DEFAULT_RULES,
    columns: Mapping[str, str] | None = None,
    history: int = 12,
    search: bool = True,
    before_outcome: Iterable[str] | str = (),
) -> Diagnosis:
    """Search every recorded column for why a step fell short, and say what each part is worth.

    One linear model of the step holds all columns that were recorded before the outcome. Rules name
    what it finds: what a column means, in which of four dimensions, which remedy fits. A column
    that no rule knows is measured all the same and named by its own header.

    Parameters
    ----------
    bottleneck : Bottleneck
        A row of ``find_bottlenecks(...)``.
    data : StageHistory, Tracking or Panel
        Deals give measured findings. A sheet or counts alone give at most weak ones, which say so.
    rules : sequence of str, RuleSet or Rule
        Names of rule sets (``sf.rule_sets()`` lists them), or rules of one's own.
    columns : mapping of str to str, optional
        Field → column of the data, such as ``{"response_hours": "响应"}``, where a rule does not
        recognise the name alone.
    history : int
        Periods before the judged window that it is compared with.
    search : bool
        Whether to search all columns; if False, only those that a rule reads.
    before_outcome : iterable of str
        Columns that are known to be recorded before the outcome though they look as if they were
        not, such as a field "status" that means the customer's.

    Returns
    -------
    Diagnosis
        A sequence of `Finding`: one that vetoes the data first; then the parts of the fall, by
        deals; then what costs deals as before; last what is not measured. Deterministic.

    Raises
    ------
    ArgumentError
        If `bottleneck` or `data` is of another kind, or `rules` hold what is not a rule.
    UnknownNameError
        If a rule set is not known, or `columns` or `before_outcome` name a column that is not
        there.
    PluginError
        If a rule set cannot be loaded, or one of its rules fails.

    Notes
    -----
    y = α(period) + Σ β(level of each column) + Σ δ(set) · now, by least squares with a small ridge.
    A condition that became *more frequent* explains −Δshare · β deals an entrant [1]_; a set of
    levels that *began to cost* explains −δ a deal. The parts add up; what is left is `unexplained`.
    A change of shares must pass three tests, one of them given the outcome, so that a column which
    only follows the outcome is not named; Benjamini-Hochberg over all columns [2]_. Effects pay for
    the search. All are associations.

    References
    ----------
    .. [1] Oaxaca (1973), Int. Econ. Rev. 14:693; Blinder (1973), J. Hum. Res. 8:436.
    .. [2] Benjamini & Hochberg (1995), JRSS B 57:289.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> from salesfunnel.builtin.example_company import AS_OF, company_csv
    >>> deals = sf.read_deals(company_csv().encode(), funnel="b2b", as_of=str(AS_OF))
    >>> worst = sf.find_bottlenecks(deals)[0]
    >>> first = sf.diagnose(worst, deals).causes[0]
    >>> first.code, first.dimension
    ('slow-response', 'action')
    """
    if not isinstance(bottleneck, Bottleneck):
        raise ArgumentError(
            f"'bottleneck' must be a Bottleneck, got {type(bottleneck).__name__}",
            hint=reader_hint(bottleneck, "Bottleneck")
            or "give one row of find_bottlenecks, such as .rows[0]",
        )
    vouched = (before_outcome,) if isinstance(before_outcome, str) else tuple(before_outcome)
    if isinstance(data, StageHistory):
        data = two_ends(data)
    case = Case(bottleneck, data, columns=columns, history=history)
    vouched = case.named("before_outcome", vouched)
    asked = ask_all(case, rules)
    stated = tuple(a.finding for a in asked if a.finding.kind == "stated")
    asked = [a for a in asked if a.finding.kind != "stated"]
    if not case.has_deals:
        return _diagnosis(case, rank(vetoed([a.finding for a in asked])), stated)
    found = explain(case, asked, search=search, before_outcome=vouched)
    return _diagnosis(
        case,
        rank(vetoed(found.findings)),
        rank(stated),
        shortfall=found.shortfall,
        unexplained=found.unexplained,
        interval=found.interval,
        small=found.small,
        columns=found.columns,
        searched=found.searched,
    )


def _diagnosis(
    case: Case,
    findings: Iterable[Finding],
    stated: Iterable[Finding],
    *,
    shortfall: float | None = None,
    unexplained: float | None = None,
    interval: Interval | None = None,
    small: float = 0.0,
    columns: Iterable[ColumnUse] = (),
    searched: bool = False,
) -> Diagnosis:
    b, findings = case.bottleneck, tuple(findings)
    return Diagnosis(
        transition=b.transition,
        segment=str(getattr(b, "segment", "all") or "all"),
        period=str(b.period),
        findings=findings,
        stated=tuple(stated),
        shortfall=case.shortfall if shortfall is None else shortfall,
        unexplained=_left(case, findings) if unexplained is None else unexplained,
        unexplained_interval=interval,
        small_parts=small,
        columns=tuple(columns),
        searched=searched,
    )


def _left(case: Case, findings: Iterable[Finding]) -> float | None:
    """Return what findings on a sheet or on counts leave of the shortfall."""
    if case.shortfall is None:
        return None
    return case.shortfall - sum(f.contribution or 0.0 for f in findings if f.explains)
