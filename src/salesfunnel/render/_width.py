"""How wide text stands in a terminal, and how it is padded and wrapped there."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_ZERO = {"Mn", "Me", "Cf"}
_TURNS = "\u202a\u202b\u202d\u202e\u2066\u2067"  # they reorder what stands after them


@lru_cache(maxsize=4096)
def _char_width(char: str) -> int:
    if unicodedata.category(char) in _ZERO:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def clean(text: str) -> str:
    """Return text without characters that act on a terminal; each becomes a visible mark."""
    return "".join(
        " "
        if char in "\t\n\r"
        else "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(char) in {"Cc", "Cs"} or char in _TURNS
        else char
        for char in text
    )


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
    lines: list[str] = []
    line = ""
    for word in _words(text):
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


def _words(text: str) -> list[str]:
    """Split so that a break may come before each piece."""
    pieces: list[str] = []
    fresh = True
    for char in text:
        wide = _char_width(char) == 2
        closing = char in "，。；：、）》”！？％"
        if not pieces or ((fresh or wide) and not closing and char != " "):
            pieces.append(char)
        else:
            pieces[-1] += char
        fresh = char == " " or wide
    return pieces


def _head(word: str, columns: int) -> str:
    head = ""
    for char in word:
        if head and width(head + char) > columns:
            break
        head += char
    return head
