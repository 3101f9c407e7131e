"""Dates and figures with their unit that a line of a page does not part."""

from __future__ import annotations

import re

from salesfunnel.render.charts.figures import MONTHS

__all__ = ["unbroken"]

_NUMBER = r"[$€£¥₹]?\d[\d,.]*(?:[–−]\d[\d,.]*)?"
_DATES = (
    rf"(?:\d{{1,2}} )?(?:{'|'.join(MONTHS)}) \d{{4}}\b"
    r"|\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?|\d季度|第\d+周)?(?:以来|起|前)?"
)
_FIGURES = (
    rf"{_NUMBER}(?: (?:million|billion)| (?:person-)?days?\b| deals?\b| months?\b)"
    rf"|{_NUMBER}(?:[万亿](?:[个元])?|个商机|个百分点|个月|人天|[个天位元期项次])"
)
_WHOLE = re.compile(f"{_DATES}|{_FIGURES}")
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
    inside = ""
    for i, part in enumerate(parts):
        if i % 2:
            name = part.strip("</>").split(" ", 1)[0]
            if not inside and name in _SKIPPED and not part.startswith("</"):
                inside = name
            elif part == f"</{inside}>":
                inside = ""
        elif part and not inside and part.strip():
            parts[i] = _WHOLE.sub(r'<span class="sf-nb">\g<0></span>', part)
    return "".join(parts)
