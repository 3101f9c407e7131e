"""Accuracy study, not industry figures: a second kind of made-up company.

Three latent kinds of customers tie all columns together; the chance of a deal is a complementary
log-log of their sum; months grow by 3 % and differ by more than chance, by month and by owner and
month. What is planted multiplies the chance, where world A takes points off it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from cause_worlds import shared  # isort: skip - found through the path above

MONTHS = 13
DAY = np.timedelta64(1, "D")
PLACES = {
    "sales_rep": ("Kim", "Lou", "Max", "Nia", "Oto"),
    "territory": ("A1", "A2", "B1", "B2", "C1", "C2"),
    "line": ("core", "plus", "lite"),
    "lead_source": ("web", "event", "partner", "outbound"),
    "sector": ("s1", "s2", "s3", "s4"),
}
FLAGS = ("trial_given", "site_visit", "security_check", "bundle", "discount_asked")


class WorldB:
    """Deals by column, the chance of each, and what was planted, in deals."""

    def __init__(self, rng, monthly, *, noise=0):
        self.rng = rng
        weights = 1.03 ** np.arange(MONTHS)
        sizes = rng.poisson(monthly * weights / weights[-1])
        sizes[-1] = monthly
        self.period = np.repeat(np.arange(MONTHS), sizes)
        n = self.n = self.period.size
        self.now = self.period == MONTHS - 1
        kind = rng.choice(3, n, p=(0.5, 0.3, 0.2))
        eta = -0.35 + np.array([0.15, 0.0, -0.25])[kind]
        eta = eta + rng.normal(0, 0.07, MONTHS)[self.period]
        self.columns = {}
        for name, levels in PLACES.items():
            table = rng.dirichlet(np.full(len(levels), 8.0), 3)
            u = rng.random(n)
            code = (u[:, None] > table.cumsum(1)[kind]).sum(1).clip(0, len(levels) - 1)
            self.columns[name] = np.array(levels)[code]
            eta = eta + rng.normal(0, 0.18, len(levels))[code]
            if name == "sales_rep":
                eta = eta + rng.normal(0, 0.1, (MONTHS, len(levels)))[self.period, code]
        for name in FLAGS:
            tilt = np.array([0.0, 0.08, -0.08])[kind] * rng.choice([-1, 1])
            grown = self.now * rng.normal(0, 0.06)
            yes = rng.random(n) < np.clip(rng.uniform(0.3, 0.6) + tilt + grown, 0.05, 0.95)
            self.columns[name] = np.where(yes, "TRUE", "FALSE")
        self.columns["seats"] = np.round(rng.lognormal(2.5 + 0.3 * kind, 0.8, n)).astype(float)
        self.columns["first_reply"] = np.round(rng.lognormal(1.5, 1.0, n), 2)
        for k in range(noise):
            self.columns[f"extra_{k:02d}"] = (
                np.array([f"e{i}" for i in rng.choice(5, n)]) if k % 2 else rng.normal(0, 1, n)
            )
        self.p = 1 - np.exp(-np.exp(eta))
        start = np.datetime64("2025-01-01", "D") + self.period * 30
        self.time = (start + rng.integers(0, 30, n)).astype("datetime64[us]")
        self.truth = {}
        self.twin = False

    def scale(self, hit, factor, kind, key, *, usual=0.0):
        """Deals in `hit` have their chance multiplied; `usual` is their share in other months."""
        factors = np.where(hit, factor, 1.0)
        self.planted = [*getattr(self, "planted", []), (kind, key, factors, usual)]
        before = self.p
        self.p = before * factors
        plain = (self.p / np.prod([f for _, _, f, _ in self.planted], axis=0))[self.now]

        def lost(which):
            chance = plain
            for i, (_, _, factors, share) in enumerate(self.planted):
                least = factors.min()
                chance = chance * (factors[self.now] if i in which else 1 - share * (1 - least))
            return float(-chance.sum())

        parts = shared(len(self.planted), lost)
        for planted, part in zip(self.planted, parts, strict=True):
            self.truth[planted[:2]] = part

    def outcomes(self):
        self.y = self.rng.random(self.n) < self.p
        self.life = self.rng.lognormal(2.5, 0.6, self.n)
        return self


def build_b(scenario, monthly, rng, *, noise=0, tau=0.0):
    """Return a world of one scenario; `tau` is not used."""
    del tau
    w = WorldB(rng, monthly, noise=noise)
    c = w.columns
    if scenario in {"rule", "legal", "two", "leak_legal"}:
        name = "security_check" if scenario == "rule" else "approval_step"
        hit = rng.random(w.n) < np.where(w.now, 0.5, 0.2)
        c[name] = np.where(hit, "TRUE", "FALSE")
        w.scale(hit, 0.42, "composition", (name,), usual=0.2)
    if scenario == "two":
        hit = rng.random(w.n) < np.where(w.now, 0.55, 0.25)
        c["trial_given"] = np.where(hit, "FALSE", "TRUE")
        w.scale(hit, 0.5, "composition", ("trial_given",), usual=0.25)
    elif scenario == "effect":
        hit = rng.random(w.n) < 0.4
        c["rival"] = np.where(hit, "TRUE", "FALSE")
        w.scale(hit & w.now, 0.3, "effect", ("rival",))
    elif scenario == "owner":
        w.scale((c["sales_rep"] == "Max") & w.now, 0.15, "effect", ("sales_rep",))
    elif scenario == "region":
        w.scale(np.isin(c["territory"], ("B1", "B2")) & w.now, 0.3, "effect", ("territory",))
    elif scenario == "owner_conf":
        takes = rng.random(w.n) < np.where(w.now, 0.5, 0.15)
        c["sales_rep"] = np.where(
            takes, "Oto", np.where(c["sales_rep"] == "Oto", "Kim", c["sales_rep"])
        )
        skips = rng.random(w.n) < np.where(takes, 0.85, 0.25)
        c["trial_given"] = np.where(skips, "FALSE", "TRUE")
        w.scale(takes, 0.45, "composition", ("sales_rep",), usual=0.15)
    elif scenario == "newproduct":
        fresh = w.now & (rng.random(w.n) < 0.3)
        c["line"] = np.where(fresh, "beta", c["line"])
        w.scale(fresh, 0.35, "composition", ("line",), usual=0.0)
    elif scenario == "mix":
        moves = rng.random(w.n) < np.where(w.now, 0.5, 0.12)
        c["lead_source"] = np.where(
            moves, "outbound", np.where(c["lead_source"] == "outbound", "web", c["lead_source"])
        )
        w.scale(moves, 0.5, "composition", ("lead_source",), usual=0.12)
    elif scenario == "number":
        z = rng.normal(0, 1, w.n) + 1.0 * w.now
        c["first_reply"] = np.round(np.exp(1.5 + z), 2)
        factor = np.exp(-0.28 * np.clip(z, -1, 2.5))
        usual = float(np.exp(-0.28 * np.clip(rng.normal(0, 1, 20000), -1, 2.5)).mean())
        before = w.p
        w.p = np.clip(before * factor, 0.01, 0.99)
        w.truth["composition", ("first_reply",)] = float((before * usual - w.p)[w.now].sum())
    elif scenario in {"none", "leak", "leak_weak"}:
        w.p = np.where(w.now, w.p * 0.72, w.p)
    w.outcomes()
    if scenario in {"leak", "leak_legal"}:
        lost = ~w.y
        c["lost_to"] = np.where(
            lost & (rng.random(w.n) < 0.75), rng.choice(["x", "y", "z"], w.n), ""
        )
        c["signed_day"] = np.where(
            w.y, (w.time + w.life * DAY).astype("datetime64[D]").astype(str), ""
        )
        c["rank_after"] = np.round(20 * w.y + rng.normal(0, 5, w.n), 1)
    if scenario == "leak_weak":
        c["warmth"] = np.round(9 * w.y + rng.normal(0, 11, w.n), 1)
        c["tone"] = np.where(rng.random(w.n) < np.where(w.y, 0.7, 0.4), "up", "down")
    return w
