"""read_purchases: orders of customers from a CSV, a workbook, records or a dataframe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from salesfunnel._core.checks import did_you_mean, nearest
from salesfunnel._core.errors import UnknownNameError
from salesfunnel.data.events import columns as cols
from salesfunnel.data.purchases import Purchases
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.cells.read_number import clean, read_number
from salesfunnel.intake.cells.read_time import AmbiguousTimeError, read_time
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.files.source import load

__all__ = ["read_purchases"]

HEADERS = {
    "customer": (
        "customer|customer id|customer name|client|client id|account|account id|buyer|user"
        "|user id|company|客户|客户编号|客户名称|客户id|买家|公司"
    ),
    "time": (
        "time|date|order date|purchase date|ordered at|purchased at|invoice date|created at"
        "|timestamp|日期|时间|下单日期|下单时间|订单日期|购买日期|购买时间|成交日期|成交时间"
    ),
    "amount": (
        "amount|value|total|order value|order amount|revenue|price|sales|monetary value"
        "|金额|订单金额|成交金额|购买金额|销售额|总额"
    ),
}
_ROLE = {name: role for role, names in HEADERS.items() for name in names.split("|")}
SEARCHED = 40


def read_purchases(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    decimal: DecimalMark | None = None,
    dayfirst: bool | None = None,
) -> Purchases:
    """Read what customers bought: a row a purchase.

    Parameters
    ----------
    source : path, file, bytes, str, sequence of mappings or of lists, mapping, or dataframe
        A CSV or other text table, a workbook (extra ``excel``), pasted text, records, or any
        dataframe. The header may stand below titles, in English or Chinese, in any order.
    columns : mapping of str to str, optional
        The names of the columns ``customer``, ``time`` and ``amount``, where they are others. All
        other columns are attributes.
    encoding : str, optional
        Encoding of text; found by default.
    sheet : str or int, optional
        Worksheet, by name or position from 0; the first by default.
    decimal : {".", ","}, optional
        The decimal mark; by default a point, and a comma where nothing else makes sense.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April. Without it such a date is a fault, because both
        readings make sense.

    Returns
    -------
    Purchases
        With every fault: row (from 1, without the header), column and value as written. A row
        whose time cannot be read is left out; one whose amount cannot be read stays, its amount
        not known.

    Raises
    ------
    IntakeError
        If there is no table with a customer and a time.
    UnknownNameError
        If a column or worksheet that was named is not there.

    Examples
    --------
    >>> read_purchases('''客户,日期,金额
    ... 张三,2026年1月5日,1.2万
    ... 李四,2026/01/07,800
    ... 张三,2026-02-05,600''')
    <Purchases: 3 of 2 customers, 2026-01-05..2026-02-05>
    """
    if cols.dictionary(source) is None and _is_frame(source):
        named = dict(columns or {})
        found = _roles([str(name) for name in source.columns], named)
        return Purchases.from_frame(
            source, columns={role: str(source.columns[i]) for role, i in found.items()}
        )
    grid = _grid(load(source, encoding=encoding).grids, sheet)
    at, names, roles = _header(grid, columns)
    numbered = [
        (number, row)
        for number, row in enumerate(grid.rows[at + 1 :], 1)
        if any(shown(cell).strip() for cell in row)
    ]
    body = [row for _, row in numbered]
    reader = _Reader(names, roles, decimal, dayfirst)
    used = set(roles.values())
    more = {
        name: [shown(_cell(row, i)).strip() for row in body]
        for i, name in enumerate(names)
        if name and i not in used
    }
    return Purchases.from_columns(
        [shown(_cell(row, roles["customer"])).strip() for row in body],
        [reader.time(row, i) for i, row in numbered],
        [reader.amount(row, i) for i, row in numbered],
        attributes=more,
        faults=reader.faults,
    )


def _is_frame(source: Any) -> bool:
    return hasattr(source, "columns") and not isinstance(source, Mapping)


def _cell(row: Sequence[Any], at: int | None) -> Any:
    return row[at] if at is not None and at < len(row) else None


def _grid(grids: Sequence[Grid], sheet: str | int | None) -> Grid:
    if sheet is None:
        return grids[0]
    names = [grid.name or "" for grid in grids]
    if isinstance(sheet, int) and -len(grids) <= sheet < len(grids):
        return grids[sheet]
    if sheet in names:
        return grids[names.index(str(sheet))]
    raise UnknownNameError(
        f"'sheet' must be a worksheet of the source, got {sheet!r}",
        hint=did_you_mean(sheet, names),
    )


def _roles(names: Sequence[str], columns: Mapping[str, str] | None) -> dict[str, int]:
    """Return where each role stands: as named, else by the first header that is known."""
    found: dict[str, int] = {}
    for role, name in (columns or {}).items():
        if role not in HEADERS:
            raise UnknownNameError(
                f"'columns' must have keys of {', '.join(map(repr, HEADERS))}, got {role!r}",
                hint=did_you_mean(role, HEADERS),
            )
        if name not in names:
            raise UnknownNameError(
                f"'columns' must be in the header, got {name!r}", hint=did_you_mean(name, names)
            )
        found[role] = list(names).index(name)
    for i, name in enumerate(names):
        role_found = _ROLE.get(clean(name).replace("_", " ").strip())
        if role_found is not None and i not in found.values():
            found.setdefault(role_found, i)
    return found


def _header(
    grid: Grid, columns: Mapping[str, str] | None
) -> tuple[int, tuple[str, ...], dict[str, int]]:
    """Return the row of the header, its names, and where the roles stand."""
    for at, row in enumerate(grid.rows[:SEARCHED]):
        names = tuple(shown(cell).strip() for cell in row)
        if columns and not set(columns.values()) <= set(names):
            continue
        roles = _roles(names, columns)
        if {"customer", "time"} <= roles.keys():
            return at, names, roles
    first = [shown(cell).strip() for cell in grid.rows[0]] if grid.rows else []
    if columns:
        _roles(first, columns)
    close = [nearest(name, _ROLE) for name in first]
    hint = next((f"{a!r} may mean {b!r}" for a, b in zip(first, close, strict=True) if b), None)
    raise IntakeError(
        f"'source' must have columns for the customer and the time, got {first!r}",
        hint=hint or "name them with columns={'customer': ..., 'time': ...}",
    )


class _Reader:
    """Reads times and amounts, and keeps what it could not read."""

    def __init__(
        self,
        names: Sequence[str],
        roles: Mapping[str, int],
        decimal: DecimalMark | None,
        dayfirst: bool | None,
    ) -> None:
        self.names, self.roles = names, roles
        self.decimal: DecimalMark | None = decimal
        self.dayfirst = dayfirst
        self.faults: list[Fault] = []

    def _fault(self, code: str, role: str, row: int, cell: Any) -> None:
        column = self.names[self.roles[role]]
        self.faults.append(
            Fault.of(code, severity="error", row=row, column=column, value=shown(cell)[:80])
        )

    def amount(self, cells: Sequence[Any], row: int) -> float | None:
        cell = _cell(cells, self.roles.get("amount"))
        written = read_number(cell, decimal=self.decimal)
        if written.fault == "negative-parentheses":  # accountants' minus: a return
            inside = read_number(clean(shown(cell)).strip("() "), decimal=self.decimal)
            if inside.value is not None and inside.fault is None:
                return -float(inside.value)
        if written.fault is not None:
            self._fault("amount-not-understood", "amount", row, cell)
            return None
        return None if written.value is None else float(written.value)

    def time(self, cells: Sequence[Any], row: int) -> datetime | None:
        cell = _cell(cells, self.roles["time"])
        try:
            return read_time(cell, dayfirst=self.dayfirst)
        except AmbiguousTimeError:
            self._fault("time-ambiguous", "time", row, cell)
        except ValueError:
            self._fault("time-not-understood", "time", row, cell)
        return None
