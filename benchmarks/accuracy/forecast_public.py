"""Back-test on a public CRM: Maven Analytics, "CRM Sales Opportunities" (a fictitious seller).

    python benchmarks/accuracy/forecast_public.py FOLDER

FOLDER holds ``sales_pipeline.csv``, ``sales_teams.csv``, ``accounts.csv`` and ``products.csv``. A
deal counts from the day it was engaged; its amount is the list price of the product, which is
known from the first day, because the value of closing is known for closed deals only.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

import salesfunnel as sf

AS_OF = "2017-12-31"
WAYS = ("age-conditioned", "stage-weights", "static-win-rate", "last-period")


def read(folder):
    """Return the deals as a stage history."""

    def rows_of(name):
        with (Path(folder) / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    price = {
        row["product"].replace(" ", ""): float(row["sales_price"])
        for row in rows_of("products.csv")
    }
    office = {row["sales_agent"]: row["regional_office"] for row in rows_of("sales_teams.csv")}
    sector = {row["account"]: row["sector"] for row in rows_of("accounts.csv")}
    deals = [row for row in rows_of("sales_pipeline.csv") if row["engage_date"]]
    won = np.array([row["deal_stage"] == "Won" for row in deals])
    lost = np.array([row["deal_stage"] == "Lost" for row in deals])
    start = np.array([row["engage_date"] for row in deals], dtype="datetime64[us]")
    end = np.array([row["close_date"] or "NaT" for row in deals], dtype="datetime64[us]")
    return sf.StageHistory(
        deals=[row["opportunity_id"] for row in deals],
        stages=("engaging", "won"),
        entered=np.stack([start, np.where(won, end, np.datetime64("NaT", "us"))], axis=1),
        created=start,
        closed=end,
        outcome=np.where(won, 1, np.where(lost, 2, 0)).astype(np.int8),
        value=[price[row["product"].replace(" ", "")] for row in deals],
        attributes={
            "owner": np.array([row["sales_agent"] for row in deals]),
            "product": np.array([row["product"] for row in deals]),
            "office": np.array([office[row["sales_agent"]] for row in deals]),
            "sector": np.array([sector.get(row["account"], "") for row in deals]),
        },
        as_of=AS_OF,
    )


def main(folder):
    history = read(folder)
    print(history)
    for horizon in (30, 60, 90):
        print(f"\n{horizon} days ahead")
        print("| way | covariates | value from | WAPE | bias | 80 % interval holds |")
        print("|---|---|---|---|---|---|")
        for covariates in ("auto", None):
            done = sf.backtest(
                history, horizon=horizon, origins=12, every=15, covariates=covariates, seed=1
            )
            used = int(done.with_covariates.sum())
            for scope in ("open", "all"):
                for way in WAYS if covariates is None else WAYS[:1]:
                    if (way, scope) == ("last-period", "open"):
                        continue
                    score = done.score(way, scope)
                    held = "–" if score.coverage is None else f"{score.coverage:.0%}"
                    told = f"at {used} of {len(done.origins)} days" if covariates else "none"
                    told = told if way == WAYS[0] else "–"
                    print(
                        f"| {way} | {told} | {scope} deals | {score.wape:.3f} | {score.bias:+.1%} |"
                        f" {held} |"
                    )
    ahead = sf.forecast(history, horizon=90)
    print(f"\n{ahead}: {ahead.way}, {ahead.terms}, {[fault.code for fault in ahead.faults]}")


if __name__ == "__main__":
    main(sys.argv[1])
