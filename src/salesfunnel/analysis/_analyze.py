"""analyze: the steps of the method in a row, one object, one report."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel._core.arguments import check_period
from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.fiscal import Fiscal, as_fiscal
from salesfunnel._core.periods import end_of
from salesfunnel._core.readers import reader_hint
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.analysis.analysis_result import Analysis
from salesfunnel.analysis.around import around, judged_panel
from salesfunnel.analysis.watched import watch_of, with_signs
from salesfunnel.bottleneck import Bottleneck, Bottlenecks, find_bottlenecks
from salesfunnel.conversion import conversions
from salesfunnel.counting import StepCounts
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.panel import Panel
from salesfunnel.data.tracking import Tracking
from salesfunnel.data.won_values import won_values
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.diagnosis import diagnose
from salesfunnel.fault import Fault
from salesfunnel.planning import ImprovementPlan, plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesfunnel.definitions import BenchmarkSet

__all__ = ["Analysis", "analyze"]

DIAGNOSED = 3
"""Bottlenecks that are diagnosed, at most."""
MOST_NAMED = 8
"""Periods without an entry that are named, at most."""


def analyze(
    data: StageHistory | Tracking | Panel,
    *,
    funnel: Funnel | None = None,
    period: str | None = None,
    benchmark: BenchmarkSet | str | None = None,
    evidence: StageHistory | Tracking | None = None,
    locale: Locale = "en",
    seed: int = 0,
    start: date | None = None,
    value: float | Sequence[float] | None = None,
    columns: Mapping[str, str] | None = None,
    owners: Mapping[str, str] | None = None,
    currency: str | None = None,
    rates: object = None,
    fiscal_start: int | None = None,
    fiscal: Fiscal | None = None,
) -> Analysis:
    """Take all steps of the method in a row: rates, bottlenecks, possible causes, plan.

    Parameters
    ----------
    data : StageHistory, Tracking or Panel
        What is known. A panel or a sheet gives rates and bottlenecks; deals give causes too.
    funnel : Funnel, optional
        The definition; the one of the data by default.
    period : str, optional
        The period to judge; by default the last complete one in which anybody entered the funnel.
    benchmark : BenchmarkSet or str, optional
        Industry figures, or the name of an installed set.
    evidence : StageHistory or Tracking, optional
        Where to look for causes, where `data` are counts.
    locale : {"en", "zh"}
        The language it shows itself in by default.
    seed : int
        Of every draw.
    start : datetime.date, optional
        First day of the plan; by default the first working day after the data. A sheet that does
        not say its month has no such day: without `start` it gets no plan, and a fault says so.
    value : float or sequence of float, optional
        Mean value of a won deal, or the values; those of the won deals by default.
    columns : mapping of str to str, optional
        Field of a rule → the user's own column.
    owners : mapping of str to str, optional
        Role or stage → name.
    currency : str, optional
        The currency of the values; that of the data, or the base of `rates`, by default.
    rates : Rates, or what `Rates` takes, optional
        Needed if the deals have several currencies: each win has the rate of its day. Without them
        there are no sums of money, and a fault says why.
    fiscal_start : int, optional
        The month in which the fiscal year begins: the quarter is the company's.
    fiscal : Fiscal, optional
        The whole fiscal calendar instead.

    Returns
    -------
    Analysis

    Raises
    ------
    ArgumentError
        If `data` is none of the three, or no period is complete.
    UnknownNameError
        If `period` is not in the data.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> from salesfunnel.builtin.example_company import AS_OF, company_csv
    >>> deals = sf.read_deals(company_csv().encode(), funnel="b2b", as_of=str(AS_OF))
    >>> found = sf.analyze(deals)
    >>> worst = found.bottlenecks[0]
    >>> found.period, str(worst.transition), worst.tier
    ('2026-10', 'intent→negotiation', 'confirmed')
    """
    check_choice("locale", locale, LOCALES)
    calendar = as_fiscal(fiscal_start, fiscal)
    if not isinstance(data, StageHistory | Tracking | Panel):
        raise ArgumentError(
            f"'data' must be a StageHistory, a Tracking or a Panel, got {type(data).__name__}",
            hint="it has one to give: .panel()"
            if isinstance(data, StepCounts)
            else reader_hint(data, "StageHistory", "Tracking"),
        )
    if isinstance(data, StageHistory):
        data = two_ends(data)
    source: StageHistory | Tracking | Panel = data if evidence is None else evidence
    if isinstance(source, StageHistory):
        source = two_ends(source)
    panel = _panel(data)
    judged, quiet = _period(panel, period)
    worth, unit, money_faults = _values(source, value, currency, rates)
    worth = worth if worth is not None and np.size(worth) else None
    mean = None if worth is None else float(np.mean(worth))
    bottlenecks = find_bottlenecks(
        panel,
        period=judged,
        benchmark=benchmark,
        cohorts=data if isinstance(data, StageHistory) else None,
        value=mean,
        seed=seed,
        currency=unit,
    )
    asked = _alarms(bottlenecks)
    diagnoses = [diagnose(row, source, columns=columns) for row in asked]
    findings = [finding for diagnosis in diagnoses for finding in diagnosis]
    watch = watch_of(judged, data, evidence)
    diagnoses = with_signs(diagnoses, asked, watch)
    bottlenecks = bottlenecks.mark_unverified((f.transition, f.segment) for f in findings if f.veto)
    definition = funnel or getattr(data, "funnel", None) or panel.funnel
    # the money, which knows the rates, reports whether amounts can be added
    read = (f for f in getattr(data, "faults", ()) if f.code != "currencies-mixed")
    faults = (*read, *money_faults, *quiet)
    first = _start(panel, data) if start is None else start
    if first is None and (findings or bottlenecks.alarms):
        faults = (*faults, Fault.of("plan-without-start", severity="info"))
    more = around(
        data, panel, judged, bottlenecks, worth, currency=currency, rates=rates, seed=seed,
        fiscal=calendar,
    )  # fmt: skip
    faults = (*faults, *_not_in_forecast(bottlenecks, more.get("forecast")))
    return Analysis(
        period=judged,
        conversions=conversions(judged_panel(panel, judged, bottlenecks)),
        bottlenecks=bottlenecks,
        findings=tuple(finding for diagnosis in diagnoses for finding in diagnosis),
        diagnoses=tuple(diagnoses),
        plan=ImprovementPlan(measures=(), start=None, funnel=definition)
        if first is None
        else plan(
            bottlenecks,
            findings,
            start=first,
            owners=owners,
            value=worth,
            funnel=definition,
            seed=seed,
            currency=unit,
        ),
        panel=panel,
        funnel=definition,
        faults=faults,
        locale=locale,
        currency=unit or None,
        watch=watch,
        **more,
    )


def _not_in_forecast(found: Bottlenecks, ahead: Any) -> tuple[Fault, ...]:
    """Say that a confirmed drop is no break of the rates in the forecast."""
    worst = next((row for row in found.alarms if row.tier == "confirmed"), None)
    if worst is None or worst.expected_gain is None or ahead is None or ahead.rates_changed:
        return ()
    told = Fault.of("fall-not-in-forecast", severity="info", step=str(worst.transition),
                    deals=worst.expected_gain)  # fmt: skip
    return (told,)


def _panel(data: StageHistory | Tracking | Panel) -> Panel:
    if isinstance(data, Panel):
        return data
    if isinstance(data, StageHistory):
        return data.panel(by="month", mode="entry")
    return data.panel(level="step")


def _period(panel: Panel, period: str | None) -> tuple[str, tuple[Fault, ...]]:
    """Return the period to judge, and a fault where nobody entered in later ones.

    Where a source of leads has been switched off, deals go on; a month in which nobody entered
    has no rate of the first step, and the others would be of earlier months.
    """
    if period is not None:
        check_period(period, panel.periods)
        return period, ()
    whole = [name for name in panel.periods if name not in panel.partial]
    if not whole:
        raise ArgumentError(f"'data' must have a complete period, got {panel.periods!r}")
    entered = np.where(panel.missing[:, :, 0], 1, panel.counts[:, :, 0]).sum(axis=1)
    empty = {name for name, n in zip(panel.periods, entered.tolist(), strict=True) if not n}
    chosen = next((name for name in reversed(whole) if name not in empty), whole[-1])
    later = whole[whole.index(chosen) + 1 :]
    if not later:
        return chosen, ()
    named = [*later[:MOST_NAMED], *(["…"] if len(later) > MOST_NAMED else [])]
    told = Fault.of("nobody-entered", column=panel.steps[0], value=", ".join(named), period=chosen)
    return chosen, (told,)


def _alarms(bottlenecks: Bottlenecks) -> list[Bottleneck]:
    """Return the rows to diagnose: alarms, else the first that is watched."""
    alarms = bottlenecks.alarms[:DIAGNOSED]
    return list(alarms) or [row for row in bottlenecks if row.tier == "watch"][:1]


def _values(
    source: StageHistory | Tracking | Panel, value: object, currency: str | None, rates: object
) -> tuple[Any, str | None, tuple[Fault, ...]]:
    """Return the values of won deals, None if they are not known or cannot be added."""
    if value is not None or not isinstance(source, StageHistory):
        said = Fault.of("no-value-of-a-deal", severity="info", value=str(currency))
        return value, currency, () if currency is None or value is not None else (said,)
    found = won_values(source, None, currency, rates)
    return found.value, found.currency, found.faults


def _start(panel: Panel, data: object) -> date | None:
    """Return the first working day after the data, None where periods have no dates."""
    if isinstance(data, StageHistory):
        day: date = data.as_of.astype("datetime64[D]").astype(object)
    elif panel.by == "none":
        return None
    else:
        day = end_of(panel.periods[-1], panel.by) - timedelta(days=1)
    day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day
