"""PlanBuilder: the measures of a plan, one bottleneck at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import PERIODS_PER_MONTH
from salesfunnel._core.periods import frequency_of, label_of, ordinal
from salesfunnel._core.rows import LazyRows
from salesfunnel.bottleneck import Bottlenecks
from salesfunnel.bottleneck.bottlenecks import row_of
from salesfunnel.bottleneck.impact import ends_of
from salesfunnel.definitions.funnel import Transition, is_win_name
from salesfunnel.diagnosis.finding import Finding, Param
from salesfunnel.diagnosis.remedy import EFFORT_DAYS, Remedy
from salesfunnel.planning.by_priority import had_time, most_it_brings
from salesfunnel.planning.improvement import place_of, priority_of
from salesfunnel.planning.measure import ACTION, EffectBasis, Measure
from salesfunnel.planning.simulate import Assumptions, detectable_after_days, effect_of
from salesfunnel.planning.working_days import working_day

if TYPE_CHECKING:
    from collections.abc import Container

    from salesfunnel.bottleneck import Bottleneck

__all__ = ["ALARMS", "PlanBuilder"]

Array = npt.NDArray[np.float64]
ALARMS = ("confirmed", "suspected")
MONTH_SD = 0.15
"""Standard deviation of a month's log odds that detectability computes with."""


@attrs.frozen(kw_only=True, eq=False)
class PlanBuilder:
    """Makes the measures of one plan."""

    start: date
    owners: dict[str, str]
    effort: dict[str, float]
    assumed: Assumptions
    remedies: tuple[Remedy, ...]
    holidays: Container[date]
    rows: tuple[Any, ...]
    table: Bottlenecks | None

    def measures(self, row: Bottleneck, findings: list[Finding], most: int) -> list[Measure]:
        """Return the measures of one bottleneck."""
        out = [self._measure(row, f, None, veto=True) for f in findings if f.veto]
        causes = [f for f in findings if _is_cause(f)][:most]
        out += [self._measure(row, f, self._basis(row, f)) for f in causes]
        if not causes and row.tier in ALARMS and self._remedy("shortfall", row.transition.source):
            out.append(self.against_gap(row))
        thin = [f for f in findings if f.measured and not f.veto and f.evidence.method == "quality"]
        out += [self._measure(row, f, None) for f in thin if f.code != "missing-fields"]
        missing = sorted({name for f in findings for name in f.collect})
        if missing:
            out.append(self._collect(row, missing, _action_names(findings)))
        return [measure for measure in out if measure is not None]

    def gaps(self, judged: Container[tuple[Transition, str]]) -> tuple[Sequence[Bottleneck], Array]:
        """Return the alarms of the table without findings, and their priorities at most.

        Parameters
        ----------
        judged : container of (Transition, str)
            Steps and segments that have findings.
        """
        if (table := self.table) is None:
            return (), np.array([])
        steps, segments = table.transitions, table.segments
        remedies = [self._remedy("shortfall", step.source) for step in steps]
        alarms = np.argwhere(table.tier < len(ALARMS))
        cells = [
            (g, s)
            for g, s in alarms.tolist()
            if remedies[s] is not None and (steps[s], segments[g]) not in judged
        ]
        ends = ends_of(steps, table.win)
        efforts = np.array([math.nan if r is None else self._effort(r) for r in remedies])
        places = np.array(cells, dtype=np.intp).reshape(-1, 2)
        most = most_it_brings(table, ends, places, self.assumed) / efforts[places[:, 1]]
        return LazyRows(len(cells), lambda k: row_of(table, *cells[k], ends)), most

    def against_gap(self, row: Bottleneck) -> Measure:
        """Return the measure against the whole gap of a step whose causes are not known."""
        remedy = self._remedy("shortfall", row.transition.source)
        assert remedy is not None
        return self._with_effect(self._of(row, remedy, "shortfall"), self._gap(row))

    def _effort(self, remedy: Remedy) -> float:
        return self.effort.get(remedy.key, EFFORT_DAYS[remedy.effort])

    def _remedy(self, code: str, source: str) -> Remedy | None:
        """Return the first remedy for a cause; one for this stage comes before one for any."""
        fitting = [r for r in self.remedies if code in r.causes]
        here = [r for r in fitting if source in r.stages]
        return next(iter([*here, *(r for r in fitting if not r.stages)]), None)

    def _measure(
        self, row: Bottleneck, finding: Finding, basis: EffectBasis | None, *, veto: bool = False
    ) -> Measure | None:
        code, source = finding.code, row.transition.source
        remedy = self._remedy(code, source)
        if remedy is None and code.startswith("column:"):
            remedy = self._remedy("place" if finding.kind == "where" else "column", source)
        remedy = remedy or self._remedy("shortfall", source)
        if remedy is None:
            return None
        params: dict[str, Any] = dict(finding.params)
        if veto:
            params["veto"] = True
        made = attrs.evolve(
            self._of(row, remedy, code),
            problem_params=params,
            dimension=finding.dimension,
            grade=finding.grade,
            problem_title=finding.title,
        )
        return self._with_effect(made, basis)

    def _of(self, row: Bottleneck, remedy: Remedy, problem: str) -> Measure:
        source = row.transition.source
        place = f"{row.transition}" if row.segment == "all" else f"{row.segment}/{row.transition}"
        return Measure(
            key=f"{place}/{problem}/{remedy.key}",
            bottleneck=row.transition,
            segment=row.segment,
            problem=problem,
            measure=remedy.key,
            owner=self.owners.get(remedy.owner, self.owners.get(source, remedy.owner)),
            begins=self.start,
            due=working_day(self.start + timedelta(days=remedy.lead_time_days), self.holidays),
            effort=self._effort(remedy),
            adoption_metric=remedy.adoption_metric,
            title=remedy.title,
            detail=remedy.detail,
            baseline_from=_since(row),
        )

    def _with_effect(self, made: Measure, basis: EffectBasis | None) -> Measure:
        if basis is None:
            return made
        effect = effect_of(basis, made.key, place_of(made), self.assumed)
        p = effect.rate_now
        made = attrs.evolve(
            made,
            basis=basis,
            effect=effect,
            detectable_after_days=detectable_after_days(
                basis,
                effect,
                done_days=(made.due - made.begins).days,
                intraclass=MONTH_SD**2 * p * (1 - p),
            ),
        )
        return attrs.evolve(made, priority=priority_of(made))

    def _collect(
        self, row: Bottleneck, missing: Sequence[str], names: Mapping[str, Param]
    ) -> Measure | None:
        remedy = self._remedy("not-measured", row.transition.source)
        if remedy is None:
            return None
        return attrs.evolve(
            self._of(row, remedy, "not-measured"),
            collect=tuple(missing),
            dimension="data",
            problem_params=names,
        )

    def _basis(self, row: Bottleneck, finding: Finding) -> EffectBasis:
        """Return the inputs from which the effect of acting on a finding is simulated.

        No measure may promise more than the part of the shortfall that its cause explains.
        """
        basis = self._from_evidence(row, finding)
        if not finding.explains or finding.contribution is None or not basis.entered:
            return basis
        rate = basis.advanced / basis.entered
        part = max(finding.contribution, 0.0) / basis.entered
        return attrs.evolve(basis, ceiling=min(basis.ceiling, rate + part))

    def _from_evidence(self, row: Bottleneck, finding: Finding) -> EffectBasis:
        e = finding.evidence
        if e.method == "mantel-haenszel" and e.difference is not None and e.exposure is not None:
            return attrs.evolve(
                self._gap(row),
                kind="exposure",
                touched=e.exposure,
                difference=-e.difference,
                se=e.difference_se or 0.0,
            )
        if finding.contribution is not None and finding.interval is not None and row.entered:
            half = (finding.interval.high - finding.interval.low) / 2
            return attrs.evolve(
                self._gap(row),
                kind="mix",
                difference=finding.contribution / row.entered,
                se=half / 1.2816 / row.entered,
            )
        return self._gap(row)

    def _gap(self, row: Bottleneck) -> EffectBasis:
        n = had_time(row)
        x = min(float(row.advanced or 0), n)
        rate = x / n if n else 0.0
        reference = 1.0 if row.reference is None else float(row.reference)
        per = PERIODS_PER_MONTH.get(frequency_of(str(row.period)), 1.0)
        spread = math.sqrt(max(rate * (1 - rate), 0.0) / n) if n else 0.0
        entrants = n / max(float(row.window or 1), 1.0) * per
        downstream = self._downstream(row)
        gap = max(reference - rate, 0.0)
        return EffectBasis(
            kind="gap",
            entrants=entrants,
            touched=1.0,
            difference=gap,
            se=spread,
            advanced=x,
            entered=n,
            ceiling=min(rate + gap * _sure(row, entrants * gap, per, downstream), 1.0),
            downstream=downstream,
        )

    def _downstream(self, row: Bottleneck) -> tuple[tuple[float, float], ...] | None:
        """Return the counts of every later step up to the deal, None where they are not known."""
        target = row.transition.target
        if self.table is not None:
            near: Iterable[Any] = self.table.of_segment(row.segment)
        else:
            near = (r for r in self.rows if r.segment == row.segment)
        steps = {r.transition.source: r for r in near}
        chain: list[tuple[float, float]] = []
        seen = {row.transition.source}
        end = getattr(row, "counted_at", "")

        def is_end(key: str) -> bool:
            return key == end if end else is_win_name(key)

        while not is_end(target) and target in steps and target not in seen:
            seen.add(target)
            later = steps[target]
            n = had_time(later)
            chain.append((min(float(later.advanced or 0), n), n))
            target = later.transition.target
        if is_end(target) or self.table is not None or chain:
            return tuple(chain)
        return None


