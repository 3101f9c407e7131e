"""Texts that programs write where nobody is known: null, undefined, (not set), guest."""

from __future__ import annotations

__all__ = ["NOBODY"]

_WORDS = (
    "null|none|nan|nil|undefined|n/a|(not set)|(none)|(null)|(blank)|<na>|<null>|not set|unknown"
    "|anonymous|anonymous user|guest|guest user|游客|匿名|匿名用户|未知|未登录|散客"
    "|00000000-0000-0000-0000-000000000000"
)
NOBODY = frozenset(
    form
    for word in _WORDS.split("|")
    for form in (word, word.upper(), word.capitalize(), word.title())
) | {"NaN", "NA", "<NA>", "N/A", "-", "--", "—"}
"""As they are written; an id is compared as it stands."""
