"""Dates and figures with their unit that a line of a page does not part."""

from __future__ import annotations

import re

from salesfunnel.render.charts.whole import WHOLE

__all__ = ["unbroken"]

_TAG = re.compile(r"(<[^>]*>)")
_SKIPPED = ("svg", "style", "script", "title")
"""Elements whose words are left as they are: no other element may stand in them."""


def unbroken(body: str) -> str:
    """Return HTML whose dates and figures with a unit stay in one line.

    Examples
    --------
    >>> unbroken("<p>since 3 Dec 2026</p>")
    '<p>since <span class="sf-nb">3 Dec 2026</span></p>'
    """
    parts = _TAG.split(body)
    depth = 0
    for i, part in enumerate(parts):
        if i % 2:
            if part.strip("</>").split(" ", 1)[0] in _SKIPPED and not part.endswith("/>"):
                depth += -1 if part.startswith("</") else 1  # drawings lie in drawings
        elif not depth and part.strip():
            parts[i] = WHOLE.sub(r'<span class="sf-nb">\g<0></span>', part)
    return "".join(parts)
