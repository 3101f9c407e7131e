"""Speed of the BG/NBD fit, beside the package lifetimes, and on a million customers.

Run ``python benchmarks/speed/lifetimes.py`` with the dependency group ``bench`` installed.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import numpy as np

# this file has the name of the package that it measures
sys.path = [p for p in sys.path if Path(p or ".").resolve() != Path(__file__).resolve().parent]

import salesfunnel as sf  # noqa: E402 - after the path is put right


def best(function, repeats):
    """Return the result and the least of so many times."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - start)
    return result, min(times)


def customers(n, rng, *, exact):
    """Return a million BG/NBD customers in weeks; on whole days unless `exact`."""
    r, alpha, a, b = 0.24, 4.4, 0.8, 2.4
    age = rng.integers(150, 280, n) / 7
    pace, stop = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    x, last = np.zeros(n, dtype=int), np.zeros(n)
    going = np.arange(n)
    while going.size:
        when = last[going] + rng.exponential(1, going.size) / pace[going]
        inside = when <= age[going]
        going, when = going[inside], when[inside]
        x[going], last[going] = x[going] + 1, when
        going = going[rng.random(going.size) >= stop[going]]
    if not exact:
        last = np.minimum(np.ceil(last * 7) / 7, age)
    return x, last, age


def main():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes import BetaGeoFitter
        from lifetimes.datasets import load_cdnow_summary

        data = load_cdnow_summary(index_col=[0])
        columns = data["frequency"], data["recency"], data["T"]
        theirs, their_time = best(lambda: BetaGeoFitter().fit(*columns), 5)
    arrays = [column.to_numpy() for column in columns]
    ours, our_time = best(lambda: sf.fit_bgnbd(*arrays), 20)
    said = theirs.params_.to_dict()
    print("| data | package | time | r | alpha | a | b |")
    print("|---|---|---|---|---|---|---|")
    shown = " | ".join(f"{said[k]:.4f}" for k in ("r", "alpha", "a", "b"))
    print(f"| CDNOW, 2 357 customers | lifetimes | {their_time * 1e3:.1f} ms | {shown} |")
    shown = " | ".join(f"{v:.4f}" for v in ours.params)
    print(f"| | salesfunnel | {our_time * 1e3:.1f} ms ({their_time / our_time:.0f} ×) | {shown} |")
    for exact in (False, True):
        many = customers(1_000_000, np.random.default_rng(0), exact=exact)
        ours, our_time = best(lambda many=many: sf.fit_bgnbd(*many), 3)
        shown = " | ".join(f"{v:.4f}" for v in ours.params)
        times = "to the second" if exact else "in days"
        print(f"| 1 000 000 customers, times {times} | salesfunnel | {our_time:.2f} s | {shown} |")
        for models in (("bgnbd", "mbgnbd", "paretonbd"), "mbgnbd", "paretonbd"):
            one, took = best(lambda m=models, many=many: sf.fit_buying(*many, models=m), 1)
            named = "all three compared" if isinstance(models, tuple) else models
            shown = " | ".join(f"{v:.4f}" for v in one.params)
            print(f"| the same, fit_buying, {named} | {one.kind} | {took:.2f} s | {shown} |")
        who = sf.CustomerSummary(frequency=many[0], recency=many[1], age=many[2], unit="week")
        _, took = best(lambda who=who, ours=ours: sf.purchases_ahead(ours, who, ahead=26), 1)
        print(f"| the same, purchases_ahead with intervals | BG/NBD | {took:.2f} s | | | | |")


if __name__ == "__main__":
    main()
