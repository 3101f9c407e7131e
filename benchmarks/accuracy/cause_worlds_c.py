"""Accuracy study, not industry figures: a third kind of made-up company, agent by agent.

Written from the description of the method, not from its formulas. Deals arrive one by one, in a
season; sales people work through a queue with so many hours a day, answer what has waited longest,
and hurry when it is long, so that hours to the answer, steps left out and the loss of deals follow
from load, not from a table. Whether a deal is won is decided by a race: a customer who can wait for
so long, a rival who may call first, a price that fits or not. Fields are left blank where people
are busy, or where the deal looks bad: not at random. What is planted changes the world (an agent
leaves, a rival enters), and the deals that it took are found by running the same company, with the
same customers, without it, twenty times over.
"""

from __future__ import annotations

import numpy as np

MONTHS = 13
DAYS = 30
DRAWS = 20
DAY = np.timedelta64(1, "D")
AGENTS = ("Mira", "Noor", "Olaf", "Pia", "Quin", "Rosa")
AREAS = ("hill", "lake", "port", "town")
GOODS = ("basic", "plus", "max")
ROOTS = ("web", "fair", "partner", "call")


class WorldC:
    """Deals by column, who was won, and what was planted."""

    def __init__(self, rng, monthly, *, noise=0):
        season = 1 + 0.12 * np.sin(np.arange(MONTHS) / MONTHS * 2 * np.pi)
        sizes = rng.poisson(monthly * season)
        sizes[-1] = monthly
        self.rng = rng
        self.period = np.repeat(np.arange(MONTHS), sizes)
        n = self.n = self.period.size
        self.now = self.period == MONTHS - 1
        self.day = self.period * DAYS + rng.random(n) * DAYS
        self._customers()
        self.need = rng.random(n)
        self.area = rng.choice(len(AREAS), n, p=(0.3, 0.3, 0.25, 0.15))
        self.root = rng.choice(len(ROOTS), n, p=(0.4, 0.2, 0.25, 0.15))
        self.good = (self.need * 2.999).astype(int)
        self.agent = rng.integers(0, len(AGENTS), n)
        self.skill = rng.normal(0, 0.12, len(AGENTS))
        self.effort = rng.exponential(1.0, n)
        self.chance = rng.random((n, 4))
        self.blank = rng.random((n, 3))
        self.noise = noise
        self.truth = {}
        self.twin = False

    def _customers(self):
        """Draw what is the customers' own: the same with a plant and without it."""
        rng, n = self.rng, self.n
        self.patience = rng.lognormal(4.4, 0.6, n)
        self.budget = rng.lognormal(0.45, 0.4, n)
        self.rival_hour = rng.exponential(500, n)
        self.luck = rng.random(n)

    def run(self, changed):
        """Work through all deals; return who is won, and the fields that people filled in."""
        plant = changed.get
        agent = self.agent.copy()
        gone = plant("agent_leaves")
        if gone is not None:
            mine = self.now & (agent == gone)
            agent[mine] = (gone + 1 + (self.chance[mine, 0] * (len(AGENTS) - 1)).astype(int)) % len(
                AGENTS
            )
        wait = self._queue(agent, plant("hours_lost", 0.0))
        rival_hour = self.rival_hour.copy()
        named = rival_hour < 400
        if plant("rival_enters"):
            here = self.now & (self.area == plant("rival_enters") - 1)
            rival_hour[here] *= 0.02
            named = rival_hour < 400
        price = 1.0 + 0.15 * self.good
        if plant("price_up"):
            price = np.where(self.now & (self.good == 2), price * plant("price_up"), price)
        busy = wait > 30
        skipped = self.chance[:, 1] < np.where(busy, 0.7, 0.25)
        root = self.root.copy()
        if plant("cheap_leads"):
            moved = self.now & (self.chance[:, 2] < plant("cheap_leads"))
            root = np.where(moved, 3, root)
        fit = 0.85 + 0.1 * (root == 2) - 0.4 * (root == 3) + self.skill[agent]
        if plant("slack"):
            fit = np.where(self.now & (agent == plant("slack") - 1), fit - 0.75, fit)
        fit -= 0.08 * skipped
        in_time = wait < self.patience
        first = wait < rival_hour
        pays = self.budget * 2.2 > price
        won = in_time & (self.luck < np.clip(fit, 0.03, 0.97) * np.where(first, 1, 0.25)) & pays
        return won, {
            "agent": agent, "wait": wait, "named": named, "skipped": skipped, "root": root,
            "busy": busy, "price": price,
        }  # fmt: skip

    def _queue(self, agent, lost):
        """Return the hours until each deal is answered: each agent answers one after the other."""
        wait = np.zeros(self.n)
        for who in range(len(AGENTS)):
            mine = np.flatnonzero(agent == who)
            mine = mine[np.argsort(self.day[mine], kind="stable")]
            free = 0.0
            for i in mine:
                speed = self.speed * (1 - lost * self.now[i])
                free = max(free, self.day[i]) + self.effort[i] / speed
                wait[i] = 24 * (free - self.day[i])
        return wait + 2

    def settle(self, planted):
        """Run with and without what is planted, and write what people recorded."""
        per_agent = self.now.sum() / DAYS / len(AGENTS)
        self.speed = per_agent / 0.6
        everything = {k: v for changes in planted.values() for k, v in changes.items()}
        # The deals that a plant takes are a mean over customers, not those of one draw of them.
        for key, changes in planted.items():
            rest = {k: v for k, v in everything.items() if k not in changes}
            taken = []
            for _ in range(DRAWS):
                self._customers()
                both = [self.run(c)[0][self.now].sum() for c in (rest, everything)]
                taken.append(float(both[0] - both[1]))
            self.truth[key] = float(np.mean(taken))
        self._customers()
        self.y, seen = self.run(everything)
        rng = self.rng
        cells = {
            "agent": np.array(AGENTS)[seen["agent"]],
            "area": np.array(AREAS)[self.area],
            "good": np.array(GOODS)[self.good],
            "root": np.array(ROOTS)[seen["root"]],
            "answer_after_h": np.round(seen["wait"], 1).astype(str),
            "rival": np.where(seen["named"], "yes", "no"),
            "guide_followed": np.where(seen["skipped"], "no", "yes"),
            "offer_price": np.round(seen["price"] * 1000 * np.exp(rng.normal(0, 0.05, self.n)), 0),
        }
        # Busy people leave fields blank, and so do those who think that a deal is lost anyway.
        hopeless = self.budget < 0.8
        cells["guide_followed"] = np.where(
            self.blank[:, 0] < np.where(seen["busy"], 0.25, 0.05), "", cells["guide_followed"]
        )
        cells["rival"] = np.where(
            self.blank[:, 1] < np.where(hopeless, 0.3, 0.08), "", cells["rival"]
        )
        for k in range(self.noise):
            cells[f"extra_{k:02d}"] = rng.choice(["p", "q", "r"], self.n)
        self.columns = cells
        self.time = np.datetime64("2025-01-01T00:00", "us") + (self.day * 86_400_000_000).astype(
            "m8[us]"
        )
        self.life = rng.lognormal(2.5, 0.5, self.n)
        return self


PLANTS = {
    "leaves": {("composition", ("answer_after_h",)): {"agent_leaves": 2}},
    "hours": {("composition", ("answer_after_h",)): {"hours_lost": 0.35}},
    "rival": {("effect", ("area",)): {"rival_enters": 2}},
    "price": {("effect", ("good",)): {"price_up": 2.4}},
    "leads": {("composition", ("root",)): {"cheap_leads": 0.6}},
    "slack": {("effect", ("agent",)): {"slack": 4}},
    "none": {},
}
ALSO = {"leaves": {"agent", "guide_followed"}, "hours": {"guide_followed"}, "rival": {"rival"},
        "price": {"offer_price"}, "leads": set(), "slack": set(), "none": set()}  # fmt: skip
"""Columns that what is planted moves as well: naming them is no mistake."""


def build_c(scenario, monthly, rng, *, noise=0, tau=0.0):
    """Return a company of one scenario; `tau` is not used."""
    del tau
    w = WorldC(rng, monthly, noise=noise)
    w.settle(PLANTS[scenario])
    if scenario == "none":
        fewer = w.now & (rng.random(w.n) < 0.28)
        w.y = w.y & ~fewer
    w.also = ALSO[scenario]
    return w
