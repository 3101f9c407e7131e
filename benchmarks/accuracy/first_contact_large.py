"""First contact at size: the header sets of deals with 100,000 rows each.

Run ``python benchmarks/accuracy/first_contact_large.py``. The rows of each set come again and
again under new ids, so that its counts are those of the small file times the number of copies.
Beside the judgement stand the CPU seconds of reading and counting, and those of pandas reading the
same text with every column as it infers it (no dates, no outcomes, no faults).
"""

from __future__ import annotations

import io
import json
import time
from collections import Counter

from first_contact import DATA, as_exported, header_at, rows_of, written

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

ROWS = 100_000


def large(one, ids):
    """Return the text of many copies of the rows, and how many."""
    rows = rows_of(one) if ";" not in one["table"][0] else None
    if rows is None:
        return None
    at = header_at(rows)
    head, body = rows[: at + 1], [row for row in rows[at + 1 :] if len(row) == len(rows[at])]
    copies = -(-ROWS // max(len(body), 1))
    columns = [[cell.strip() for cell in cells] for cells in zip(*body, strict=True)]
    same = [at for at, cells in enumerate(columns) if cells == ids]
    some = [at for at, cells in enumerate(columns) if {*ids} <= {*cells}]
    some.sort(key=lambda at: -len({*columns[at]}))
    own = {*same, *some[:1]}
    if not own and {*ids} & {cell for cells in columns for cell in cells}:
        return None  # an id is blank: copies would repeat the others
    made = [
        [_other(cell, copy) if at in own else cell for at, cell in enumerate(row)]
        for copy in range(copies)
        for row in body
    ]
    return written([*head, *made]), copies


def _other(cell, copy):
    return f"{cell.strip()}{copy:06d}" if cell.strip().isdigit() else f"{cell.strip()}-{copy}"


def main():
    import pandas as pd

    found, ratios = Counter(), []
    sets = json.loads((DATA / "deals" / "header_sets.json").read_text("utf-8"))
    for one in sets:
        options = one.get("then", {})
        try:
            small = sf.read_deals(as_exported(one), **options)
            text, copies = large(one, [str(deal) for deal in small.deals.tolist()]) or ("", 0)
            if not copies:
                continue
            before = time.process_time()
            history = sf.read_deals(text, **options)
            reached = history.panel(by="all").counts.sum(axis=(0, 1)).tolist()
            ours = time.process_time() - before
        except SalesFunnelError as error:
            found["refused"] += 1
            print(f"  refused: {one['name']}: {str(error)[:120]}")
            continue
        before = time.process_time()
        pd.read_csv(io.StringIO(text), low_memory=False)
        theirs = time.process_time() - before
        counts = [int((history.outcome == code).sum()) for code in (1, 2, 0)]
        wanted = [copies * count for count in one["counts"]]
        right = counts == wanted and (reached[0], reached[-1]) == (sum(wanted), wanted[0])
        told = any(fault.severity != "info" for fault in history.faults)
        result = "right" if right else "told" if told else "wrong"
        found[result] += 1
        ratios.append((ours / theirs, ours, one["name"]))
        if not right:
            print(f"  {result}: {one['name']}: {counts}, not {wanted}")
    ratios.sort()
    print(dict(found))
    middle, worst = ratios[len(ratios) // 2], ratios[-1]
    print(f"CPU s ours / pandas reading alone: median {middle[0]:.2f}, worst {worst}")
    print(f"CPU s ours: median {sorted(r[1] for r in ratios)[len(ratios) // 2]:.2f}")


if __name__ == "__main__":
    main()
