"""Which rows of a table of orders are purchases, by the state of the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel.data.events.usual_names import fold_name
from salesfunnel.fault import Fault
from salesfunnel.intake.deals.column_kinds import FLAGS
from salesfunnel.intake.purchases.statuses import state_of
from salesfunnel.intake.purchases.table import Orders

__all__ = ["rows_by_state"]


def rows_by_state(orders: Orders) -> npt.NDArray[np.bool_]:
    """Return which rows were bought; the others are said once for each state.

    Parameters
    ----------
    orders : Orders
        The table.
    """
    keep = np.ones(len(orders.rows), dtype=np.bool_)
    for place in orders.states:
        codes, texts = orders.words(place)
        found = _meanings(filter(None, texts))
        if not any(found.values()):
            continue  # a column called State may hold Kentucky
        for text, state in found.items():
            if state == "bought":
                continue
            here = np.flatnonzero((codes == texts.index(text)) & keep)
            if not here.size:
                continue
            if state is None:
                _tell(orders, "order-state-unknown", place, here, text, "warning", None)
            else:
                _tell(orders, "order-not-bought", place, here, text, "info", state)
                keep[here] = False
    _cancelled(orders, keep)
    _flagged(orders, keep)
    return keep


def _cancelled(orders: Orders, keep: npt.NDArray[np.bool_]) -> None:
    """Leave out orders with a time of cancelling, and invoices numbered as cancellations."""
    if "cancelled_at" in orders.roles:
        place = orders.roles["cancelled_at"]
        here = np.flatnonzero(orders.filled(place) & keep)
        if here.size:
            _tell(orders, "order-not-bought", place, here, "", "info", "cancelled")
            keep[here] = False
    place = orders.roles.get("order", -1)
    if place >= 0 and fold_name(orders.names[place]).startswith("invoice"):
        codes, texts = orders.words(place)
        notes = np.array([*map(_is_credit, texts), False], dtype=np.bool_)
        here = np.flatnonzero(notes[codes] & keep)
        if here.size and here.size < len(codes) / 2:
            text = texts[codes[here[0]]]
            _tell(orders, "order-not-bought", place, here, text, "info", "cancelled")
            keep[here] = False


def _flagged(orders: Orders, keep: npt.NDArray[np.bool_]) -> None:
    """Leave out what a column of yes and no says is not paid, cancelled, given back or a test."""
    for place, name in enumerate(orders.names):
        state, wrong = _flags().get(fold_name(str(name)), ("", False))
        if not state or place in orders.roles.values():
            continue
        codes, texts = orders.words(place)
        said = {text: FLAGS.get(text.casefold()) for text in texts if text}
        if not said or None in said.values():
            continue
        for text, meant in said.items():
            here = np.flatnonzero((codes == texts.index(text)) & keep)
            if meant is wrong and here.size:
                _tell(orders, "order-not-bought", place, here, f"{name}: {text}", "info", state)
                keep[here] = False


@cache
def _flags() -> Mapping[str, tuple[str, bool]]:
    """Return by header what an order is, and the truth value that says it."""
    return {
        fold_name(name): (state, wrong)
        for state, wrong, names in _FLAGS
        for name in names.split("|")
    }


_FLAGS = (
    (
        "unpaid",
        False,
        (
            "paid|is paid|paid?|payment received|bezahlt|payé|payée|pagado|pago|оплачен|оплачено"
            "|是否付款|是否支付|是否已付款|已付款"
        ),
    ),
    (
        "cancelled",
        True,
        (
            "cancelled|canceled|is cancelled|is canceled|cancelled?|voided|void|is void|deleted"
            "|is deleted|test|is test|test order|storniert|annulé|annulée|cancelado|отменён|отменен"
            "|是否取消|已取消|是否作废|测试订单|是否测试"
        ),
    ),
    (
        "refunded",
        True,
        (
            "refunded|is refunded|refunded?|refund|is refund|refund?"
            "|returned|is returned|returned?|erstattet|retourniert"
            "|remboursé|reembolsado|возврат|是否退款|是否退货|已退款"
        ),
    ),
)


def _meanings(texts: Iterable[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {text: state_of(text) for text in texts}
    folded = {fold_name(text): text for text in found}
    if "closed" in folded and "complete" not in folded:
        # Magento closes what was given back; with others it is what ended well.
        found[folded["closed"]] = None
    return found


def _is_credit(text: str) -> bool:
    """Whether the number of an invoice is one of a cancellation, as C536379 is."""
    return text[:1] in {"C", "c"} and text[1:].isdigit()


def _tell(
    orders: Orders,
    code: str,
    place: int,
    here: npt.NDArray[np.intp],
    text: str,
    severity: str,
    state: str | None,
) -> None:
    params: dict[str, Any] = {} if state is None else {"state": state}
    orders.faults.append(
        Fault.of(
            code,
            severity=severity,  # type: ignore[arg-type]
            row=int(orders.rows[here[0]]),
            column=orders.names[place],
            value=text or None,
            n=int(here.size),
            **params,
        )
    )
