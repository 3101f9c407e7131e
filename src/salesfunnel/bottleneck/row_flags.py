"""Faults of a row or of a call: of its counts, and limits of the history."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._core.season import RATE_MONTHS
from salesfunnel.bottleneck import row
from salesfunnel.bottleneck.flows import Flows
from salesfunnel.bottleneck.judge import BENCHMARK_SD, FEW_MONTHS, Settings, benchmark_used
from salesfunnel.bottleneck.verdict import HALF, LEAST_HISTORY, NOT_ENOUGH, Verdict
from salesfunnel.fault import Fault

Array = npt.NDArray[np.float64]
VETO = 0.1
"""Share of the judged entrants that is faulty, from which a verdict is unverified."""
VOLUME = 0.4
"""Relative change of entrants from which a rate without a lag may mislead."""
TWO_FESTIVALS = 2
"""Festivals before the judged one."""
LEAST_VOLUME_HISTORY = 3


def of_counts(flows: Flows, found: Verdict, adjusted: bool) -> npt.NDArray[np.int32]:
    """Return what to know of every row, as bits."""
    now = flows.exposed[-1]
    n, x = flows.exposed[-3:], flows.advanced[-3:]
    beyond = np.where(np.isnan(n), 0.0, np.maximum(x - np.nan_to_num(n), 0.0))
    last, several = beyond[-1], beyond.sum(axis=0)
    one, all_three = np.nan_to_num(now), np.nan_to_num(n).sum(axis=0)
    sure = flows.extra is None  # an estimated exposure may be passed by chance
    doubt = np.maximum(
        _with_fed(last) / np.maximum(one, 1.0), _with_fed(several) / np.maximum(all_three, 1.0)
    )
    faulty = doubt >= VETO
    before = flows.exposed[:-1]
    left_out = (~np.isnan(before) & (flows.advanced[:-1] > np.nan_to_num(before) + 0.5)).any(axis=0)
    early = np.zeros_like(left_out)
    if flows.young is not None:
        early = (found.tier == NOT_ENOUGH) & (flows.young < HALF) & (flows.entered[-1] > 0)
    degenerate = (found.reference_kind == 1) & (
        (found.history_advanced == 0) | (found.history_advanced >= found.history_entered)
    )
    bits = (
        (row.PERIOD_MISSING, np.isnan(now)),
        (row.NO_ENTRANTS, now == 0),
        (row.ABOVE_ONE, sure & (np.where(found.window > 1, several, last) > 0)),
        (row.UNVERIFIED, sure & faulty & (found.entered > 0)),
        (row.DEGENERATE, degenerate),
        (row.MONTHS_LEFT_OUT, sure & left_out),
        (row.TOO_EARLY, early & (found.reference_kind > 0)),
        (row.NO_REFERENCE, found.reference_kind == 0),
        (row.VOLUME_CHANGED, np.zeros_like(left_out) if adjusted else _volume(flows)),
    )
    flags = np.zeros(now.shape, dtype=np.int32)
    for bit, where in bits:
        flags |= np.where(where, bit, 0).astype(np.int32)
    return flags


def _with_fed(beyond: Array) -> Array:
    """Return who is too many at a step itself, or came too many out of the step before."""
    return np.maximum(beyond, np.pad(beyond, ((0, 0), (1, 0)))[:, :-1])


def _volume(flows: Flows) -> npt.NDArray[np.bool_]:
    """Whether entrants changed so much that, with a delay, the rate of a period misleads."""
    before = flows.entered[-13:-1]
    months = (~np.isnan(before)).sum(axis=0)
    usual = np.nan_to_num(before).sum(axis=0) / np.maximum(months, 1)
    now = np.nan_to_num(flows.entered[-1])
    spread = 3 * np.sqrt(np.maximum(usual, 1.0))  # what chance does
    far = np.abs(now - usual) > VOLUME * usual + spread
    return np.asarray(far & (months >= LEAST_VOLUME_HISTORY))


def of_history(
    flows: Flows, found: Verdict, settings: Settings, benchmark: Array
) -> npt.NDArray[np.int32]:
    """Return as bits: a benchmark that disagrees, an old fall, a festival seen only once."""
    flags = np.where(found.old_months > 0, row.OLD_FALL, 0).astype(np.int32)
    flags |= np.where(found.back_months > 0, row.RECOVERED, 0).astype(np.int32)
    if not np.isnan(benchmark).all():
        flags |= _of_benchmark(flows, found, benchmark)
    if settings.festivals is not None:
        share = settings.festivals
        seen = (share[:, :-1].sum(axis=1) < TWO_FESTIVALS - 0.5) & (share[:, -1] > 0.1)
        flags |= np.int32(row.FESTIVAL_ONCE if seen.any() else 0)
    return flags


def _of_benchmark(flows: Flows, found: Verdict, benchmark: Array) -> npt.NDArray[np.int32]:
    """Return as bits: a benchmark that the history disagrees with, and one that was moved."""
    n, x = found.history_entered + found.entered, found.history_advanced + found.advanced
    p = (x + 0.5) / (n + 1)
    months = np.maximum(found.history_months + found.months, 1)
    month = found.rho / np.maximum(found.reference * (1 - found.reference), 1e-12)
    spread = np.sqrt(BENCHMARK_SD**2 + 1 / np.maximum(n * p * (1 - p), 1e-9) + month / months)
    b = np.clip(np.nan_to_num(benchmark, nan=0.5), 0.005, 0.995)
    given = np.log(b / (1 - b))
    far = np.abs(np.log(p / (1 - p)) - given) > 2 * spread
    far &= ~np.isnan(benchmark) & (months > FEW_MONTHS) & (n > 0)
    used = benchmark_used(flows.advanced, flows.exposed, benchmark)
    moved = np.abs(np.log(used / (1 - used)) - given) > BENCHMARK_SD
    moved &= (found.reference_kind > 1) & ~np.isnan(benchmark)
    bits = np.where(far, row.BENCHMARK_CONFLICTS, 0) | np.where(moved, row.BENCHMARK_MOVED, 0)
    return bits.astype(np.int32)


def of_call(flows: Flows, settings: Settings) -> list[Fault]:
    """Say what the history cannot show."""
    months = len(flows.periods) * settings.a_month
    said = []
    short = len(flows.periods) > LEAST_HISTORY and months < RATE_MONTHS - 0.5
    if settings.angle is not None and short:
        said.append(
            Fault.of("season-not-separable", severity="info", n=round(months), needed=RATE_MONTHS)
        )
    return said
