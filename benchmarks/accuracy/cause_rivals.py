"""Accuracy study, not industry figures: what else could be asked for causes.

Odds ratio: among deals of now, the value with the lowest odds of advancing, p below .05. χ²: every
column against the outcome among deals of now, Benjamini-Hochberg at .10, the largest statistic
first. Rules alone: what `diagnose` did before it searched the columns, strong or moderate and a
tenth of the fall or more.
"""

from __future__ import annotations

import numpy as np

import salesfunnel as sf
from salesfunnel._kernels.intervals import benjamini_hochberg
from salesfunnel._kernels.special import chi2_sf, norm_sf
from salesfunnel.diagnosis.ask_rules import DEFAULT_RULES, ask_all
from salesfunnel.diagnosis.case import Case
from salesfunnel.diagnosis.typed_columns import typed


def _typed(w):
    found = []
    for name in sorted(w.columns):
        c = typed(name, w.columns[name], now=w.now, time=w.time, period=w.period)
        if not isinstance(c, str):
            found.append(c)
    return found


def odds_ratio(w):
    """Return the columns named, first first: the value with the lowest odds ratio of each."""
    y, rows = w.y[w.now], []
    for c in _typed(w):
        code = c.codes[w.now]
        n = np.bincount(code, minlength=len(c.levels)).astype(float)
        x = np.bincount(code, weights=y, minlength=len(c.levels))
        rest_n, rest_x = n.sum() - n, x.sum() - x
        log = np.log((x + 0.5) / (n - x + 0.5)) - np.log((rest_x + 0.5) / (rest_n - rest_x + 0.5))
        se = np.sqrt(
            1 / (x + 0.5) + 1 / (n - x + 0.5) + 1 / (rest_x + 0.5) + 1 / (rest_n - rest_x + 0.5)
        )
        ok = (n >= 10) & (rest_n >= 10) & (log < 0) & (2 * norm_sf(np.abs(log / se)) < 0.05)
        if ok.any():
            rows.append((float(log[ok].min()), c.name))
    return [name for _, name in sorted(rows)]


def chi_square(w):
    """Return the columns whose levels differ in the outcome now, the largest statistic first."""
    y, rows = w.y[w.now].astype(float), []
    for c in _typed(w):
        code = c.codes[w.now]
        n = np.bincount(code, minlength=len(c.levels)).astype(float)
        x = np.bincount(code, weights=y, minlength=len(c.levels))
        n, x = n[n > 0], x[n > 0]
        r = y.mean()
        if n.size < 2 or not 0 < r < 1:
            continue
        stat = float(((x - n * r) ** 2 / (n * r * (1 - r))).sum())
        rows.append((stat, float(chi2_sf(stat, n.size - 1)), c.name))
    if not rows:
        return []
    adjusted = benjamini_hochberg(np.array([p for _, p, _ in rows]))
    kept = [(-s, name) for (s, _, name), p in zip(rows, adjusted, strict=True) if p <= 0.10]
    return [name for _, name in sorted(kept)]


def rules_alone(w, shortfall):
    """Return the columns named by the rules without a search, the largest score first."""
    end = w.time + (w.life * np.timedelta64(86_400_000_000, "us")).astype("timedelta64[us]")
    nat = np.datetime64("NaT", "us")
    history = sf.StageHistory(
        deals=tuple(map(str, range(w.n))),
        stages=("offer", "won"),
        entered=np.stack([w.time, np.where(w.y, end, nat)], axis=1),
        closed=end,
        outcome=np.where(w.y, 1, 2).astype(np.int8),
        attributes=w.columns,
        as_of=end.max() + np.timedelta64(1, "D"),
    )
    row = sf.Bottleneck(
        transition=sf.Transition("offer", "won"),
        segment="all",
        period=str(w.time[w.now].astype("datetime64[M]").max()),
        entered=int(w.now.sum()),
        advanced=int(w.y[w.now].sum()),
        rate=float(w.y[w.now].mean()),
        reference=float(w.y[~w.now].mean()),
    )
    case = Case(row, history)
    case.now, case.period = w.now, w.period.astype(np.int64)
    found = sorted((a.finding for a in ask_all(case, DEFAULT_RULES)), key=lambda f: -f.score)
    return [
        (f.columns or ("",))[0]
        for f in found
        if f.kind != "stated" and f.grade in {"strong", "moderate"}
        and (f.contribution or 0) >= 0.1 * shortfall
    ]  # fmt: skip
