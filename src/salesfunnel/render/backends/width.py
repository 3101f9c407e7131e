"""How wide text is in a terminal, and how it is padded and wrapped there."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_ZERO = {"Mn", "Me", "Cf"}
_CLOSING = "，。；：、）》”！？％～"  # never first in a line
_OPENING = "（《“"  # never last in a line
_UNITS = "年月日天周个单万亿元人次步期层"  # never parted from their figure


@lru_cache(maxsize=4096)
def _char_width(char: str) -> int:
    if unicodedata.category(char) in _ZERO:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width(text: str) -> int:
    """Return how many columns the text takes: two for wide characters, none for marks."""
    return sum(map(_char_width, text))


def pad(text: str, columns: int, align: str = "left") -> str:
    """Return the text with spaces up to `columns`."""
    space = max(columns - width(text), 0)
    if align == "right":
        return " " * space + text
    if align == "center":
        return " " * (space // 2) + text + " " * (space - space // 2)
    return text + " " * space


def wrap(text: str, columns: int) -> list[str]:
    """Return the text in lines of at most `columns`; breaks at spaces and between wide ones."""
    columns = max(columns, 2)
    first, arrow, second = text.partition(" → ")
    if arrow and width(text) > columns >= max(width(first) + 2, width(second)):
        return [f"{first} →", second]  # a step breaks at its arrow, not within a name
    lines: list[str] = []
    line = ""
    for word in pieces(text):
        if line and width(line) + width(word.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
            word = word.lstrip()  # noqa: PLW2901 - a space at a break is the break
        while width(word.rstrip()) > columns:
            head = _head(word, columns - width(line))
            lines.append((line + head).rstrip())
            word, line = word[len(head) :], ""  # noqa: PLW2901 - the rest of a word that is too long
        line += word
    lines.append(line.rstrip())
    return lines


def pieces(text: str) -> list[str]:
    """Split so that a line may break before each piece: a figure keeps its unit."""
    found: list[str] = []
    for i, char in enumerate(text):
        if not found or _breaks(text, i):
            found.append(char)
        else:
            found[-1] += char
    return found


def _breaks(text: str, i: int) -> bool:
    """Whether a line may break between the characters i - 1 and i."""
    before, char = text[i - 1], text[i]
    if char == " " or char in _CLOSING or before in _OPENING:
        return False
    if char == "%":
        return not (before.isdigit() or (before == " " and i > 1 and text[i - 2].isdigit()))
    if before.isdigit() and char in _UNITS:
        return False
    if before in "年月" and char.isdigit():
        return not (i > 1 and text[i - 2].isdigit())
    return before == " " or _char_width(before) == 2 or _char_width(char) == 2


def _head(word: str, columns: int) -> str:
    head = ""
    for char in word:
        if head and width(head + char) > columns:
            break
        head += char
    return head
