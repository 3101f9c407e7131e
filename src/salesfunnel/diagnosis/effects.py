"""From an exposure or a mix to a finding: everything in deals, with confidence and coverage.

References
----------
Kitagawa (1955), JASA 50:1168; Mantel & Haenszel (1959), JNCI 22:719.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any, SupportsFloat

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import DataError
from salesfunnel._core.interval import Interval
from salesfunnel._core.vocabulary import Grade
from salesfunnel._kernels.causes.coding import text_levels
from salesfunnel._kernels.causes.design import dense
from salesfunnel._kernels.mix import Strata, kitagawa, mantel_haenszel
from salesfunnel.diagnosis.case import Case
from salesfunnel.diagnosis.fields import Column
from salesfunnel.diagnosis.finding import Evidence, Finding, Group
from salesfunnel.diagnosis.rules import Exposure, Mixture
from salesfunnel.stats.strata import difference_interval

__all__ = ["grade_of", "of_exposure", "of_mixture", "worst_of"]

Bool = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
NORMAL = NormalDist()
MOST_GROUPS = 12
OTHER = "…"
"""The group of all values beyond the most frequent ones."""


def grade_of(confidence: float, coverage: float, smaller: int) -> Grade:
    """Return the grade by confidence, coverage and the size of the smaller group."""
    if confidence >= 0.95 and coverage >= 0.8 and smaller >= 20:
        return "strong"
    if confidence >= 0.8 and coverage >= 0.5 and smaller >= 10:
        return "moderate"
    return "weak"


def _finite(value: SupportsFloat) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _chi2_p(statistic: float | None, df: int) -> float | None:
    from salesfunnel._kernels.special import chi2_sf

    return None if statistic is None or df < 1 else float(chi2_sf(statistic, df))


def _name(column: Column | str | None) -> str | None:
    return column.name if isinstance(column, Column) else column


def _aligned(array: object, case: Case, what: str) -> Any:
    values = np.asarray(array)
    if values.shape != (len(case),):
        raise DataError(
            f"{what!r} must have one value a deal of the case, shape {(len(case),)},"
            f" got {values.shape}"
        )
    return values


def _tables(
    case: Case, exposed: Bool, use: Bool, *, by_period: bool
) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    """Return one table a stratum, shape (K, 2, 2), and what the strata are made of."""
    codes = np.zeros(int(use.sum()), dtype=np.int64)
    names: list[str] = []
    if case.channel is not None:
        codes = text_levels(case.channel.text).codes[use].astype(np.int64)
        names = [case.channel.name]
    if by_period:
        periods = case.period[use] - int(case.period.min(initial=0))
        codes = codes * (int(periods.max(initial=0)) + 1) + periods
        names.append("period")
    strata = dense(codes).astype(np.int64)
    cells = (strata * 2 + ~exposed[use]) * 2 + ~case.advanced[use]
    counts = np.bincount(cells, minlength=4 * (int(strata.max(initial=-1)) + 1))
    return counts.reshape(-1, 2, 2).astype(np.float64), tuple(names)


def _recorded_by_outcome(case: Case, known: Bool) -> bool:
    """Whether a field is filled for one outcome much more often than for the other."""
    won, lost = case.mature & case.advanced, case.mature & ~case.advanced
    if won.sum() < 10 or lost.sum() < 10:
        return False
    return abs(float(known[won].mean()) - float(known[lost].mean())) > 0.3


def of_exposure(case: Case, found: Exposure, code: str, **fixed: object) -> Finding:
    """Return what the change of an exposure is associated with, and what ending it could win.

    contribution = −(share now − share before) · RD · deals now, RD the Mantel–Haenszel difference
    of rates over channel × period; confidence = P(RD < 0).
    """
    exposed = _aligned(found.exposed, case, "exposed").astype(np.bool_)
    known = (
        np.ones(len(case), dtype=np.bool_)
        if found.known is None
        else _aligned(found.known, case, "known").astype(np.bool_)
    )
    exposed = exposed & known
    use = known & case.mature
    tables, names = _tables(case, exposed, use, by_period=found.by_period)
    s = mantel_haenszel(tables) if tables.size else mantel_haenszel(np.zeros((1, 2, 2)))
    pooled = tables.sum(0).astype(int).ravel() if tables.size else np.zeros(4, dtype=int)
    evidence = _evidence(case, found, s, exposed=exposed, known=known, pooled=pooled, names=names)
    rd, se = _finite(s.risk_difference), _finite(s.risk_difference_sparse_se)
    coverage = float(known[case.now].mean()) if case.now.any() else 0.0
    if rd is None or se is None:
        return _finding(case, found, code, evidence, coverage=coverage, grade="weak", **fixed)
    confidence = NORMAL.cdf(-rd / se) if se > 0 else float(rd < 0)
    n, before, now = case.entered_now, evidence.exposure_before, evidence.exposure
    contribution = interval = None
    if before is not None and now is not None and evidence.known_before >= 10:
        change = now - before
        contribution = -change * rd * n
        var = (change * se) ** 2 + rd**2 * (
            now * (1 - now) / max(evidence.known, 1) + before * (1 - before) / evidence.known_before
        )
        half = NORMAL.inv_cdf(0.9) * math.sqrt(var) * n
        interval = Interval(contribution - half, contribution + half, 0.8, "delta")
    grade = grade_of(confidence, coverage, int(min(pooled[:2].sum(), pooled[2:].sum())))
    if "recorded-by-outcome" in evidence.notices:
        grade = "weak"
    elif "grows-with-progress" in evidence.notices and grade == "strong":
        grade = "moderate"
    return _finding(
        case,
        found,
        code,
        evidence,
        contribution=contribution,
        interval=interval,
        potential=None if now is None else max(-rd, 0.0) * now * n,
        confidence=confidence,
        coverage=coverage,
        grade=grade,
        **fixed,
    )


def _evidence(
    case: Case,
    found: Exposure,
    s: Strata,
    *,
    exposed: Bool,
    known: Bool,
    pooled: Any,
    names: tuple[str, ...],
) -> Evidence:
    rd, crude = _finite(s.risk_difference), _finite(s.crude)
    notices = list(found.notices)
    if rd is None:
        notices.append("not-comparable")
    elif crude is not None and crude * rd < 0:
        notices.append("confounded")
    heterogeneity = _chi2_p(_finite(s.breslow_day), int(s.breslow_day_df))
    if heterogeneity is not None and heterogeneity < 0.05:
        notices.append("heterogeneous")
    if known[~case.now].sum() < 10:
        notices.append("no-reference")
    if _recorded_by_outcome(case, known):
        notices.append("recorded-by-outcome")
    if case.mature.sum() < 0.5 * len(case):
        notices.append("mostly-open")
    return Evidence(
        method="mantel-haenszel",
        field=_name(found.column),
        entered=int(case.now.sum()),
        entered_before=int((~case.now).sum()),
        known=int((known & case.now).sum()),
        known_before=int((known & ~case.now).sum()),
        exposed=int((exposed & case.now).sum()),
        exposed_before=int((exposed & ~case.now).sum()),
        table=tuple(int(v) for v in pooled),
        difference=rd,
        difference_se=None if rd is None else _finite(s.risk_difference_sparse_se),
        difference_interval=difference_interval(s, np.reshape(pooled, (2, 2)), 0.95),
        crude=crude,
        ratio=_finite(s.risk_ratio),
        odds_ratio=_finite(s.odds_ratio),
        p=_chi2_p(_finite(s.chi2), 1),
        heterogeneity=heterogeneity,
        strata=int(s.strata),
        stratified_by=names,
        notices=tuple(notices),
    )


def _finding(
    case: Case, found: Exposure | Mixture, code: str, evidence: Evidence, **fields: object
) -> Finding:
    fields.setdefault("params", dict(found.params))
    return case.finding(found.code or code, evidence=evidence, **fields)


def _grouped(text: Any, known: Bool) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return group numbers (−1 unknown) and names; values beyond the 12 most frequent are one."""
    texts = text_levels(text)
    at = np.bincount(texts.codes[known], minlength=texts.values.size)
    some = np.flatnonzero(at)
    names, counts = texts.values[some], at[some]
    order = sorted(range(names.size), key=lambda i: (-int(counts[i]), str(names[i])))
    kept = [str(names[i]) for i in order[:MOST_GROUPS]]
    kept.sort()
    where = {name: i for i, name in enumerate(kept)}
    if names.size > MOST_GROUPS:
        kept.append(OTHER)
    look = np.array([where.get(str(name), len(where)) for name in names], dtype=np.int64)
    table = np.full(texts.values.size, -1, dtype=np.int64)
    table[some] = look
    return np.where(known, table[texts.codes] if text.size else -1, -1), kept


