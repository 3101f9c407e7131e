"""The currency in an amount: signs and codes before or behind the digits."""

from __future__ import annotations

import re
from typing import Any

from salesfunnel.intake.cells.read_number import clean

__all__ = ["AMBIGUOUS", "currency_code", "currency_of"]

_SIGNS = {
    "us$": "USD", "u$s": "USD", "usd$": "USD", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD",
    "nz$": "NZD", "s$": "SGD", "hk$": "HKD", "nt$": "TWD", "r$": "BRL", "mx$": "MXN", "$": "USD",
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "zł": "PLN", "₺": "TRY", "₪": "ILS",
    "₫": "VND", "฿": "THB", "₴": "UAH", "₱": "PHP", "kč": "CZK", "ft": "HUF", "lei": "RON",
    "¥": "¥", "￥": "¥", "rmb": "CNY", "元": "CNY", "人民币": "CNY", "美元": "USD", "欧元": "EUR",
    "港元": "HKD", "港币": "HKD", "日元": "JPY", "円": "JPY", "英镑": "GBP", "руб.": "RUB",
    "руб": "RUB",
    "р.": "RUB", "rs.": "INR", "rs": "INR", "kr.": "kr", "kr": "kr", "fr.": "CHF",
    "cn¥": "CNY", "jp¥": "JPY",
    "дол": "USD", "евро": "EUR", "euro": "EUR", "euros": "EUR", "dollars": "USD", "圆": "CNY",
}  # fmt: skip
AMBIGUOUS = {"¥": "CNY, JPY", "kr": "SEK, NOK, DKK"}
"""Signs of several currencies."""
_MULTIPLIER = r"(?:k|m|mn|mm|bn|b|万|亿|百万|千|w|thousand|million|mio\.?|tsd\.?|тыс\.?|млн\.?)?"
_NAMES = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_BEFORE = re.compile(
    rf"(?P<minus>[-+(]?)\s*(?P<sign>{_NAMES}|[a-z]{{3}}(?=[\s\d.-]))\s*(?P<rest>[-+]?[\d.,'].*)"
)
_BEHIND = re.compile(
    rf"(?P<rest>[-+]?[\d.,'\s]*\d[\d.,'\s]*{_MULTIPLIER})\s*(?P<sign>{_NAMES}|[a-z]{{3}})\.?"
)
_ISO = re.compile(r"[a-z]{3}")
_WORDS = {
    "mio",
    "tsd",
    "mil",
    "max",
    "min",
    "day",
    "hrs",
    "pcs",
    "est",
    "tbd",
    "pct",
    "ca.",
    "approx",
}


def currency_code(text: str) -> str:
    """Return the code of a currency as a column states it: ``"eur"``, ``"US Dollar"``, ``"$"``."""
    word = clean(text)
    if word in _SIGNS:
        return _SIGNS[word]
    named = {
        "us dollar": "USD", "u.s. dollar": "USD", "dollar": "USD",
        "euro": "EUR", "pound sterling": "GBP", "british pound": "GBP",
        "yuan": "CNY", "renminbi": "CNY", "yen": "JPY",
        "canadian dollar": "CAD", "australian dollar": "AUD", "indian rupee": "INR",
        "swiss franc": "CHF", "brazilian real": "BRL", "рубль": "RUB",
        "рубли": "RUB", "доллар": "USD", "реал": "BRL",
        "real": "BRL", "人民币元": "CNY", "dólar": "USD",
        "dollar us": "USD", "us-dollar": "USD", "rmb": "CNY",
    }  # fmt: skip
    if word in named:
        return named[word]
    match = re.match(r"([a-z]{3})\b", word)
    return match[1].upper() if match is not None else text.strip()


def currency_of(cell: object) -> tuple[str, Any]:
    """Return the currency that an amount names, and the amount without it.

    Examples
    --------
    >>> currency_of("US$ 1,200.50"), currency_of("1.200,50 €"), currency_of("12k EUR")
    (('USD', '1,200.50'), ('EUR', '1.200,50'), ('EUR', '12k'))
    """
    if not isinstance(cell, str) or len(cell) > 60:
        return "", cell
    text = clean(cell)
    match = _BEFORE.fullmatch(text) or _BEHIND.fullmatch(text)
    if match is None:
        return "", cell
    sign = match["sign"]
    if sign not in _SIGNS and (not _ISO.fullmatch(sign) or sign in _WORDS):
        return "", cell
    minus = match.groupdict().get("minus") or ""
    if minus == "(":
        return "", cell
    return _SIGNS.get(sign, sign.upper()), minus.replace("+", "") + match["rest"].strip()
