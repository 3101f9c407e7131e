"""More cells of the study of verdicts: intake, shocks, steps that stop, onsets, limits, bars."""

from __future__ import annotations

import json

import _rivals
import _worlds as worlds
import numpy as np
import verdicts as study

import salesfunnel as sf
from salesfunnel._kernels.intervals import two_proportion_z
from salesfunnel._kernels.rate_model import design as designs
from salesfunnel._kernels.rate_model import evidence as ev
from salesfunnel._kernels.rate_model import pool, setting
from salesfunnel._kernels.rate_model.integrate import Noise

DAY = 86_400_000_000


def deals_of(rng, entrants, rate, *, days=20.0, start="2025-01", halted=0.0):
    """Return deals of three stages; `rate` by month and step, exponential times of `days`.

    Of those who would leave the first stage in the last month, a share `halted` is lost instead.
    """
    first = np.datetime64(start, "M")
    month = np.repeat(np.arange(len(entrants)), entrants)
    begin = (first + month).astype("datetime64[us]")
    length = (first + month + 1).astype("datetime64[us]") - begin
    born = begin + (rng.random(month.size) * length.astype(np.int64)).astype("timedelta64[us]")
    end = (first + len(entrants)).astype("datetime64[us]") - np.timedelta64(1, "us")
    entered = [born]
    closed = np.full(month.size, np.datetime64("NaT", "us"))
    outcome = np.zeros(month.size, np.int8)
    alive = np.ones(month.size, bool)
    for k in range(2):
        at = np.clip((entered[-1].astype("datetime64[M]") - first).astype(int), 0, len(rate) - 1)
        goes = alive & (rng.random(month.size) < rate[at, k])
        when = entered[-1] + (rng.exponential(days * DAY, month.size)).astype("timedelta64[us]")
        if halted and not k:
            late = when.astype("datetime64[M]") == end.astype("datetime64[M]")
            goes &= ~(late & (rng.random(month.size) < halted))
        lost = alive & ~goes & (when <= end)
        closed[lost], outcome[lost] = when[lost], 2
        alive = goes & (when <= end)
        entered.append(np.where(alive, when, np.datetime64("NaT", "us")))
    closed[alive], outcome[alive] = entered[-1][alive], 1
    return sf.StageHistory(
        deals=tuple(str(i) for i in range(month.size)), stages=("new", "offer", "won"),
        entered=np.stack(entered, axis=1), closed=closed, outcome=outcome, as_of=end,
    )  # fmt: skip


INTAKE = {
    "as ever": (150, 1.0, 0.0), "halved": (75, 1.0, 0.0), "stopped": (0, 1.0, 0.0),
    "10 left": (10, 1.0, 0.0), "doubled": (300, 1.0, 0.0),
    "as ever, 40 % fewer of the last entrants": (150, 0.6, 0.0),
    "as ever, 40 % fewer advance in the last month": (150, 1.0, 0.4),
    "600 a month, 40 % fewer of the last entrants": (600, 0.6, 0.0),
}  # fmt: skip
"""Entrants of the last month, their rate in units of the usual one, and the share of those who
would advance in the last month, whenever they entered, that is lost instead."""


