"""Text in Markdown: names of strangers stay names."""

from __future__ import annotations

import re

from salesfunnel._core.safe_text import clean

__all__ = ["escape_markdown"]

_SIGNS = re.compile(r"([\\`*_\[\]<>|~])")
_AT_START = re.compile(r"^(\s*)([#+\-=])")
_NUMBERED = re.compile(r"^(\s*\d+)([.)])(?=\s|$)")
"""The start of a numbered list; a backslash before a digit would be shown."""


def escape_markdown(text: str) -> str:
    r"""Return text as Markdown that shows just this text, in one line.

    Line ends become ``<br>``; control and bidirectional characters are made harmless.

    Examples
    --------
    >>> print(escape_markdown("# a|b"))
    \# a\|b
    """
    lines = clean(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n").split("\n")
    return "<br>".join(_escaped(line) for line in lines)


def _escaped(line: str) -> str:
    line = _SIGNS.sub(r"\\\1", line)
    return _NUMBERED.sub(r"\1\\\2", _AT_START.sub(r"\1\\\2", line))
