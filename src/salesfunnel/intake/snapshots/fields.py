"""Which columns of a list hold owner, forecast category, pipeline and currency."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_known
from salesfunnel.intake.deals.list_reader import DealList

__all__ = ["field_columns"]

Texts = npt.NDArray[np.str_]

_HEADERS: dict[str, tuple[str, ...]] = {
    "owner": (
        "owner", "deal owner", "opportunity owner", "owner name", "sales rep", "rep", "salesperson",
        "assigned to", "account executive", "responsible", "hubspot_owner_id", "ownerid", "user_id",
        "负责人", "所有人", "商机所有人", "销售", "销售人员", "业务员", "跟进人", "verantwortlich",
        "propietario", "propriétaire", "proprietário", "ответственный",
    ),
    "category": (
        "forecast category", "forecastcategory", "forecastcategoryname", "category", "forecast",
        "forecast type", "hs_manual_forecast_category", "预测类别", "预测类型", "预测分类",
    ),
    "pipeline": ("pipeline", "pipeline name", "管道", "销售管道", "销售流程"),
}  # fmt: skip


def field_columns(
    table: DealList, named: Mapping[str, str]
) -> tuple[dict[str, Texts], dict[str, Texts]]:
    """Return the fields that have a history, and the other columns.

    Parameters
    ----------
    table : DealList
    named : mapping of str to str
        Headers that the caller gave for owner and category.

    Raises
    ------
    UnknownNameError
        If there is no such header.
    """
    fields: dict[str, Texts] = {}
    rest = {name: np.asarray(column) for name, column in table.attributes.items()}
    for field, headers in _HEADERS.items():
        name = named.get(field)
        if name is not None:
            check_known("columns", name, tuple(table.attributes))
        else:
            name = next((n for n in rest if n.strip().casefold() in headers), None)
        if name is not None and name in rest:
            fields[field] = rest.pop(name)
    if table.currency is not None:
        fields["currency"] = table.currency
    stage = table.columns.get("stage")
    if stage is not None:
        rest.pop(stage, None)
    return fields, rest
