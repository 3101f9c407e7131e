"""Finding and Evidence: one possible cause, what it is worth in deals, and what supports it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesfunnel._core.checks import check_choice
from salesfunnel._core.frozen import as_tuple, frozen_map, plain
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_line import one_line, told_by
from salesfunnel._core.result import ResultMixin
from salesfunnel._core.vocabulary import (
    DIMENSIONS,
    FINDING_KINDS,
    GRADES,
    Dimension,
    FindingKind,
    Grade,
)
from salesfunnel.definitions.funnel import Transition

__all__ = ["Evidence", "Finding", "Group", "Param", "PeriodShare"]

Param = str | int | float | bool | None


@attrs.frozen(kw_only=True)
class Group:
    """One group of deals before and now: how many entered, how many of the mature ones advanced.

    Parameters
    ----------
    name : str
        The value that makes the group.
    entered, entered_before : int
        Deals that entered the step, now and in the reference.
    rate, rate_before : float or None
        Share that advanced, in [0, 1].
    mix, rate_part : float
        Part of the change of the overall rate by share and by rate (Kitagawa), in rate points.
    """

    name: str
    entered: int
    entered_before: int
    rate: float | None
    rate_before: float | None
    mix: float
    rate_part: float


@attrs.frozen(kw_only=True)
class PeriodShare:
    """One period of the deals that a cause affects, compared with the others.

    Parameters
    ----------
    period : str
        The period.
    known : int
        Deals of it whose field is filled.
    exposed : int
        Of those, the ones that the cause touches.
    rate, rate_others : float or None
        Share that advanced among mature deals, exposed and others, in [0, 1].
    """

    period: str
    known: int
    exposed: int
    rate: float | None
    rate_others: float | None

    __repr__ = one_line

    @property
    def share(self) -> float | None:
        """Share of the known deals that the cause touches, in [0, 1]."""
        return self.exposed / self.known if self.known else None


@attrs.frozen(kw_only=True)
class Evidence(ResultMixin):
    """The figures a finding stands on.

    Parameters
    ----------
    method : str
        ``"model"`` (one linear model over all columns), ``"mantel-haenszel"``, ``"kitagawa"``,
        ``"shares"`` (of stated reasons), ``"quality"`` (of the data), ``"aggregate"`` (a figure of
        a sheet against its limit), ``"note"`` (a remark in a sheet) or ``"none"``.
    field : str or None
        The user's own name of the column.
    entered, entered_before : int
        Deals that entered the step in the judged window and in the reference.
    known, known_before : int
        Of them, those whose field is filled.
    exposed, exposed_before : int
        Of those, the ones that the cause touches.
    table : tuple of int
        Ripe deals of both times together: exposed advanced, exposed not, others advanced, others
        not.
    difference : float or None
        Rate of exposed minus rate of others, pooled over strata (Mantel–Haenszel).
    difference_se : float or None
        Its standard error (Sato 1989), which holds in many small strata too.
    difference_interval : Interval or None
        Its 95% interval.
    crude : float or None
        The same difference without strata.
    ratio, odds_ratio : float or None
        Pooled risk ratio and odds ratio.
    p : float or None
        Cochran–Mantel–Haenszel test of no association.
    heterogeneity : float or None
        Breslow–Day test of equal odds ratios: p.
    strata : int
        Strata that had both exposed and others.
    stratified_by : tuple of str
        What the strata are: the user's channel column and the period.
    groups : tuple of Group
        The groups of a mix.
    notices : tuple of str
        Codes of what a reader must know: ``"simpson"``, ``"confounded"``, ``"heterogeneous"``,
        ``"no-reference"``, ``"not-comparable"``, ``"recorded-by-outcome"``, ``"blank-means-no"``,
        ``"aggregates-only"``, ``"data-unverified"``, ``"stated-by-people"``, ``"model-dependent"``,
        ``"depends-on-a-strong-column"``, ``"cannot-tell-apart"``, ``"goes-with"``,
        ``"missing-values"``, ``"set-aside"``.
    over_time : tuple of PeriodShare
        How often the cause touched deals, and how they fared, period by period.
    """

    method: str
    field: str | None = None
    entered: int = 0
    entered_before: int = 0
    known: int = 0
    known_before: int = 0
    exposed: int = 0
    exposed_before: int = 0
    table: tuple[int, ...] = attrs.field(default=(), converter=as_tuple)
    difference: float | None = None
    difference_se: float | None = None
    difference_interval: Interval | None = None
    crude: float | None = None
    ratio: float | None = None
    odds_ratio: float | None = None
    p: float | None = None
    heterogeneity: float | None = None
    strata: int = 0
    stratified_by: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    groups: tuple[Group, ...] = attrs.field(default=(), converter=as_tuple)
    notices: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    over_time: tuple[PeriodShare, ...] = attrs.field(default=(), converter=as_tuple, repr=False)

    @property
    def exposure(self) -> float | None:
        """Share of the judged deals that the cause touches; None if nothing is known."""
        return self.exposed / self.known if self.known else None

    @property
    def exposure_before(self) -> float | None:
        """The same share in the reference."""
        return self.exposed_before / self.known_before if self.known_before else None


@attrs.frozen(kw_only=True)
class Finding(ResultMixin):
    """One possible cause of a bottleneck: what it is associated with, in deals.

    Parameters
    ----------
    code : str
        Stable code of the rule, such as ``"slow-response"``; words hang on it.
    dimension : {"data", "action", "resource", "customer"}
        Where the method asks.
    transition : Transition
        The step that fell short.
    segment, period : str
        Of the bottleneck.
    params : mapping of str to str, int, float, bool or None
        The figures that the words need.
    kind : {"more-frequent", "costs-more", "where", "standing", "quality", "not-measured", "stated"}
        A condition became more frequent; a condition began to cost; a place where it fell; what
        costs deals as it did before; a fault of the data; what could not be asked; what people
        stated of lost deals (only in `Diagnosis.stated`).
    columns : tuple of str
        The user's own columns that it is about.
    alike : tuple of str
        Columns that cannot be distinguished from them in these data.
    contribution : float or None
        Deals that it is associated with in the fall; None if it is not part of it.
    interval : Interval or None
        80% interval of `contribution`.
    potential : float or None
        Deals that could be won if nobody were exposed any more, although nothing changed.
    confidence : float
        Probability that the association is harmful at all, in [0, 1].
    coverage : float
        Share of deals whose field is filled, in [0, 1].
    share : float or None
        Part of the shortfall, in [0, 1].
    grade : {"strong", "moderate", "weak", "not-measured"}
        How far to trust it.
    evidence : Evidence
        The figures.
    rule_set : str
        The rule set it comes from.
    collect : tuple of str
        Names of the columns to collect, where it is not measured.
    veto : bool
        Whether the data are so faulty that the bottleneck itself is unverified.
    title : mapping of str to str
        What a rule that is not of this library calls itself, by language.

    Raises
    ------
    ArgumentError
        If `dimension` or `grade` is none of its vocabulary.
    """

    code: str
    dimension: Dimension
    transition: Transition
    kind: FindingKind = ""  # type: ignore[assignment] # filled in below where it is not given
    columns: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    alike: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    segment: str = "all"
    period: str = ""
    params: Mapping[str, Param] = attrs.field(factory=dict, converter=frozen_map)
    contribution: float | None = attrs.field(default=None, converter=plain)
    interval: Interval | None = None
    potential: float | None = attrs.field(default=None, converter=plain)
    confidence: float = attrs.field(default=0.0, converter=plain)
    coverage: float = attrs.field(default=0.0, converter=plain)
    share: float | None = attrs.field(default=None, converter=plain)
    grade: Grade = "not-measured"
    evidence: Evidence = attrs.field(factory=lambda: Evidence(method="none"))
    rule_set: str = ""
    collect: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    veto: bool = False
    title: Mapping[str, str] = attrs.field(factory=dict, converter=frozen_map)

    __repr__ = told_by("code", "transition", "grade", "contribution", "interval")

    def __attrs_post_init__(self) -> None:
        check_choice("dimension", self.dimension, DIMENSIONS)
        check_choice("grade", self.grade, GRADES)
        if not self.kind:
            object.__setattr__(self, "kind", self._usual_kind())
        check_choice("kind", self.kind, FINDING_KINDS)
        if not self.columns and self.evidence.field:
            object.__setattr__(self, "columns", (self.evidence.field,))

    def _usual_kind(self) -> FindingKind:
        if self.grade == "not-measured":
            return "not-measured"
        if self.evidence.method in {"quality", "queue"}:
            return "quality"
        return "stated" if self.evidence.method == "shares" else "standing"

    @property
    def score(self) -> float:
        """Rank of a finding: contribution (at least 0) × confidence × coverage."""
        return max(self.contribution or 0.0, 0.0) * self.confidence * self.coverage

    @property
    def explains(self) -> bool:
        """Whether it is a part of the fall: its deals add up with those of the others."""
        return self.kind in {"more-frequent", "costs-more", "where"}

    @property
    def measured(self) -> bool:
        """Whether there were data to judge it."""
        return self.grade != "not-measured"
