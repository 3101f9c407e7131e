"""Dates and figures with their unit: what a line of a page or a picture does not part."""

from __future__ import annotations

import re

from salesfunnel.i18n._dates import MONTHS

__all__ = ["WHOLE", "pieces"]

_NUMBER = r"[$€£¥₹]?\d[\d,.]*(?:[–−]\d[\d,.]*)?"
_DATES = (
    rf"(?:\d{{1,2}} )?(?:{'|'.join(MONTHS)}) \d{{4}}\b"
    r"|\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?|\d季度|第\d+周)?(?:以来|起|前)?"
)
_FIGURES = (
    rf"{_NUMBER}(?: (?:million|billion)| (?:person-)?days?\b| deals?\b| months?\b)"
    rf"|{_NUMBER}(?:[万亿](?:[个元])?|个商机|个百分点|个月|人天|[个天位元期项次])"
)
WHOLE = re.compile(f"{_DATES}|{_FIGURES}")
"""A date, a month, or a figure with its unit, in either language."""


def pieces(words: str) -> list[str]:
    """Return what a line may end after: letters of Chinese, words, whole dates and figures."""
    if " · " in words:
        return re.findall(r".+?(?: · |$)", words)
    pieces: list[str] = []
    for i, part in enumerate(re.split(f"({WHOLE.pattern})", words)):
        if i % 2:
            pieces.append(part)
        else:
            pieces += re.findall(r"[^\s\u2e80-\uffef]*(?:[\u2e80-\uffef]|\s|$)", part)
    return [piece for piece in pieces if piece]
