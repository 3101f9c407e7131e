"""Names of steps in results, numbered where one occurs twice."""

from __future__ import annotations

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import UnknownNameError

__all__ = ["place_of", "placed_names"]


def place_of(step: object, names: tuple[str, ...]) -> int:
    """Return the place of a step by its name; ``"view (3)"`` where a name stands twice."""
    placed = placed_names(names)
    for known in (placed, [*names]):
        if str(step) in known:
            return known.index(str(step))
    raise UnknownNameError(
        f"'step' must be one of the steps, got {step!r}", hint=did_you_mean(str(step), placed)
    )


def placed_names(names: tuple[str, ...]) -> list[str]:
    """Return a name for each step, with its place behind it where a name occurs twice."""
    return [f"{n} ({k})" if names.count(n) > 1 else n for k, n in enumerate(names, 1)]
