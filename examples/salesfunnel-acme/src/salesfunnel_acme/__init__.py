"""Acme installs solar roofs: its funnel, its questions about lost deals, its rates."""

from __future__ import annotations

from datetime import timedelta

import salesfunnel as sf

__all__ = ["SITE_RULES", "solar", "solar_rates"]

__salesfunnel_api__ = 1


def solar(locale: str = "en") -> sf.Funnel:
    """Return the funnel of a company that installs solar roofs."""

    def say(en: str, zh: str) -> str:
        return zh if locale == "zh" else en

    def stage(key, name, metric, action, *, owner, within=None):
        return sf.Stage(
            key,
            say(*name),
            goal=say(f"{name[0]} done well and on time", f"按时做好{name[1]}"),
            actions=[sf.KeyAction(action[0], say(*action[1:]), within=within)],
            metrics=[sf.Metric(metric[0], say(*metric[1:]), step=True, aliases=metric[1:])],
            owner=say(*owner),
            aliases=name,
        )

    sales, engineering = ("Sales", "销售部"), ("Engineering", "工程部")
    return sf.Funnel(
        "acme-solar",
        [
            stage(
                "enquiry",
                ("Enquiry", "咨询"),
                ("enquiries", "Enquiries", "咨询数"),
                ("call_back", "Call back", "回电"),
                owner=sales,
                within=timedelta(hours=24),
            ),
            stage(
                "site_visit",
                ("Site visit", "现场勘测"),
                ("site_visits", "Site visits", "勘测数"),
                ("roof_survey", "Survey the roof", "屋顶测量"),
                owner=engineering,
            ),
            stage(
                "offer",
                ("Offer", "报价"),
                ("offers", "Offers sent", "报价数"),
                ("yield_estimate", "Estimate the yield", "发电量测算"),
                owner=sales,
            ),
            stage(
                "won",
                ("Contract", "签约"),
                ("contracts", "Contracts signed", "签约数"),
                ("grid_application", "Apply to the grid operator", "并网申请"),
                owner=sales,
            ),
        ],
        name=say("Solar roofs", "屋顶光伏"),
    )


@sf.rule(
    "acme-shaded-roof",
    needs=sf.Field("shading", ("shaded", "roof shading", "屋顶遮挡"), kind="flag"),
    title={"en": "More roofs lie in the shade", "zh": "遮挡屋顶增多"},
)
def shaded_roof(case):
    """Ask whether more of the roofs lie in the shade."""
    shaded, known = case["shading"].flags()
    return sf.Exposure(exposed=shaded, known=known, column=case["shading"])


@sf.rule(
    "acme-region-mix",
    needs=sf.Field("province", ("state", "region", "省份")),
    title={"en": "More deals come from regions that convert worse", "zh": "低转化地区占比上升"},
)
def region_mix(case):
    """Ask whether deals come more from regions that convert worse."""
    return sf.Mixture(groups=case["province"].text, column=case["province"])


SITE_RULES = sf.RuleSet(
    "acme-site",
    "customer",
    (shaded_roof, region_mix),
    remedies=(
        sf.Remedy(
            "acme-shade-check",
            causes=("acme-shaded-roof",),
            owner="marketing",
            lead_time_days=10,
            title={"en": "Ask for the roof's shading in the form", "zh": "在表单中询问屋顶遮挡"},
        ),
    ),
)


def solar_rates() -> sf.BenchmarkSet:
    """Return Acme's own rates of last year; a public plugin would cite a public source."""
    source = "Acme Solar, internal review of all enquiries (made up for this example)"
    rates = {("enquiry", "site_visit"): 0.42, ("site_visit", "offer"): 0.8, ("offer", "won"): 0.31}
    return sf.BenchmarkSet(
        "acme-solar",
        [
            sf.Benchmark(
                start,
                end,
                rate,
                cv=0.12,
                citation=source,
                url="https://example.com/acme-solar-review",
                year=2025,
                sample="2,140 enquiries",
                industry="Solar roofs",
            )
            for (start, end), rate in rates.items()
        ],
        name="Acme Solar",
    )
