"""A column of amounts, as people and shops write them, to numbers and faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.amounts import PlainNumbers
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.cells.read_number import clean, read_number
from salesfunnel.intake.cells.read_time import is_missing_cell
from salesfunnel.intake.files.columns import Column
from salesfunnel.intake.files.grid import shown

__all__ = ["Amounts", "currency_in", "point_in_doubt", "read_amounts"]

_SIGNS: Mapping[str, str] = {
    "us$": "USD", "hk$": "HKD", "a$": "AUD", "c$": "CAD", "r$": "BRL", "$": "USD", "€": "EUR",
    "£": "GBP", "¥": "CNY", "￥": "CNY", "₹": "INR", "₽": "RUB", "₩": "KRW", "zł": "PLN",
    "元": "CNY", "人民币": "CNY", "rmb": "CNY", "美元": "USD", "欧元": "EUR", "港元": "HKD",
    "港币": "HKD", "英镑": "GBP", "日元": "JPY", "円": "JPY",
}  # fmt: skip
_CODE = re.compile(r"^([a-z]{3})\b|\b([a-z]{3})$|(?<=\d)([a-z]{3})$")
_CURRENCIES = (
    "usd eur gbp jpy cny hkd twd chf aud cad nzd sek nok dkk pln czk huf inr brl mxn ars clp cop"
    " krw sgd myr thb idr php vnd rub try zar ils aed sar"
)
_CODES = frozenset(_CURRENCIES.split())
_THOUSANDS = re.compile(r"^\D*[1-9]\d{0,2}\.\d{3}\D*$")
LOOK = 500
"""Cells that are looked at for a point."""


@attrs.frozen(kw_only=True)
class Amounts:
    """Amounts of a column.

    Parameters
    ----------
    values : ndarray of float64
        NaN where missing or not understood.
    bad : tuple of int
        The places of cells that could not be read.
    currencies : mapping of str to int
        The currencies that the cells name, and where each stands first.
    mark : {".", ","}, optional
        The decimal mark that the cells agreed on.
    mixed_marks : bool
        Whether some cells can only have a comma for it and some only a point.
    in_doubt : tuple of int and str, optional
        The place and the text of an amount, if the points of all of them may separate thousands.
    """

    values: npt.NDArray[np.float64]
    bad: tuple[int, ...] = ()
    currencies: Mapping[str, int] = attrs.field(factory=dict)
    mark: DecimalMark | None = None
    mixed_marks: bool = False
    in_doubt: tuple[int, str] | None = None


def read_amounts(column: Column, *, decimal: DecimalMark | None = None) -> Amounts:
    """Read a column of amounts: plain numbers at once, each distinct other cell once.

    Parameters
    ----------
    column : Column
        The cells.
    decimal : {".", ","}, optional
        The decimal mark; by default the one that the cells agree on, else a point.
    """
    plain = column.plain_numbers(point=decimal != ",")
    values, known, decided = plain
    left = np.flatnonzero(~known)
    doubt = point_in_doubt(column, plain, left) if decimal is None else None
    if not left.size:
        return Amounts(values=values, in_doubt=doubt)
    codes, cells = column.distinct(left)
    mark, mixed = decimal, False
    if decimal is None:
        votes: set[Any] = {
            read_number(_without_code(cell)).mark
            for cell in cells
            if isinstance(cell, str) and cell
        }
        votes = (votes | ({"."} if decided else set())) - {None}
        mark, mixed = (votes.pop(), False) if len(votes) == 1 else (None, len(votes) == 2)
        if mark == ",":
            # A point parts thousands then.
            values, known, _ = column.plain_numbers(point=False)
            left = np.flatnonzero(~known)
            codes, cells = column.distinct(left)
    read = [_amount(cell, mark) for cell in cells]
    values[left] = np.array([_or_nan(value) for value in read], dtype=np.float64)[codes]
    wrong = np.array([value is False for value in read], dtype=np.bool_)
    currencies: dict[str, int] = {}
    named = [currency_in(cell) if isinstance(cell, str) else None for cell in cells]
    for place, name in enumerate(named):
        if name and name not in currencies:
            currencies[name] = int(left[np.argmax(codes == place)])
    bad = tuple(left[wrong.take(codes)].tolist()) if wrong.any() else ()
    return Amounts(
        values=values, bad=bad, currencies=currencies, mark=mark, mixed_marks=mixed,
        in_doubt=None if mark else doubt,
    )  # fmt: skip


def point_in_doubt(
    column: Column, plain: PlainNumbers, left: npt.NDArray[np.intp]
) -> tuple[int, str] | None:
    """Return a cell such as ``12.500``, if the points of all amounts may separate thousands.

    Parameters
    ----------
    column : Column
        The cells.
    plain : PlainNumbers
        What was read of them at once, a point as the decimal mark.
    left : ndarray of intp
        The other cells, such as those with a sign of a currency.
    """
    if plain.decided:
        return None
    codes, cells = column.distinct(left)
    pointed = [i for i, cell in enumerate(cells) if isinstance(cell, str) and "." in cell]
    if pointed:
        if not all(_THOUSANDS.match(clean(cells[i])) for i in pointed):
            return None
        return int(left[np.argmax(codes == pointed[0])]), cells[pointed[0]]
    rows = np.flatnonzero(plain.known & np.isfinite(plain.values))
    broken = rows[plain.values[rows] != np.floor(plain.values[rows])]
    rows = (broken if broken.size else rows)[:LOOK]
    codes, cells = column.distinct(rows) if rows.size else (codes, [])
    for i, cell in enumerate(cells):
        if isinstance(cell, str) and _THOUSANDS.match(cell.strip()):
            return int(rows[np.argmax(codes == i)]), cell
    return None


def _or_nan(value: float | bool | None) -> float:
    return float("nan") if value is None or value is False else float(value)


def _amount(cell: object, decimal: DecimalMark | None) -> float | bool | None:
    """Return an amount, None if it is missing, False where it is none that can be read."""
    if is_missing_cell(cell):
        return None
    if isinstance(cell, str):
        cell = _without_code(cell)
    written = read_number(cell, decimal=decimal)
    if written.fault == "negative-parentheses":  # accountants' minus: a return
        inside = read_number(clean(shown(cell)).strip("() "), decimal=decimal)
        if inside.value is not None and inside.fault is None:
            return -float(inside.value)
    if written.fault is not None or written.unit in {"rate", "duration", "score"}:
        return False
    return None if written.value is None else float(written.value)


def currency_in(text: str) -> str | None:
    """Return the currency that an amount is written with, by its code; None if there is none.

    Examples
    --------
    >>> [currency_in(text) for text in ("€ 12,50", "12.50 USD", "70,48 zł", "88")]
    ['EUR', 'USD', 'PLN', None]
    """
    bare = clean(text).lstrip("-+(").rstrip(")").strip()
    if bare[:1].isdigit() and bare[-1:].isdigit():
        return None
    match = _CODE.search(bare)
    word = next((part for part in match.groups() if part), "") if match else ""
    if word in _CODES:
        return word.upper()
    for sign, code in _SIGNS.items():
        if bare.startswith(sign) or bare.endswith(sign):
            return code
    return None


def _without_code(text: str) -> str:
    """Return an amount without a currency that the reader of numbers does not know."""
    bare = clean(text)
    match = _CODE.search(bare)
    word = next((part for part in match.groups() if part), "") if match else ""
    if word in _CODES and match is not None:
        return (bare[: match.start()] + bare[match.end() :]).strip()
    for sign in ("r$", "a$", "c$", "zł", "円"):
        if bare.startswith(sign) or bare.endswith(sign):
            return bare.removeprefix(sign).removesuffix(sign).strip()
    return text
