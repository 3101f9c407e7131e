"""compare_arms: two or more arms of a step, safe to look at every day."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from salesfunnel._core.checks import check_fraction, check_known
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.interval import Interval
from salesfunnel._core.readers import reader_hint
from salesfunnel._kernels import always_valid
from salesfunnel._kernels.intervals import wilson
from salesfunnel.conversion.arm_comparison import ArmComparison, ArmRow
from salesfunnel.data.panel import Panel

__all__ = ["compare_arms"]

MOST_EVIDENCE = 1e300


def compare_arms(
    counts: Mapping[str, tuple[int, int]] | Panel,
    *,
    level: float = 0.95,
    control: str | None = None,
) -> ArmComparison:
    """Compare the arms of a test with a control; one may look every day.

    Parameters
    ----------
    counts : mapping of str to (int, int), or Panel
        Arm → (entered, advanced) so far; or a panel of two steps whose segments are the arms,
        summed over its periods.
    level : float
        Of the intervals of all differences together, in (0, 1).
    control : str, optional
        The arm that others are compared with; the first by default.

    Returns
    -------
    ArmComparison
        One row per arm: rate, always-valid interval of the difference, evidence.

    Raises
    ------
    ArgumentError
        If there are fewer than two arms, or a count is not a whole number of at least 0.
    DataError
        If more advanced than entered.
    UnknownNameError
        If `control` is not an arm.

    Notes
    -----
    The evidence is an e-value by universal inference (Wasserman et al. 2020): with equal rates it
    ever passes 1 ÷ (1 − level) in at most 1 − level of all tests. An entrant counts once it has
    had time to advance. With several arms each difference has its share of 1 − level.

    Examples
    --------
    >>> found = compare_arms({"old script": (800, 160), "new script": (790, 252)})
    >>> row = found.find("new script")
    >>> row.verdict, round(row.rate, 3), round(row.difference.low, 3), row.evidence > 20
    ('better', 0.319, 0.02, True)
    """
    check_fraction("level", level, open_ends=True)
    arms = _arms(counts)
    if len(arms) < 2:
        raise ArgumentError(f"'counts' must hold two arms or more, got {len(arms)}")
    first = next(iter(arms)) if control is None else control
    check_known("control", first, tuple(arms))
    alpha = (1 - level) / (len(arms) - 1)
    n0, x0 = arms[first]
    rows = []
    for name in [first, *(arm for arm in arms if arm != first)]:
        n, x = arms[name]
        low, high = wilson(x, n, level) if n else (math.nan, math.nan)
        difference = evidence = None
        verdict = "control"
        if name != first:
            ends = always_valid.interval(x0, n0, x, n, alpha)
            difference = Interval(*ends, level, "always-valid")
            log = float(always_valid.log_evidence(x0, n0, x, n, np.zeros(1))[0])
            evidence = min(math.exp(min(log, 690.0)), MOST_EVIDENCE) if n and n0 else 1.0
            verdict = "better" if ends[0] > 0 else "worse" if ends[1] < 0 else "not-yet"
        rows.append(
            ArmRow(
                arm=name,
                entered=n,
                advanced=x,
                rate=x / n if n else None,
                interval=Interval(float(low), float(high), level, "wilson") if n else None,
                difference=difference,
                evidence=evidence,
                verdict=verdict,  # type: ignore[arg-type]
            )
        )
    return ArmComparison(rows=tuple(rows), level=level)


def _arms(counts: Mapping[str, tuple[int, int]] | Panel) -> dict[str, tuple[int, int]]:
    if isinstance(counts, Panel):
        if len(counts.steps) != 2:
            raise ArgumentError(
                f"'counts' must be a panel of two steps, got {len(counts.steps)}",
                hint="panel.select(steps=['offer', 'won'])",
            )
        entered, advanced, _ = counts.entered_advanced()
        total = np.stack([entered.sum(axis=0)[:, 0], advanced.sum(axis=0)[:, 0]], axis=1)
        pairs = {
            name: (int(n), int(x)) for name, (n, x) in zip(counts.segments, total, strict=True)
        }
    elif isinstance(counts, Mapping):
        pairs = {str(name): _pair(name, pair) for name, pair in counts.items()}
    else:
        raise ArgumentError(
            f"'counts' must map arms to (entered, advanced), got {type(counts).__name__}",
            hint=reader_hint(counts, "Panel"),
        )
    for name, (n, x) in pairs.items():
        if x > n:
            raise DataError(
                f"'counts' must not have more advanced than entered, got {name!r}: {x} of {n}"
            )
    return pairs


def _pair(name: object, pair: object) -> tuple[int, int]:
    values = tuple(pair) if isinstance(pair, Iterable) and not isinstance(pair, str) else ()
    whole = [int(v) for v in values if isinstance(v, int | np.integer) and not isinstance(v, bool)]
    if len(values) != 2 or len(whole) != 2 or min(whole) < 0:
        raise ArgumentError(
            f"'counts' must hold two whole numbers of at least 0 per arm, got {name!r}: {pair!r}"
        )
    return whole[0], whole[1]
