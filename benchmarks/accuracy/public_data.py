"""Public data: what `analyze` says first, beside the same figures counted by SQL (DuckDB).

    python benchmarks/accuracy/public_data.py FOLDER

FOLDER holds `crm_opportunities/` ("CRM Sales Opportunities", Maven Analytics) and `olist/` (the
marketing funnel of Olist: `olist_marketing_qualified_leads_dataset.csv` and
`olist_closed_deals_dataset.csv`); what is missing is left out. CDNOW comes with the distribution
`lifetimes`. Every figure is asserted against SQL before it is printed.
"""

from __future__ import annotations

import csv
import sys
from importlib.metadata import distribution
from pathlib import Path

import duckdb
import numpy as np

import salesfunnel as sf


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def heading(text):
    """Return the paragraphs with which a report opens."""
    body = text.split("Summary", 1)[1].split("\n\n")
    return [" ".join(part.split()) for part in body if part.strip(" ─\n")][:2]


def same(ours, theirs, what):
    if ours != theirs:
        raise AssertionError(f"{what}: {ours} here, {theirs} by SQL")


def maven(folder):
    """Judge the opportunities as of the end of 2017."""
    path = folder / "sales_pipeline.csv"
    history = sf.read_stage_history(
        path, stages=["engaging", "won"],
        columns={"deal": "opportunity_id", "engaging": "engage_date", "outcome": "deal_stage",
                 "closed": "close_date", "value": "close_value"},
        as_of="2017-12-31",
    )  # fmt: skip
    analysis = sf.analyze(history, currency="USD")
    said = duckdb.sql(f"""
        select strftime(engage_date, '%Y-%m') as month, count(*) as entered,
               count(*) filter (deal_stage = 'Won') as won
        from read_csv('{path}') where engage_date is not null group by 1 order by 1
    """).fetchall()
    row = analysis.bottlenecks.inflow[0]
    panel = history.panel(by="month", mode="entry")
    same(panel.counts[:, 0, 0].tolist(), [n for _, n, _ in said], "engaged by month")
    same(row.entered, {m: n for m, n, _ in said}["2017-12"], "engaged in December")
    same(int((history.outcome == 1).sum()), sum(w for *_, w in said), "won deals")
    same(row.tier, "confirmed", "the verdict on entries")
    same(row.onset, "2017-11", "its onset")
    print("## CRM Sales Opportunities (Maven Analytics)\n")
    for words in heading(analysis.to_text(width=4000)):
        print(f"> {words}\n")
    print("| month of engagement | " + " | ".join(m for m, *_ in said[-6:]) + " |")
    print("|---|" + "---|" * 6)
    print("| engaged | " + " | ".join(str(n) for _, n, _ in said[-6:]) + " |")
    print("| won of these by 2017-12-31 | " + " | ".join(str(w) for *_, w in said[-6:]) + " |\n")
    compared(history, path, "sales_agent")


def compared(history, path, column):
    """Compare agents: of mature deals, and by SQL of all closed ones."""
    found = sf.compare_segments(history, by=column, step="engaging→won")
    closed = duckdb.sql(f"""
        select {column}, count(*) filter (close_date is not null) as n,
               count(*) filter (deal_stage = 'Won') as won
        from read_csv('{path}') group by 1 having n > 0 order by won / n
    """).fetchall()
    n, won = (np.array([row[k] for row in closed], float) for k in (1, 2))
    p = won.sum() / n.sum()
    chi2 = float(((won - n * p) ** 2 / (n * p * (1 - p))).sum())
    worse = [row.segment for row in found if row.verdict == "worse"]
    better = [row.segment for row in found if row.verdict == "better"]
    print(f"{len(closed)} agents. Of closed deals {won[0] / n[0]:.1%} ({closed[0][0]}) to"
          f" {won[-1] / n[-1]:.1%} ({closed[-1][0]}) were won: χ² {chi2:.1f} on {len(closed) - 1}"
          " degrees of freedom.")  # fmt: skip
    print(f"`compare_segments` calls {len(worse)} worse and {len(better)} better than their peers;"
          f" {found.still_open.sum():,} mature deals are still open and undecided.")  # fmt: skip
    for fault in found.faults:
        if fault.code == "open-decide":
            n = dict(fault.params)["n"]
            print(f"It says of {n} agents that their verdict would hang on their open deals.")
    print()


