"""The fields of deals that a bridge reads, as tracks over time or as columns that do not change."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_known
from salesfunnel._core.currencies import digits_of
from salesfunnel._core.errors import ArgumentError
from salesfunnel._kernels.ledger import Track
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.data.history.field_changes import encoded
from salesfunnel.data.history.field_history import FIELDS
from salesfunnel.data.money import as_rates
from salesfunnel.data.rates import Rates
from salesfunnel.fault import Fault

Floats = npt.NDArray[np.float64]

_OUTCOMES = {"open": 0.0, "won": 1.0, "lost": 2.0, "removed": 3.0, "vanished": 3.0}


class PipelineState(NamedTuple):
    """The columns of a history that a bridge reads."""

    history: StageHistory
    tracks: dict[str, Track]
    fixed: dict[str, Floats]
    created: npt.NDArray[np.int64]
    pipeline: float | None
    groups: tuple[str, ...]
    codes: tuple[str, ...]  # currency codes that the currency field is positions of
    currency: str
    rates: Rates | None
    mixed: bool
    dated: bool
    leaks: tuple[str, ...]
    faults: tuple[Fault, ...]

    @property
    def digits(self) -> int:
        """Decimals of the currency."""
        return digits_of(self.currency)


def pipeline_state(
    history: StageHistory,
    *,
    by: str | None = None,
    pipeline: str | None = None,
    currency: str | None = None,
    rates: object = None,
) -> PipelineState:
    """Return the fields of a history that decide whether a deal is in the pipeline, and its value.

    Raises
    ------
    UnknownNameError
        If `by` or `pipeline` is not known.
    ArgumentError
        If `rates` cannot be read, or the only currency is not `currency` and there are no rates.
    """
    n = len(history)
    tracks: dict[str, Track] = {"outcome": outcome_track(history)}
    fixed: dict[str, Floats] = {}
    words: dict[str, tuple[str, ...]] = {}
    group = by or ("owner" if _has(history, "owner") else None)
    if by is not None and not _has(history, by):
        group = attribute_name("by", by, _names(history))
    for name, field in (
        ("amount", "amount"),
        ("currency", "currency"),
        ("expected", "expected"),
        ("pipeline", "pipeline"),
        ("group", group),
    ):
        words[name] = _read(history, name, field, tracks, fixed, n)
    place: float | None = None
    if pipeline is not None:
        check_known("pipeline", pipeline, words["pipeline"])
        place = float(words["pipeline"].index(pipeline))
    codes = words["currency"]
    table, target, mixed, faults = _currency(history, codes, currency, rates)
    expected = history.changes.get("expected")
    dated = expected is not None and not expected.present_only
    if not dated:
        faults.append(Fault.of("expected-unknown-before", severity="info"))
    unclosed = (history.outcome != 0) & np.isnat(history.closed)
    undated = int((np.isnat(history.created) | unclosed).sum())
    if undated:
        faults.append(Fault.of("deals-undated", n=undated, all=n))
    used = {"amount", "currency", "pipeline", group}
    leaks = tuple(name for name in history.leaks if name in used)
    if leaks:
        faults.append(Fault.of("values-as-of-today", severity="info", fields=", ".join(leaks)))
    return PipelineState(
        history, tracks, fixed, history.created.view(np.int64), place, words["group"], codes,
        target, table, mixed, dated, leaks, tuple(faults),
    )  # fmt: skip


def _names(history: StageHistory) -> tuple[str, ...]:
    return tuple(
        sorted({*history.attributes, *history.changes} - {"amount", "outcome", "expected"})
    )


def _has(history: StageHistory, name: str) -> bool:
    return name in _names(history)


def _read(
    history: StageHistory,
    name: str,
    field: str | None,
    tracks: dict[str, Track],
    fixed: dict[str, Floats],
    n: int,
) -> tuple[str, ...]:
    """Put a field among the tracks or the fixed columns; return the words it is positions of."""
    if field is not None and field in history.changes:
        found = history.changes[field]
        if found.present_only:
            fixed[name] = found.at(history.as_of, n)
        else:
            tracks[name] = found.track(n)
        return found.words
    if field == "amount":
        fixed[name] = np.asarray(history.value)
        return ()
    if field is None or field not in history.attributes:
        fixed[name] = np.full(n, np.nan)
        return ()
    column = history.attributes[field]
    kind = field if field in FIELDS else "owner"
    if column.dtype.kind == "f":
        column = np.array(["" if v != v else f"{v:g}" for v in column.tolist()])  # noqa: PLR0124 - NaN
    fixed[name], words = encoded(kind, column)
    return words


def outcome_track(history: StageHistory) -> Track:
    """Return how deals opened, closed and reopened: 0 open, 1 won, 2 lost, 3 removed.

    Without a history of outcomes a deal is open from its creation until it closed.
    """
    n = len(history)
    found = history.changes.get("outcome")
    if found is not None and not found.present_only:
        track = found.track(n)
        codes = np.array([_OUTCOMES.get(word, 2.0) for word in found.words] or [0.0])
        known = np.isfinite(track.value)
        place = np.where(known, track.value, 0).astype(np.intp)
        return track._replace(value=np.where(known, codes[place], np.nan))
    created, closed = history.created.view(np.int64), history.closed.view(np.int64)
    known = ~np.isnat(history.created)
    over = known & (history.outcome != 0)
    # without a time of closing, or with one before the creation, a deal was never open
    twice = over & ~np.isnat(history.closed) & (closed > created)
    rows = np.where(twice, 2, known.astype(np.int64))
    start = np.concatenate([[0], np.cumsum(rows)])
    deal = np.repeat(np.arange(n), rows)
    time, value = created[deal], np.where(over & ~twice, history.outcome, 0.0)[deal]
    ends = start[1:][twice] - 1
    time[ends], value[ends] = closed[twice], history.outcome[twice]
    return Track(start, deal, time, value)


def _currency(
    history: StageHistory, codes: tuple[str, ...], currency: str | None, rates: object
) -> tuple[Rates | None, str, bool, list[Fault]]:
    """Return the rates, the currency of the result, and whether amounts cannot be added."""
    table = as_rates(rates, currency)
    faults: list[Fault] = []
    if len(codes) > 1 and table is None:
        faults.append(mixed_fault(history))
        return None, currency or "", True, faults
    target = currency or (table.base if table is not None else (codes[0] if codes else ""))
    if codes and codes != (target,) and table is None:
        raise ArgumentError(
            f"'rates' must be given to convert {codes[0]} to {target}, got None",
            hint=f"rates={{{codes[0]!r}: what one {codes[0]} is worth in {target}}}",
        )
    missing = 0 if history.currency is None else int((history.currency == "").sum())
    if codes and missing:
        only = len(codes) == 1
        faults.append(
            Fault.of("currency-missing", n=missing, taken=codes[0] if only else "", used=only)
        )
    return table, target, False, faults


def mixed_fault(history: StageHistory) -> Fault:
    """Return the fault that says how many deals have which currency."""
    column = history.currency
    names, counts = np.unique(column if column is not None else [""], return_counts=True)
    parts = [
        f"{code or '?'} {n:,}" for code, n in zip(names.tolist(), counts.tolist(), strict=True)
    ]
    return Fault.of(
        "currencies-mixed", severity="error", n=int((names != "").sum()), codes=", ".join(parts)
    )
