"""A CRM's field names of a deal, and its values for won, lost and deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._records import fold_field, label_of, text_of

__all__ = ["Names", "Vendor", "by_word", "value_of"]

Record = Mapping[str, Any]
Names = tuple[str, ...]
"""Names of a field, the first that holds something is read."""


def _unchanged(record: Record) -> Record:
    return record


def _nothing(record: Record) -> str:
    del record
    return ""


@attrs.frozen(kw_only=True)
class Vendor:
    """A CRM whose records of deals are read field by field.

    Parameters
    ----------
    layout : Layout
        Attributes.
    id, stage, stage_name, pipeline, pipeline_name : tuple of str
        Fields of the deal's id, present stage and pipeline, and of their names.
    created, since, closed, last : tuple of str
        Fields of the creation, of the entry into the present stage, of the end, and of the last
        thing known of a closed deal.
    expected : tuple of str
        Fields of the expected end; of a closed deal they stand in for `closed` if `expected_ends`.
    amount, currency, chance : tuple of str
        Fields of the amount, its currency, the probability.
    prepare : callable
        Brings a record into the names and shapes that the fields above have.
    outcome : callable
        Returns "won", "lost", "open", or "" where only the stage says it.
    gone : callable
        Returns "deleted", "archived" or "merged", or "".
    stages, lost : sequence of str
        Stages of a new account, and those that mean lost.
    keeps_stage : bool
        Whether won and lost deals keep the stage they were in, so that won is none of the stages.
    local : bool
        Whether times without a zone are the clock's of the funnel.
    cents : bool
        Whether amounts count hundredths.
    moves : callable, optional
        Gives the changes of one record of the history: (deal, field, old, new, time) each.
    closed_by_expected : bool
        Whether the expected end of a closed deal is its end.
    """

    layout: Layout
    id: Names
    stage: Names
    created: Names
    stage_name: Names = ()
    pipeline: Names = ()
    pipeline_name: Names = ()
    since: Names = ()
    closed: Names = ()
    last: Names = ()
    expected: Names = ()
    amount: Names = ()
    currency: Names = ()
    chance: Names = ()
    prepare: Callable[[Record], Record] = _unchanged
    outcome: Callable[[Record], str] = _nothing
    gone: Callable[[Record], str] = _nothing
    stages: Sequence[str] = ()
    lost: Sequence[str] = ()
    keeps_stage: bool = False
    local: bool = False
    cents: bool = False
    moves: Callable[[Record], Sequence[tuple[str, str, Any, Any, Any]]] | None = None
    closed_by_expected: bool = False

    def named(self, record: Record) -> Record:
        """Return a record whose known fields are called as here, in whatever case they come."""
        prepared = self.prepare(record)
        known = {
            fold_field(name): name
            for name in (
                *self.id, *self.stage, *self.created, *self.stage_name, *self.pipeline,
                *self.pipeline_name, *self.since, *self.closed, *self.last, *self.expected,
                *self.amount, *self.currency, *self.chance, *self.layout.named.values(),
                *self.layout.used,
            )
        }  # fmt: skip
        return {known.get(fold_field(key), str(key)): value for key, value in prepared.items()}


def value_of(record: Record, names: Names) -> tuple[str, Any]:
    """Return the first field that holds something, and its value; None if none does."""
    for name in names:
        value = record.get(name)
        if text_of(value):
            return name, value
    return (names[0] if names else ""), None


def by_word(names: Names, words: Mapping[str, str]) -> Callable[[Record], str]:
    """Return a function that reads won, lost or open off a field by its code or its word."""

    def outcome(record: Record) -> str:
        value = value_of(record, names)[1]
        for word in (text_of(value), label_of(value)):
            found = words.get(word.casefold())
            if found is not None:
                return found
        return ""

    return outcome
