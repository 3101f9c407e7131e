"""Accuracy study, not industry figures: made-up companies whose causes are known.

World A: thirteen months, probabilities on the logit scale, what is planted added to them. World B
has another form: latent kinds of customers that tie all columns together, a complementary log-log
link, months of unequal size that grow, and overdispersion by owner and month.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

MONTHS = 13
DAY = np.timedelta64(1, "D")
OWNERS = ("Ana", "Ben", "Cleo", "Dov", "Eve", "Finn")
REGIONS = ("north", "east", "south", "west", "centre")
PRODUCTS = ("Start", "Team", "Pro", "Suite")
CHANNELS = ("ads", "search", "referral", "fair")
INDUSTRIES = ("retail", "health", "energy", "public", "media")
FLAGS = ("script_used", "demo_video", "decision_maker", "price_objection", "collateral")
PLACES = {"owner", "region", "product", "channel", "industry"}


def logit(p):
    return np.log(p / (1 - p))


def expit(x):
    return 1 / (1 + np.exp(-x))


def shared(count, lost):
    """Return what each of some causes took, whatever their order: the Shapley value.

    ``lost(which)`` is what is lost when only those causes are at work. Causes that overlap, at the
    edge of a chance or because they multiply, share what they took together.
    """
    every = range(count)
    known = {s: lost(frozenset(s)) for k in range(count + 1) for s in combinations(every, k)}
    found = []
    for i in every:
        rest = [j for j in every if j != i]
        total = 0.0
        for k in range(count):
            weight = 1 / (count * comb(count - 1, k))
            for s in combinations(rest, k):
                total += weight * (known[tuple(sorted((*s, i)))] - known[s])
        found.append(total)
    return found


class World:
    """Deals by column, the chance of each, and what was planted."""

    def __init__(self, rng, monthly, *, rate=0.55, het=0.35, noise=0, drift=0.13, tau=0.0):
        self.rng = rng
        sizes = np.maximum(rng.poisson(monthly, MONTHS), monthly // 2)
        sizes[-1] = monthly
        self.period = np.repeat(np.arange(MONTHS), sizes)
        n = self.n = self.period.size
        self.now = self.period == MONTHS - 1
        self.x = np.full(n, logit(rate))
        self.factor = np.ones(n)
        self.minus = np.zeros(n)
        self.truth = {}
        self.columns = {}
        for name, levels in (
            ("channel", CHANNELS), ("industry", INDUSTRIES), ("owner", OWNERS),
            ("region", REGIONS), ("product", PRODUCTS),
        ):  # fmt: skip
            share = rng.dirichlet(np.full(len(levels), 12.0))
            code = rng.choice(len(levels), n, p=share)
            self.columns[name] = np.array(levels)[code]
            self.x += rng.normal(0, het, len(levels))[code]
        if tau:
            for name, levels in (("owner", OWNERS), ("region", REGIONS)):
                code = np.searchsorted(sorted(levels), self.columns[name])
                self.x += rng.normal(0, tau, (MONTHS, len(levels)))[self.period, code]
        for name in FLAGS:
            p0 = rng.uniform(0.3, 0.6)
            shift = rng.choice([-1, 1]) * drift
            yes = rng.random(n) < np.where(self.now, p0 + shift, p0)
            self.columns[name] = np.where(yes, "yes", "no")
        self.columns["legal_review"] = np.where(rng.random(n) < 0.18, "是", "否")
        self.columns["list_price"] = np.round(np.exp(rng.normal(7.1, 0.6, n)), 0)
        self.columns["response_hours"] = np.round(np.exp(rng.normal(2.2, 0.9, n)), 1)
        start = np.datetime64("2025-01-01", "D") + self.period * 30
        self.time = (start + rng.integers(0, 30, n)).astype("datetime64[us]")
        self.delay = rng.gamma(2.0, 4.0, n)
        for k in range(noise):
            kind = k % 3
            if kind == 0:
                v = np.where(rng.random(n) < rng.uniform(0.15, 0.6), "yes", "no")
            elif kind == 1:
                v = np.array([f"v{i}" for i in rng.choice(6, n)])
            else:
                v = np.round(rng.normal(50, 12, n), 1)
            self.columns[f"noise_{k:02d}"] = v

    @property
    def p(self):
        return np.clip(expit(self.x) * self.factor - self.minus, 0.005, 0.995)

    def rises(self, name, bad, good, before, after, effect):
        """A flag whose bad side grows and costs `effect`, now as before."""
        r = self.rng
        hit = r.random(self.n) < np.where(self.now, after, before)
        self.columns[name] = np.where(hit, bad, good)
        self._plant("composition", (name,), effect * hit, [effect, 0.0], [before, 1 - before])

    def _plant(self, kind, key, cost, usual=(0.0,), weights=(1.0,)):
        """Add a cost of each deal; `usual` are the costs of other months, with their shares."""
        self.minus = self.minus + cost
        planted = (kind, key, cost, np.asarray(usual, float), np.asarray(weights, float))
        self.planted = [*getattr(self, "planted", []), planted]

    def costs(self, mask, key, effect, *, kind="effect"):
        """Deals in `mask` cost `effect` more, in the judged month alone."""
        self._plant(kind, key, effect * (mask & self.now))

    def _settle(self):
        """Count what each cost took of the deals of now, against its usual one."""
        planted = getattr(self, "planted", [])
        now = self.now
        level = (expit(self.x) * self.factor - self.minus)[now]
        for _, _, cost, _, _ in planted:
            level = level + cost[now]

        def chance(which):
            """Mean chance of each deal where only some costs are as they are now."""
            grid, weight = level[:, None], np.ones(1)
            for i, (_, _, cost, usual, weights) in enumerate(planted):
                if i in which:
                    grid = grid - cost[now][:, None]
                else:
                    grid = (grid[:, :, None] - usual).reshape(len(grid), -1)
                    weight = (weight[:, None] * weights).ravel()
            return np.clip(grid, 0.005, 0.995) @ weight

        if planted:
            plain = chance(frozenset()).sum()
            parts = shared(len(planted), lambda which: float(plain - chance(which).sum()))
            for (kind, key, *_), part in zip(planted, parts, strict=True):
                self.truth[kind, key] = part

    def outcomes(self):
        self._settle()
        self.y = self.rng.random(self.n) < self.p
        if "first_contact" not in self.columns:
            self.columns["first_contact"] = (
                (self.time - self.delay * DAY).astype("datetime64[D]").astype(str)
            )
        self.life = self.rng.gamma(2.0, 8.0, self.n) + 1
        return self

    def shift(self, name, level_shares, rate_of):
        """A column whose mix moves from one set of shares to another; rates by level."""
        levels, before, after = level_shares
        r = self.rng
        old = r.choice(len(levels), self.n, p=before)
        new = r.choice(len(levels), self.n, p=after)
        code = np.where(self.now, new, old)
        self.columns[name] = np.array(levels)[code]
        rate_of = np.array(rate_of)
        self._plant("composition", (name,), -rate_of[code], -rate_of, before)


def spread(draws):
    """Return a hundred values that stand for many, and their equal weights."""
    values = np.quantile(draws, (np.arange(100) + 0.5) / 100)
    return values, np.full(values.size, 1 / values.size)


def conf(w, name, levels, weak):
    """A weak owner or region that takes over, and that skips the script; the script is nothing."""
    k = len(levels)
    before = np.full(k, 0.86 / (k - 1))
    after = np.full(k, 0.52 / (k - 1))
    before[0], after[0] = 0.14, 0.48
    w.shift(name, (levels, before, after), [weak] + [0.0] * (k - 1))
    skips = np.where(w.columns[name] == levels[0], 0.85, 0.25)
    w.columns["script_used"] = np.where(w.rng.random(w.n) < skips, "no", "yes")


def leaks(w):
    lost = ~w.y
    r = w.rng
    w.columns["lost_reason"] = np.where(
        lost & (r.random(w.n) < 0.8), r.choice(["price", "time"], w.n), ""
    )
    w.columns["note_code"] = np.where(lost & (r.random(w.n) < 0.7), r.choice(["p", "q"], w.n), "")
    end = (w.time + (w.life * DAY)).astype("datetime64[D]").astype(str)
    w.columns["paper_date"] = np.where(w.y, end, "")
    w.columns["score_z"] = np.round(50 + 40 * w.y + r.normal(0, 8, w.n), 1)


def weak_leaks(w):
    r = w.rng
    w.columns["temperature"] = np.round(50 + 13 * w.y + r.normal(0, 14, w.n), 1)
    w.columns["mood"] = np.where(r.random(w.n) < np.where(w.y, 0.72, 0.38), "warm", "cool")
    w.columns["tag"] = np.where(
        r.random(w.n) < np.where(w.y, 0.62, 0.28), "A", np.where(r.random(w.n) < 0.5, "B", "C")
    )


def build(scenario, monthly, rng, *, noise=0, tau=0.0):
    """Return a world of one scenario."""
    rate = {"none_high": 0.95, "none_low": 0.06, "low": 0.10}.get(scenario, 0.6)
    het = {"none_het": 0.9, "none_high": 0.2, "none_low": 0.2}.get(scenario, 0.35)
    w = World(rng, monthly, rate=rate, het=het, noise=noise, tau=tau)
    c = w.columns

    def legal():
        cost = 0.22 if scenario in {"two", "three"} else 0.32
        w.rises("legal_review", "是", "否", 0.18, 0.5, cost)

    base = scenario.replace("leak_weak_", "").replace("leak_", "")
    if base == "legal" or scenario in {"collinear", "collinear_noisy", "standing"}:
        legal()
    if scenario == "rule":
        w.rises("script_used", "no", "yes", 0.22, 0.52, 0.28)
    elif scenario == "owner_conf":
        conf(w, "owner", OWNERS, -0.33)
    elif scenario == "region_conf":
        conf(w, "region", REGIONS, -0.33)
    elif scenario == "effect":
        c["rival_named"] = np.where(rng.random(w.n) < 0.38, "yes", "no")
        w.costs(c["rival_named"] == "yes", ("rival_named",), 0.42)
    elif scenario == "owner":
        w.costs(np.isin(c["owner"], OWNERS[1:3]), ("owner",), 0.47)
    elif scenario == "region":
        w.costs(c["region"] == "south", ("region",), 0.46)
    elif scenario == "cell":
        code = rng.random(w.n)
        c["region"] = np.where(code < 0.35, "south", c["region"])
        c["product"] = np.where(rng.random(w.n) < 0.35, "Pro", c["product"])
        w.costs((c["region"] == "south") & (c["product"] == "Pro"), ("product", "region"), 0.5)
    elif scenario == "newproduct":
        fresh = w.now & (rng.random(w.n) < 0.28)
        c["product"] = np.where(fresh, "Nova", c["product"])
        w._plant("composition", ("product",), 0.38 * fresh)
    elif scenario in {"two", "three"}:
        legal()
        w.rises("script_used", "no", "yes", 0.25, 0.55, 0.22)
        if scenario == "three":
            w.costs(c["owner"] == "Dov", ("owner",), 0.40)
    elif scenario in {"mix", "simpson"}:
        up = 0.04 if scenario == "simpson" else 0.0
        w.shift(
            "channel",
            (CHANNELS, [0.2, 0.3, 0.3, 0.2], [0.55, 0.2, 0.15, 0.1]),
            [-0.3, 0.0, 0.1, 0.05],
        )
        w.minus = w.minus - up * w.now
    elif scenario == "number":
        z = rng.normal(0, 1, w.n) + 0.9 * w.now
        c["list_price"] = np.round(np.exp(7.1 + 0.6 * z), 0)
        cost = lambda v: 0.15 * np.clip(v, -1.5, 2.2)  # noqa: E731
        w._plant("composition", ("list_price",), cost(z), *spread(cost(rng.normal(0, 1, 4000))))
    elif scenario == "date":
        z = rng.gamma(2.0, 4.0, w.n)
        w.delay = np.where(w.now, z * 1.6 + 3, z)
        cost = lambda v: 0.016 * np.minimum(v, 24)  # noqa: E731
        usual = spread(cost(rng.gamma(2.0, 4.0, 4000)))
        w._plant("composition", ("first_contact",), cost(w.delay), *usual)
    elif scenario == "collinear":
        c["legal_copy"] = np.where(c["legal_review"] == "是", "A", "B")
    elif scenario == "collinear_noisy":
        flip = rng.random(w.n) < 0.12
        c["legal_like"] = np.where((c["legal_review"] == "是") ^ flip, "A", "B")
    elif scenario == "twins":
        legal()
        w.planted = []
        hit = c["legal_review"] == "是"
        for name in ("twin_a", "twin_b"):
            flip = rng.random(w.n) < 0.07
            c[name] = np.where(hit ^ flip, "A", "B")
        c["legal_review"] = np.where(rng.random(w.n) < 0.18, "是", "否")
        w.twin = True
    elif scenario == "small":
        w.factor = np.where(w.now, 0.85, 1.0)
        w.rises("legal_review", "是", "否", 0.18, 0.36, 0.28)
    elif scenario == "none_trend":
        w.x = w.x + np.linspace(0.5, -0.5, MONTHS)[w.period]
        grows = rng.random(w.n) < np.linspace(0.2, 0.6, MONTHS)[w.period]
        c["mobile_lead"] = np.where(grows, "yes", "no")
    elif scenario == "low":
        w.rises("legal_review", "是", "否", 0.18, 0.6, 0.07)
    if scenario == "standing":
        c["no_budget"] = np.where(rng.random(w.n) < 0.4, "yes", "no")
        w.minus = w.minus + 0.22 * (c["no_budget"] == "yes")
    if base in {"none", "none_het", "none_high", "none_low", "none_trend"} or scenario in {
        "leak", "leak_weak"
    }:  # fmt: skip
        w.factor = np.where(w.now, 0.72, 1.0)
    w.outcomes()
    if scenario in {"leak", "leak_legal"}:
        leaks(w)
    if scenario in {"leak_weak", "leak_weak_legal"}:
        weak_leaks(w)
    return w
