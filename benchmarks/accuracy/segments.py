"""How good comparisons are: python benchmarks/accuracy/segments.py [RUNS [PART [SEED]]]."""

from __future__ import annotations

import sys

import numpy as np

import salesfunnel as sf
from salesfunnel._kernels import always_valid
from salesfunnel._kernels.intervals import two_proportion_z

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 400
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20270415


def share(hits):
    p = float(np.mean(hits))
    return f"{p:.3f} ± {np.sqrt(max(p * (1 - p), 1e-9) / len(hits)):.3f}"


def called(n, x):
    counts = np.stack([n, x], axis=1)[None]
    names = [f"s{i}" for i in range(len(n))]
    panel = sf.Panel.from_counts(counts, periods=["2026-10"], steps=["a", "b"], segments=names)
    found = sf.compare_segments(panel, by="segment")
    model = np.array([found.find(name).verdict == "worse" for name in names])
    raw = np.array(names)[np.argmin(x / n)] == np.array(names)
    rest_n, rest_x = n.sum() - n, x.sum() - x
    z = two_proportion_z(x, n, rest_x, rest_n)
    return model, raw, z < -1.645


def sizes(rng, drawn):
    if drawn == "lognormal":
        return np.clip(rng.lognormal(3.3, 1.0, 20), 5, 200).astype(int)
    return np.exp(rng.uniform(np.log(5), np.log(200), 20)).astype(int)


def segments():
    print(
        "| world | base | model: some healthy rep called | lowest rate named | z < -1.645 |"
        " weak rep found: model | lowest | z |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for drawn in ("loguniform", "lognormal"):
        for base in (0.2, 0.3, 0.5):
            for odd in (False, True):
                rng = np.random.default_rng([SEED, int(base * 10), odd, drawn == "lognormal"])
                healthy, found = [], []
                for _ in range(RUNS):
                    n, p = sizes(rng, drawn), np.full(20, base)
                    if odd:
                        n[0], p[0] = 120, base - 0.16
                    verdicts = called(n, rng.binomial(n, p))
                    healthy.append([v[1 if odd else 0 :].any() for v in verdicts])
                    found.append([v[0] for v in verdicts])
                columns = [share(np.array(healthy)[:, i]) for i in range(3)]
                hits = [share(np.array(found)[:, i]) if odd else "–" for i in range(3)]
                world = f"{drawn}, {'one 16 points worse' if odd else 'all equal'}"
                print("|", " | ".join([world, str(base), *columns, *hits]), "|")


LEAVES = {
    "nobody leaves deals open": (0.0, 0.0),
    "five of 20 leave 40 % of their deals open, whatever becomes of them": (0.4, 0.4),
    "five of 20 leave 60 % of their lost deals open": (0.0, 0.6),
}


def open_deals():
    """Reps of whom some do not close their deals: 120 deals each, all of them mature."""
    print()
    print(
        "| world | base | some healthy rep called worse: now | open counted as lost |"
        " weak rep found: now | open counted as lost | a careless rep called better: now |"
    )
    print("|---|---|---|---|---|---|---|")
    for k, (world, (of_won, of_lost)) in enumerate(LEAVES.items()):
        rng = np.random.default_rng([SEED, 77, k])
        now, counted, weak, weak_counted, better = [], [], [], [], []
        for run in range(RUNS):
            p = np.full(20, 0.4)
            p[0] -= 0.16 * (run % 2)
            won = rng.binomial(120, p)
            careless = np.arange(20) >= 15
            left_won = rng.binomial(won, np.where(careless, of_won, 0.0))
            left_lost = rng.binomial(120 - won, np.where(careless, of_lost, 0.0))
            history = history_of(won - left_won, 120 - won - left_lost, left_won + left_lost)
            found = sf.compare_segments(history, by="owner")
            names = [f"s{i}" for i in range(20)]
            mine = np.array([found.find(name).verdict for name in names])
            other = called(np.full(20, 120), won - left_won)[0]
            healthy = slice(run % 2, None)
            now.append((mine[healthy] == "worse").any())
            counted.append(other[healthy].any())
            better.append((mine[careless] == "better").any())
            if run % 2:
                weak.append(mine[0] == "worse")
                weak_counted.append(other[0])
        cells = [share(np.array(each)) for each in (now, counted, weak, weak_counted, better)]
        print("|", " | ".join([world, "0.4", *cells]), "|")


def history_of(won, lost, still):
    """Return deals of two stages, by owner: won, lost and open ones."""
    size = won + lost + still
    owner = np.repeat(np.arange(len(won)), size)
    kind = np.concatenate(
        [np.repeat([1, 2, 0], [a, b, c]) for a, b, c in zip(won, lost, still, strict=True)]
    )
    day = np.timedelta64(1, "D")
    born = np.datetime64("2026-01-05", "us") + (np.arange(owner.size) % 150) * day
    late = born + 20 * day
    none = np.datetime64("NaT", "us")
    return sf.StageHistory(
        deals=tuple(map(str, range(owner.size))), stages=("lead", "won"),
        entered=np.stack([born, np.where(kind == 1, late, none)], axis=1),
        closed=np.where(kind > 0, late, none), outcome=kind.astype(np.int8),
        as_of=np.datetime64("2026-12-01", "us"),
        attributes={"owner": np.array([f"s{i}" for i in owner])},
    )  # fmt: skip


def arms():
    print()
    print("| A/A, a look every day for 20 weeks | base | evidence ≥ 20 | z-test 5 % |")
    print("|---|---|---|---|")
    for base, pace in ((0.05, 50), (0.25, 20), (0.5, 8)):
        rng = np.random.default_rng([SEED, pace])
        false = []
        for _ in range(RUNS):
            n = rng.poisson(pace, (2, 140)).cumsum(axis=1)
            x = np.stack([rng.binomial(np.diff(r, prepend=0), base).cumsum() for r in n])
            log = [
                always_valid.log_evidence(x[0, t], n[0, t], x[1, t], n[1, t], np.zeros(1))[0]
                for t in range(140)
            ]
            z = two_proportion_z(x[0], n[0], x[1], n[1])
            false.append([max(log) >= np.log(20), bool((np.abs(z[7:]) > 1.96).any())])
        print(
            "|",
            " | ".join(
                [
                    f"{pace} a day and arm",
                    str(base),
                    *(share(np.array(false)[:, i]) for i in range(2)),
                ]
            ),
            "|",
        )


if __name__ == "__main__":
    print(f"{RUNS} runs a cell, seed {SEED}")
    if len(sys.argv) < 3 or sys.argv[2] == "segments":
        segments()
        arms()
    if len(sys.argv) < 3 or sys.argv[2] == "open":
        open_deals()
