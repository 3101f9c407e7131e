"""The methods of a stage history that look at fields over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from salesfunnel.data.history.deal_money import money_of
from salesfunnel.data.history.entry_intervals import entry_intervals, observed_until
from salesfunnel.data.history.lookups import changes_of, currency_of, leaks_of, value_at
from salesfunnel.data.history.until import moment_in
from salesfunnel.data.money import Money

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["FieldsOverTime"]


def _history(value: object) -> StageHistory:
    return cast("StageHistory", value)


class FieldsOverTime:
    """Earlier values of amount, currency, dates and owners in a stage history."""

    __slots__ = ()

    @property
    def currency(self) -> npt.NDArray[np.str_] | None:
        """Currency of each deal's value, shape (n,), ``""`` where unknown; None if none has one."""
        return currency_of(_history(self))

    @property
    def leaks(self) -> tuple[str, ...]:
        """Fields without a history: their value at `as_of` stands for every moment."""
        return leaks_of(_history(self))

    def at(self, time: object, field: str) -> npt.NDArray[Any]:
        """Return a field of each deal as it stood at a moment.

        Parameters
        ----------
        time : datetime64, date or ISO text, or array_like of datetime64, shape (n,)
            One moment for all deals, of which a day means its end, or one per deal.
        field : str
            A field of `changes`, ``"amount"``, or an attribute.

        Returns
        -------
        ndarray, shape (n,)
            Its last value not after the moment: float64 (NaN unknown), dates (NaT), or text
            (``""``). Before its first value a field is unknown. A field without a history has its
            present value at every moment; `leaks` names these fields.

        Raises
        ------
        UnknownNameError
            If there is no such field.
        ArgumentError
            If `time` is not a moment.
        DataError
            If it has another shape.

        Examples
        --------
        >>> import salesfunnel as sf
        >>> history = sf.StageHistory.from_records(
        ...     [{"deal": "a", "lead": "2026-09-01"}], stages=["lead"], as_of="2026-10-01")
        >>> history = history.with_changes({"amount": {
        ...     "deal": ["a", "a"], "time": ["2026-09-02", "2026-09-06"], "value": [1000, 1500]}})
        >>> [history.at(day, "amount").tolist() for day in ("2026-09-01", "2026-09-05")]
        [[nan], [1000.0]]
        """
        one = isinstance(time, str) or np.ndim(cast("npt.ArrayLike", time)) == 0
        at = moment_in(_history(self), "time", time) if one else time
        return value_at(_history(self), at, field)

    def money(
        self, *, at: object = None, currency: str | None = None, rates: object = None
    ) -> Money:
        """Return the amount of each deal in one currency, as it stood at a moment.

        Parameters
        ----------
        at : datetime64, date or ISO text, optional
            The moment; `as_of` by default. A day means its end.
        currency : str, optional
            The currency of the result; that of the data, or the base of `rates`, by default.
        rates : Rates, or what `Rates` takes, optional
            Needed if there are several currencies. A deal that was closed by then has the rate of
            the day on which it closed, an open one that of the moment.

        Returns
        -------
        Money
            ``values`` (shape (n,), NaN unknown), ``currency`` and ``faults``. With several
            currencies and no rates all values are NaN, and the error fault ``currencies-mixed``
            says how many deals have which.

        Raises
        ------
        ArgumentError
            If the only currency is not `currency` and there are no rates.
        DataError
            If a rate is missing.

        Examples
        --------
        >>> import salesfunnel as sf
        >>> history = sf.StageHistory.from_records(
        ...     [{"deal": "a", "lead": "2026-09-01", "value": 100, "currency": "EUR"},
        ...      {"deal": "b", "lead": "2026-09-02", "value": 100, "currency": "USD"}],
        ...     stages=["lead", "won"], as_of="2026-10-01")
        >>> history.money(rates={"EUR": 1.1, "USD": 1}).values.tolist()
        [110.0, 100.0]
        >>> history.money().mixed
        True
        """
        moment = None if at is None else moment_in(_history(self), "at", at)
        return money_of(_history(self), at=moment, currency=currency, rates=rates)

    @property
    def observed_until(self) -> npt.NDArray[np.datetime64]:
        """Until when each deal was seen, shape (n,): `as_of`, or its last list if it vanished.

        Open deals are censored there.
        """
        return observed_until(_history(self))

    def entered_between(self) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64]]:
        """Return the moments between which each deal entered each stage.

        Returns
        -------
        low, high : ndarray of datetime64[us], shape (n, S)
            The entry came after `low` and not after `high`, which is `entered`. Both are equal
            unless the history was made of dated lists; NaT where a stage was not entered.
        """
        return entry_intervals(_history(self))

    def changes_of(self, field: str) -> dict[str, npt.NDArray[Any]]:
        """Return how a field changed: one row per change, by deal and time.

        Parameters
        ----------
        field : str
            A field of `changes`.

        Returns
        -------
        dict of str to ndarray, shape (m,)
            ``deal``, ``from``, ``to``, ``time``, and ``known_since``: the change came after it and
            not after ``time``.

        Raises
        ------
        UnknownNameError
            If the field has no history.
        """
        return changes_of(_history(self), field)

    def with_changes(
        self,
        changes: Mapping[str, Mapping[str, Any]],
        *,
        present: Mapping[str, Any] | None = None,
    ) -> StageHistory:
        """Return the deals with the histories of fields.

        Parameters
        ----------
        changes : mapping of str to mapping
            For each field, one of ``amount currency expected category owner pipeline stage outcome
            probability``, its columns ``deal`` (ids, or rows of the history), ``time``
            (datetime64), ``value``, and optionally ``known_since`` (datetime64); shape (m,), in any
            order. An amount is a number, an expected close a date, all others text; None, NaN and
            ``""`` are unknown. Outcomes are ``open``, ``won``, ``lost``, ``removed``.
        present : mapping of str to array_like, shape (n,), optional
            Present values of fields without a history, such as ``expected``.

        Returns
        -------
        StageHistory
            With a fault for each kind of row that could not be used. Of rows of one deal and moment
            the last one counts. Where the present value of a deal differs from the last row, a row
            at `as_of` is added (``history-ends-elsewhere``); where a column of present values is
            missing it is filled from the last rows.

        Raises
        ------
        ArgumentError
            If a field is not one of these.
        DataError
            If columns differ in length, or hold values of another kind.

        Examples
        --------
        >>> import salesfunnel as sf
        >>> history = sf.StageHistory.from_records(
        ...     [{"deal": "a", "lead": "2026-09-01"}], stages=["lead"], as_of="2026-10-01")
        >>> history = history.with_changes({"expected": {
        ...     "deal": ["a", "a"], "time": ["2026-09-01", "2026-09-20"],
        ...     "value": ["2026-09-30", "2026-11-15"]}})
        >>> {name: column.tolist() for name, column in history.changes_of("expected").items()
        ...  if name in ("deal", "to")}
        {'deal': ['a', 'a'], 'to': [datetime.date(2026, 9, 30), datetime.date(2026, 11, 15)]}
        """
        from salesfunnel.data.history.field_changes import history_with_changes

        return history_with_changes(_history(self), changes, present=present)
