"""Attach histories of fields to deals: read the rows, sort and clean them, check their ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import DataError
from salesfunnel._core.moments import TICK
from salesfunnel._kernels.ledger import cleaned, starts_of
from salesfunnel._kernels.whole_days import before
from salesfunnel.data.events.text_codes import factorize_array
from salesfunnel.data.history.field_history import DATES, FIELDS, NUMBERS, FieldHistory, typed
from salesfunnel.data.history.until import first_unknown
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["history_with_changes"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class _Rows(NamedTuple):
    """The rows of one field in the order of the source."""

    deal: Ints
    time: npt.NDArray[np.datetime64]
    number: Floats
    words: tuple[str, ...]
    since: npt.NDArray[np.datetime64] | None

    def take(self, rows: npt.NDArray[Any]) -> _Rows:
        """Return some rows."""
        since = None if self.since is None else self.since[rows]
        return _Rows(self.deal[rows], self.time[rows], self.number[rows], self.words, since)


def history_with_changes(
    history: StageHistory,
    changes: Mapping[str, Mapping[str, Any]],
    *,
    present: Mapping[str, Any] | None = None,
) -> StageHistory:
    """Return the history with histories of fields; see `StageHistory.with_changes`."""
    history = _to_the_end(history, changes)
    found = dict(history.changes)
    faults: list[Fault] = []
    filled: dict[str, Any] = {}
    for field, columns in changes.items():
        check_choice("changes", field, FIELDS)
        rows = _rows_of(history, field, columns, faults)
        found[field] = _closed(history, field, _clean(history, field, rows, faults), faults, filled)
    for field, values in (present or {}).items():
        check_choice("present", field, FIELDS)
        if field not in found or found[field].present_only:
            found[field] = _present(history, field, values)
    attributes = {**history.attributes, **{k: v for k, v in filled.items() if k != "amount"}}
    return attrs.evolve(
        history,
        changes=found,
        value=filled.get("amount", history.value),
        attributes=attributes,
        faults=(*history.faults, *faults),
    )


def _to_the_end(history: StageHistory, changes: Mapping[str, Mapping[str, Any]]) -> StageHistory:
    """Return deals without hours as of the end of their day, if changes have hours on it."""
    end = first_unknown(history) - TICK
    if end <= history.as_of:
        return history
    for columns in changes.values():
        time = np.asarray(columns["time"], dtype="datetime64[us]")
        if ((time > history.as_of) & (time <= end)).any():
            return attrs.evolve(history, as_of=end)
    return history


def _rows_of(
    history: StageHistory, field: str, columns: Mapping[str, Any], faults: list[Fault]
) -> _Rows:
    """Return the columns of a field, coded; rows that cannot be used are faults."""
    deal = _positions(history, columns["deal"])
    time = np.array(columns["time"], dtype="datetime64[us]")
    number, words = encoded(field, columns["value"])
    since = columns.get("known_since")
    since = None if since is None else np.array(since, dtype="datetime64[us]")
    if not deal.shape == time.shape == number.shape:
        shapes = f"{deal.shape}, {time.shape}, {number.shape}"
        raise DataError(f"'deal', 'time' and 'value' of {field} must have one shape, got {shapes}")
    rows = _Rows(deal, time, number, words, since)
    for code, wrong in (("change-of-unknown-deal", deal < 0), ("change-undated", np.isnat(time))):
        if wrong.any():
            first = str(np.asarray(columns["deal"])[int(np.argmax(wrong))])
            faults.append(Fault.of(code, column=field, value=first, n=int(wrong.sum())))
    return rows.take((deal >= 0) & ~np.isnat(time))


def _positions(history: StageHistory, deals: object) -> Ints:
    """Return the rows of deals, given by id or by row; -1 for an unknown one."""
    given = np.asarray(deals)
    n = len(history)
    if given.dtype.kind in "iu":
        inside = (given >= 0) & (given < n)
        return np.where(inside, given, -1).astype(np.int64)
    names = given.astype(np.str_)
    if not n or not names.size:
        return np.full(names.shape, -1, dtype=np.int64)
    place = {name: i for i, name in enumerate(history.deals.tolist())}
    return np.fromiter(
        (place.get(name, -1) for name in names.tolist()), dtype=np.int64, count=names.size
    )


def encoded(field: str, values: object) -> tuple[Floats, tuple[str, ...]]:
    """Return values as numbers, and the words that they are positions of."""
    if field in NUMBERS:
        return _numbers(field, values), ()
    if field in DATES:
        column = np.asarray(values)
        if column.dtype.kind != "M":
            given = [None if v is None or v == "" else v for v in column.tolist()]
            try:
                column = np.array(given, dtype="datetime64[us]")
            except (TypeError, ValueError) as error:
                raise DataError(f"{field!r} must hold dates, got {error}") from error
        days = column.astype("datetime64[D]")
        return np.where(np.isnat(days), np.nan, days.astype(np.int64)), ()
    return _coded_words(np.asarray(values))


def _coded_words(values: npt.NDArray[Any]) -> tuple[Floats, tuple[str, ...]]:
    """Return texts as positions in their sorted words, NaN where blank, and the words."""
    found = factorize_array(values) if values.dtype.kind == "U" else None
    if found is not None:
        codes: npt.NDArray[Any] = found.codes
        numbers = found.numbers.tolist()
        place = dict(zip(found.names(found.numbers), numbers, strict=True))
        size = int(codes.max(initial=-1)) + 1
    else:
        place = {}
        texts = ["" if v is None else str(v) for v in values.tolist()]
        codes = np.fromiter(
            (place.setdefault(text, len(place)) for text in texts), np.int64, len(texts)
        )
        size = len(place)
    words = sorted(word for word in place if word.strip())
    # one place more, for the code -1 of a blank
    rank = np.full(size + 1, np.nan)
    for k, word in enumerate(words):
        rank[place[word]] = k
    return rank[codes] if codes.size else np.zeros(0), tuple(words)


def _numbers(field: str, values: object) -> Floats:
    column = np.asarray(values)
    if column.dtype.kind in "biuf":
        return column.astype(np.float64)
    given = [np.nan if v is None or v == "" else v for v in column.tolist()]
    try:
        return np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{field!r} must hold numbers, got {error}") from error


def _clean(history: StageHistory, field: str, rows: _Rows, faults: list[Fault]) -> _Rows:
    """Return the rows sorted, without repeats, and without what lies after the data."""
    late = rows.time > history.as_of
    if late.any():
        n, day = int(late.sum()), str(history.as_of)[:10]
        faults.append(Fault.of("change-after-as-of", column=field, n=n, day=day))
        rows = rows.take(~late)
    order = cleaned(rows.deal, rows.time.view(np.int64), rows.number)
    repeats = rows.deal.size - order.size
    if repeats:
        faults.append(Fault.of("change-repeated", severity="info", column=field, n=repeats))
    rows = rows.take(order)
    early = before(rows.time, history.created[rows.deal])
    if early.any():
        deals = np.unique(rows.deal[early]).size
        faults.append(Fault.of("change-before-creation", severity="info", column=field, n=deals))
    if field == "amount" and (rows.number < 0).any():
        first = int(np.argmax(rows.number < 0))
        n, value = int((rows.number < 0).sum()), f"{rows.number[first]:g}"
        faults.append(Fault.of("amount-negative", column=field, value=value, n=n))
    return rows


def _closed(
    history: StageHistory,
    field: str,
    rows: _Rows,
    faults: list[Fault],
    filled: dict[str, Any],
) -> FieldHistory:
    """Return the history of a field whose last values are those of the present column.

    Where the present column says otherwise a row at `as_of` is added. If there is no present
    column it is filled from the last values.
    """
    n = len(history)
    start = starts_of(rows.deal, n)
    has = start[1:] > start[:-1]
    last = np.full(n, np.nan)
    last[has] = rows.number[start[1:][has] - 1]
    now = history.value if field == "amount" else history.attributes.get(field)
    if (
        now is None
        or field in ("stage", "outcome")
        or (now.dtype.kind == "f" and field not in NUMBERS)
    ):
        if field not in ("stage", "outcome", *DATES):
            filled[field] = typed(last, rows.words, dates=False)
        return _field_history(rows)
    number, words = encoded(field, now)
    if not np.isfinite(number).any():
        filled[field] = typed(last, rows.words, dates=False)
        return _field_history(rows)
    rows, number = _in_words(rows, number, words)
    last[has] = rows.number[start[1:][has] - 1]
    differs = np.isfinite(number) & (number != last)
    unknown = np.isnan(number) & np.isfinite(last)
    if unknown.any():
        filled[field] = typed(np.where(unknown, last, number), rows.words, dates=False)
    if differs.any():
        n = int(differs.sum())
        faults.append(Fault.of("history-ends-elsewhere", severity="info", column=field, n=n))
        rows = _ended(history, rows, number, differs)
    return _field_history(rows)


def _in_words(rows: _Rows, number: Floats, words: tuple[str, ...]) -> tuple[_Rows, Floats]:
    """Return rows and present values as positions in the words of both."""
    if not words and not rows.words:
        return rows, number
    both = tuple(sorted({*rows.words, *words}))
    place = {word: k for k, word in enumerate(both)}

    def moved(codes: Floats, old: tuple[str, ...]) -> Floats:
        known = np.isfinite(codes)
        new = np.array([place[word] for word in old] or [0], dtype=np.float64)
        return np.where(known, new[np.where(known, codes, 0).astype(np.intp)], np.nan)

    return rows._replace(number=moved(rows.number, rows.words), words=both), moved(number, words)


def _ended(
    history: StageHistory, rows: _Rows, number: Floats, differs: npt.NDArray[np.bool_]
) -> _Rows:
    """Add the present values at `as_of` where the history ends elsewhere."""
    deal = np.flatnonzero(differs)
    time = np.full(deal.size, np.datetime64(history.as_of, "us"))
    both = _Rows(
        np.concatenate([rows.deal, deal]),
        np.concatenate([rows.time, time]),
        np.concatenate([rows.number, number[deal]]),
        rows.words,
        None if rows.since is None else np.concatenate([rows.since, time]),
    )
    return both.take(cleaned(both.deal, both.time.view(np.int64), both.number))


def _field_history(rows: _Rows) -> FieldHistory:
    return FieldHistory(
        deal=rows.deal, time=rows.time, number=rows.number, words=rows.words,
        known_since=rows.since,
    )  # fmt: skip


def _present(history: StageHistory, field: str, values: object) -> FieldHistory:
    """Return today's values of a field that has no history."""
    number, words = encoded(field, values)
    if number.shape != (len(history),):
        raise DataError(f"'present' {field} must have shape ({len(history)},), got {number.shape}")
    rows = np.flatnonzero(np.isfinite(number))
    moment = np.datetime64(history.as_of, "us")
    time = np.where(np.isnat(history.created[rows]), moment, history.created[rows])
    return FieldHistory(deal=rows, time=time, number=number[rows], words=words, present_only=True)
