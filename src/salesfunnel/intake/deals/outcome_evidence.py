"""Evidence of an outcome other than status and stage: flags, probabilities, reasons, dates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from salesfunnel.intake.cells.read_number import MISSING, clean, read_number
from salesfunnel.intake.deals.column_kinds import FLAGS
from salesfunnel.intake.deals.column_reader import ColumnReader

__all__ = [
    "LOST",
    "OPEN",
    "UNKNOWN",
    "WON",
    "Codes",
    "by_chance",
    "by_closing",
    "by_reason",
    "chances_of",
    "flagged",
    "flags_of",
]

UNKNOWN = -1
OPEN, WON, LOST = 0, 1, 2
Codes = npt.NDArray[np.int8]
_NO_REASON = MISSING | {"none", "no", "n/a", "won", "open", "not lost", "(none)", "0", "false"}


def flags_of(reader: ColumnReader, at: int) -> Codes:
    """Return 1 for true, 0 for false, -1 where nothing stands."""
    codes, words = reader.table.words(at)
    known = [FLAGS.get(clean(word), None) for word in words]
    return np.array([UNKNOWN if one is None else int(one) for one in known] or [UNKNOWN],
                    dtype=np.int8)[codes]  # fmt: skip


def flagged(reader: ColumnReader, roles: Mapping[str, int]) -> Codes:
    """Return the outcome that flags such as IsWon and IsClosed say."""
    n = len(reader.table)
    found = np.full(n, UNKNOWN, dtype=np.int8)
    won = flags_of(reader, roles["is_won"]) if "is_won" in roles else np.full(n, UNKNOWN)
    lost = flags_of(reader, roles["is_lost"]) if "is_lost" in roles else np.full(n, UNKNOWN)
    closed = flags_of(reader, roles["is_closed"]) if "is_closed" in roles else np.full(n, UNKNOWN)
    found[(closed == 0) & (won != 1) & (lost != 1)] = OPEN
    found[(won == 0) & (lost == 0)] = OPEN
    found[(closed == 1) & (won == 0)] = LOST
    found[(closed == 1) & (lost == 0)] = WON
    found[lost == 1] = LOST
    found[won == 1] = WON
    if "archived" in roles:
        found = _archived(reader, roles, found)
    return found


def _archived(reader: ColumnReader, roles: Mapping[str, int], found: Codes) -> Codes:
    """Take leads archived with no chance as lost, as Odoo marks them."""
    archived = (flags_of(reader, roles["archived"]) == 0) & (found == UNKNOWN)
    if not archived.any():
        return found
    chance = chances_of(reader, roles.get("probability"))
    hopeless = archived & (chance == 0) if "probability" in roles else np.zeros_like(archived)
    if "reason" in roles:
        hopeless |= archived & _reasons(reader, roles["reason"])
    rest = archived & ~hopeless
    if rest.any():
        reader.note("archived-but-open", severity="warning", deals=int(rest.sum()))
    return np.where(hopeless, LOST, found).astype(np.int8)


def chances_of(reader: ColumnReader, at: int | None) -> npt.NDArray[np.float64]:
    """Return a column of chances in percent, without faults."""
    n = len(reader.table)
    if at is None:
        return np.full(n, np.nan)
    codes, cells = reader.table.coded(at)
    values = []
    for cell in cells:
        written = read_number(cell)
        value = np.nan if written.value is None else float(written.value)
        values.append(value * 100 if written.unit == "rate" else value)
    numbers = np.array(values or [np.nan])
    with np.errstate(invalid="ignore"):
        top = np.nanmax(numbers) if np.isfinite(numbers).any() else 0.0
    chances: npt.NDArray[np.float64] = (numbers * 100 if top <= 1.0 else numbers)[codes]
    return chances


def by_chance(reader: ColumnReader, roles: Mapping[str, int], outcome: Codes) -> Codes:
    """Take stages of 100 and 0% as won and lost, where no word says it."""
    at, stage = roles.get("probability"), roles.get("stage")
    if at is None or stage is None:
        return outcome
    chance = chances_of(reader, at)
    codes, labels = reader.table.words(stage)
    found: Codes = outcome.copy()
    for place, label in enumerate(labels):
        here = codes == place
        for value, code in ((100.0, WON), (0.0, LOST)):
            if label and here.any() and (chance[here] == value).all():
                found[here] = code
                word = "won" if code == WON else "lost"
                deals = int(here.sum())
                reader.note("outcome-by-probability", severity="warning", value=label, outcome=word,
                            deals=deals, column=reader.table.names[at])  # fmt: skip
    return found


def _reasons(reader: ColumnReader, at: int) -> npt.NDArray[np.bool_]:
    codes, words = reader.table.words(at)
    return np.array([clean(word) not in _NO_REASON for word in words] or [False])[codes]


def by_reason(
    reader: ColumnReader, roles: Mapping[str, int], outcome: Codes, labels: Mapping[str, int]
) -> Codes:
    """Take deals with a reason of loss as lost, where nothing else can tell of a loss."""
    if "reason" not in roles or (outcome == LOST).any() or LOST in labels.values():
        return outcome
    given = _reasons(reader, roles["reason"]) & (outcome == UNKNOWN)
    if given.any():
        reader.note("lost-by-reason", severity="warning", deals=int(given.sum()),
                    column=reader.table.names[roles["reason"]])  # fmt: skip
    return np.where(given, LOST, outcome).astype(np.int8)


def by_closing(
    reader: ColumnReader,
    roles: Mapping[str, int],
    outcome: Codes,
    closed: npt.NDArray[np.datetime64],
) -> Codes:
    """Take closed deals that are not won as lost, where a column tells of wins only."""
    only_won = "is_won" in roles or "won_at" in roles
    if not only_won or {"stage", "status", "is_closed", "is_lost", "lost_at"} & roles.keys():
        return outcome
    ended = (outcome == UNKNOWN) & ~np.isnat(closed)
    if ended.any():
        reader.note("lost-by-closing", severity="warning", deals=int(ended.sum()))
    return np.where(ended, LOST, outcome).astype(np.int8)