def olist(folder):
    """Judge the leads as of the last day in the data, and as of the end of May 2018."""
    leads = folder / "olist_marketing_qualified_leads_dataset.csv"
    deals = folder / "olist_closed_deals_dataset.csv"
    won = {row["mql_id"]: row["won_date"][:19] for row in rows_of(deals)}
    table = [
        {"deal": row["mql_id"], "lead": row["first_contact_date"], "origin": row["origin"],
         "won": won.get(row["mql_id"], ""), "outcome": "won" if row["mql_id"] in won else "open"}
        for row in rows_of(leads)
    ]  # fmt: skip

    def read(as_of):
        return sf.read_stage_history(
            table, stages=["lead", "won"],
            columns={"deal": "deal", "lead": "lead", "won": "won", "outcome": "outcome"},
            as_of=as_of,
        )  # fmt: skip

    history = read("2018-11-15")
    both = f"read_csv('{leads}') m left join read_csv('{deals}') d using (mql_id)"
    said = duckdb.sql(f"""
        select strftime(first_contact_date, '%Y-%m') as month, count(*) as n, count(won_date) as won
        from {both} group by 1 order by 1
    """).fetchall()
    print("## Marketing funnel of Olist\n")
    panel = history.panel(by="month", mode="cohort")
    cohorts = {name: tuple(row) for name, row in zip(panel.periods, panel.counts[:, 0].tolist(),
                                                     strict=True)}  # fmt: skip
    for month, n, w in said:
        same(cohorts[month], (n, w), f"leads of {month}")
    first = duckdb.sql(f"select min(won_date) from read_csv('{deals}')").fetchall()[0][0]
    for as_of in ("2018-11-15", "2018-06-01"):
        analysis = sf.analyze(read(as_of))
        print(f"As of {as_of}, judged {analysis.period}:\n")
        for words in heading(analysis.to_text(width=4000)):
            print(f"> {words}\n")
    print("| month of first contact | " + " | ".join(m for m, *_ in said) + " |")
    print("|---|" + "---|" * len(said))
    print("| leads | " + " | ".join(str(n) for _, n, _ in said) + " |")
    print("| won of these | " + " | ".join(str(w) for *_, w in said) + " |\n")
    print(f"The first deal was won on {str(first)[:10]}.\n")
    found = sf.compare_segments(history, by="origin", step="lead→won")
    each = duckdb.sql(f"""
        select coalesce(origin, '') as origin, count(*) as n, count(won_date) as won
        from {both} group by 1 order by 2 desc
    """).fetchall()
    print("| origin | leads | won | rate | mature leads | drawn to the peers | verdict |")
    print("|---|---|---|---|---|---|---|")
    rows = {row.segment: row for row in found}
    for name, n, w in each:
        row = rows.get(name) or rows.get("—")
        verdict, shrunken = ("–", "–") if row is None else (row.verdict, f"{row.estimate:.1%}")
        mature = "–" if row is None else row.entered
        print(f"| {name or '(none)'} | {n} | {w} | {w / n:.1%} | {mature} | {shrunken} |"
              f" {verdict} |")  # fmt: skip
    print()


def cdnow():
    """Count CDNOW's purchases and fit them."""
    files = distribution("lifetimes").files or []
    (found,) = [file for file in files if file.name == "CDNOW_sample.txt"]
    path = Path(str(found.locate()))
    lines = [line.split() for line in path.read_text().splitlines()]
    bought = sf.Purchases.from_records([
        {"customer": c, "time": f"{d[:4]}-{d[4:6]}-{d[6:]}", "amount": float(a)}
        for _, c, d, _, a in lines
    ])  # fmt: skip
    summary = bought.summary("1997-09-30", unit="week")
    model = sf.fit_buying(summary)
    n, repeat, total = duckdb.sql(f"""
        with rows as (
            select regexp_split_to_array(trim(line), ' +') as cells
            from read_csv('{path}', delim='|', header=false, names=['line'], quote='',
                          all_varchar=true)),
        days as (select distinct cells[2] as customer, cells[3] as day from rows
                 where cells[3] <= '19970930'),
        each as (select customer, count(*) - 1 as x from days group by 1)
        select count(*), count(*) filter (x > 0), sum(x) from each
    """).fetchall()[0]
    same((len(summary), int((summary.frequency > 0).sum())), (n, repeat), "customers")
    same(int(summary.frequency.sum()), int(total), "repeat purchases")
    print("## CDNOW, first 39 weeks\n")
    print(f"{len(summary)} customers, {int((summary.frequency > 0).sum())} with a repeat purchase:"
          f" {model.kind}, log-likelihood {model.loglik:.2f}, verdict {model.verdict},"
          f" faults {[fault.code for fault in model.faults]}.\n")  # fmt: skip


def main():
    folder = Path(sys.argv[1])
    if (folder / "crm_opportunities").is_dir():
        maven(folder / "crm_opportunities")
    if (folder / "olist").is_dir():
        olist(folder / "olist")
    cdnow()


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
