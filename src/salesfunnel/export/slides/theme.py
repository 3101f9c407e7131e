"""The theme of a deck: fonts that Windows and macOS have, the colours of the report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.book import FONTS
from salesfunnel.render.charts.palette import LIGHT

if TYPE_CHECKING:
    from pptx.presentation import Presentation

__all__ = ["colour_of", "dress"]

_ACCENTS = (LIGHT.main, LIGHT.alert, LIGHT.grey, "#4f8f8b", "#8a6db1", LIGHT.ink)
_COLOURS = {
    "main": LIGHT.main, "alert": LIGHT.alert, "grey": LIGHT.grey, "lost": LIGHT.lost,
    "tint": LIGHT.tint, "ink": LIGHT.ink, "muted": LIGHT.muted, "panel": LIGHT.panel,
    "line": LIGHT.line, "alert_tint": LIGHT.alert_tint, "good": "#1e6b3a", "good_tint": "#e6f2ea",
    "back": LIGHT.back,
}  # fmt: skip
_HAN = "Microsoft YaHei"
"""On Windows; PowerPoint for Mac brings it, and Keynote takes PingFang in its place."""


def colour_of(role: str) -> str:
    """Return the colour of a role as six hexadecimal digits."""
    return _COLOURS[role].lstrip("#").upper()


def dress(presentation: Presentation, locale: Locale) -> None:
    """Set fonts and colours of the theme, so that whatever is added later has them too."""
    master = presentation.slide_master.part
    (part,) = [rel.target_part for rel in master.rels.values() if rel.reltype.endswith("/theme")]
    theme = part.blob.decode("utf-8")
    theme = re.sub(r'<a:latin typeface="[^"]*"', f'<a:latin typeface="{FONTS["en"]}"', theme)
    if locale == "zh":
        theme = re.sub(r'<a:ea typeface="[^"]*"', f'<a:ea typeface="{_HAN}"', theme)
    theme = re.sub(r'(<a:font script="Hans" typeface=)"[^"]*"', rf'\1"{_HAN}"', theme)
    for number, colour in enumerate(_ACCENTS, 1):
        plain = colour.lstrip("#").upper()
        theme = re.sub(
            rf"<a:accent{number}>.*?</a:accent{number}>",
            f'<a:accent{number}><a:srgbClr val="{plain}"/></a:accent{number}>',
            theme,
            flags=re.DOTALL,
        )
    part._blob = theme.encode("utf-8")  # noqa: SLF001 - python-pptx has no other way to a theme
