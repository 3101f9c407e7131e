"""Numbers as people write them: 50万, 1.2亿, 8.75%, 42.%, 4.2/5, １２３, 1 234,5, 3k.

Values are exact (Decimal), each with the precision that was written. Nothing is guessed: what
cannot be told apart carries a fault.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, time, timedelta
from decimal import Context, Decimal
from typing import Any, Literal

import attrs

from salesfunnel._typing import Severity, Unit
from salesfunnel.intake.numerals import read_numeral

DecimalMark = Literal[".", ","]

MISSING = frozenset(
    {
        "", "-", "--", "---", "—", "——", "–", "/", "\\", "n/a", "na", "n.a.", "#n/a", "#na", "nan",
        "null", "none", "nil", "not available", "tbd", "无", "無", "暂无", "没有", "空", "未知",
        "不适用", "待定", "待填", "未填", "未统计", "?", "??", "...", "…", "……", ".", "*",
    }
)  # fmt: skip
"""What people write where there is no value. It is missing, which is not zero."""

EXACT = Context(prec=1000)
_SHORT = Context(prec=40)
_LONGEST = 120
_LIMIT = 2**63 - 1
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t\n\r"), " "
)
_SPACES |= dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), "")
_SPACES |= dict.fromkeys(map(ord, "−‐‑‒"), "-") | dict.fromkeys(map(ord, "’‘ʼ`"), "'")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_MULTIPLIERS = {
    "万亿": 10**12, "亿": 10**8, "億": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5,
    "万": 10**4, "萬": 10**4, "w": 10**4, "千": 10**3, "百": 10**2, "十": 10, "k": 10**3,
    "thousand": 10**3, "tsd": 10**3, "m": 10**6, "mm": 10**6, "mn": 10**6, "mio": 10**6,
    "million": 10**6, "millions": 10**6, "b": 10**9, "bn": 10**9, "billion": 10**9,
}  # fmt: skip
_CURRENCY = (
    "人民币", "美元", "欧元", "港元", "港币", "日元", "英镑", "元", "圆", "块",
    "¥", "￥", "us$", "hk$",
    "$", "€", "£", "₹", "₽", "₩", "rmb", "cny", "usd", "eur", "gbp", "hkd", "jpy", "chf", "inr",
)  # fmt: skip
_COUNTERS = (
    "人次", "人", "个客户", "位客户", "客户", "个", "個", "次", "份", "家", "单", "位", "条", "场",
    "名", "户", "笔", "件", "组", "台", "套", "customers", "leads", "deals", "pcs",
)  # fmt: skip
_DAYS = {
    "天": 1, "日": 1, "day": 1, "days": 1, "d": 1, "周": 7, "星期": 7, "week": 7, "weeks": 7,
}  # fmt: skip
_HOURS = ("小时", "個小時", "hours", "hour", "hrs", "h")
_RATES = {"%": 2, "‰": 3, "percent": 2, "per cent": 2, "pct": 2}
_ABOUT = re.compile(
    r"^(约|大约|大概|近|将近|超过|不到|about|approx\.?|ca\.?|circa|~|≈|[<>]=?|[≥≤])\s*"
)
_ABOUT_AFTER = re.compile(r"\s*(\+|以上|以下|左右|多|余|上下)$")

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
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
_PLAIN_GROUPS = r"\d{1,3}(?P<gap>[ '])\d{3}(?:(?P=gap)\d{3})*"
_COMPOSITE = re.compile(
    r"(?:(?P<yi>\d{1,4})亿)?(?P<wan>\d{1,4})万(?P<rest>\d{4}|\d千)?"
    r"|(?P<yi2>\d{1,4})亿(?P<rest2>\d{8})"
)


def _forms(mark: str, comma: str) -> re.Pattern[str]:
    """Return the pattern of numbers with this decimal mark and the other one for thousands.

    Groups of three, of four (12,3456 万-wise), and Indian ones (12,34,567).
    """
    c, m = re.escape(comma), re.escape(mark)
    groups = (
        rf"\d{{1,3}}(?:{c}\d{{3}})+|\d{{1,4}}(?:{c}\d{{4}})+|\d{{1,2}}(?:{c}\d{{2}})+{c}\d{{3}}"
    )
    whole = rf"(?P<whole>{_PLAIN_GROUPS}|{groups}|\d+)"
    return re.compile(rf"(?:{whole}(?:(?P<mark>{m})(?P<part>\d*))?|{m}(?P<only>\d+))", re.ASCII)


_FORMS: dict[str, re.Pattern[str]] = {".": _forms(".", ","), ",": _forms(",", ".")}


@attrs.frozen(kw_only=True)
class Written:
    """A number as somebody wrote it.

    Parameters
    ----------
    value : Decimal, optional
        Its value: a rate as a fraction, a duration in days. None where missing or not readable.
    step : Decimal
        What one unit of the last written digit is worth: the written precision.
    unit : {"count", "currency", "rate", "score", "duration"}, optional
        What the writing says of the unit; None where it says nothing.
    out_of : Decimal, optional
        The best score, in ``4.2/5``.
    cut : bool
        Whether digits were cut off after the decimal mark: ``42.%``.
    mark : {".", ","}, optional
        The only decimal mark with which it can be read; None where both or neither do.
    fault : str, optional
        Code of what is wrong or suspicious.
    severity : {"error", "warning", "info"}
        How bad `fault` is; the value is None for an error.
    """

    value: Decimal | None = None
    step: Decimal = Decimal(0)
    unit: Unit | None = None
    out_of: Decimal | None = None
    cut: bool = False
    mark: DecimalMark | None = None
    fault: str | None = None
    severity: Severity = "error"

    @property
    def is_missing(self) -> bool:
        """Whether the cell says that there is no value."""
        return self.value is None and self.fault is None

    def plain(self) -> int | float | None:
        """Return the value as an int where it is whole and fits, as the nearest float otherwise."""
        return plain(self.value)


def plain(value: Decimal | None) -> int | float | None:
    """Return an int where the value is whole and fits in int64, the nearest float otherwise."""
    if value is None:
        return None
    if -_LIMIT <= value <= _LIMIT and value == value.to_integral_value(context=EXACT):
        return int(value)
    return float(value)


def read_number(cell: Any, *, decimal: DecimalMark | None = None) -> Written:
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
        return Written()
    if not isinstance(cell, str):
        return _read_object(cell)
    if len(cell) > _LONGEST:
        return Written(fault="not-a-number")
    text = clean(cell)
    if text in MISSING:
        return Written()
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


def _read_object(cell: Any) -> Written:
    if hasattr(cell, "item") and not isinstance(cell, int | float):
        try:
            cell = cell.item()
        except (TypeError, ValueError):
            return Written(fault="not-a-number")
    if isinstance(cell, timedelta):
        days = _SHORT.divide(Decimal(cell // timedelta(microseconds=1)), Decimal(86_400_000_000))
        return _bounded(days, unit="duration")
    if isinstance(cell, date | time):
        return Written(fault="date-in-number")
    if isinstance(cell, float) and math.isnan(cell):
        return Written()
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return Written(fault="not-a-number")
    if isinstance(cell, int) and abs(cell) > 10**_LONGEST:
        return Written(fault="not-a-number")
    value = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    if not value.is_finite():
        return Written() if value.is_nan() else Written(fault="not-a-number")
    # a formula leaves noise in the last digits, which nobody wrote
    noise = value.copy_abs().scaleb(-9, EXACT) if isinstance(cell, float) else Decimal(0)
    return _bounded(value, step=max(_last_digit(value), noise))


def _last_digit(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(min(exponent, 0), EXACT)


def _bounded(value: Decimal, **fields: Any) -> Written:
    """Return the number unless a float cannot hold it."""
    if not value.is_finite() or value.adjusted() > 309 or not math.isfinite(float(value)):
        return Written(fault="not-a-number")
    return Written(value=value or Decimal(0), **fields)


def _read_text(text: str, decimal: DecimalMark | None) -> Written:
    if _DATE.fullmatch(text):
        return Written(fault="date-in-number")
    if _NEGATIVE.fullmatch(text):
        return Written(fault="negative-parentheses")
    about = _ABOUT.sub("", text)
    about = _ABOUT_AFTER.sub("", about) if read_plain(about, decimal).value is None else about
    if about != text:
        found = read_plain(about, decimal)
        if found.value is not None and found.fault is None:
            return attrs.evolve(found, fault="approximate-number", severity="warning")
    found = read_plain(text, decimal)
    if found.value is None and found.fault and _RANGE.fullmatch(text):
        return Written(fault="number-range")
    return found


def read_plain(text: str, decimal: DecimalMark | None) -> Written:
    """Read cleaned text that is one number with its signs and units."""
    score = _SCORE.fullmatch(text)
    if score:
        return _read_score(score, decimal)
    unit: Unit | None = None
    body, money = _strip_money(text)
    sign = 1
    if body[:1] in {"+", "-"}:
        sign, body = (-1 if body[0] == "-" else 1), body[1:].lstrip()
        body, more = _strip_money(body)
        money = money or more
    if money:
        unit = "currency"
    shift = 0
    for ending, places in _RATES.items():
        if body.endswith(ending) and unit is None:
            body, unit, shift = body.removesuffix(ending).rstrip(), "rate", -places
            break
    factor = Decimal(1)
    if unit is None:
        body, unit, factor = _strip_counter(body)
    if unit is None and body.endswith("分"):
        body, unit = body[:-1].rstrip(), "score"
    found = _read_digits(body, decimal, multipliers=unit != "rate")
    if found.value is None:
        return Written(fault="not-a-number")
    scale = EXACT.multiply(factor, Decimal(sign)).scaleb(shift, EXACT)
    return _bounded(
        EXACT.multiply(found.value, scale),
        step=EXACT.multiply(found.step, scale).copy_abs(),
        unit=unit,
        cut=found.cut,
        mark=found.mark,
    )


def _read_score(match: re.Match[str], decimal: DecimalMark | None) -> Written:
    value, best = (_read_digits(part, decimal, multipliers=False) for part in match.groups())
    if value.value is None or not best.value or value.value > best.value:
        return Written(fault="not-a-number")
    return _bounded(
        value.value, step=value.step, unit="score", out_of=best.value, mark=value.mark or best.mark
    )


def _strip_money(text: str) -> tuple[str, bool]:
    for sign in _CURRENCY:
        if text.startswith(sign):
            return text.removeprefix(sign).lstrip(), True
        if text.endswith(sign):
            return text.removesuffix(sign).rstrip(), True
    return text, False


def _strip_counter(body: str) -> tuple[str, Unit | None, Decimal]:
    for ending in _COUNTERS:
        if body.endswith(ending):
            return body.removesuffix(ending).rstrip(), None, Decimal(1)
    for ending in _HOURS:
        if body.endswith(ending) and body[:1].isdigit():
            return body.removesuffix(ending).removesuffix("个").rstrip(), "duration", _HOUR
    for ending, days in sorted(_DAYS.items(), key=lambda item: -len(item[0])):
        if body.endswith(ending) and body[:1].isdigit():
            return body.removesuffix(ending).removesuffix("个").rstrip(), "duration", Decimal(days)
    return body, None, Decimal(1)


_HOUR = _SHORT.divide(Decimal(1), Decimal(24))


def _read_digits(body: str, decimal: DecimalMark | None, *, multipliers: bool) -> Written:
    """Read digits with separators, a decimal mark, and a multiplier behind."""
    composite = _COMPOSITE.fullmatch(body) if multipliers else None
    if composite:
        return _read_composite(composite)
    power = Decimal(1)
    if multipliers and body[-1:].isalpha():
        at = len(body)
        while at and body[at - 1].isalpha():
            at -= 1
        power = Decimal(_MULTIPLIERS.get(body[at:], 0))
        if at == 0 or not power:
            value = read_numeral(body)
            return Written() if value is None else Written(value=value, step=_last_digit(value))
        body = body[:at].rstrip()
    base, _, exponent = body.partition("e")
    if "e" in body:
        if not re.fullmatch(r"[+-]?\d{1,3}", exponent, re.ASCII):
            return Written()
        power = power.scaleb(int(exponent), EXACT)
    readings = {mark: _FORMS[mark].fullmatch(base) for mark in ((decimal,) if decimal else ".,")}
    marks = [mark for mark, match in readings.items() if match]
    if not marks:
        return Written()
    match = readings[marks[0]]
    assert match is not None
    whole = re.sub(r"\D", "", match["whole"] or "0")
    part = match["part"] or match["only"] or ""
    only = marks[0] if len(marks) == 1 else None
    return Written(
        value=EXACT.multiply(Decimal(f"{whole}.{part}0"), power),
        step=EXACT.multiply(Decimal(1).scaleb(-len(part), EXACT), power),
        cut=match["mark"] is not None and not part,
        mark="." if only == "." else "," if only == "," else None,
    )


def _read_composite(match: re.Match[str]) -> Written:
    """Read 1亿2000万 and 3万5000."""
    parts = match.groupdict()
    rest = parts["rest"] or parts["rest2"] or ""
    low = int(rest[:-1]) * 1000 if rest.endswith("千") else int(rest or 0)
    value = int(parts["yi"] or parts["yi2"] or 0) * 10**8 + int(parts["wan"] or 0) * 10**4 + low
    step = 1000 if rest.endswith("千") else 1 if rest else 10**4
    return Written(value=Decimal(value), step=Decimal(step))
