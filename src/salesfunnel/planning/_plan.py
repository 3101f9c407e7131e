"""plan: from bottlenecks and findings to measures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from salesfunnel._core.arguments import worth_of
from salesfunnel._core.checks import (
    check_currency,
    check_fraction,
    check_number,
    check_positive_int,
)
from salesfunnel._core.errors import ArgumentError, SalesFunnelError
from salesfunnel._core.moments import read_day
from salesfunnel._core.readers import reader_hint
from salesfunnel._core.rows import pulled
from salesfunnel.bottleneck import Bottleneck, Bottlenecks
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.diagnosis._diagnose import DEFAULT_RULES
from salesfunnel.diagnosis.finding import Finding
from salesfunnel.diagnosis.remedy import EFFORT_DAYS, Remedy
from salesfunnel.planning.builder import ALARMS, PlanBuilder
from salesfunnel.planning.by_priority import by_priority
from salesfunnel.planning.improvement import ImprovementPlan
from salesfunnel.planning.measure import Measure
from salesfunnel.planning.simulate import Assumptions
from salesfunnel.planning.working_days import holidays_of

__all__ = ["plan"]


def plan(
    bottlenecks: Bottlenecks | Bottleneck | Iterable[Bottleneck],
    findings: Iterable[Finding],
    *,
    start: date,
    owners: Mapping[str, str] | None = None,
    effort: Mapping[str, float | str] | None = None,
    months: float = 3.0,
    value: float | Sequence[float] | None = None,
    realisation: tuple[float, float] = (5.0, 5.0),
    gap_closed: float = 0.5,
    remedies: Iterable[Remedy] = (),
    most: int = 3,
    limit: int | None = 10,
    funnel: Funnel | None = None,
    holidays: Collection[date] | str | None = None,
    seed: int = 0,
    currency: str | None = None,
) -> ImprovementPlan:
    """Make an improvement plan: a measure a cause, with owner, due date and expected effect.

    Parameters
    ----------
    bottlenecks : Bottlenecks, Bottleneck or iterable of Bottleneck
        From ``find_bottlenecks``; planned are those that are confirmed or suspected, and those
        that have findings. The other steps tell what share of a step's gain becomes deals.
    findings : iterable of Finding
        From ``diagnose``, of one bottleneck or several.
    start : datetime.date
        First day.
    owners : mapping of str to str, optional
        Role or stage → name, such as ``{"marketing": "Li Lei"}``.
    effort : mapping of str to float or str, optional
        Remedy → person-days, or ``"S"``, ``"M"``, ``"L"`` for 2, 5, 15.
    months : float
        How long effects are counted.
    value : float or sequence of float, optional
        Mean value of a won deal, or the values of won deals.
    realisation : tuple of float
        Beta distribution of the share of an association that survives acting on it; mean ½ by
        default.
    gap_closed : float
        Share of the gap to the reference that is closed where no cause was measured.
    remedies : iterable of Remedy
        More remedies; they come before those of the library. Those of rule sets that found
        something come too.
    most : int
        Causes a bottleneck, at most.
    limit : int, optional
        Measures that the plan lists: the first by priority; the rest is kept in `folded`. None
        lists all.
    funnel : Funnel, optional
        Names the steps for people.
    holidays : collection of date or str, optional
        Days that are no working days, or a country of the package ``holidays``.
    seed : int
        Of the draws.
    currency : str, optional
        The currency of `value`; that of the bottlenecks by default.

    Returns
    -------
    ImprovementPlan
        First what repairs data that veto a bottleneck, then by priority, last what to collect.

    Raises
    ------
    ArgumentError
        If `start` is not a date, an effort is not positive, or an assumption is out of its range.

    Notes
    -----
    Extra deals = entrants touched a month × months × RD⁺ × g × ∏ downstream rates, with
    RD⁺ ~ N(|RD|, SE) cut at 0, g ~ Beta(5, 5), downstream rates by Jeffreys;
    the rate is cut at the reference, and at the part of the shortfall that a cause explains. An
    association is not an effect: g says how much of it survives.

    Examples
    --------
    >>> from datetime import date
    >>> import salesfunnel as sf
    >>> from salesfunnel.builtin.example_company import AS_OF, company_csv
    >>> deals = sf.read_deals(company_csv().encode(), funnel="b2b", as_of=str(AS_OF))
    >>> worst = sf.find_bottlenecks(deals)[0]
    >>> causes = sf.diagnose(worst, deals).causes
    >>> measures = sf.plan(worst, causes, start=date(2026, 11, 23), funnel=deals.funnel)
    >>> measures[0].problem, measures[0].due
    ('slow-response', datetime.date(2026, 12, 3))
    """
    start = read_day("start", start)
    found = _findings(findings)
    table = bottlenecks if isinstance(bottlenecks, Bottlenecks) else None
    rows = _rows(bottlenecks, found)
    worth = worth_of(value)
    at_most = check_positive_int("most", most, minimum=0)
    if limit is not None:
        limit = check_positive_int("limit", limit, minimum=1)
    builder = PlanBuilder(
        start=start,
        owners=dict(owners or {}),
        effort={key: _days(key, size) for key, size in (effort or {}).items()},
        assumed=Assumptions(
            months=check_number("months", months, above=0.0),
            realisation=_beta_params(realisation),
            gap_closed=check_fraction("gap_closed", gap_closed),
            value=None if worth is None else worth.mean,
            value_se=0.0 if worth is None else worth.se,
            seed=check_positive_int("seed", seed, minimum=0),
            currency=check_currency(currency) or _currency_of(bottlenecks),
        ),
        remedies=(*remedies, *_of_rule_sets(found)),
        holidays=holidays_of(holidays),
        rows=rows,
        table=table,
    )
    measures: list[Measure] = []
    by_cell: dict[tuple[Any, str], list[Finding]] = {}
    for item in found:
        by_cell.setdefault((item.transition, item.segment), []).append(item)
    for row in rows:
        mine = by_cell.get((row.transition, row.segment), [])
        if mine or row.tier in ALARMS:
            measures += builder.measures(row, mine, at_most)
    known = _unique(measures)
    others, most_each = builder.gaps(by_cell)
    rest = by_priority(known, most_each, lambda place: builder.against_gap(others[place]))
    listed = tuple(islice(rest, limit))
    return ImprovementPlan(
        measures=listed,
        folded=pulled(len(known) + len(others) - len(listed), rest),
        start=start,
        assumptions=builder.assumed,
        names={} if funnel is None else _names_of(funnel),
        funnel=funnel,
    )


def _names_of(funnel: Funnel) -> dict[str, str]:
    metrics = {m.key: m.label for stage in funnel.stages for m in stage.metrics}
    return {**metrics, **{stage.key: stage.label for stage in funnel.stages}}


def _rows(
    bottlenecks: Bottlenecks | Bottleneck | Iterable[Bottleneck], found: Iterable[Finding]
) -> tuple[Bottleneck, ...]:
    """Return the rows to plan for; of a table those that have findings, `gaps` are the others."""
    if isinstance(bottlenecks, Bottlenecks):
        named = dict.fromkeys((f.transition, f.segment) for f in found)
        known = set(bottlenecks.transitions), set(bottlenecks.segments)
        return tuple(
            bottlenecks.find(step, segment)
            for step, segment in named
            if step in known[0] and segment in known[1]
        )
    rows = tuple(bottlenecks) if isinstance(bottlenecks, Iterable) else (bottlenecks,)
    for row in rows:
        if not isinstance(row, Bottleneck):
            raise ArgumentError(
                f"'bottlenecks' must be of find_bottlenecks, got {type(row).__name__}",
                hint=reader_hint(bottlenecks, "Bottlenecks"),
            )
    return rows


def _findings(findings: object) -> tuple[Finding, ...]:
    found = tuple(findings) if isinstance(findings, Iterable) else (findings,)
    for item in found:
        if not isinstance(item, Finding):
            raise ArgumentError(
                f"'findings' must hold findings of diagnose, got {type(item).__name__}",
                hint=reader_hint(findings, "Finding"),
            )
    return found


def _days(key: str, size: float | str) -> float:
    days = EFFORT_DAYS.get(size) if isinstance(size, str) else float(size)
    if days is None or not days > 0:
        raise ArgumentError(
            f"'effort' must be person-days above 0, or S, M, L, got {size!r} for {key!r}"
        )
    return days


def _beta_params(realisation: object) -> tuple[float, float]:
    """Return the two parameters of a Beta distribution."""
    if not isinstance(realisation, Sequence) or len(realisation) != 2:
        raise ArgumentError(f"'realisation' must be two numbers above 0, got {realisation!r}")
    a, b = (check_number("realisation", v, above=0.0) for v in realisation)
    return a, b


def _of_rule_sets(findings: Sequence[Finding]) -> tuple[Remedy, ...]:
    """Return the remedies of the rule sets of the findings, then those of the built-in ones."""
    names = {f.rule_set for f in findings if ":" not in f.rule_set} - {"", *DEFAULT_RULES}
    wanted = [*sorted(names), *(f"{name}@salesfunnel" for name in DEFAULT_RULES)]
    return tuple(remedy for name in wanted for remedy in _remedies_of(name))


def _remedies_of(name: str) -> tuple[Remedy, ...]:
    from salesfunnel.plugins import rule_set

    try:
        loaded: tuple[Remedy, ...] = rule_set(name).remedies
    except SalesFunnelError:
        return ()  # the findings may come from another installation
    return loaded


def _unique(measures: Iterable[Measure]) -> list[Measure]:
    return list({measure.key: measure for measure in reversed(list(measures))}.values())[::-1]


def _currency_of(bottlenecks: object) -> str:
    """Return the currency of verdicts, of the first one where there are several."""
    rows = bottlenecks if isinstance(bottlenecks, list | tuple) else (bottlenecks,)
    return next((str(code) for row in rows if (code := getattr(row, "currency", ""))), "")
