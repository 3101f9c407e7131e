"""Accuracy study: real deals, planted causes.

The 6,711 closed deals of the public data set "CRM Sales Opportunities" (Maven Analytics; a
fictitious company, but columns that nobody made for this study), drawn into thirteen months at
random, so that nothing changes over time but what is planted: won deals are made lost. The folder
of the data is named by the environment variable CRM_OPPORTUNITIES.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np

MONTHS = 13
DAY = np.timedelta64(1, "D")
ROLES = {"sales_agent", "product", "sector", "manager", "regional_office", "office_location"}


def table(name):
    folder = Path(os.environ["CRM_OPPORTUNITIES"])
    with (folder / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def deals():
    """Return closed deals with what their account and their agent's team say."""
    accounts = {row["account"]: row for row in table("accounts")}
    teams = {row["sales_agent"]: row for row in table("sales_teams")}
    rows = [row for row in table("sales_pipeline") if row["deal_stage"] in {"Won", "Lost"}]
    found = []
    for row in rows:
        account, team = accounts.get(row["account"], {}), teams[row["sales_agent"]]
        found.append(
            {
                "sales_agent": row["sales_agent"], "product": row["product"],
                "manager": team["manager"], "regional_office": team["regional_office"],
                "sector": account.get("sector", ""),
                "office_location": account.get("office_location", ""),
                "employees": account.get("employees", ""), "revenue": account.get("revenue", ""),
                "won": row["deal_stage"] == "Won", "engaged": row["engage_date"],
                "closed": row["close_date"],
            }
        )  # fmt: skip
    return found


_READ: list[dict] = []


class WorldD:
    """Deals drawn from the real ones, with what was planted."""

    def __init__(self, rng, monthly, weights=None):
        if not _READ:
            _READ.extend(deals())
        n = self.n = monthly * MONTHS
        self.rng = rng
        self.period = np.repeat(np.arange(MONTHS), monthly)
        self.now = self.period == MONTHS - 1
        at = rng.choice(len(_READ), n, replace=True)
        if weights is not None:
            for here, chosen in ((~self.now, weights[0]), (self.now, weights[1])):
                p = np.array([chosen(row) for row in _READ], float)
                at[here] = rng.choice(len(_READ), int(here.sum()), p=p / p.sum())
        rows = [_READ[i] for i in at]
        names = [name for name in _READ[0] if name not in {"won", "engaged", "closed"}]
        self.columns = {name: np.array([row[name] for row in rows]) for name in names}
        self.y = np.array([row["won"] for row in rows])
        engaged = np.array([row["engaged"] for row in rows], dtype="datetime64[D]")
        closed = np.array([row["closed"] for row in rows], dtype="datetime64[D]")
        self.life = (closed - engaged) / DAY + 0.5
        self.time = (np.datetime64("2025-01-01") + self.period * 30).astype("datetime64[us]")
        self.truth, self.twin, self.also = {}, False, set()

    def loses(self, group, share, kind, key, usual=None):
        """Make won deals of a group lost in a share of them; an effect does so in the last month.

        What is planted is the mean: hit deals of the last month, less the `usual` share of them,
        times how often such deals are won.
        """
        hit = group & self.now if usual is None else group
        more = float(hit[self.now].sum() - (usual or 0.0) * self.now.sum())
        self.truth[kind, key] = more * share * float(self.y[group].mean())
        self.y = self.y & ~(hit & (self.rng.random(self.n) < share))


def flag(w, name, before, after):
    hit = w.rng.random(w.n) < np.where(w.now, after, before)
    w.columns[name] = np.where(hit, "yes", "no")
    return hit


def build_d(scenario, monthly, rng, *, noise=0, tau=0.0):
    """Return a company of one scenario; `noise` and `tau` are not used."""
    del noise, tau
    weak = "Melvin Marxen"
    if scenario == "confounded":
        w = WorldD(
            rng, monthly,
            [lambda _: 1.0, lambda row: 3.5 if row["manager"] == weak else 1.0],
        )  # fmt: skip
        mine = w.columns["manager"] == weak
        w.columns["script"] = np.where(rng.random(w.n) < np.where(mine, 0.85, 0.25), "no", "yes")
        w.loses(mine, 0.6, "composition", ("manager",), usual=float(mine[~w.now].mean()))
        w.also = {"sales_agent", "regional_office"}
        return w
    w = WorldD(rng, monthly)
    c = w.columns
    if scenario == "manager":
        w.loses(c["manager"] == weak, 0.8, "effect", ("manager",))
        w.also = {"sales_agent", "regional_office"}
    elif scenario == "office":
        w.loses(c["regional_office"] == "West", 0.6, "effect", ("regional_office",))
        w.also = {"sales_agent", "manager"}
    elif scenario == "product":
        w.loses(c["product"] == "GTX Basic", 0.8, "effect", ("product",))
    elif scenario == "condition":
        hit = flag(w, "second_visit_missing", 0.2, 0.5)
        w.loses(hit, 0.6, "composition", ("second_visit_missing",), usual=0.2)
    elif scenario == "none":
        w.y = w.y & ~(w.now & (rng.random(w.n) < 0.3))
    return w


SCENARIOS = ("manager", "office", "product", "condition", "confounded", "none")
