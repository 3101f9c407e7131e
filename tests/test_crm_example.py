"""The worked example of the public CRM data: its page runs, and SQL counts the same."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from shared import ROOT, SHARED

FOLDER = SHARED / "data" / "crm_opportunities"
PAGE = ROOT / "docs" / "guide" / "crm_example.md"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data are not here")


@pytest.fixture(scope="module")
def names():
    """Return what the page defines, after its blocks ran from top to bottom."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    space = {}
    code = "\n".join(blocks).replace('Path("crm_opportunities")', f"Path({str(FOLDER)!r})")
    exec(compile(code, str(PAGE), "exec"), space)
    return space


@pytest.fixture(scope="module")
def ask():
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    for table in ("sales_pipeline", "products"):
        path = (FOLDER / f"{table}.csv").as_posix()
        connection.execute(f"create view {table} as select * from read_csv('{path}')")
    return lambda query: connection.execute(query).fetchall()


RATES = """
select {key}, count(*), count(*) filter (deal_stage = 'Won') from sales_pipeline
where deal_stage in ('Won', 'Lost') group by 1
"""


@pytest.mark.parametrize(("name", "key"), [("by_product", "product"), ("by_agent", "sales_agent")])
def test_win_rates_are_what_sql_counts(names, ask, name, key):
    expected = {row[0]: row[1:] for row in ask(RATES.format(key=key))}
    table = names[name]
    assert {row.segment: (row.entered, row.advanced) for row in table} == expected
    for row in table:
        assert row.exposed == row.entered
        assert row.interval.low < row.advanced / row.entered < row.interval.high


def test_quarters_of_the_close_are_what_sql_counts(names, ask):
    key = "strftime(close_date, '%Y') || '-Q' || quarter(close_date)"
    expected = {row[0]: row[1:] for row in ask(RATES.format(key=key))}
    found = {name: (n, names["won"][name]) for name, n in names["by_quarter"].items()}
    assert found == expected


def test_deals_that_nobody_closed_are_told(names):
    faults = names["sf"].conversions(names["history"], by="product").faults
    (fault,) = [f for f in faults if f.code == "open-past-their-time"]
    said = dict(fault.params)
    assert (said["n"], round(said["rate"], 4), round(said["ended"], 4)) == (1448, 0.5194, 0.6315)


def test_open_deals_stay_open_and_those_without_dates_are_kept(names, ask):
    history = names["history"]
    expected = dict(ask("select deal_stage, count(*) from sales_pipeline group by 1"))
    assert (history.outcome == 1).sum() == expected["Won"]
    assert (history.outcome == 2).sum() == expected["Lost"]
    assert (history.outcome == 0).sum() == expected["Engaging"] + expected["Prospecting"] == 2089
    without = ask("select count(*) from sales_pipeline where engage_date is null")[0][0]
    assert np.isnat(history.created).sum() == without == 500
    (fault,) = (f for f in history.faults if f.code == "without-dates")
    assert dict(fault.params)["deals"] == 500


def test_the_median_cycle_and_the_cohorts_are_what_sql_counts(names, ask):
    cycle = ask(
        "select median(date_diff('day', engage_date, close_date)) from sales_pipeline"
        " where deal_stage = 'Won'"
    )
    assert float(cycle[0][0]) == 57.0
    days = (names["history"].closed - names["history"].created)[names["history"].outcome == 1]
    assert sorted(days.astype("timedelta64[D]").astype(int))[len(days) // 2] == 57
    cohorts = ask(
        "select strftime(engage_date, '%Y') || '-Q' || quarter(engage_date), count(*),"
        " count(*) filter (deal_stage = 'Won'), count(*) filter (deal_stage = 'Engaging')"
        " from sales_pipeline where engage_date is not null group by 1 order by 1"
    )
    panel = names["panel"]
    found = zip(
        panel.periods, *panel.counts[:, 0, [0, -1]].T.tolist(), panel.immature[:, 0].tolist(),
        strict=True,
    )  # fmt: skip
    assert list(found) == cohorts


def test_the_product_that_the_price_list_does_not_know_is_told_and_not_merged(names, ask):
    strange = ask(
        "select product, count(*) from sales_pipeline where product not in"
        " (select product from products) group by 1"
    )
    told = [f for f in names["history"].faults if f.code == "name-not-known"]
    assert [(f.value, dict(f.params)["deals"]) for f in told] == strange == [("GTXPro", 1480)]
    assert dict(told[0].params)["nearest"] == "GTX Pro"
    assert "GTX Pro" not in names["history"].attributes["product"]


def test_the_tables_of_the_page_are_its_own_figures(names):
    page = Path(PAGE).read_text("utf-8")
    rates = [(row.segment, row.entered, row.advanced) for row in names["by_product"]]
    rates += [(name, n, names["won"][name]) for name, n in names["by_quarter"].items()]
    for key, closed, won in rates:
        assert f"| {key} | {closed:,} | {won:,} | {100 * won / closed:.1f}% |" in page