def of_mixture(case: Case, found: Mixture, code: str, **fixed: object) -> Finding:
    """Return what the change of a mix is worth: contribution = −mix part (Kitagawa) · deals now."""
    text = _aligned(found.groups, case, "groups").astype(np.str_)
    known = text != ""
    number, names = _grouped(text, known)
    coverage = float(known[case.now].mean()) if case.now.any() else 0.0
    k = len(names)

    def tally(which: Bool) -> npt.NDArray[np.float64]:
        return np.bincount(number[which & known], minlength=k).astype(np.float64)

    n0, n1 = tally(~case.now), tally(case.now)
    mature0, mature1 = tally(~case.now & case.mature), tally(case.now & case.mature)
    won0 = tally(~case.now & case.mature & case.advanced)
    won1 = tally(case.now & case.mature & case.advanced)
    notices = list(found.notices)
    evidence = Evidence(
        method="kitagawa",
        field=_name(found.column),
        entered=int(case.now.sum()),
        entered_before=int((~case.now).sum()),
        known=int(n1.sum()),
        known_before=int(n0.sum()),
    )
    if k < 2 or n0.sum() < 10 or n1.sum() < 1 or mature0.sum() < 10:
        notices.append("not-comparable")
        evidence = attrs.evolve(evidence, notices=tuple(notices))
        return _finding(case, found, code, evidence, coverage=coverage, grade="weak", **fixed)
    r0, r1 = _rates(mature0, won0, mature1, won1)
    mix = kitagawa(n0, n0 * r0, n1, n1 * r1)
    if bool(mix.simpson) and mature1.sum() >= 10:
        notices.append("simpson")
    if _recorded_by_outcome(case, known):
        notices.append("recorded-by-outcome")
    se = _mix_se(n0, n1, mature0 + mature1, (r0 + r1) / 2)
    contribution = -float(mix.mix) * case.entered_now
    half = NORMAL.inv_cdf(0.9) * se * case.entered_now
    confidence = NORMAL.cdf(-float(mix.mix) / se) if se > 0 else float(mix.mix < 0)
    w0, w1 = n0 / n0.sum(), n1 / n1.sum()
    worst = worst_of(mix.mix_by, w1 - w0)
    groups = tuple(
        Group(
            name=names[i],
            entered=int(n1[i]),
            entered_before=int(n0[i]),
            rate=float(won1[i] / mature1[i]) if mature1[i] else None,
            rate_before=float(won0[i] / mature0[i]) if mature0[i] else None,
            mix=float(mix.mix_by[i]),
            rate_part=float(mix.rate_by[i]),
        )
        for i in np.argsort(mix.mix_by, kind="stable")
    )
    grade = grade_of(confidence, coverage, int(min(n1.sum(), n0.sum())))
    if "recorded-by-outcome" in notices:
        grade = "weak"
    params = {
        **found.params,
        "group": names[worst],
        "group_before": float(w0[worst]),
        "group_now": float(w1[worst]),
        "mix_points": float(mix.mix),
    }
    return _finding(
        case,
        found,
        code,
        attrs.evolve(evidence, groups=groups, notices=tuple(notices)),
        params=params,
        contribution=contribution,
        interval=Interval(contribution - half, contribution + half, 0.8, "delta"),
        confidence=confidence,
        coverage=coverage,
        grade=grade,
        **fixed,
    )


