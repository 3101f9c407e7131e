"""B2B: from lead over marketing- and sales-qualified lead and opportunity to the deal."""

from __future__ import annotations

from salesfunnel.builtin.benchmarks._publication import Publication
from salesfunnel.definitions import BenchmarkSet

__all__ = ["b2b_industries", "b2b_saas"]

ALIASES = {
    "lead": ("leads", "awareness", "inquiry", "线索", "线索获取量"),
    "mql": ("marketing-qualified-lead", "marketingqualifiedlead", "content_downloads"),
    "sql": ("sales-qualified-lead", "salesqualifiedlead", "demos_booked"),
    "opportunity": ("intent", "proposals_submitted", "商机"),
    "won": ("closed-won", "closedwon", "customer", "contracts_signed", "赢单"),
}

GROWTH_ENGINEER = Publication(
    citation="Growth Engineer: Conversion Rate by Stage, inbound funnel of B2B SaaS",
    url="https://growthengineer.ai/skills/conversion-rate-by-stage/download",
    year=2026,
    sample="not stated; quartiles given",
)
SHERPA = Publication(
    citation="MarketingSherpa: B2B Marketing Benchmark Survey 2009, as reported by Return on Ideas",
    url="https://returnonideas.tizinc.com/2010/07/how-long-does-it-take-to-convert-b2b-leads-to-sales/",
    year=2009,
    sample="more than 1,000 B2B marketers",
)
HUBSPOT = Publication(
    citation="HubSpot survey of sales reps, as reported by Salesmotion: Sales Win Rate",
    url="https://salesmotion.io/blog/sales-win-rate-benchmarks-2026",
    year=2026,
    sample="more than 1,000 sales reps",
)
LOT_OF_TOOLS = Publication(
    citation="Lot of Tools: Funnel Conversion Rate Calculator, medians by segment",
    url="https://lotoftools.org/saas-tools/lead-to-opp-conversion-calculator/",
    year=2026,
)
FIRST_SALES = Publication(
    citation="FirstSales: What is Win Rate, 2024 win rate benchmarks",
    url="https://firstsales.io/sales/glossary/win-rate",
    year=2024,
)
SHNO = Publication(
    citation="Shno: Marketing Qualified Lead Statistics for 2026",
    url="https://www.shno.co/marketing-statistics/marketing-qualified-lead-statistics",
    year=2026,
)
CSO = Publication(
    citation="CSO Insights (MHI Global), as reported by Strategic Dynamics",
    url="https://strategicdynamicsfirm.com/the-win-rate-of-forecasted-sales-opportunities-is-only-45-8/",
    year=2015,
)

# segment: lead→mql, mql→sql, sql→opportunity, opportunity→won
SEGMENTS = {
    "SaaS, product-led": (0.45, 0.38, 0.50, 0.24),
    "SaaS, sales-led": (0.26, 0.36, 0.44, 0.22),
    "SaaS, account-based enterprise": (0.50, 0.48, 0.56, 0.28),
    "SaaS, small business inbound": (0.32, 0.38, 0.48, 0.28),
    "SaaS, enterprise": (0.24, 0.32, 0.40, 0.18),
}
STEPS = ("lead", "mql", "sql", "opportunity", "won")


def b2b_saas() -> BenchmarkSet:
    """Return the rates of an inbound B2B SaaS funnel: median and quartiles of one source."""
    quartiles = (
        ("lead", "mql", 0.20, 0.10, 0.30),
        ("mql", "sql", 0.40, 0.25, 0.50),
        ("sql", "opportunity", 0.60, 0.40, 0.70),
        ("opportunity", "won", 0.20, 0.15, 0.25),
    )
    return BenchmarkSet(
        "b2b-saas",
        [
            GROWTH_ENGINEER.figure(
                start, end, rate, low=low, high=high, quartiles=True, industry="B2B SaaS"
            )
            for start, end, rate, low, high in quartiles
        ],
        name="B2B SaaS, inbound",
        aliases=ALIASES,
    )


def b2b_industries() -> BenchmarkSet:
    """Return B2B rates by industry and segment; ``select(industry=...)`` picks one."""
    everyone = "B2B, all industries"
    figures = [
        SHERPA.figure("lead", "mql", 0.40, industry=everyone),
        SHERPA.figure("mql", "sql", 0.40, industry=everyone),
        SHERPA.figure("sql", "won", 0.30, industry=everyone),
        HUBSPOT.figure("opportunity", "won", 0.21, industry=everyone),
        SHNO.figure("lead", "mql", 0.17, industry="Construction"),
        CSO.figure("forecast", "won", 0.458, industry="B2B, forecast deals"),
        FIRST_SALES.figure("opportunity", "won", 0.18, low=0.15, high=0.25,
                           industry="Deals above 100,000 USD"),
        FIRST_SALES.figure("opportunity", "won", 0.28, low=0.20, high=0.35,
                           industry="Deals of 25,000 to 100,000 USD"),
        FIRST_SALES.figure("opportunity", "won", 0.35, low=0.25, high=0.45,
                           industry="Deals below 25,000 USD"),
    ]  # fmt: skip
    for industry, rates in SEGMENTS.items():
        steps = zip(STEPS, STEPS[1:], rates, strict=False)
        figures += [LOT_OF_TOOLS.figure(a, b, rate, industry=industry) for a, b, rate in steps]
    return BenchmarkSet(
        "b2b-industries", figures, name="B2B by industry and segment", aliases=ALIASES
    )
