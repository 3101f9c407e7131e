"""First contact: header sets of public exports, read by the plainest call.

Run ``python benchmarks/accuracy/first_contact.py [deals ...]``. Every set has the headers of a
public export, with its source, and a few rows of ours whose answer is known. A reading is *right*
if all its counts are; *refused* if an error says what to do (and doing it is right); *told* if it
is wrong and a warning or an error fault says so; *wrong* otherwise. Then the same with the columns
in reverse order, with headers in upper case, with semicolons between the cells, and with one
column taken away at a time.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

DATA = Path(__file__).parents[2] / "tests" / "data"


def deals(text, one, **options):
    """Read deals; return whether won, lost and open are right, and the faults."""
    history = sf.read_deals(text, **options)
    counts = [int((history.outcome == code).sum()) for code in (1, 2, 0)]
    reached = history.panel(by="all").counts.sum(axis=(0, 1)).tolist()
    ends = (reached[0], reached[-1])
    right = counts == one["counts"] and ends == (sum(counts), counts[0])
    name, total = one.get("amount", ("", 0))
    if name and name in text.partition("\n")[0]:
        right = right and abs(float(np.nansum(history.value)) - total) < 1
    return right, history.faults


def purchases(text, one):
    """Read orders; return whether every customer's sum is right, and the faults."""
    bought = sf.read_purchases(text)
    totals = {}
    for who, paid in zip(bought.customer.tolist(), bought.amount.tolist(), strict=True):
        totals[bought.customers[who]] = totals.get(bought.customers[who], 0.0) + paid
    return totals == one["totals"], bought.faults


def events(text, one):
    """Read a log; return whether its steps are counted right, and the faults."""
    log = sf.read_events(text)
    return list(sf.count_steps(log, one["steps"]).counts) == one["counts"], log.faults


def sheets(text, one):
    """Read a table of counts; return whether the chain is right, and the faults."""
    sheet = sf.read_table(text)
    found = sheet.panel("step").counts.sum(axis=(0, 1)).tolist()
    return found == one.get("chain"), sheet.faults


KINDS = {
    "deals": (DATA / "deals" / "header_sets.json", deals),
    "real": (DATA / "deals" / "real_sets.json", deals),
    "sheets": (DATA / "sheets" / "header_sets.json", sheets),
    "events": (DATA / "events" / "header_sets.json", events),
    "purchases": (DATA / "purchases" / "header_sets.json", purchases),
}
"""The sets of a kind and the function that reads one; other kinds have a line here."""


def judged(read, text, one):
    """Return right, refused, told or wrong."""
    try:
        right, faults = read(text, one)
    except SalesFunnelError as error:
        hint = "Hint" in str(error)
        if "then" in one and text == as_exported(one):  # the call that is named must be right
            hint = hint and read(text, one, **one["then"])[0]
        return "refused" if hint else "refused badly"
    if right:
        return "right"
    return "told" if any(fault.severity != "info" for fault in faults) else "wrong"


def as_exported(one):
    return "\n".join(one["table"]) + "\n"


def rows_of(one):
    return list(csv.reader(io.StringIO(as_exported(one))))


def written(rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def header_at(rows):
    """Return the place of the widest filled row among the first: the header."""
    return max(range(min(3, len(rows))), key=lambda i: (sum(map(bool, rows[i])), -i))


def variants(one):
    """Yield name and text of the table as it is and changed."""
    yield "as exported", as_exported(one)
    rows = rows_of(one) if ";" not in one["table"][0] else None
    if rows is None:
        return
    wide = [row for row in rows if len(row) == len(rows[header_at(rows)])]
    if not one.get("columns_tell"):  # steps side by side are in the order of their columns
        yield "columns reversed", written([row[::-1] for row in wide])
    yield "headers in upper case", written([[c.upper() for c in wide[0]], *wide[1:]])
    yield "semicolons", written(wide, ";")
    for at, name in enumerate(wide[0]):
        if name in one.get("needed", ()):
            continue  # what only this column tells, nobody can know without it
        yield "a column less", written([row[:at] + row[at + 1 :] for row in wide])


def main(names):
    for name in names or KINDS:
        path, read = KINDS[name]
        sets = json.loads(path.read_text("utf-8"))
        found = {}
        for one in sets:
            for variant, text in variants(one):
                result = judged(read, text, one)
                found.setdefault(variant, Counter())[result] += 1
                if result in {"wrong", "refused badly"} or (
                    variant == "as exported" and result == "told"
                ):
                    print(f"  {result}: {one['name']}, {variant}: {text.splitlines()[0]}")
        print(f"\n{name}, {len(sets)} header sets\n")
        heads = ("right", "refused", "told", "wrong")
        print("| variant | tables | " + " | ".join(heads) + " |")
        print("|---|---|---|---|---|---|")
        for variant, counts in found.items():
            cells = (f"{counts[head]}" for head in heads)
            print(f"| {variant} | {sum(counts.values())} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main(sys.argv[1:])
