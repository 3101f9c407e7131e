"""The example company: 24 months of deals, one planted bottleneck with one planted cause.

From August 2026 on, more needs are answered late at Lanting Software (a company that does not
exist): the share answered after more than 24 hours rises from one in five to three in five. Late
deals pass from intent to negotiation much less often. Everything else stays as it was, but for a
decoy: a competitor is named twice as often from August on, without any effect on that step.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["AS_OF", "HEADER", "company_csv", "company_deals"]

SEED = 20260807
MONTHS = 24
LEADS = 220
FIRST = np.datetime64("2024-11", "M")
AS_OF = np.datetime64("2026-11-20", "D")
DROP = 21  # August 2026, counted from November 2024
CHANNELS = ("referral", "search", "trade fair", "paid ads")
INDUSTRIES = ("manufacturing", "retail", "logistics", "services")
OWNERS = ("Chen Jie", "Wang Fang", "Liu Yang", "Zhao Min", "Sun Li", "Zhou Tao")
HEADER = (
    "deal", "interest", "intent", "negotiation", "won", "closed", "outcome", "value", "channel",
    "industry", "owner", "response_hours", "demo_video", "script_used", "competitor",
    "price_objection", "lost_reason",
)  # fmt: skip


def company_deals() -> list[list[str]]:
    """Return one row per deal."""
    rng = np.random.default_rng(SEED)
    rows: list[list[str]] = []
    for month in range(MONTHS):
        wave = 1 + 0.05 * np.sin(2 * np.pi * month / 12)
        for _ in range(rng.poisson(LEADS * wave)):
            rows.append(_deal(rng, month, len(rows) + 1))
    return rows


def _deal(rng: np.random.Generator, month: int, number: int) -> list[str]:
    """Return the way of one deal."""
    late_share, rival_share = (0.60, 0.44) if month >= DROP else (0.20, 0.22)
    channel = rng.choice(4, p=(0.25, 0.35, 0.15, 0.25))
    lift = (0.08, 0.02, 0.0, -0.08)[channel]
    late = rng.random() < late_share
    hours = rng.uniform(25, 90) if late else rng.gamma(2.0, 3.5) % 24
    rival = rng.random() < rival_share
    price = rng.random() < 0.3
    video, script = rng.random() < 0.7, rng.random() < 0.75
    rates = (
        0.62 + lift + 0.05 * video,
        0.66 + lift - 0.38 * late + 0.04 * script,
        0.45 + lift - 0.10 * price,
    )
    start = (FIRST + np.timedelta64(month, "M")).astype("datetime64[D]") + np.timedelta64(
        int(rng.integers(0, 28)), "D"
    )
    days: list[Any] = [start]
    lost: npt.NDArray[np.bool_] | None = None
    for rate in rates:
        wait = np.timedelta64(int(1 + rng.gamma(2.0, 3.0)), "D")
        if rng.random() >= rate:
            lost = days[-1] + wait + np.timedelta64(int(rng.integers(1, 10)), "D")
            break
        days.append(days[-1] + wait)
    seen = [str(day) if day <= AS_OF else "" for day in days] + [""] * (4 - len(days))
    end = lost if lost is not None else days[-1]
    closed = str(end) if end <= AS_OF else ""
    outcome = "open" if not closed else "lost" if lost is not None else "won"
    value = round(float(np.exp(rng.normal(10.3, 0.5))), -2)
    reason = rng.choice(("price", "no budget", "chose competitor", "no decision", "no need"))
    return [
        f"L{number:05d}", *seen, closed, outcome, f"{value:.0f}", CHANNELS[channel],
        str(rng.choice(INDUSTRIES)), str(rng.choice(OWNERS)),
        "" if rng.random() < 0.04 else f"{hours:.1f}", "yes" if video else "no",
        "yes" if script else "no", str(rng.choice(("Kunlun", "Haiyan"))) if rival else "none",
        "yes" if price else "no", str(reason) if outcome == "lost" else "",
    ]  # fmt: skip


def company_csv() -> str:
    """Return the deals as CSV, the same on every machine: ``examples/company/deals.csv``."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(company_deals())
    return file.getvalue()
