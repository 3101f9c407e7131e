"""The colours of pictures, by role, in a light and a dark theme, with their contrast.

Two hues carry a meaning each: ``main`` is what was observed, ``alert`` is what is below its
baseline and nothing else. Both differ in hue only, so an alert always has a second sign as well: a
triangle, a hatch or a label. Everything else is grey.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

__all__ = ["DARK", "FONT", "LIGHT", "ROLE_COLOURS", "Palette", "contrast", "palette"]

FONT = (
    "Inter,system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Hiragino Sans GB',"
    "'Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"
)
"""Fonts of pictures and pages, Latin first; the Chinese ones are found on every system."""


@attrs.frozen(kw_only=True)
class Palette:
    """The colours of one theme, as ``#rrggbb``.

    Parameters
    ----------
    back, panel : str
        The page, and a part that stands out from it.
    ink, muted : str
        Words, and second words.
    line, grid : str
        Hairlines of the page and of pictures.
    main, tint : str
        What was observed, and its pale form for what is still open.
    alert, alert_tint : str
        What is below its baseline, and the ground behind its words.
    grey, lost : str
        Context and outlines; the fill of lost deals and of bands.
    """

    back: str
    panel: str
    ink: str
    muted: str
    line: str
    main: str
    tint: str
    alert: str
    alert_tint: str
    grey: str
    lost: str


LIGHT = Palette(
    back="#ffffff",
    panel="#f6f7f9",
    ink="#16202c",
    muted="#55606e",
    line="#dde2e8",
    main="#1f5fa8",
    tint="#d5e4f5",
    alert="#b4420d",
    alert_tint="#fdeee6",
    grey="#8791a0",
    lost="#c3cad3",
)
DARK = Palette(
    back="#0f151c",
    panel="#171f28",
    ink="#e9eef4",
    muted="#a3afbd",
    line="#2b3540",
    main="#74b2f2",
    tint="#1d3a57",
    alert="#ff9466",
    alert_tint="#3a2118",
    grey="#7c8896",
    lost="#46515e",
)
THEMES: Mapping[str, Palette] = MappingProxyType({"light": LIGHT, "dark": DARK})

ROLE_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "main": "main",
        "alert": "alert",
        "context": "grey",
        "band": "lost",
        "target": "ink",
        "lost": "lost",
        "open": "tint",
        "total": "ink",
    }
)
"""Role of a mark → name of its colour in a `Palette`."""


def palette(theme: str) -> Palette:
    """Return the colours of a theme, ``"light"`` or ``"dark"``."""
    return THEMES[theme]


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    Parameters
    ----------
    first, second : str
        Colours as ``#rrggbb``.

    Notes
    -----
    Relative luminance and ratio as in WCAG 2.2, "contrast ratio" and "relative luminance".

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mixed(over: str, under: str, share: float) -> str:
    """Return the colour that `over` gives at opacity `share` upon `under`."""
    pairs = ((int(over[i : i + 2], 16), int(under[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)
