"""Which column of a table of deals is what: by its header and the look of its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

import attrs

from salesfunnel.intake.deals.column_kinds import ColumnKind
from salesfunnel.intake.deals.headers import date_kind, fold_header, is_other, roles_of
from salesfunnel.intake.deals.outcomes import OutcomeWords
from salesfunnel.intake.deals.table import DealTable
from salesfunnel.intake.deals.vocabulary.lookup import vendors

__all__ = ["COLUMN_KEYS", "RoleFinder"]

COLUMN_KEYS = {
    "deal": "deal", "stage": "stage", "time": "time", "created": "created", "closed": "closed",
    "outcome": "status", "value": "value", "expected": "expected", "pipeline": "pipeline",
    "currency": "currency", "probability": "probability", "stage_since": "since",
    "won_at": "won_at", "lost_at": "lost_at", "entered": "entered", "left": "left",
    "old_stage": "old", "new_stage": "new", "field": "field", "lost_reason": "reason",
}  # fmt: skip
"""The keys of ``columns=`` that are not stages, each with its role."""
DATES = ("since", "expected", "lost_at", "won_at", "closed", "created")
_ACTUAL = re.compile(r"(?<!\w)(actual|tats|real|réel|effecti|фактич)|实际|實際")
_MOST_LEVELS = 60
_GAPS = 0.1
"""The share of rows that may lack their id."""
_AMOUNT = re.compile(
    r"(?:[\w ]+ )?(?:total|gesamt)[ -]?(?:amount|value|price|revenue)"
    r"|(?:offer|quote|quoted|quotation|proposal|contract|agreement|order|deal|opportunity|sale|sales"
    r"|booking|invoice|gross|net|won|closed)(?: \w+)? (?:amount|value|price|revenue|total)"
    r"|[\w ]*(?:合同|报价|商机|成交|订单|签约|项目)总?(?:金额|价|额)"
)
_NO_AMOUNT = re.compile(
    r"\b(?:paid|payments?|unpaid|due|tax|vat|discounts?|refunds?|costs?|fees?|commission|initial"
    r"|deposits?|lifetime|customer|account|company|last|previous|first|average|avg|weighted|lead|score"
    r"|minimum|maximum|min|max|target|count|quantity|number)\b"
)
"""Words of amounts that are not what the whole deal is worth."""


@attrs.frozen(kw_only=True)
class RoleFinder:
    """Finds roles in a table.

    Parameters
    ----------
    table : DealTable
        The table.
    given : mapping of str to int
        Roles that ``columns=`` gave.
    kinds : tuple of ColumnKind
        The look of each column.
    words : OutcomeWords
        Known outcomes.
    """

    table: DealTable
    kinds: tuple[ColumnKind, ...]
    words: OutcomeWords
    given: Mapping[str, int] = attrs.field(factory=dict)

    def find(self, reserved: Sequence[int]) -> dict[str, int]:
        """Return the column of each role, but not those of the reserved columns."""
        roles = dict(self.given)
        taken = {*roles.values(), *reserved}
        self._take(roles, taken, "deal", self._is_whole_id)
        self._take(roles, taken, "deal", self._may_be_id)
        self._take_first_id(roles, taken)
        self._dates(roles, taken)
        for role in ("is_won", "is_lost", "is_closed", "deleted", "archived"):
            self._take(roles, taken, role, lambda at: self.kinds[at].is_flag)
        self._take(roles, taken, "stage", self._may_be_stage)
        self._take(roles, taken, "status", self._says_outcome)
        self._take(roles, taken, "reason_status", self._says_outcome)
        self._take(roles, taken, "status", lambda at: self.kinds[at].empty)
        if "status" not in roles and "reason_status" in roles:
            roles["status"] = roles.pop("reason_status")
        self._take(roles, taken, "value", self._may_be_amount)
        amounts = [] if "value" in roles else self.amounts(taken)
        if len(amounts) == 1:
            roles["value"] = amounts[0]
            taken.add(amounts[0])
        for role in ("probability", "stage_order"):
            self._take(roles, taken, role, lambda at: self.kinds[at].is_number)
        for role in ("currency", "pipeline", "reason", "owner", "category"):
            self._take(roles, taken, role, lambda at: not self.kinds[at].is_time)
        self._take(roles, taken, "name", lambda at: self.kinds[at].is_text)
        return roles

    def amounts(self, taken: Collection[int]) -> list[int]:
        """Return the columns of numbers whose header ends as an amount of the deal does."""
        return [
            at
            for at, name in enumerate(self.table.names)
            if name and at not in taken and _AMOUNT.fullmatch(fold_header(name))
            and not _NO_AMOUNT.search(fold_header(name)) and not is_other(name)
            and self.kinds[at].is_number and not self.kinds[at].is_time
        ]  # fmt: skip

    def times(self, taken: Sequence[int]) -> list[int]:
        """Return the columns of times that no role has and whose header says nothing of them."""
        return [
            at
            for at, name in enumerate(self.table.names)
            if name and at not in taken and self.kinds[at].is_time
            and date_kind(name) is None and not is_other(name)
        ]  # fmt: skip

    def candidates(self, role: str) -> list[int]:
        """Return the columns whose header may mean a role, the best first."""
        found = []
        for at, name in enumerate(self.table.names):
            place = roles_of(name).get(role) if name else None
            if place is not None:
                found.append((place[1], place[0], at))
        return [at for *_, at in sorted(found)]

    def _take(
        self, roles: dict[str, int], taken: set[int], role: str, fits: Callable[[int], bool]
    ) -> None:
        if role in roles:
            return
        for at in self.candidates(role):
            if at not in taken and fits(at):
                roles[role] = at
                taken.add(at)
                return

    def _take_first_id(self, roles: dict[str, int], taken: set[int]) -> None:
        """Take the first column as the id if its header ends like one and no cell comes again."""
        if "deal" in roles or not self.table.names or 0 in taken:
            return
        ends = fold_header(self.table.names[0]).endswith(
            ("id", "编号", "号", " no", "number", "nr")
        )
        if ends and self._may_be_id(0) and self.kinds[0].levels == len(self.table):
            roles["deal"] = 0
            taken.add(0)

    def _may_be_id(self, at: int) -> bool:
        kind = self.kinds[at]
        return not kind.is_time and not (kind.is_flag and len(self.table) > 2)

    def _is_whole_id(self, at: int) -> bool:
        """Whether a column may be the id, and no other known one is whole where it has gaps.

        A list of leads names the opportunity that came of some of them.
        """
        if not self._may_be_id(at):
            return False
        rows = len(self.table)
        gaps = rows - int(self.table.filled(at).sum())
        others = (
            other for other in self.candidates("deal")
            if other != at and self._may_be_id(other) and self.kinds[other].levels == rows
            and self.table.filled(other).all()
        )  # fmt: skip
        return gaps <= _GAPS * rows or next(others, None) is None

    def _may_be_stage(self, at: int) -> bool:
        kind = self.kinds[at]
        if fold_header(self.table.names[at]) in vendors().no_stage or kind.is_time or kind.empty:
            return False
        if kind.is_number:
            return kind.levels <= _MOST_LEVELS // 3 and kind.levels < max(len(self.table), 2)
        return kind.levels <= max(_MOST_LEVELS, len(self.table) // 20)

    def _says_outcome(self, at: int) -> bool:
        """Whether some word of a column is a known outcome."""
        kind = self.kinds[at]
        if kind.empty or kind.is_time or kind.levels > 10 * _MOST_LEVELS:
            return False
        own = OutcomeWords(given=self.words.given, codes=codes_of(self.table.names[at]))
        return any(own.status(word) is not None for word in kind.words)

    def _may_be_amount(self, at: int) -> bool:
        kind = self.kinds[at]
        # a column that nothing can be read of is told of cell by cell, if its header is plain
        return (kind.is_number and not kind.is_time) or (
            not kind.is_time and fold_header(self.table.names[at]) in {"value", "amount", "金额"}
        )

    def _dates(self, roles: dict[str, int], taken: set[int]) -> None:
        """Take the dates: what a header is known to mean, then what its words say."""
        known: dict[str, list[int]] = {role: self.candidates(role) for role in DATES}
        known["closed"].sort(key=lambda at: not _ACTUAL.search(fold_header(self.table.names[at])))
        for role in DATES:
            if role in roles:
                continue
            for at in known[role]:
                if at not in taken and (self.kinds[at].is_time or self._is_blank_date(at, role)):
                    roles[role] = at
                    taken.add(at)
                    break
        closes = [at for at in known["closed"] if at not in taken and self.kinds[at].is_time]
        if closes and "expected" not in roles and "closed" in roles:
            actual = _ACTUAL.search(fold_header(self.table.names[roles["closed"]]))
            if actual:
                roles["expected"] = closes[0]
                taken.add(closes[0])
        for at, name in enumerate(self.table.names):
            if at in taken or not name or is_other(name) or not self.kinds[at].is_time:
                continue
            kind = date_kind(name)
            if kind in DATES and kind not in roles and not roles_of(name).keys() & {"time"}:
                roles[kind] = at
                taken.add(at)

    def _is_blank_date(self, at: int, role: str) -> bool:
        """Whether a column is empty, and its header can only be a date."""
        return self.kinds[at].empty and set(roles_of(self.table.names[at])) <= {role, *DATES}


def codes_of(header: str) -> Mapping[str, int]:
    """Return the coded outcomes of a vendor's column."""
    return vendors().codes.get(fold_header(header), {})