def worst_of(mix_by: npt.NDArray[np.float64], change: npt.NDArray[np.float64]) -> int:
    """Return the group to name: of those whose share rose, the one that costs most."""
    return int(np.argmin(np.where(change > 0, mix_by, np.inf))) if (change > 0).any() else 0


def _rates(mature0: Floats, won0: Floats, mature1: Floats, won1: Floats) -> tuple[Floats, Floats]:
    """Return both rates, shrunk toward the overall rate below 10 mature deals."""

    def drawn(n: Floats, x: Floats) -> Floats:
        overall = x.sum() / n.sum() if n.sum() else 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            plain = x / n
        return np.where(n < 10, (x + 10 * overall) / (n + 10), plain)

    r0 = drawn(mature0, won0)
    r1 = drawn(mature1, won1) if mature1.sum() >= 10 else r0
    return np.where(mature0 > 0, r0, r1), np.where(mature1 > 0, r1, r0)


def _mix_se(n0: Floats, n1: Floats, mature: Floats, r: Floats) -> float:
    """Return the standard error of the mix part: of both shares, and of the rates they weigh."""
    w0, w1 = n0 / n0.sum(), n1 / n1.sum()
    shares = sum(
        ((w * r**2).sum() - (w * r).sum() ** 2) / n for w, n in ((w0, n0.sum()), (w1, n1.sum()))
    )
    rates = ((w1 - w0) ** 2 * r * (1 - r) / np.maximum(mature, 1)).sum()
    return math.sqrt(max(float(shares + rates), 0.0))
