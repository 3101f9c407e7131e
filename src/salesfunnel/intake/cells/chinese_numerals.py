"""Chinese numerals: 五十万, 一千二百, 二〇二六, 三点五万, 壹佰."""

from __future__ import annotations

from decimal import Context, Decimal

_EXACT = Context(prec=200)
_DIGITS = {char: i for i, char in enumerate("零一二三四五六七八九")}
_DIGITS |= {char: i for i, char in enumerate("〇壹贰叁肆伍陆柒捌玖")}
_DIGITS |= {"两": 2, "貳": 2, "參": 3, "陸": 6}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
CHARS = frozenset({*_DIGITS, *_SMALL, *_LARGE, "点", "點"})


def read_numeral(text: str) -> Decimal | None:
    """Return the value of a Chinese numeral, None if it is none or is short for another.

    ``一百二`` (120 in speech, 102 by its letters) is not read.
    """
    if not text or not set(text) <= CHARS:
        return None
    whole, point, fraction = text.replace("點", "点").partition("点")
    if point:
        scale = 1
        if fraction[-1:] in _LARGE:
            scale = _LARGE[fraction[-1]]
            fraction = fraction[:-1]
        if not fraction or not set(fraction) <= set(_DIGITS) or not set(whole) <= set(_DIGITS):
            return None
        digits = "".join(str(_DIGITS[char]) for char in (whole or "零"))
        places = "".join(str(_DIGITS[char]) for char in fraction)
        return _EXACT.multiply(Decimal(f"{digits}.{places}"), Decimal(scale))
    if len(text) > 1 and set(text) <= set(_DIGITS):
        return Decimal("".join(str(_DIGITS[char]) for char in text))
    number = _whole(text)
    return None if number is None else Decimal(number)


def _whole(text: str) -> int | None:
    """Read 亿 over 万 over the rest; each part must be smaller than the unit before it."""
    for chars, unit in (("亿億", 10**8), ("万萬", 10**4)):
        at = max(text.rfind(char) for char in chars)
        if at >= 0:
            head, tail = text[:at], text[at + 1 :]
            high = _whole(head) if head else None
            low = 0 if not tail else _after(tail, unit)
            return None if high is None or low is None else high * unit + low
    return _below_ten_thousand(text)


def _after(tail: str, unit: int) -> int | None:
    """Read what follows a unit: 万 before 5千 or 零五, never a bare digit."""
    low = _whole(tail)
    if low is None or low >= unit:
        return None
    bare = len(tail) == 1 and tail in _DIGITS
    return None if bare else low


def _below_ten_thousand(text: str) -> int | None:
    total, last, at = 0, 10**4, 0
    while at < len(text):
        char = text[at]
        zero = _DIGITS.get(char) == 0
        if zero and len(text) > 1:
            if at == len(text) - 1 or (total == 0 and at > 0):
                return None
            last, at = min(last, 100) if last > 10 else last, at + 1
            if _DIGITS.get(text[at]) == 0:
                return None
            if at == len(text) - 1 and text[at] in _DIGITS:
                return total + _DIGITS[text[at]]
            continue
        digit = _DIGITS.get(char)
        if digit is None:
            if char not in _SMALL or _SMALL[char] != 10 or at:
                return None
            digit, at = 1, at - 1
        unit = _SMALL.get(text[at + 1]) if at + 1 < len(text) else 1
        if unit is None or unit >= last or (unit == 1 and last > 10 and at):
            return None
        total += digit * unit
        last, at = unit, at + 2
    return total
