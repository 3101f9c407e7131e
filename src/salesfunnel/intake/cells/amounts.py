"""A column of amounts, as people and shops write them, to numbers and faults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.data.events import columns as cols
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.cells.read_number import clean, read_number
from salesfunnel.intake.cells.read_time import is_missing
from salesfunnel.intake.files.grid import shown

__all__ = ["Amounts", "currency_in", "read_amounts"]

_PLAIN = frozenset("0123456789.-")
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
    """

    values: npt.NDArray[np.float64]
    bad: tuple[int, ...] = ()
    currencies: Mapping[str, int] = attrs.field(factory=dict)
    mark: DecimalMark | None = None
    mixed_marks: bool = False


def read_amounts(column: Any, *, decimal: DecimalMark | None = None) -> Amounts:
    """Read a column of amounts: typed numbers as they are, each distinct text once.

    Parameters
    ----------
    column : sequence or ndarray
        The cells.
    decimal : {".", ","}, optional
        The decimal mark; by default the one that the cells agree on, else a point.
    """
    if isinstance(column, cols.Coded):
        column = cols.names_array([*column.values, None])[column.codes]
    array = cols.one_dimensional("amount", column)
    if array.dtype.kind in "iuf":
        values = array.astype(np.float64)
        return Amounts(
            values=np.where(np.isinf(values), np.nan, values),
            bad=tuple(np.flatnonzero(np.isinf(values)).tolist()),
        )
    cells = array.tolist()
    quick = _plain(cells) if decimal != "," else None
    return Amounts(values=quick) if quick is not None else _one_by_one(cells, decimal)


def _plain(cells: Sequence[Any]) -> npt.NDArray[np.float64] | None:
    """Return cells of digits with a point at most as numbers; None where one is another thing."""
    try:
        if not _PLAIN.issuperset("".join(cells)):
            return None
        return np.array([cell or "nan" for cell in cells]).astype(np.float64)
    except (TypeError, ValueError):
        return None


def _one_by_one(cells: Sequence[Any], decimal: DecimalMark | None) -> Amounts:
    keys = [cell if type(cell) is str else _key(cell) for cell in cells]
    distinct: dict[Any, Any] = {}
    for key, cell in zip(keys, cells, strict=True):
        distinct.setdefault(key, cell)
    mark, mixed = decimal, False
    if decimal is None:
        votes = {
            read_number(cell).mark for cell in distinct.values() if isinstance(cell, str) and cell
        } - {None}
        mark, mixed = (votes.pop(), False) if len(votes) == 1 else (None, len(votes) == 2)
    read = {key: _amount(cell, mark) for key, cell in distinct.items()}
    currencies: dict[str, int] = {}
    named = {key: currency_in(cell) for key, cell in distinct.items() if isinstance(cell, str)}
    known = {key: code for key, code in named.items() if code}
    if known:
        for place, key in enumerate(keys):
            if key in known:
                currencies.setdefault(known[key], place)
    values = np.array([_or_nan(read[key]) for key in keys], dtype=np.float64)
    wrong = {key for key, value in read.items() if value is False}
    bad = tuple(i for i, key in enumerate(keys) if key in wrong) if wrong else ()
    return Amounts(values=values, bad=bad, currencies=currencies, mark=mark, mixed_marks=mixed)


def _key(cell: Any) -> Any:
    return (type(cell).__name__, str(cell))


def _or_nan(value: float | bool | None) -> float:
    return float("nan") if value is None or value is False else float(value)


def _amount(cell: Any, decimal: DecimalMark | None) -> float | bool | None:
    """Return an amount, None where it is missing, False where it is none that can be read."""
    if is_missing(cell):
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
    """Return the currency that an amount is written with, by its code; None where there is none.

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
