"""A public CRM data set run through the rules; the figures of a finding counted again by SQL."""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.i18n import LOCALES
from salesfunnel.render.words.findings import finding_text, finding_title

sys.path.insert(0, str(Path(__file__).parent))
from shared import SHARED  # found through the path above

FOLDER = SHARED / "data" / "crm_opportunities"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data are not here")
AS_OF = "2017-12-31"


def rows_of(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def history():
    """Return the opportunities that were engaged, as the columns of a stage history."""
    accounts = {row["account"]: row for row in rows_of("accounts.csv")}
    teams = {row["sales_agent"]: row for row in rows_of("sales_teams.csv")}
    deals = [row for row in rows_of("sales_pipeline.csv") if row["engage_date"]]
    won = np.array([row["deal_stage"] == "Won" for row in deals])
    lost = np.array([row["deal_stage"] == "Lost" for row in deals])
    start = np.array([row["engage_date"] for row in deals], dtype="datetime64[us]")
    end = np.array([row["close_date"] or "NaT" for row in deals], dtype="datetime64[us]")
    last = np.datetime64(AS_OF, "us")
    return sf.StageHistory(
        deals=tuple(row["opportunity_id"] for row in deals),
        stages=("engaging", "won"),
        entered=np.stack([start, np.where(won, end, np.datetime64("NaT", "us"))], axis=1),
        time_in_stage=np.stack(
            [np.where(np.isnat(end), last, end) - start, np.zeros(len(deals), "timedelta64[us]")],
            axis=1,
        ),
        created=start,
        closed=end,
        outcome=np.where(won, 1, np.where(lost, 2, 0)).astype(np.int8),
        value=np.array([float(row["close_value"] or "nan") for row in deals]),
        attributes={
            "sector": np.array([accounts.get(r["account"], {}).get("sector", "") for r in deals]),
            "sales_agent": np.array([row["sales_agent"] for row in deals]),
            "product": np.array([row["product"] for row in deals]),
            "office": np.array([teams[r["sales_agent"]]["regional_office"] for r in deals]),
        },
        as_of=last,
    )  # fmt: skip


@pytest.fixture(scope="module")
def findings(history):
    month = history.entered[:, 0].astype("datetime64[M]").astype(str)
    now, before = month == "2017-10", (month < "2017-10") & (month >= "2016-10")
    won = history.outcome == 1
    bottleneck = sf.Bottleneck(
        transition=sf.Transition("engaging", "won"), segment="all", period="2017-10", window=1,
        entered=int(now.sum()), advanced=int((now & won).sum()), rate=float(won[now].mean()),
        reference=float(won[before].mean()), tier="suspected", probability=0.5,
    )  # fmt: skip
    return {f.code: f for f in sf.diagnose(bottleneck, history)}


SQL = """
with deals as (
    select p.*, a.sector, strftime(engage_date, '%Y-%m') as month,
           date_diff('day', engage_date, date '{as_of}') as age,
           deal_stage = 'Won' as won, deal_stage = 'Engaging' as still
    from read_csv('{folder}/sales_pipeline.csv') p
    left join read_csv('{folder}/accounts.csv') a using (account)
    where engage_date >= date '2016-10-01' and engage_date < date '2017-11-01'
),
mature_days as (
    select quantile_cont(date_diff('day', engage_date, close_date), 0.9) as days
    from deals where won
),
months as (
    select month, count(*) filter (still and age < days) <= 0.1 * count(*) as complete
    from deals, mature_days group by month
),
judged as (
    select d.*, month = '2017-10' as now, age >= days or (complete and not still) as mature
    from deals d join months using (month), mature_days
)
select sector,
       count(*) filter (now) as n1, count(*) filter (not now) as n0,
       count(*) filter (now and mature) as mature1, count(*) filter (not now and mature) as mature0,
       count(*) filter (now and mature and won) as won1,
       count(*) filter (not now and mature and won) as won0
from judged where sector is not null group by sector order by sector
"""


def test_the_mix_of_sectors_is_what_sql_counts(findings):
    duckdb = pytest.importorskip("duckdb")
    query = SQL.format(folder=FOLDER.as_posix(), as_of=AS_OF)
    rows = duckdb.connect().execute(query).fetchall()
    found = findings["segment-mix"]
    groups = {group.name: group for group in found.evidence.groups}
    assert set(groups) == {row[0] for row in rows}
    n1, n0 = sum(row[1] for row in rows), sum(row[2] for row in rows)
    mix = 0.0
    for sector, now, before, mature1, mature0, won1, won0 in rows:
        group = groups[sector]
        assert (group.entered, group.entered_before) == (now, before)
        assert math.isclose(group.rate, won1 / mature1)
        assert math.isclose(group.rate_before, won0 / mature0)
        mix += (now / n1 - before / n0) * (won1 / mature1 + won0 / mature0) / 2
    assert math.isclose(math.fsum(g.mix for g in found.evidence.groups), mix, rel_tol=1e-9)
    assert found.evidence.known == n1
    assert found.evidence.entered == 761


def test_the_load_of_owners_is_measured_and_values_of_won_deals_are_not_trusted(findings):
    load = findings["owner-load"]
    assert load.measured
    assert load.evidence.field == "sales_agent"
    assert sum(load.evidence.table) > 4000
    size = findings["deal-size"]
    assert size.grade in {"weak", "not-measured"}
    assert "recorded-by-outcome" in size.evidence.notices


def test_no_finding_says_caused_by(findings):
    for locale in LOCALES:
        for found in findings.values():
            words = finding_title(found.code, locale) + finding_text(found, locale)
            assert "caused by" not in words.casefold()
            assert "{" not in words
