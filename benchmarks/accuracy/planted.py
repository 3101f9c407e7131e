"""Accuracy studies, not industry figures: deals whose cause of a drop is known, because planted."""

from __future__ import annotations

import numpy as np

import salesfunnel as sf

CAUSES = {
    "slow-response": ("response_hours", ("4", "40")),
    "script-skipped": ("script_used", ("yes", "no")),
    "no-demo-video": ("demo_video", ("yes", "no")),
    "competitor-named": ("competitor", ("none", "Rival")),
    "price-objection": ("price_objection", ("no", "yes")),
    "off-profile": ("fits_profile", ("yes", "no")),
}
CHANNELS = ("referral", "search", "fair")
CHANNEL_RATE = (0.08, 0.0, -0.08)

# Chosen before the seed of the study was drawn, after the description in statistics.md section 4.3:
# six causes, one planted, one decoy that rises more than the cause and clings to the worst channel,
# a standing cause as strong as the planted one that does not change, three without effect.
BASE_RATE = 0.62
EFFECT = -0.25
SHARE_BEFORE, SHARE_NOW = 0.20, 0.50
DECOY_BEFORE, DECOY_NOW = 0.15, 0.60
DECOY_CLING = 0.15
DRIFT = 0.05
MONTHS = 12


def planted(rng, now, *, months=MONTHS, hard=True, effect=EFFECT, share_now=SHARE_NOW):
    """Return (bottleneck, history parts, code of the planted cause, codes in order of their rise).

    `now` deals enter in the judged month and in each month before it.
    """
    codes = list(CAUSES)
    order = rng.permutation(len(codes))
    cause, decoy, standing = (codes[i] for i in order[:3])
    n = now * (months + 1)
    month = np.repeat(np.arange(months + 1), now)
    current = month == months
    channel = rng.choice(3, n, p=(0.3, 0.4, 0.3))
    rate = BASE_RATE + np.array(CHANNEL_RATE)[channel]
    exposed = {}
    for code in codes:
        before, after = 0.3, 0.3 + rng.uniform(-DRIFT, DRIFT)
        if code == cause:
            before, after = SHARE_BEFORE, share_now
        elif code == decoy:
            before, after = (DECOY_BEFORE, DECOY_NOW) if hard else (0.3, 0.35)
        share = np.where(current, after, before)
        if code == decoy and hard:
            share = share + DECOY_CLING * (channel - 1)
        exposed[code] = rng.random(n) < share
        if code in {cause, standing}:
            rate = rate + effect * exposed[code]
    advanced = rng.random(n) < rate
    rise = {c: exposed[c][current].mean() - exposed[c][~current].mean() for c in codes}
    days = rng.uniform(0, 27, n)
    entered = np.datetime64("2025-10", "us") + np.zeros(n, dtype="timedelta64[us]")
    entered = (np.datetime64("2025-10", "M") + month).astype("datetime64[us]") + (
        days * 86400e6
    ).astype("timedelta64[us]")
    end = entered + (rng.uniform(1, 10, n) * 86400e6).astype("timedelta64[us]")
    parts = {
        "entered": np.stack([entered, np.where(advanced, end, np.datetime64("NaT", "us"))], axis=1),
        "closed": end,
        "outcome": np.where(advanced, 1, 2).astype(np.int8),
        "attributes": {
            "channel": np.array(CHANNELS)[channel],
            **{
                name: np.where(exposed[code], bad, good)
                for code, (name, (good, bad)) in CAUSES.items()
            },
        },
    }
    x, total = int(advanced[current].sum()), int(current.sum())
    bottleneck = sf.Bottleneck(
        transition=sf.Transition("offer", "won"),
        segment="all",
        period=str(np.datetime64("2025-10", "M") + np.timedelta64(months, "M")),
        window=1,
        entered=total,
        advanced=x,
        rate=x / total,
        reference=float(advanced[~current].mean()),
        tier="confirmed",
        probability=0.9,
    )
    ranked = sorted(codes, key=lambda c: -rise[c])
    return bottleneck, parts, cause, ranked


def history_of(parts, *, as_of="2026-11-30"):
    """Return the parts as a stage history."""
    n = len(parts["outcome"])
    return sf.StageHistory(
        deals=tuple(str(i) for i in range(n)),
        stages=("offer", "won"),
        as_of=np.datetime64(as_of, "us"),
        **parts,
    )
