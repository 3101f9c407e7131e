"""Fill a workbook of your own with the figures: no Excel, no macro, openpyxl only.

Run: python examples/excel_template.py --make template.xlsx, change its looks as you like, then
     python examples/excel_template.py deals.csv template.xlsx out.xlsx --as-of 2026-11-20
A cell is filled where the template has a defined name: ``sf_period``, ``sf_worst_step``,
``sf_rate`` ...; a table is written from the cell named ``sf_steps`` downwards. Formulas, charts and
formats of the template stay: those that point at the cells show the new figures when it is opened.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

HEADINGS = ("Step", "Rate", "Low", "High", "Baseline", "Confidence", "Verdict")
NAMES = {"sf_period": "B1", "sf_worst_step": "B2", "sf_rate": "B3", "sf_baseline": "B4",
         "sf_verdict": "B5", "sf_steps": "A8"}  # fmt: skip


def figures(found: sf.Analysis) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """Return what goes into single cells, and the rows of the table."""
    rows = [
        (str(one.transition), one.rate, *_ends(one), one.reference, one.probability, one.tier)
        for one in found.bottlenecks.rows
    ]
    worst = found.bottlenecks.rows[0]
    cells = {"sf_period": found.period, "sf_worst_step": str(worst.transition),
             "sf_rate": worst.rate, "sf_baseline": worst.reference,
             "sf_verdict": worst.tier}  # fmt: skip
    return cells, rows


def _ends(one: sf.Bottleneck) -> tuple[Any, Any]:
    wide = sf.stats.rate_interval(one.advanced, one.entered)
    return float(wide.low), float(wide.high)


def fill(book: Workbook, found: sf.Analysis) -> list[str]:
    """Fill the named cells of a workbook; return the names that it does not have."""
    cells, rows = figures(found)
    missing = [name for name in (*cells, "sf_steps") if name not in book.defined_names]
    for name, value in cells.items():
        for sheet, address in _places(book, name):
            book[sheet][address].value = value  # the format of the cell stays
    for sheet, address in _places(book, "sf_steps"):
        first = book[sheet][address]
        for down, row in enumerate(rows):
            for right, value in enumerate(row):
                first.offset(down, right).value = value
    return missing


def _places(book: Workbook, name: str) -> list[tuple[str, str]]:
    if name not in book.defined_names:
        return []
    return [
        (sheet, address.replace("$", ""))
        for sheet, address in book.defined_names[name].destinations
    ]


def make_template(path: Path) -> None:
    """Write a template to start from: names, headings, formats, and a formula of its own."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Funnel"
    for row, label in enumerate(("Month", "Worst step", "Rate", "Baseline", "Verdict"), start=1):
        sheet.cell(row, 1, label).font = Font(bold=True)
    for column, label in enumerate(HEADINGS, start=1):
        sheet.cell(7, column, label).font = Font(bold=True)
    sheet["A6"], sheet["B6"] = "Short of baseline", "=B4-B3"
    for address in ("B3", "B4", "B6"):
        sheet[address].number_format = "0.0%"
    for row in sheet.iter_rows(min_row=8, max_row=30, min_col=2, max_col=6):
        for cell in row:
            cell.number_format = "0.0%"
    sheet.column_dimensions["A"].width = 26
    for name, address in NAMES.items():
        place = f"Funnel!${address[0]}${address[1:]}"
        book.defined_names[name] = DefinedName(name, attr_text=place)
    book.save(path)


def main(argv: Sequence[str] | None = None) -> int:
    """Make a template, or read deals and fill one."""
    parser = argparse.ArgumentParser(description="Fill a workbook with the figures of a funnel.")
    parser.add_argument("--make", metavar="TEMPLATE", type=Path)
    parser.add_argument("deals", nargs="?", type=Path)
    parser.add_argument("template", nargs="?", type=Path)
    parser.add_argument("out", nargs="?", type=Path)
    parser.add_argument("--as-of", help="day of the export")
    parser.add_argument("--funnel", default="b2b")
    given = parser.parse_args(argv)
    if given.make is not None:
        make_template(given.make)
        return 0
    if given.out is None or given.as_of is None or given.out == given.template:
        parser.error("give DEALS TEMPLATE OUT and --as-of; OUT must be another file than TEMPLATE")
    try:
        deals = sf.read_deals(given.deals, funnel=given.funnel, as_of=given.as_of)
        found = sf.analyze(deals)
    except SalesFunnelError as error:
        print(error, file=sys.stderr)
        return 1
    book = load_workbook(given.template)
    for name in fill(book, found):
        print(f"{given.template} has no cell named {name}", file=sys.stderr)
    book.save(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
