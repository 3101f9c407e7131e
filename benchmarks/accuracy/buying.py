"""Coverage of what models of buying say of single customers: simulated, and on CDNOW's second half.

    python benchmarks/accuracy/buying.py [runs]

Every run draws customers of one model, fits, and asks for the next 26 weeks of every customer:
whether the interval of the expected purchases holds the true expectation, the interval of P(alive)
the true chance, and the range of purchases what the customer then bought. 80 % intervals.
"""

from __future__ import annotations

import sys
from importlib.metadata import distribution
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
import salesfunnel as sf
from salesfunnel._kernels.customers.laws import LAWS

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 100
SEED, LEVEL, AHEAD = 20_261_205, 0.8, 26.0
WORLDS = {
    "usual": (0.6, 4.0, 0.8, 2.4),
    "few stop": (1.2, 8.0, 0.4, 6.0),
    "many stop": (0.5, 3.0, 1.5, 1.5),
}


def shown(values):
    """Return the mean of runs, with its Monte Carlo error."""
    v = np.array([one for one in values if np.isfinite(one)])
    return f"{v.mean():.3f} ± {v.std(ddof=1) / np.sqrt(len(v)):.3f}" if len(v) > 1 else "–"


def one(rng, kind, fitted, params, n):
    from test_buying_models import simulated

    x, t, T, later = simulated(rng, n, kind, AHEAD, params)
    who = sf.CustomerSummary(frequency=x, recency=t, age=T, unit="week")
    model = sf.fit_buying(who, models=tuple(LAWS) if fitted == "chosen" else fitted)
    found = sf.purchases_ahead(model, who, ahead=AHEAD, level=LEVEL, allow_unreliable=True)
    law, p = LAWS[kind], np.array(params)
    truth, alive = law.expected(AHEAD, x, t, T, p), law.p_alive(x, t, T, p)
    some = x > 0
    return (
        np.mean((found.expected_low <= truth) & (truth <= found.expected_high)),
        np.mean(((found.p_alive_low <= alive) & (alive <= found.p_alive_high))[some]),
        np.mean((found.purchases_low <= later) & (later <= found.purchases_high)),
        np.mean(((found.purchases_low <= later) & (later <= found.purchases_high))[some]),
        np.mean(found.purchases_high - found.purchases_low),
        found.total / max(later.sum(), 1) - 1,
        model.kind == kind,
        model.verdict == "ok",
    )


def simulations():
    print("| customers of | parameters | number | fitted | mean held | P(alive) held | purchases |"
          " of these with a repeat | width | total, bias | own chosen | verdict ok |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for kind in LAWS:
        for world, params in WORLDS.items():
            for n in (200, 1000, 5000):
                for fitted in (kind, "chosen") if world == "usual" else (kind,):
                    number = list(LAWS).index(kind), list(WORLDS).index(world)
                    rng = np.random.default_rng([SEED, *number, n, fitted == "chosen"])
                    runs = RUNS if n < 5000 else max(RUNS // 4, 5)
                    rows = np.array([one(rng, kind, fitted, params, n) for _ in range(runs)], float)
                    cells = [shown(column) for column in rows.T[:6]]
                    shares = [f"{column.mean():.2f}" for column in rows.T[6:]]
                    print("|", " | ".join([kind, world, str(n), fitted, *cells, *shares]), "|",
                          flush=True)  # fmt: skip


def cdnow():
    """Fit the first 39 weeks of CDNOW's tenth, judge by the next 39."""
    files = distribution("lifetimes").files or []
    (found,) = [file for file in files if file.name == "CDNOW_sample.txt"]
    rows = [line.split() for line in Path(str(found.locate())).read_text().splitlines()]
    who = np.array([int(row[1]) for row in rows])
    day = np.array([f"{row[2][:4]}-{row[2][4:6]}-{row[2][6:]}" for row in rows], "datetime64[D]")
    end = np.datetime64("1997-09-30")
    names, code = np.unique(who, return_inverse=True)
    pairs = np.unique(np.stack([code, day.astype(np.int64)], 1), axis=0)
    code, at = pairs[:, 0], pairs[:, 1]
    edge = end.astype(np.int64)
    early = at <= edge
    first = np.full(len(names), 2**40)
    np.minimum.at(first, code, at)
    last = np.zeros(len(names), int)
    np.maximum.at(last, code[early], at[early])
    x = np.bincount(code[early], minlength=len(names)) - 1
    later = np.bincount(code[~early & (at <= edge + 39 * 7)], minlength=len(names))
    summary = sf.CustomerSummary(
        frequency=x, recency=np.where(x > 0, last - first, 0) / 7, age=(edge - first) / 7,
        unit="week",
    )  # fmt: skip
    print(f"\n{len(names)} customers, {int(x.sum())} repeat purchases in 39 weeks,"
          f" {int(later.sum())} in the next 39\n")  # fmt: skip
    print("| model | log-likelihood | purchases expected | bought | within the range |"
          " of these with a repeat | width | error of the mean of a customer |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for kind in LAWS:
        model = sf.fit_buying(summary, models=kind)
        found = sf.purchases_ahead(model, summary, ahead=39, level=LEVEL)
        held = (found.purchases_low <= later) & (later <= found.purchases_high)
        wide = np.mean(found.purchases_high - found.purchases_low)
        miss = np.sqrt(np.mean((found.expected - later) ** 2))
        print(f"| {kind} | {model.loglik:.2f} | {found.total:.0f} | {later.sum()} |"
              f" {held.mean():.3f} | {held[x > 0].mean():.3f} | {wide:.2f} |"
              f" {miss:.3f} |")  # fmt: skip


if __name__ == "__main__":
    print(f"{RUNS} runs a row (a quarter with 5000 customers), seed {SEED}")
    cdnow()
    print()
    simulations()
