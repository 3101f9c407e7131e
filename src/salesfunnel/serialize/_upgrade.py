"""Documents of older releases: what is gone is left out, what is new is filled in as unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["RENAMED", "upgraded"]

RENAMED: Mapping[str, Mapping[str, str]] = {
    "Assumptions": {"closing": "gap_closed"},
    "Benchmark": {"source": "citation"},
    "Bottleneck": {"source": "reference_kind"},
    "Bottlenecks": {"source": "reference_kind"},
    "Measure": {
        "follow": "adoption_metric",
        "seen_after": "detectable_after_days",
        "since": "baseline_from",
    },
    "ReferenceWindow": {"month_sd": "month_to_month_sd"},
    "RepurchaseCurve": {"ripe": "mature"},
    "Review": {"next": "next_step"},
    "ReviewEvidence": {"step_odds": "odds_ratio"},
    "StageHistory": {"spent": "time_in_stage"},
}
"""Names that fields had in documents of older releases, with those of today."""


def _array(dtype: str, shape: list[int], value: float | None) -> dict[str, Any]:
    size = 1
    for n in shape:
        size *= n
    return {"dtype": dtype, "shape": shape, "data": [value] * size}


def _without_windows(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out the probabilities of windows of one and three months, which one model replaced."""
    return {k: v for k, v in body.items() if k not in {"probability_1", "probability_3"}}


def _bottlenecks(body: dict[str, Any]) -> dict[str, Any]:
    body = _without_windows(body)
    segments, shape = body.get("segments"), (body.get("entered") or {}).get("shape")
    if not isinstance(segments, list) or not isinstance(shape, list):
        return body
    body.setdefault("back_months", _array("int64", shape, 0))
    if "inflow" in body:
        return body
    from salesfunnel._kernels.rate_model.setting import RATE_SIZES

    period = body.get("period")
    by_segment = [len(segments)]
    unknown = _array("float64", shape, None)
    names = ("entered", "mean", "low", "high", "probability", "deals")
    return {
        **body,
        "definition": unknown,
        "prior": unknown,
        "old_share": unknown,
        "partner": _array("int8", shape, -1),
        "pooled": _array("int64", shape, 0),
        "old_months": _array("int64", shape, 0),
        "sizes": _array("float64", [int(RATE_SIZES.size), *shape], None),
        "periods": [period],
        "seasonal": False,
        "inflow": {
            "type": "Inflow",
            "segments": segments,
            "periods": [period],
            **{name: _array("float64", by_segment, None) for name in names},
            "tier": _array("int8", by_segment, 4),
            "window": _array("int8", by_segment, 0),
        },
    }


def _segment_comparison(body: dict[str, Any]) -> dict[str, Any]:
    """Before, open entrants counted as not advanced."""
    shape = (body.get("entered") or {}).get("shape")
    if isinstance(shape, list):
        body.setdefault("still_open", _array("int64", shape, 0))
    return body


_UPGRADES: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "Bottleneck": _without_windows,
    "Bottlenecks": _bottlenecks,
    "SegmentComparison": _segment_comparison,
}


def upgraded(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the fields of a document as the type called `name` has them today."""
    renamed = RENAMED.get(name)
    if renamed is not None:
        body = {renamed.get(k, k): v for k, v in body.items() if renamed.get(k) not in body}
    change = _UPGRADES.get(name)
    return body if change is None else change(dict(body))
