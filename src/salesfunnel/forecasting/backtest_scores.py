"""How good each way to forecast was over the origins of a back-test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels import simulate
from salesfunnel.forecasting.backtest_result import BacktestScore, Scope, Way
from salesfunnel.forecasting.sum_up import LEVEL

__all__ = ["Said", "limits_of", "scores_of"]

Floats = npt.NDArray[np.float64]
LOW, HIGH = (1 - LEVEL) / 2, (1 + LEVEL) / 2
OURS: tuple[Way, ...] = ("stage-and-age", "every-covariate")
USUAL: tuple[tuple[Way, str], ...] = (
    ("stage-weights", "stage_weights"),
    ("static-win-rate", "static"),
    ("last-period", "last"),
)


class Said(NamedTuple):
    """What a way of ours said at an origin."""

    expected_open: float
    expected: float
    open_sample: Floats
    sample: Floats
    loss: Floats
    """Log loss of each open deal."""


def limits_of(said: Sequence[Said], scope: Scope) -> tuple[Floats, Floats]:
    """Return both ends of the 80% intervals of a scope."""
    samples = [one.open_sample if scope == "open" else one.sample for one in said]
    low, high = (np.array([np.quantile(sample, q) for sample in samples]) for q in (LOW, HIGH))
    return low, high


def scores_of(
    table: dict[str, Floats], ours: Sequence[Said], ways: Sequence[tuple[Said, ...]]
) -> list[BacktestScore]:
    """Return the scores of all ways.

    Parameters
    ----------
    table : dict of str to ndarray, shape (k,)
        What came, and what the usual ways said.
    ours : sequence of Said, length k
        What was chosen at each origin.
    ways : sequence of tuple of Said, length k
        With no covariates and with all, at each origin; scored where every origin has both.
    """
    scores = []
    scopes: tuple[Scope, Scope] = ("open", "all")
    for scope in scopes:
        actual = table["actual_open" if scope == "open" else "actual"]
        scores.append(_ours("age-conditioned", scope, actual, ours))
        if all(ways):
            scores += [
                _ours(way, scope, actual, [at_origin[i] for at_origin in ways])
                for i, way in enumerate(OURS)
            ]
        scores += [
            BacktestScore(
                way=way,
                scope=scope,
                wape=simulate.wape(actual, table[name]),
                bias=simulate.bias(actual, table[name]),
                crps=float(np.abs(actual - table[name]).mean()),
            )
            for way, name in (USUAL if scope == "all" else USUAL[:2])
        ]
    return scores


def _ours(way: Way, scope: Scope, actual: Floats, said: Sequence[Said]) -> BacktestScore:
    low, high = limits_of(said, scope)
    open_only = scope == "open"
    expected = np.array([one.expected_open if open_only else one.expected for one in said])
    samples = [one.open_sample if open_only else one.sample for one in said]
    ends = simulate.pinball(actual, low, LOW) + simulate.pinball(actual, high, HIGH)
    loss = np.concatenate([one.loss for one in said])
    return BacktestScore(
        way=way,
        scope=scope,
        wape=simulate.wape(actual, expected),
        bias=simulate.bias(actual, expected),
        coverage=float(((actual >= low) & (actual <= high)).mean()),
        crps=float(np.mean([simulate.crps(s, a) for s, a in zip(samples, actual, strict=True)])),
        pinball=float(ends.mean()) / 2,
        log_loss=float(loss.mean()) if open_only and loss.size else None,
    )
