"""Text of strangers: without characters that act on a terminal or turn what comes after them."""

from __future__ import annotations

import unicodedata

__all__ = ["clean", "described"]

_TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def clean(text: str, *, keep: str = "") -> str:
    r"""Return text in which control and bidirectional characters are made harmless.

    Parameters
    ----------
    text : str
        Any text.
    keep : str
        Characters to leave as they are, such as ``"\n"``.

    Returns
    -------
    str
        Tabs and line ends as spaces; other control characters, lone surrogates, characters that
        change the direction of the text and those that XML cannot hold as U+FFFD.

    Examples
    --------
    >>> clean("a\x1b[31m\tb")
    'a�[31m b'
    """
    return "".join(
        char
        if char in keep
        else " "
        if char in "\t\n\r\x85\u2028\u2029"
        else "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(char) in {"Cc", "Cs"} or char in _TURNS or char in "\ufffe\uffff"
        else char
        for char in text
    )


def described(error: BaseException) -> str:
    """Return type and message of an error, whatever its ``__str__`` does, made harmless."""
    name = type(error).__name__
    try:
        message = str(error)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException:  # noqa: BLE001 - an error of a stranger may raise anything when printed
        return clean(f"{name} (its message cannot be printed)")
    return clean(f"{name}: {message}")
