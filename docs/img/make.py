"""Draw the pictures of the README from the examples: python docs/img/make.py."""

from __future__ import annotations

from pathlib import Path

import salesfunnel as sf

HERE = Path(__file__).parent
DEALS = HERE.parents[1] / "examples" / "company" / "deals.csv"

for locale in ("en", "zh"):
    funnel = sf.template("b2b", locale=locale)
    history = sf.read_stage_history(DEALS, funnel=funnel, as_of="2026-11-20")
    analysis = sf.analyze(history, currency="CNY")
    for kind in ("funnel", "trend", "causes"):
        picture = analysis.chart(kind, locale=locale)
        picture.to_svg(HERE / f"{kind}_{locale}.svg", width=720)
