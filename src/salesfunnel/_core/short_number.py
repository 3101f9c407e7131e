"""A number in a representation: four digits that count, none lost of what stands before the dot."""

from __future__ import annotations

__all__ = ["short_number"]


def short_number(value: float) -> str:
    """Return a number with four significant digits, whole from ten thousand on.

    Examples
    --------
    >>> short_number(0.5919888820581465), short_number(-74731.25), short_number(0.95)
    ('0.592', '-74731', '0.95')
    """
    return f"{value:.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.4g}"
