"""Columns typed by what they hold: yes or no, numbers in bins, dates as delays, categories."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.coding import (
    SAMPLE,
    bin_cuts,
    kept_levels,
    spaced,
    text_levels,
)
from salesfunnel._kernels.causes.leaks import goes_with_time, spread_in_time
from salesfunnel.diagnosis.after_outcome import BLANK, ID_WORDS
from salesfunnel.diagnosis.fields import NO, YES, fold_column_name
from salesfunnel.diagnosis.read_values import read_numbers, read_times

__all__ = ["BLANK_LEVEL", "OTHER_LEVEL", "TypedColumn", "typed"]

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Int = npt.NDArray[np.int64]
Kind = Literal["flag", "number", "delay", "ordered", "category"]
BLANK_LEVEL, OTHER_LEVEL = "(blank)", "(other)"
FEW = 6
LEAST = 10
MOVES = 0.95


@attrs.frozen(kw_only=True, eq=False)
class TypedColumn:
    """One column as levels, one for each deal of a case.

    Parameters
    ----------
    name : str
        The user's own header.
    kind : {"flag", "number", "delay", "ordered", "category"}
        What it holds; a delay is a date, in days from the entry into the step.
    codes : ndarray of int32, shape (deals,)
        Level of each deal.
    levels : tuple of str
        Names of the levels; those of bins are written by their cuts.
    cuts : tuple of float
        Where a number or delay is cut: bin i holds cut[i − 1] ≤ value < cut[i].
    known : ndarray of bool, shape (deals,)
        Whether the deal has a value.
    numbers : ndarray of float64 or None, shape (deals,)
        The values of a number or delay, NaN where not known.
    """

    name: str
    kind: Kind
    codes: npt.NDArray[np.int32]
    levels: tuple[str, ...]
    cuts: tuple[float, ...] = ()
    known: Bool
    numbers: Array | None = None

    @property
    def ordered(self) -> int:
        """How many levels, from the first on, stand in an order; 0 if there is none."""
        if self.kind not in {"number", "delay", "ordered"}:
            return 0
        return len(self.levels) - (self.blank is not None)

    @property
    def blank(self) -> int | None:
        """Number of the level of blanks, None if they have none of their own."""
        return len(self.levels) - 1 if self.levels[-1] == BLANK_LEVEL else None

    def bounds(self, levels: Sequence[int]) -> tuple[float, float]:
        """Return from where to where some neighbouring bins reach; ±inf at the ends."""
        edges = (-np.inf, *self.cuts, np.inf)
        return float(edges[min(levels)]), float(edges[max(levels) + 1])


def typed(
    name: str, raw: npt.NDArray[Any], *, now: Bool, time: npt.NDArray[np.datetime64], period: Int
) -> TypedColumn | str:
    """Return a column as levels, or the reason why it is set aside.

    Parameters
    ----------
    name : str
        Its header.
    raw : ndarray, shape (deals,)
        Its values: text or numbers.
    now : ndarray of bool, shape (deals,)
        Deals of the judged window.
    time : ndarray of datetime64[us], shape (deals,)
        When they entered the step; dates become days from then.
    period : ndarray of int64, shape (deals,)
        The period they entered in.
    """
    found = _numeric(name, raw, now) if raw.dtype.kind in "fiub" else _text(name, raw, now, time)
    if isinstance(found, str):
        return found
    if found.codes.size - int(np.bincount(found.codes).max()) < LEAST:
        return "one-value"
    part = spread_in_time(found.codes, len(found.levels), period)
    share = np.bincount(found.codes, minlength=len(found.levels)) / found.codes.size
    weight = share * (1 - share)
    if float(part @ weight) > MOVES * float(weight.sum()) or _says_when(found, time):
        return "moves-with-time"
    if found.blank is not None and part[found.blank] > MOVES:
        return "new-field"
    return found


def _says_when(column: TypedColumn, time: npt.NDArray[np.datetime64]) -> bool:
    """Whether a number or a date only says when a deal came in, such as the number of a row."""
    if column.numbers is None or not column.cuts:
        return False
    some = spaced(time.size)
    moment = np.where(np.isnat(time[some]), np.nan, time[some].astype(np.float64))
    return goes_with_time(column.numbers[some], moment)


def _numeric(name: str, raw: npt.NDArray[Any], now: Bool) -> TypedColumn | str:
    values = raw.astype(np.float64)
    known = np.isfinite(values)
    if not known.any():
        return "empty"
    return _number(name, values, known, now)


def _number(
    name: str, values: Array, known: Bool, now: Bool, kind: Kind = "number"
) -> TypedColumn | str:
    """Return a number in bins; an ordered category if it has few values."""
    whole = known.all()
    got = values if whole else values[known]
    some = np.unique(got[spaced(got.size)])
    distinct = np.unique(got) if some.size <= FEW else some
    if distinct.size == 1 and whole:
        return "one-value"
    if _is_id(name, got):
        return "id"
    if distinct.size <= FEW and kind == "number":
        codes = np.searchsorted(distinct, np.where(known, values, distinct[0]))
        words = tuple(f"{v:g}" for v in distinct.tolist())
        flag = set(words) <= YES | NO
        return _levelled(name, "flag" if flag else "ordered", codes, words, known, numbers=values)
    cuts = bin_cuts(got, now if whole else now[known])
    codes = np.searchsorted(cuts, values if whole else np.where(known, values, 0), side="right")
    words = tuple(f"#{i}" for i in range(cuts.size + 1))
    return _levelled(name, kind, codes, words, known, cuts=tuple(cuts.tolist()), numbers=values)


def _is_id(name: str, got: Array) -> bool:
    if got.size < 20:
        return False
    some = got[spaced(got.size)]
    plain = fold_column_name(name)
    named = any(plain.endswith(w) or plain.startswith(w) for w in ID_WORDS)
    return bool(
        named and (some == np.floor(some)).all() and np.unique(some).size >= 0.9 * some.size
    )


def _levelled(
    name: str,
    kind: Kind,
    codes: npt.NDArray[Any],
    levels: tuple[str, ...],
    known: Bool,
    *,
    cuts: tuple[float, ...] = (),
    numbers: Array | None = None,
) -> TypedColumn:
    """Give blanks a level of their own from 10 deals and 1% on; else the most frequent level."""
    codes = codes.astype(np.int32)
    blank = int((~known).sum())
    if blank and blank >= max(LEAST, 0.01 * known.size):
        codes = np.where(known, codes, len(levels)).astype(np.int32)
        levels = (*levels, BLANK_LEVEL)
    elif blank:
        top = int(np.bincount(codes[known], minlength=len(levels)).argmax())
        codes = np.where(known, codes, top).astype(np.int32)
    return TypedColumn(
        name=name, kind=kind, codes=codes, levels=levels, known=known, cuts=cuts, numbers=numbers
    )


def _text(
    name: str, raw: npt.NDArray[Any], now: Bool, time: npt.NDArray[np.datetime64]
) -> TypedColumn | str:
    raw = raw if raw.dtype.kind == "U" else raw.astype(np.str_)
    some = np.unique(raw[spaced(raw.size)])
    words = _folded_words(some)
    filled = [w for w in words if w not in BLANK]
    if len(set(filled)) > FEW:
        some = np.array(filled, dtype=np.str_)
        if _share(~np.isnat(read_times(some))) >= MOVES:
            times = read_times(raw)
            days = (times - time) / np.timedelta64(1, "D")
            return _number(name, days, np.isfinite(days), now, kind="delay")
        if _share(np.isfinite(read_numbers(some))) >= MOVES:
            values = read_numbers(raw)
            return _number(name, values, np.isfinite(values), now)
    if filled and float(np.mean([len(w) for w in filled])) > 40:
        return "free-text"
    most = min(raw.size, SAMPLE)
    if len(set(filled)) > 30 and len(set(filled)) > 0.5 * most:
        return "id"
    return _category(name, raw, now)


def _share(values: npt.NDArray[Any]) -> float:
    return float(values.mean()) if values.size else 0.0


def _folded_words(values: npt.NDArray[np.str_]) -> list[str]:
    return [
        re.sub(r"\s+", " ", unicodedata.normalize("NFKC", v)).strip().casefold()
        for v in values.tolist()
    ]


def _category(name: str, raw: npt.NDArray[Any], now: Bool) -> TypedColumn | str:
    texts = text_levels(raw)
    words = _folded_words(texts.values)
    spelled = np.bincount(texts.codes, minlength=len(words))
    names = sorted(set(words) - BLANK)
    if not names:
        return "empty"
    where = {word: i for i, word in enumerate(names)}
    table = np.array([where.get(w, -1) for w in words], dtype=np.int32)
    number = table.take(texts.codes)
    known = number >= 0
    count = np.bincount(number[known], minlength=len(names))
    shown = _spellings(texts.values, spelled, table, len(names))
    flag = set(names) <= YES | NO
    if len(names) == 1:
        if known.all():
            return "one-value"
        return _levelled(name, "flag", np.zeros(known.size), (shown[0],), known)
    if flag:
        yes = np.array([word in YES for word in names])
        two = tuple(
            next((shown[i] for i in np.argsort(-count, kind="stable") if yes[i] == side), "")
            for side in (True, False)
        )
        if not all(two):
            return _levelled(
                name, "flag", np.zeros(known.size), (two[0] or two[1],), known
            ) if not known.all() else "one-value"  # fmt: skip
        codes = np.where(yes[np.maximum(number, 0)], 0, 1)
        return _levelled(name, "flag", codes, two, known)
    as_numbers = read_numbers(np.array(names, dtype=np.str_))
    if np.isfinite(as_numbers).all() and len(names) <= FEW:
        values = np.where(known, as_numbers[np.maximum(number, 0)], np.nan)
        return _number(name, values, known, now)
    kept = kept_levels(count, np.bincount(number[known & now], minlength=len(names)))
    if kept.share < 0.5:
        return "too-many-values"
    order = np.sort(kept.levels)
    lookup = np.full(len(names) + 1, order.size, dtype=np.int32)
    lookup[order] = np.arange(order.size, dtype=np.int32)
    levels = tuple(shown[i] for i in order.tolist())
    if order.size < len(names):
        levels = (*levels, OTHER_LEVEL)
    return _levelled(name, "category", lookup[number], levels, known)


def _spellings(
    values: npt.NDArray[np.str_], spelled: Int, table: npt.NDArray[np.int32], k: int
) -> list[str]:
    """Return for each folded value how it is mostly written."""
    best: list[tuple[int, str]] = [(-1, "")] * k
    for text, n, i in zip(values.tolist(), spelled.tolist(), table.tolist(), strict=True):
        if i >= 0 and n > best[i][0]:
            best[i] = (n, text.strip())
    return [text for _, text in best]
