"""The currency of each deal: a column, a sign in the amount, a word in the header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.headers import currency_of_header
from salesfunnel.intake.deals.money import AMBIGUOUS, currency_code

__all__ = ["deal_currencies", "with_currency"]


def deal_currencies(
    reader: ColumnReader, roles: Mapping[str, int], signs: npt.NDArray[np.str_]
) -> npt.NDArray[np.str_] | None:
    """Return the currency of each deal, "" where unknown; None if nothing tells any.

    A column of currencies goes before the sign in an amount, that before the amount's header.
    """
    header = currency_of_header(reader.table.names[roles["value"]]) if "value" in roles else ""
    if not header and "currency" not in roles and not (signs != "").any():
        return None
    codes: npt.NDArray[np.str_] = np.array(signs, dtype="U12")
    if "value" in roles:
        codes = np.where(codes == "", header, codes)
    if "currency" in roles:
        at, words = reader.table.words(roles["currency"])
        stated = np.array([currency_code(word) if word else "" for word in words] or [""])[at]
        codes = np.where(stated == "", codes, stated)
    if not (codes != "").any():
        return None
    for sign, meaning in AMBIGUOUS.items():
        unclear = codes == sign
        if unclear.any():
            deals = int(unclear.sum())
            reader.note(
                "currency-ambiguous", severity="warning", value=sign, deals=deals, meaning=meaning
            )
            codes = np.where(unclear, "", codes)
    names, counts = np.unique(codes[codes != ""], return_counts=True)
    if names.size > 1:
        detail = ", ".join(
            f"{name} {count}" for name, count in zip(names.tolist(), counts.tolist(), strict=True)
        )
        reader.note("currencies-mixed", severity="warning", n=int(counts.sum()), codes=detail)
    return np.asarray(codes, dtype=np.str_) if (codes != "").any() else None


def with_currency(
    attributes: Mapping[str, Any], codes: npt.NDArray[np.str_] | None
) -> dict[str, Any]:
    """Return attributes with the currency of the amounts under that name, where it is known."""
    found = dict(attributes)
    if codes is not None:
        found["currency"] = codes
    return found