def intake(rng, funnels):
    """Judge the month in which intake changed, through deals, by month of entering and of event.

    Funnels / 10 runs a cell, each with deals of its own.
    """
    rows = []
    kinds = [(months, name) for months in (7, 16) for name in INTAKE]
    for stream, (months, name) in worlds.cells(rng, kinds):
        left, factor, halted = INTAKE[name]
        runs = max(funnels // 10, 20)
        entrants = np.array([600 if left == 600 else 150] * (months - 1) + [left])
        hits = {"now, deals by entry": [], "now, panel and lag": [], "raw month, z 2": []}
        seen = []
        for _ in range(runs):
            rate = np.tile([0.9, 0.5], (months, 1))
            rate[-1, 0] *= factor
            history = deals_of(stream, entrants, rate, halted=halted)
            last = history.panel(by="month").periods[-1]
            for mode in ("entry", "period"):
                panel = history.panel(by="month", mode=mode)
                found = sf.find_bottlenecks(
                    panel, lag=history if mode == "period" else None, period=last
                )
                method = "now, deals by entry" if mode == "entry" else "now, panel and lag"
                hits[method].append(said_of(found))
            counts = history.panel(by="month", mode="period").counts[:, 0]
            seen.append(counts[:, 1])
            n, x = np.maximum(counts[:, :-1], counts[:, 1:]), counts[:, 1:]
            z = -two_proportion_z(x[-1], n[-1], x[:-1].sum(0), n[:-1].sum(0))
            hits["raw month, z 2"].append([*(np.nan_to_num(z) >= 2), False])
        of_panel = np.array(seen, float).T
        for method, p in (
            ("oracle of a panel: knows rate, delay, scatter",
             counts_known(of_panel, entrants, [0.9], [Noise(0.0, 0.0, 0.0, 1.0)])),
            ("told the delay only: learns rate and scatter",
             counts_known(of_panel, entrants, RATES_ABOUT, setting.RATE_NOISE)),
        ):  # fmt: skip
            hits[method] = [[one >= 0.5, np.nan, np.nan] for one in p]
        for method, each in hits.items():
            p = np.array(each, float).mean(axis=0)
            rows.append({"world": f"intake {name}, {months} months", "method": method,
                         "funnels": runs, "first_step": p[0], "se": study.se(p[0], runs),
                         "second_step": p[1], "first_not_judged": p[2]})  # fmt: skip
    return rows


def alarms_of(found):
    """Return whether each of the two steps is an alarm."""
    bad = {str(row.transition.source) for row in found if row.tier in {"confirmed", "suspected"}}
    return [name in bad for name in ("new", "offer")]


def said_of(found):
    """Return whether each of the two steps is an alarm, and whether the first is not judged."""
    tiers = {str(row.transition.source): row.tier for row in found}
    return [*alarms_of(found), tiers["new"] == "not-enough-data"]


RATES_ABOUT = 1 / (1 + np.exp(-(np.log(9) + np.linspace(-0.8, 0.8, 17))))
FIRST = 3
"""Months before the delay is over, which those who learn the rate leave out."""


def counts_known(x, n, rates, noise, share=0.2, days=20.0, month=30.4):
    """Return P of who knows how long entrants take, and reads counts by month of advance.

    Entrants of a month are spread over later months by chance, so that counts of months hang
    together: a normal law with the mean and the covariance of multinomials. What is not in `rates`
    and `noise` is known; a fall, of those who entered in the last a months, is not.
    """
    months = len(x)
    sure = len(rates) == 1
    k, m = np.arange(9), month / days
    f = np.diff(1 - (1 - np.exp(-m)) / m * np.exp(-k * m), prepend=0.0)
    use = slice(0 if sure else FIRST, months)

    def log(p, scatter, age, drop):
        mean, cov = np.zeros(months), np.zeros((months, months))
        for t in range(months):
            part = f[: months - t] * p * (1 - drop if t >= months - age else 1.0)
            at = slice(t, t + part.size)
            mean[at] += n[t] * part
            cov[at, at] += n[t] * (np.diag(part) - np.outer(part, part))
        cov += np.diag((scatter * (1 - p) * mean) ** 2)
        root = np.linalg.cholesky(cov[use, use])
        z = np.linalg.solve(root, x[use] - mean[use, None])
        return -0.5 * (z**2).sum(axis=0) - np.log(np.diag(root)).sum()

    none, fell = [], []
    for p in rates:
        for one in noise:
            scatter = np.hypot(one.tau, one.sigma)
            none.append(np.log(one.prior) + log(p, scatter, 0, 0.0))
            for age, w in enumerate(pool.onset_prior(), start=1):
                if age < months - use.start:
                    fell += [np.log(one.prior * w * part) + log(p, scatter, age, d)
                             for part, d in zip(setting.SIZE_WEIGHTS, setting.RATE_SIZES,
                                                strict=True)]  # fmt: skip
    none, fell = (np.logaddexp.reduce(part, axis=0) for part in (none, fell))
    F = np.exp(np.minimum(fell - none, 500))
    return share * F / (1 - share + share * F)


def shocks(rng, funnels):
    """Months that move all segments of a call, or all steps of a funnel, together."""
    rows = []
    for common in (0.1, 0.2, 0.3):
        total = {}
        calls = max(funnels // 30, 10)
        for _ in range(calls):
            counts, _ = worlds.world(rng, 30, common=common, sick=0.0)
            for method, score in (
                ("before", _rivals.old_probability(counts)),
                ("now, one call", study.judged(counts, together=True)[0]),
                ("z + BH", _rivals.rules(counts)["z + BH"][0]),
            ):
                alarm = score >= 0.5
                cell = total.setdefault(method, [])
                cell.append([alarm.any(), alarm.sum()])
        for method, each in total.items():
            any_, many = np.mean(each, axis=0)
            rows.append({"world": f"30 healthy segments, months of sd {common} shared by all",
                         "method": method, "funnels": calls, "calls_with_alarm": any_,
                         "se": study.se(any_, calls), "alarms_a_call": many})  # fmt: skip
    for common in (0.1, 0.2, 0.3):
        counts, _ = shared_by_steps(rng, funnels, common)
        for method, score in (
            ("before", _rivals.old_probability(counts)),
            ("now, single", study.judged(counts, together=False)[0]),
            ("z + BH", _rivals.rules(counts)["z + BH"][0]),
        ):
            alarm = score >= 0.5
            p = alarm.any(axis=1).mean()
            rows.append({"world": f"healthy funnel, months of sd {common} shared by its steps",
                         "method": method, "funnels": funnels, "calls_with_alarm": p,
                         "se": study.se(p, funnels),
                         "alarms_a_call": alarm.sum(axis=1).mean()})  # fmt: skip
    return rows


def shared_by_steps(rng, funnels, common, months=15):
    """Return a healthy world whose months move all steps of a funnel together."""
    base = rng.uniform(0.25, 0.6, (1, funnels, worlds.STEPS))
    odds = np.log(base / (1 - base)) + worlds.noise(rng, (months, funnels, worlds.STEPS), 0.1)
    odds = odds + worlds.noise(rng, (months, funnels, 1), common)
    leads = rng.poisson(300, (months, funnels))
    return worlds.chain(rng, leads, worlds.sigmoid(odds)), np.zeros((funnels, worlds.STEPS))


def stopped(rng, funnels):
    """A step that stops altogether."""
    rows = []
    runs = max(funnels // 30, 20)
    for months in (4, 15):
        for volume in (30, 100, 300, 3000):
            for rate in (0.1, 0.3, 0.6, 0.9):
                n = np.full((months, runs, 1), volume)
                x = rng.binomial(n, rate)
                x[-1] = 0
                counts = np.concatenate([n, x], axis=2)
                now = study.judged(counts, together=False)[0][:, 0]
                before = _rivals.old_probability(counts)[:, 0]
                rows.append({
                    "world": f"{rate:.0%} of {volume} → 0 last month, {months} months",
                    "leads": str(volume),
                    "funnels": runs, "before_mean": before.mean(), "before_least": before.min(),
                    "mean": now.mean(), "least": now.min(),
                })  # fmt: skip
    return rows


def recovered(rng, funnels):
    """A step that fell for some months and has come back: how long it stays an alarm."""
    rows = []
    kinds = [(volume, lasted, back) for volume in (300, 1000) for lasted in (1, 2, 4, 6)
             for back in (0, 1, 2, 3, 4)]  # fmt: skip
    for stream, (volume, lasted, back) in worlds.cells(rng, kinds):
        counts = worlds.mended_world(stream, funnels, lasted=lasted, back=back, volume=volume)
        row = {"world": f"30 % down for {lasted} months, back for {back}, {volume} leads",
               "leads": str(volume), "funnels": funnels}  # fmt: skip
        for name, score in (
            ("before", _rivals.old_probability(counts)),
            ("not_asked", study.judged(counts, together=False, mended=False)[0]),
            ("now", study.judged(counts, together=False)[0]),
            ("one_call", study.judged(counts, together=True)[0]),
        ):
            row[name] = float((score[:, 1] >= 0.5).mean())
        rows.append({**row, "se": study.se(row["now"], funnels)})
    return rows


def last_month(rng, funnels):
    """What the last month alone says of a fall of 30 %, of who knows rate, scatter and size."""
    rows = []
    nodes, weights = np.polynomial.hermite_e.hermegauss(15)
    weights = weights / weights.sum()
    size = 30 * funnels
    for volume in (300, 1000):
        base = rng.uniform(0.25, 0.6, (2, size))
        odds = np.log(base / (1 - base))

        def ratio(drop, volume=volume, odds=odds):
            rate = worlds.sigmoid(odds + worlds.noise(rng, (2, size), 0.1))
            n = rng.binomial(rng.poisson(volume, size), rate[0])
            x = rng.binomial(n, rate[1] * (1 - drop))
            logs = []
            for fall in (0.0, 0.3):
                p = worlds.sigmoid(odds[1] + 0.1 * nodes[:, None]) * (1 - fall)
                each = x * np.log(p) + (n - x) * np.log1p(-p) + np.log(weights)[:, None]
                logs.append(np.logaddexp.reduce(each, axis=0))
            return logs[0] - logs[1]

        down, back = ratio(0.3), ratio(0.0)
        for chance in (1 / 4, 1 / 11):  # that a fall is over after a month
            bar = np.log(1 / chance - 1)
            rows.append({
                "world": f"{volume} leads, one fall in {1 / chance:.0f} is over",
                "down_called_over": float((down > bar).mean()),
                "over_called_down": float((back < bar).mean()),
                "se": study.se(float((down > bar).mean()), size),
            })  # fmt: skip
    return rows


def onsets(rng, funnels):
    """When a fall began, and how large it is, where an alarm is true."""
    rows = []
    kinds = [(age, sd) for age in (1, 2, 3, 5, 8) for sd in (0.1, 0.2)]
    for stream, (age, sd) in worlds.cells(rng, kinds):
        counts, drop = worlds.world(stream, funnels, age=age, sd=sd, months=27)
        for method, together in (("now, single", False), ("now, one call", True)):
            out = pooled_of(counts, together=together)
            p = out.fall.reshape(drop.shape)
            true = (p >= 0.5) & (drop > 0)
            best = (out.by_age.argmax(axis=0) + 1).reshape(drop.shape)[true]
            size = (setting.RATE_SIZES @ out.by_size).reshape(drop.shape)[true]
            exact = float((best == age).mean())
            rows.append({
                "world": f"onset {age}, month sd {sd}", "method": method, "funnels": funnels,
                "true_alarms": str(int(true.sum())), "exact": exact,
                "se": study.se(exact, true.sum()),
                "within_1": float((np.abs(best - age) <= 1).mean()),
                "within_2": float((np.abs(best - age) <= 2).mean()),
                "size_bias": float((size - drop[true]).mean()),
                "size_error": float(np.abs(size - drop[true]).mean()),
            })  # fmt: skip
    return rows


def pooled_of(counts, *, together, kinds=None):
    """Return the pooled result; `kinds` are the classes of noise, if they are known."""
    n, x = _rivals.split(counts)
    months, funnels, steps = n.shape
    n, x = (v.reshape(months, -1) for v in (n, x))
    plan = designs.design(months, 2 * np.pi * np.arange(months) / 12)
    starts = np.array([0]) if together else np.arange(0, funnels * steps, steps)
    groups = pool.Groups(starts, funnels * steps)
    sought = setting.rate_setting(months)
    if kinds is not None:
        sought = sought._replace(noise=kinds)
    found = ev.evidence(x, n, plan, groups, sought)
    span = months - np.argmax(n > 0, axis=0)
    return pool.pooled(
        found.down, found.up, setting.SIZE_WEIGHTS, steps, groups, visible=months - 1,
        mended=found.mending.within(span),
    )  # fmt: skip


def oracle(counts, odds, sd, share=0.15):
    """Return P of who knows every level, trend and season, and how months scatter.

    Not known: whether and when a step fell, by how much, and the month's own effect.
    """
    n, x = _rivals.split(counts)
    nodes, weights = np.polynomial.hermite_e.hermegauss(21)
    weights = weights / weights.sum()
    shift = nodes * sd

    def log(t, factor):
        p = np.clip(worlds.sigmoid(odds[t] + shift[:, None, None]) * factor, 1e-9, 1 - 1e-9)
        each = x[t] * np.log(p) + (n[t] - x[t]) * np.log1p(-p)
        return np.logaddexp.reduce(each + np.log(weights)[:, None, None], axis=0)

    total = np.zeros((setting.SIZE_WEIGHTS.size, *n.shape[1:]))
    F = np.zeros(n.shape[1:])
    for a, w in enumerate(pool.onset_prior(), start=1):
        t = len(n) - a
        if t < 0:
            break
        none = log(t, 1.0)
        total += np.stack([log(t, 1 - d) - none for d in setting.RATE_SIZES])
        F += w * np.tensordot(setting.SIZE_WEIGHTS, np.exp(np.minimum(total, 500)), axes=1)
    return share * F / (1 - share + share * F)


LIMITS = {
    "base": {}, "onset 3": {"age": 3}, "onset 6": {"age": 6}, "month sd .3": {"sd": 0.3},
    "month sd .4": {"sd": 0.4}, "trend −.04, 15 months": {"trend": -0.04},
    "trend −.04, 27 months": {"trend": -0.04, "months": 27}, "30 leads": {"volume": 30},
    "4 months": {"months": 4},
}  # fmt: skip


def limits(rng, funnels):
    """What is beyond any method: an oracle, and this method told the kind of its world."""
    rows = []
    for stream, (name, options) in worlds.cells(rng, LIMITS.items()):
        counts, drop, odds = worlds.world(stream, funnels, **options, tell=True)
        sd = options.get("sd", 0.1)
        truth = drop > 0
        kept = designs.STRUCTURE_PRIOR
        designs.STRUCTURE_PRIOR = (1e-9, 1e-9, 1e-9, 1.0) if "trend" in options else (
            1.0, 1e-9, 1e-9, 1e-9)  # fmt: skip
        try:
            kind = pooled_of(counts, together=False, kinds=(Noise(sd, 0.0, 0.0, 1.0),))
        finally:
            designs.STRUCTURE_PRIOR = kept
        for method, score in (
            ("now, single", study.judged(counts, together=False)[0]),
            ("now, single, told noise and trend's kind", kind.fall.reshape(truth.shape)),
            ("now, one call", study.judged(counts, together=True)[0]),
            ("oracle: knows all but the fall", oracle(counts, odds, sd)),
        ):
            rows.append(study.row(name, f"{method}: P ≥ .5", score, truth, 0.5, probability=True))
    return rows


PIECES = {"intake": intake, "shocks": shocks, "stopped": stopped, "onsets": onsets,
          "limits": limits, "recovered": recovered, "last_month": last_month}  # fmt: skip


# ---- the bars of the specification ----


def bars_of(folder):
    """Return the table of the bars: what was asked, what was measured, whether it holds."""
    rows = {}
    for path in sorted(folder.glob("*.json")):
        if path.stem.startswith("limits"):  # its worlds have the names of the grid's
            continue
        for one in json.loads(path.read_text("utf-8"))["rows"]:
            rows[one["world"], one.get("method", "")] = one
    out = []

    def get(world, method, key):
        one = rows.get((world, method)) or rows.get((world, ""))
        return (None, 0.0) if one is None else (one.get(key), one.get(f"{key}_se", one.get("se")))

    def line(name, world, method, *asked):
        cells = []
        for key, sign, bar in asked:
            value, error = get(world, method, key)
            if value is None:
                return
            holds = value >= bar if sign == "≥" else value <= bar
            cells.append((key, sign, bar, value, error or 0.0, holds))
        out.append((name, method.split(":")[0], cells))

    single, call = "now, single: P ≥ .5", "now, one call: P ≥ .5"
    P, R, A = "precision", "recall", "alarmed"
    line("base", "base", call, (R, "≥", 0.25), (P, "≥", 0.78), (A, "≤", 0.07))
    line("base", "base", single, (R, "≥", 0.24), (P, "≥", 0.74), (A, "≤", 0.075))
    for size in (".3", ".5"):
        for months, recall in ((27, 0.24), (15, 0.19)):
            world = f"season {size}, {months} months"
            line(world, world, single, (P, "≥", 0.68), (R, "≥", recall), (A, "≤", 0.09))
    ar = "AR .8 sd .2, 27 months"
    line(ar, ar, single, (A, "≤", 0.15), (P, "≥", 0.56))
    line(f"{ar}, 2,000 leads", f"{ar}, 2,000 leads", single, (A, "≤", 0.11), (P, "≥", 0.74))
    for world, bar in (("trend −.02, 27 months", 0.17), ("trend −.04, 27 months", 0.19),
                       ("trend −.02, 27 months, 2,000 leads", 0.11)):  # fmt: skip
        line(world, world, single, (A, "≤", bar))
    line("trend +.04, 27 months", "trend +.04, 27 months", single, (R, "≥", 0.16))
    line("onset 6", "onset 6", single, (R, "≥", 0.29))
    line("onset 8", "onset 8", single, (R, "≥", 0.23))
    line("onset 6", "onset 6", call, (R, "≥", 0.40))
    line("onset 8", "onset 8", call, (R, "≥", 0.40))
    line("onset 3", "onset 3", call, (R, "≥", 0.40))
    line("month sd .3: said ≥ .5, true share", "month sd .3", call, (P, "≥", 0.58))
    line("month sd .4: said ≥ .5, true share", "month sd .4", call, (P, "≥", 0.45))
    for kind in ("alike, sd .1", "{'unlike': True, 'months': 27}"):
        for base, bar in (("15%", 0.13), ("5%", 0.13), ("2%", 0.2)):
            world = f"50 segments, {base} fallen, {kind}"
            line(f"{world}: most(.1)", world, "now", ("false_of_named", "≤", bar))
    for kind in ("alike, sd .1", "{'sd': 0.2}"):
        world = f"50 segments, 0% fallen, {kind}"
        line(f"{world}: alarms a call", world, "now", ("alarms", "≤", 0.8))
    gate = "gate moved ×0.7, 600 leads, 2 months"
    line(gate, gate, "", ("alarmed", "≤", 0.20), ("definition", "≥", 0.75))
    line("a real fall called definition", "one step fell ×0.7, 600 leads, 2 months", "",
         ("definition", "≤", 0.02))  # fmt: skip
    line("benchmark +40 %, 1 month", "benchmark +40%, 1 months", single, (A, "≤", 0.17))
    line("benchmark +40 %, 2 months", "benchmark +40%, 2 months", single, (A, "≤", 0.05))
    for name in ("stopped", "10 left"):
        for months in (7, 16):
            world = f"intake {name}, {months} months"
            for method in ("now, deals by entry", "now, panel and lag"):
                line(world, world, method, ("first_step", "≤", 0.04))
    world = "intake as ever, 40 % fewer advance in the last month, 16 months"
    line(world, world, "now, panel and lag", ("first_step", "≥", 0.95))
    world = "intake as ever, 40 % fewer of the last entrants, 16 months"
    for method in ("now, deals by entry", "now, panel and lag"):
        line(world, world, method, ("first_step", "≥", 0.95))
    for name in ("season .4", "trend +.03", "trend −.03", "AR .8 sd .3"):
        line(f"entries, {name}", f"entries, {name}", "now: P ≥ .5", (A, "≤", 0.05), (R, "≥", 0.40))
    line("festival with a calendar, 27 months",
         "lunar New Year, effect −.6, to 2026-02, 27 months", "now with a calendar: P ≥ .5",
         (A, "≤", 0.13))  # fmt: skip
    lines = ["| bar | method | asked | measured | holds |", "| --- | --- | --- | --- | --- |"]
    for name, method, cells in out:
        asked = ", ".join(
            f"{key.replace('_', ' ')} {sign} {bar:.2f}" for key, sign, bar, *_ in cells
        )
        got = ", ".join(f"{value:.3f} ± {error:.3f}" for *_, value, error, _ in cells)
        near = all(holds or abs(value - bar) <= error for _, _, bar, value, error, holds in cells)
        holds = (
            "yes" if all(cell[-1] for cell in cells) else ("within 1 s.e." if near else "**no**")
        )
        lines.append(f"| {name} | {method or 'now'} | {asked} | {got} | {holds} |")
    lines += ["", *bins_of(rows), *stops_of(rows)]
    return "\n".join(lines)


def bins_of(rows):
    """Return the calibration of the mixed world: every bin of said ≥ .5 with 100 cases."""
    return [line for how in ("single", "one call") for line in _bins(rows, f"now, {how}")]


def _bins(rows, which):
    gaps = [
        (was - said, world, said, was, n)
        for (world, method), one in rows.items()
        if world.startswith("mixed") and method.startswith(which)
        for said, was, n in one.get("bins", [])
        if n >= 100
    ]
    if not gaps:
        return []
    low, high = min(gaps), max(gaps)

    def tell(gap):
        return f"{gap[0]:+.3f} ({gap[1]}: said {gap[2]:.2f}, was {gap[3]:.2f} of {gap[4]})"

    holds = "holds" if low[0] >= -0.10 and high[0] <= 0.14 else "**does not hold**"
    text = f"Mixed world, {which}: {len(gaps)} bins of said ≥ .5 with 100 cases: was − said"
    return [f"{text} from {tell(low)} to {tell(high)}; asked −.10 to +.14: {holds}.", ""]


def stops_of(rows):
    """Return the least P of steps that stop altogether."""
    least = [one["least"] for one in rows.values() if "least" in one and int(one["leads"]) >= 300]
    if not least:
        return []
    text = f"A step that stops altogether, 300 leads and more: least P {min(least):.4f}"
    return [f"{text} of {len(least)} cells (asked ≥ .98).", ""]
