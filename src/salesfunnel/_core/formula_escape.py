"""Cells of spreadsheets: text that a spreadsheet would run as a formula is escaped, and back."""

from __future__ import annotations

import re

_DANGER = "=+\\-@\t\r\n＝＋－＠"
OWN_FORMULA = "=IFERROR(IF(ISNUMBER("
"""How every formula begins that `Tracking.to_xlsx` writes."""
_RISKY = re.compile(f"'*[{_DANGER}]")
_ESCAPED = re.compile(f"'+[{_DANGER}]")


def escape_cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; `unescape_cell` gives it back.

    An apostrophe is put before text that starts with ``=``, ``+``, ``-``, ``@``, a tab or a line
    end, or with their full-width twins; one more where apostrophes stand there already, so that
    nothing is lost.

    References
    ----------
    OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection

    Examples
    --------
    >>> escape_cell("=1+1"), escape_cell("'=1"), escape_cell("don't")
    ("'=1+1", "''=1", "don't")
    """
    return f"'{text}" if _RISKY.match(text) else text


def unescape_cell(text: str) -> str:
    """Return the text that `escape_cell` was given.

    Examples
    --------
    >>> unescape_cell("'=1+1"), unescape_cell("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if _ESCAPED.match(text) else text


def is_own_formula(text: str) -> bool:
    """Whether a cell holds a formula that this library wrote, and whose result it computes itself.

    Programs that write workbooks without computing them leave the results out.

    Examples
    --------
    >>> is_own_formula('=IFERROR(IF(ISNUMBER(E3),E3,VALUE(E3&""))/1,"")'), is_own_formula("=E3/E2")
    (True, False)
    """
    return text.startswith(OWN_FORMULA)
