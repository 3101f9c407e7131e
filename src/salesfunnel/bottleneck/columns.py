"""The rows of all steps and segments as columns: the verdicts, and the classical tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels import betabinomial as bb
from salesfunnel._kernels import intervals
from salesfunnel._typing import TIERS
from salesfunnel.bottleneck.judge import SOURCES
from salesfunnel.bottleneck.row import UNVERIFIED

if TYPE_CHECKING:
    from salesfunnel.bottleneck.result import Bottlenecks


def columns_of(found: Bottlenecks) -> dict[str, npt.NDArray[Any]]:
    """Return one row a step and segment, most probable first; NaN where there is none."""
    order = found.order
    g, s = np.divmod(order, max(len(found.transitions), 1))
    rate = found.rate.ravel()[order]
    reference = found.reference.ravel()[order]
    with np.errstate(invalid="ignore"):
        shortfall = 1 - rate / reference
    numbers = {
        name: getattr(found, name).ravel()[order]
        for name in (
            "probability", "probability_1", "probability_3", "window", "entered", "advanced",
            "gain", "gain_low", "gain_high", "revenue_low", "revenue_high", "detectable",
            "drift", "history_months",
        )
    }  # fmt: skip
    return {
        "segment": np.array(found.segments, dtype=np.str_)[g],
        "source": np.array([t.source for t in found.transitions], dtype=np.str_)[s],
        "target": np.array([t.target for t in found.transitions], dtype=np.str_)[s],
        "tier": np.array(TIERS, dtype=np.str_)[found.tier.ravel()[order]],
        **numbers,
        "rate": rate,
        "reference": reference,
        "reference_from": np.array(SOURCES, dtype=np.str_)[found.source.ravel()[order]],
        "shortfall": shortfall,
        "verified": (found.flags.ravel()[order] & UNVERIFIED) == 0,
    }


def evidence_of(found: Bottlenecks) -> dict[str, npt.NDArray[Any]]:
    """Return the classical tests of every row, in the order of the rows."""
    known = np.isfinite(found.reference) & (found.entered > 0)
    p = np.where(known, found.reference, 0.5)
    strength = np.where(known, found.strength, 1.0)
    mid = np.where(known, bb.mid_p(found.advanced, found.entered, p, strength), np.nan)
    law = bb.Reference(
        p, np.where(known, found.reference_sd, 1.0) ** 2, np.where(known, found.rho, 0.0),
        *(np.asarray(a, dtype=np.float64) for a in
          (found.history_months, found.history_entered, found.history_advanced)),
    )  # fmt: skip
    filled = np.where(known, mid, 1.0)
    exact = intervals.binomial_cdf(
        found.advanced, found.entered, np.nan_to_num(found.benchmark, nan=0.5)
    )
    table = {
        "mid_p": mid,
        "holm": np.where(known, intervals.holm(filled), np.nan),
        "bh": np.where(known, intervals.benjamini_hochberg(filled), np.nan),
        "z_predictive": np.where(
            known,
            bb.z_predictive(found.advanced, found.entered, law, np.maximum(found.months, 1)),
            np.nan,
        ),
        "z": np.where(
            found.history_entered > 0,
            intervals.two_proportion_z(
                found.advanced, found.entered, found.history_advanced, found.history_entered
            ),
            np.nan,
        ),
        "below_benchmark": np.where(np.isnan(found.benchmark), np.nan, exact),
    }
    order = found.order
    return {name: values.ravel()[order] for name, values in table.items()}