def _action_names(findings: Iterable[Finding]) -> dict[str, Param]:
    """Return the names of the key actions to record, by ``action.`` and their key."""
    return {
        f"{ACTION}{f.params['action']}": f.params["name"]
        for f in findings
        if f.collect and "action" in f.params and "name" in f.params
    }


def _since(row: Bottleneck) -> str:
    """Return the first period of the judged window of an alarm."""
    by = frequency_of(str(row.period))
    if by == "none" or row.tier not in ALARMS:
        return ""
    return label_of(ordinal(str(row.period), by) - max(int(row.window or 1), 1) + 1, by)


def _sure(
    row: Bottleneck, missing: float, per: float, downstream: tuple[tuple[float, float], ...] | None
) -> float:
    """Return the share of the gap to the reference that a plan may count on; the rest is chance.

    The gain of a bottleneck is shrunk, because a step is picked for being low. A plan that closed
    the whole gap would promise more than that gain.
    """
    gain = getattr(row, "expected_gain", None)
    for x, n in downstream or ():
        missing *= x / n if n else 0.0
    if gain is None or missing <= 0:
        return 1.0
    return min(max(float(gain) * per / missing, 0.0), 1.0)


def _is_cause(f: Finding) -> bool:
    """Whether a finding is worth a measure: it cost deals, or could win some and is near sure."""
    if f.veto or not f.measured or f.evidence.method == "quality":
        return False
    if f.evidence.method in {"aggregate", "note"}:
        return f.confidence > 0
    standing = (f.potential or 0.0) > 0 and f.confidence >= 0.95
    return (f.score > 0 and f.confidence >= 0.6) or standing or f.code == "queue"
