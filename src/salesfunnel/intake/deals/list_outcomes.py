"""How each deal of a list ended: by its status, its stage, its dates, a reason of loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.outcome_evidence import (
    LOST,
    OPEN,
    UNKNOWN,
    WON,
    Codes,
    by_chance,
    by_closing,
    by_reason,
    flagged,
    flags_of,
)
from salesfunnel.intake.deals.outcomes import OutcomeWords, fold_label, names_the_end
from salesfunnel.intake.deals.roles import codes_of
from salesfunnel.intake.deals.settled_labels import ends_by_flags, tell_missing_ends
from salesfunnel.intake.deals.unknown_outcomes import tell_closed, tell_unknown

if TYPE_CHECKING:
    from salesfunnel.intake.deals.column_reader import Times
    from salesfunnel.intake.deals.outcome_evidence import Codes

__all__ = ["UNKNOWN", "ListOutcomes", "deleted_rows", "list_outcomes", "stage_codes"]

_SHOWN = 10
_DELETED = {
    *("deleted", "merged", "is deleted", "已删除", "删除", "gelöscht", "eliminado", "eliminada"),
    *("supprimé", "supprimée", "excluído", "excluída", "удалена", "удалено", "trashed"),
}


@attrs.frozen(kw_only=True)
class ListOutcomes:
    """The outcome of each deal, and what the labels of the stage column mean.

    Parameters
    ----------
    outcome : ndarray of int8, shape (n,)
        0 open, 1 won, 2 lost.
    labels : mapping of str to int
        By label of the stage column: 1 won, 2 lost; -1 for other stages.
    """

    outcome: Codes
    labels: Mapping[str, int]


def deleted_rows(reader: ColumnReader, roles: Mapping[str, int]) -> npt.NDArray[np.bool_]:
    """Return which rows are deals that the CRM has deleted.

    Raises
    ------
    IntakeError
        If all are.
    """
    gone = np.zeros(len(reader.table), dtype=np.bool_)
    if "deleted" in roles:
        gone |= flags_of(reader, roles["deleted"]) == 1
    for role in ("status", "stage"):
        if role in roles:
            codes, words = reader.table.words(roles[role])
            dead = np.array([fold_label(word) in _DELETED for word in words] or [False])
            gone |= dead[codes]
    if gone.size and gone.all():
        raise IntakeError(
            f"'source' must have deals that are not deleted, got {gone.size} deleted ones",
            hint="leave deleted deals out of the export, or the column that says so",
        )
    if gone.any():
        reader.note("deals-deleted", deals=int(gone.sum()))
    return gone


def stage_codes(reader: ColumnReader, at: int | None, words: OutcomeWords) -> dict[str, int]:
    """Return for each label of the stage column 1 won, 2 lost, -1 another stage."""
    if at is None:
        return {}
    found: dict[str, int] = {}
    for label in reader.table.words(at)[1]:
        if label:
            code = words.stage(label)
            found[label] = UNKNOWN if code is None else code
    return found


def list_outcomes(
    reader: ColumnReader,
    roles: Mapping[str, int],
    words: OutcomeWords,
    labels: Mapping[str, int],
    *,
    won_at: Times,
    lost_at: Times,
    closed: Times,
) -> ListOutcomes:
    """Tell how each deal ended.

    Parameters
    ----------
    reader : ColumnReader
        The table.
    roles : mapping of str to int
        Its columns.
    words : OutcomeWords
        Known outcomes.
    labels : mapping of str to int
        What the labels of the stage column mean.
    won_at, lost_at, closed : ndarray of datetime64[us], shape (n,)
        When a deal was won, lost, closed.

    Notes
    -----
    A status beats flags, flags beat the stage, the stage beats dates, dates beat a reason of loss
    and a chance of 100 or 0%. "Open" of a status column that never says "won" says nothing
    against a stage that does.
    """
    n = len(reader.table)
    outcome = np.full(n, UNKNOWN, dtype=np.int8)
    labels = _not_disproved(reader, roles, words, labels)
    by_stage = _of_labels(reader, roles.get("stage"), labels)
    stated = _statuses(reader, roles, words, by_stage)
    ways: list[str] = []
    for way, codes in (
        ("status", stated),
        ("flags", flagged(reader, roles)),
        ("stage", by_stage),
        ("dates", _dated(won_at, lost_at)),
    ):
        gap = (outcome == UNKNOWN) & (codes != UNKNOWN)
        if gap.any():
            ways.append(way)
        outcome[gap] = codes[gap]
    _tell_differences(reader, stated, by_stage)
    settled = np.isin(outcome, (WON, LOST)).any()
    if not settled:
        outcome = by_chance(reader, roles, outcome)
        settled = np.isin(outcome, (WON, LOST)).any()
    outcome = by_reason(reader, roles, outcome, labels)
    outcome = by_closing(reader, roles, outcome, closed)
    tell_missing_ends(reader, roles, labels, outcome)
    tell_closed(reader, roles, outcome)
    labels = ends_by_flags(reader, roles, labels, outcome)
    return ListOutcomes(
        outcome=np.where(outcome == UNKNOWN, OPEN, outcome).astype(np.int8), labels=labels
    )


def _not_disproved(
    reader: ColumnReader, roles: Mapping[str, int], words: OutcomeWords, labels: Mapping[str, int]
) -> Mapping[str, int]:
    """Return the labels without ends that the statuses of most of their deals contradict.

    "Booked" may mean won, or that a meeting is: where a column of statuses tells of wins and
    losses, it says which.
    """
    if "stage" not in roles or "status" not in roles:
        return labels
    at = roles["status"]
    own = OutcomeWords(given=words.given, codes=codes_of(reader.table.names[at]))
    codes, texts = reader.table.words(at)
    meaning = [own.status(text) if text else None for text in texts]
    if not {WON, LOST} <= set(meaning):
        return labels
    stated = np.array([UNKNOWN if m is None else m for m in meaning], dtype=np.int8)[codes]
    places, names = reader.table.words(roles["stage"])
    found = dict(labels)
    for place, label in enumerate(names):
        here = stated[places == place]
        here = here[here != UNKNOWN]
        code = labels.get(label, UNKNOWN)
        if (
            code != UNKNOWN
            and not names_the_end(label)
            and here.size
            and (here != code).sum() * 2 >= here.size
        ):
            found[label] = UNKNOWN
    return found


def _of_labels(reader: ColumnReader, at: int | None, labels: Mapping[str, int]) -> Codes:
    if at is None:
        return np.full(len(reader.table), UNKNOWN, dtype=np.int8)
    codes, words = reader.table.words(at)
    return np.array([labels.get(word, UNKNOWN) for word in words] or [UNKNOWN], dtype=np.int8)[
        codes
    ]


def _statuses(
    reader: ColumnReader, roles: Mapping[str, int], words: OutcomeWords, by_stage: Codes
) -> Codes:
    """Return the outcome that the status column says; -1 where it is empty or not understood."""
    n = len(reader.table)
    at = roles.get("status")
    if at is None:
        return np.full(n, UNKNOWN, dtype=np.int8)
    own = OutcomeWords(given=words.given, codes=codes_of(reader.table.names[at]))
    codes, texts = reader.table.words(at)
    meaning = [UNKNOWN if not text and "" not in own.given else own.status(text) for text in texts]
    stated = np.array([UNKNOWN if m is None else m for m in meaning] or [UNKNOWN], dtype=np.int8)[
        codes
    ]
    tell_unknown(reader, at, codes, texts, meaning, by_stage)
    for code in (WON, LOST):
        if not (stated == code).any():
            # a status such as "active" that never tells of wins is not about them
            stated = np.where((stated == OPEN) & (by_stage == code), UNKNOWN, stated)
    return stated.astype(np.int8)


def _dated(won_at: Times, lost_at: Times) -> Codes:
    won, lost = ~np.isnat(won_at), ~np.isnat(lost_at)
    later = np.where(won & lost, np.where(lost_at > won_at, LOST, WON), UNKNOWN)
    return np.where(won & ~lost, WON, np.where(lost & ~won, LOST, later)).astype(np.int8)


def _tell_differences(reader: ColumnReader, stated: Codes, by_stage: Codes) -> None:
    differ = (stated != UNKNOWN) & (by_stage != UNKNOWN) & (stated != by_stage)
    if differ.any():
        row = int(np.argmax(differ))
        reader.note(
            "status-and-stage-differ",
            severity="warning",
            row=reader.number(row),
            deals=int(differ.sum()),
        )


def tell_words(
    reader: ColumnReader, outcomes: ListOutcomes, roles: Mapping[str, int]
) -> Fault | None:
    """Return the fault that says which labels of the list were taken as won and lost."""
    said: dict[int, list[str]] = {WON: [], LOST: []}
    for role in ("status", "stage"):
        if role not in roles:
            continue
        codes, words = reader.table.words(roles[role])
        for place, word in enumerate(words):
            here = outcomes.outcome[codes == place]
            if word and here.size and here[0] in said and (here == here[0]).all():
                said[int(here[0])].append(word)
        if any(said.values()):
            break
    if not any(said.values()):
        return None
    return Fault.of(
        "outcomes-read", severity="info", won=", ".join(said[WON][:8]) or None,
        lost=", ".join(said[LOST][:8]) or None, column=reader.table.names[roles[role]],
    )  # fmt: skip
