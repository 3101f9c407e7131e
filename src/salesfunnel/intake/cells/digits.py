"""Digits with what parts them and the multiplier behind: 1,234.5, 1 234,5, 3k, 1亿2000万."""

from __future__ import annotations

import re
from decimal import Decimal

from salesfunnel.intake.cells.chinese_numerals import read_numeral
from salesfunnel.intake.cells.number import EXACT, DecimalMark, ParsedNumber

_MULTIPLIERS = {
    "万亿": 10**12, "亿": 10**8, "億": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5,
    "万": 10**4, "萬": 10**4, "w": 10**4, "千": 10**3, "百": 10**2, "十": 10, "k": 10**3,
    "thousand": 10**3, "tsd": 10**3, "m": 10**6, "mm": 10**6, "mn": 10**6, "mio": 10**6,
    "million": 10**6, "millions": 10**6, "b": 10**9, "bn": 10**9, "billion": 10**9,
}  # fmt: skip
_PLAIN_GROUPS = r"[1-9]\d{0,2}(?P<gap>[ '])\d{3}(?:(?P=gap)\d{3})*"
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
        rf"[1-9]\d{{0,2}}(?:{c}\d{{3}})+|[1-9]\d{{0,3}}(?:{c}\d{{4}})+"
        rf"|[1-9]\d?(?:{c}\d{{2}})+{c}\d{{3}}"
    )
    whole = rf"(?P<whole>{_PLAIN_GROUPS}|{groups}|\d+)"
    only = rf"|{m}(?P<only>\d+)" if mark == "." else "|(?P<only>(?!))"
    return re.compile(rf"(?:{whole}(?:(?P<mark>{m})(?P<part>\d*))?{only})", re.ASCII)


_FORMS: dict[str, re.Pattern[str]] = {".": _forms(".", ","), ",": _forms(",", ".")}


def read_digits(body: str, decimal: DecimalMark | None, *, multipliers: bool) -> ParsedNumber:
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
            if value is None:
                return ParsedNumber()
            return ParsedNumber(value=value, precision=last_digit(value), scaled=value >= 10)
        body = body[:at].rstrip()
    scaled = power != 1
    base, _, exponent = body.partition("e")
    if "e" in body:
        if not re.fullmatch(r"[+-]?\d{1,3}", exponent, re.ASCII):
            return ParsedNumber()
        power = power.scaleb(int(exponent), EXACT)
    readings = {mark: _FORMS[mark].fullmatch(base) for mark in ((decimal,) if decimal else ".,")}
    marks = [mark for mark, match in readings.items() if match]
    if not marks:
        return ParsedNumber()
    match = readings[marks[0]]
    assert match is not None
    whole = re.sub(r"\D", "", match["whole"] or "0")
    part = match["part"] or match["only"] or ""
    only = marks[0] if len(marks) == 1 else None
    return ParsedNumber(
        value=EXACT.multiply(Decimal(f"{whole}.{part}0"), power),
        precision=EXACT.multiply(Decimal(1).scaleb(-len(part), EXACT), power),
        cut=match["mark"] is not None and not part,
        mark="." if only == "." else "," if only == "," else None,
        scaled=scaled,
        thousands=not decimal and only is None and match["mark"] == "." and len(part) == 3,
    )


def _read_composite(match: re.Match[str]) -> ParsedNumber:
    """Read 1亿2000万 and 3万5000."""
    parts = match.groupdict()
    rest = parts["rest"] or parts["rest2"] or ""
    low = int(rest[:-1]) * 1000 if rest.endswith("千") else int(rest or 0)
    value = int(parts["yi"] or parts["yi2"] or 0) * 10**8 + int(parts["wan"] or 0) * 10**4 + low
    precision = 1000 if rest.endswith("千") else 1 if rest else 10**4
    return ParsedNumber(value=Decimal(value), precision=Decimal(precision), scaled=True)


def last_digit(value: Decimal) -> Decimal:
    """Return what one unit of the last digit of a number is worth, 1 at most."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(min(exponent, 0), EXACT)
