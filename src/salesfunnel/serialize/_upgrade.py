"""Documents of older releases: what is gone is left out, what is new is filled in as unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["upgraded"]


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
    if "inflow" in body or not isinstance(segments, list) or not isinstance(shape, list):
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


_UPGRADES: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "Bottleneck": _without_windows,
    "Bottlenecks": _bottlenecks,
}


def upgraded(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the fields of a document as the type called `name` has them today."""
    change = _UPGRADES.get(name)
    return body if change is None else change(dict(body))
