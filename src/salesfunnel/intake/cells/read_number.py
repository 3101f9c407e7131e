"""Numbers as people write them: 50万, 1.2亿, 8.75%, 42.%, 4.2/5, １２３, 1 234,5, 3k.

Values are exact (Decimal), each with the precision that was written. Nothing is guessed: what
cannot be distinguished carries a fault.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import attrs

from salesfunnel._core.foreign import is_numpy_like
from salesfunnel._core.vocabulary import Unit
from salesfunnel.intake.cells.digits import last_digit, read_digits
from salesfunnel.intake.cells.number import EXACT, DecimalMark, ParsedNumber
from salesfunnel.intake.cells.units import RATES, SHORT, strip_counter, strip_money

MISSING = frozenset(
    {
        "", "-", "--", "---", "—", "——", "–", "/", "\\", "n/a", "na", "n.a.", "#n/a", "#na", "nan",
        "null", "none", "nil", "not available", "tbd", "无", "無", "暂无", "没有", "空", "未知",
        "不适用", "待定", "待填", "未填", "未统计", "待统计", "待更新", "暂缺", "缺", "缺失",
        "pending", "?", "??", "...", "…", "……", ".", "*",
    }
)  # fmt: skip
"""Texts for a missing value, which is not zero."""

_LONGEST = 120
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t\n\r"), " "
)
_SPACES |= dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), "")
_SPACES |= dict.fromkeys(map(ord, "−‐‑‒"), "-") | dict.fromkeys(map(ord, "’‘ʼ`"), "'")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_ABOUT = re.compile(
    r"^(约|大约|大概|近|将近|超过|不到|about|approx\.?|ca\.?|circa|~|≈|[<>]=?|[≥≤])\s*"
)
_ABOUT_AFTER = re.compile(r"\s*(\+|以上|以下|左右|多|余|上下)$")

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_CELL_ERROR = re.compile(r"#[a-z0-9/_]+[!?]|#+")
_DATE = re.compile(
    r"\d{4}([-/年]\s?\d{1,2}|\.\d{1,2}(?=\.))([-/.月]\s?\d{1,2}日?|月)?([ t]\d{1,2}:\d{2}.*)?"
    r"|\d{1,2}月\d{1,2}[日号]?|\d{1,2}(?P<mark>[-/.])\d{1,2}(?P=mark)(\d{4}|\d{2})|\d{1,2}:\d{2}(:\d{2})?"
    rf"|\d{{1,2}}[- ]({_MONTHS})[a-z]*|({_MONTHS})[a-z]*[- ]\d{{1,2}}",
    re.ASCII,
)
_RANGE = re.compile(r"[^-~–—]*\d[^-~–—]*\s*([-~–—]|至|到|to)\s*\D?\d.*")
_NEGATIVE = re.compile(r"\(\s*\D{0,3}\d[^()]*\)")
_PART = r"(\d+(?:[.,]\d*)?(?:e[+-]?\d{1,3})?)"
_SCORE = re.compile(rf"{_PART}\s?/\s?{_PART}(?:\s?(?:分|points|pts))?", re.ASCII)


def read_number(cell: object, *, decimal: DecimalMark | None = None) -> ParsedNumber:
    """Read one cell.

    Parameters
    ----------
    cell : object
        Text, or a number, date or None as a workbook gives it.
    decimal : {".", ","}, optional
        The decimal mark; by default a point, and a comma where nothing else makes sense.

    Examples
    --------
    >>> read_number("50万").plain(), read_number("１,２３４").plain(), read_number("8.75%").plain()
    (500000, 1234, 0.0875)
    >>> read_number("42.%").cut, read_number("—").is_missing, read_number("(5)").fault
    (True, True, 'negative-parentheses')
    """
    if cell is None:
        return ParsedNumber()
    if not isinstance(cell, str):
        return _read_object(cell)
    if len(cell) > _LONGEST:
        formula = cell.lstrip().startswith("=")
        return ParsedNumber(fault="formula-without-result" if formula else "not-a-number")
    text = clean(cell)
    if text in MISSING:
        return ParsedNumber()
    return _read_text(text.removeprefix("'"), decimal)


def clean(text: str) -> str:
    """Return text in one width, one kind of space, minus and digit, lower case."""
    text = text.translate(_WIDE).translate(_SPACES)
    if not text.isascii():
        text = "".join(
            str(unicodedata.decimal(char)) if char.isdecimal() and not char.isascii() else char
            for char in text
        )
    return " ".join(text.split()).lower()


def _read_object(cell: object) -> ParsedNumber:
    if is_numpy_like(cell) and not isinstance(cell, int | float):
        try:
            cell = cell.item()
        except (TypeError, ValueError):
            return ParsedNumber(fault="not-a-number")
    if isinstance(cell, timedelta):
        days = SHORT.divide(Decimal(cell // timedelta(microseconds=1)), Decimal(86_400_000_000))
        return _bounded(days, unit="duration")
    if isinstance(cell, date | time):
        return ParsedNumber(fault="date-in-number")
    if isinstance(cell, float) and math.isnan(cell):
        return ParsedNumber()
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return ParsedNumber(fault="not-a-number")
    if isinstance(cell, int) and abs(cell) > 10**_LONGEST:
        return ParsedNumber(fault="not-a-number")
    value = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    if not value.is_finite():
        return ParsedNumber() if value.is_nan() else ParsedNumber(fault="not-a-number")
    # a formula leaves noise in the last digits, which nobody wrote
    noise = value.copy_abs().scaleb(-9, EXACT) if isinstance(cell, float) else Decimal(0)
    return _bounded(value, precision=max(last_digit(value), noise))


def _bounded(value: Decimal, **fields: Any) -> ParsedNumber:
    """Return the number unless a float cannot hold it."""
    if not value.is_finite() or value.adjusted() > 309 or not math.isfinite(float(value)):
        return ParsedNumber(fault="not-a-number")
    return ParsedNumber(value=value or Decimal(0), **fields)


def _read_text(text: str, decimal: DecimalMark | None) -> ParsedNumber:
    if text.isascii() and text.isdigit():
        return ParsedNumber(value=Decimal(text), precision=Decimal(1))
    if text.startswith("="):
        return ParsedNumber(fault="formula-without-result")
    if _CELL_ERROR.fullmatch(text):
        return ParsedNumber(fault="error-value")
    if _DATE.fullmatch(text):
        return ParsedNumber(fault="date-in-number")
    if _NEGATIVE.fullmatch(text):
        return ParsedNumber(fault="negative-parentheses")
    about = _ABOUT.sub("", text)
    found = read_plain(text, decimal) if about == text else read_plain(about, decimal)
    if found.value is None and _ABOUT_AFTER.search(about):
        about = _ABOUT_AFTER.sub("", about)
        found = read_plain(about, decimal)
    if about != text:
        if found.value is not None and found.fault is None:
            return attrs.evolve(found, fault="approximate-number", severity="warning")
        found = read_plain(text, decimal)
    if found.value is None and found.fault and _RANGE.fullmatch(text):
        return ParsedNumber(fault="number-range")
    return found


def read_plain(text: str, decimal: DecimalMark | None) -> ParsedNumber:
    """Read cleaned text that is one number with its signs and units."""
    score = _SCORE.fullmatch(text)
    if score:
        return _read_score(score, decimal)
    unit: Unit | None = None
    body, money = strip_money(text)
    sign = 1
    if body[:1] in {"+", "-"}:
        sign, body = (-1 if body[0] == "-" else 1), body[1:].lstrip()
        body, more = strip_money(body)
        money = money or more
    if money:
        unit = "currency"
    shift = 0
    for ending, places in RATES.items():
        if body.endswith(ending) and unit is None:
            body, unit, shift = body.removesuffix(ending).rstrip(), "rate", -places
            break
    factor = Decimal(1)
    if unit is None:
        body, unit, factor = strip_counter(body)
    if unit is None and body.endswith("分"):
        body, unit = body[:-1].rstrip(), "score"
    found = read_digits(body, decimal, multipliers=unit != "rate")
    if found.value is None:
        return ParsedNumber(fault="not-a-number")
    scale = EXACT.multiply(factor, Decimal(sign)).scaleb(shift, EXACT)
    return _bounded(
        EXACT.multiply(found.value, scale),
        precision=EXACT.multiply(found.precision, scale).copy_abs(),
        unit=unit,
        cut=found.cut,
        mark=found.mark,
        scaled=found.scaled,
        thousands=found.thousands,
    )


def _read_score(match: re.Match[str], decimal: DecimalMark | None) -> ParsedNumber:
    value, best = (read_digits(part, decimal, multipliers=False) for part in match.groups())
    if value.value is None or not best.value or value.value > best.value:
        return ParsedNumber(fault="not-a-number")
    return _bounded(
        value.value,
        precision=value.precision,
        unit="score",
        out_of=best.value,
        mark=value.mark or best.mark,
    )
