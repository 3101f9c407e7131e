"""The remedies that ship in the box, given to the rule set of their dimension.

At least one per cause code of the built-in rules; words in ``i18n/*/measure.json``. The first of
a dimension, where there is one, is the method's own example.
"""

from __future__ import annotations

from salesfunnel.diagnosis.remedy import Remedy

__all__ = ["ACTION", "CUSTOMER", "DATA", "RESOURCE"]

DATA: tuple[Remedy, ...] = (
    Remedy(
        "pain-point-ads",
        ("lead-quality", "off-profile", "shortfall"),
        stages=("awareness",),
        owner="marketing",
        days=15,
        effort="M",
        follow="click_rate",
    ),
    Remedy(
        "lead-score-gate",
        "lead-quality",
        owner="marketing",
        days=15,
        effort="M",
        follow="leads_scored",
    ),
    Remedy(
        "profile-targeting",
        ("off-profile", "segment-mix"),
        owner="marketing",
        days=15,
        effort="M",
        follow="leads_in_profile",
    ),
    Remedy(
        "channel-budget-shift",
        "channel-mix",
        owner="marketing",
        days=10,
        effort="S",
        follow="budget_moved",
    ),
    Remedy(
        "landing-page-by-channel",
        ("channel-mix", "lead-quality"),
        owner="marketing",
        days=20,
        effort="M",
        follow="pages_live",
    ),
    Remedy(
        "required-fields",
        "missing-fields",
        owner="operations",
        days=10,
        effort="S",
        follow="fields_filled",
    ),
    Remedy(
        "ask-about-column",
        "column",
        owner="sales-lead",
        days=7,
        effort="S",
        follow="deals_reviewed",
    ),
    Remedy(
        "merge-duplicates",
        "duplicate-deals",
        owner="operations",
        days=7,
        effort="S",
        follow="duplicates_left",
    ),
    Remedy(
        "same-day-entry",
        ("batch-entry", "stage-skipped", "stage-backward"),
        owner="operations",
        days=10,
        effort="S",
        follow="same_day_entries",
    ),
    Remedy(
        "one-definition",
        ("definition-changed", "rate-above-one"),
        owner="operations",
        days=10,
        effort="S",
        follow="definition_signed",
    ),
    Remedy(
        "collect-fields",
        "not-measured",
        owner="operations",
        days=10,
        effort="S",
        follow="fields_filled",
    ),
    Remedy(
        "content-for-interest",
        "shortfall",
        stages=("awareness", "interest"),
        owner="marketing",
        days=20,
        effort="M",
        follow="downloads",
    ),
)

ACTION: tuple[Remedy, ...] = (
    Remedy(
        "needs-script-and-review",
        ("script-skipped", "shortfall"),
        stages=("intent",),
        owner="sales-lead",
        days=30,
        effort="M",
        follow="script_adherence",
    ),
    Remedy(
        "answer-within-a-day",
        "slow-response",
        owner="sales-lead",
        days=10,
        effort="S",
        follow="response_hours",
    ),
    Remedy(
        "duty-roster",
        "slow-response",
        owner="sales-lead",
        days=14,
        effort="M",
        follow="response_hours",
    ),
    Remedy(
        "follow-up-cadence",
        ("no-follow-up", "few-contacts"),
        owner="sales-lead",
        days=14,
        effort="M",
        follow="follow_ups",
    ),
    Remedy(
        "needs-script",
        "script-skipped",
        owner="sales-lead",
        days=20,
        effort="M",
        follow="script_adherence",
    ),
    Remedy(
        "call-coaching",
        ("script-skipped", "few-contacts"),
        owner="sales-lead",
        days=30,
        effort="M",
        follow="calls_coached",
    ),
    Remedy(
        "decision-maker-map",
        "no-decision-maker",
        owner="sales",
        days=14,
        effort="S",
        follow="decision_maker",
    ),
    Remedy(
        "key-action-reminders",
        "key-action-overdue",
        owner="operations",
        days=10,
        effort="S",
        follow="actions_in_time",
    ),
    Remedy(
        "weekly-deal-review",
        "shortfall",
        owner="sales-lead",
        days=14,
        effort="S",
        follow="reviews_held",
    ),
)

RESOURCE: tuple[Remedy, ...] = (
    Remedy(
        "review-place", "place", owner="sales-lead", days=10, effort="S", follow="deals_reviewed"
    ),
    Remedy(
        "demo-video", "no-demo-video", owner="product", days=20, effort="M", follow="demo_video"
    ),
    Remedy(
        "case-kit",
        ("no-collateral", "competitor-named"),
        owner="marketing",
        days=20,
        effort="M",
        follow="collateral",
    ),
    Remedy(
        "rebalance-owners",
        "owner-load",
        owner="sales-lead",
        days=7,
        effort="S",
        follow="open_deals_per_owner",
    ),
    Remedy(
        "extra-capacity",
        ("owner-load", "queue"),
        owner="sales-lead",
        days=45,
        effort="L",
        follow="open_deals_per_owner",
    ),
    Remedy("close-stale-deals", "queue", owner="sales", days=10, effort="S", follow="stale_deals"),
)

CUSTOMER: tuple[Remedy, ...] = (
    Remedy(
        "instalments",
        ("price-objection", "lost-to-price", "shortfall"),
        stages=("negotiation",),
        owner="finance",
        days=20,
        effort="M",
        follow="offers_with_instalments",
    ),
    Remedy(
        "battle-cards",
        ("competitor-named", "lost-to-competitor"),
        owner="marketing",
        days=15,
        effort="M",
        follow="battle_cards_used",
    ),
    Remedy(
        "proof-of-value",
        ("competitor-named", "lost-to-competitor"),
        owner="sales",
        days=30,
        effort="L",
        follow="pilots_started",
    ),
    Remedy(
        "value-calculation",
        ("price-objection", "lost-to-price"),
        owner="sales",
        days=15,
        effort="M",
        follow="calculations_sent",
    ),
    Remedy(
        "price-packages",
        ("price-objection", "lost-to-price", "deal-size"),
        owner="finance",
        days=30,
        effort="L",
        follow="packages_offered",
    ),
    Remedy(
        "payment-terms",
        ("price-objection", "lost-to-price"),
        owner="finance",
        days=20,
        effort="M",
        follow="offers_with_instalments",
    ),
    Remedy(
        "segment-offer",
        ("segment-mix", "lost-reason"),
        owner="marketing",
        days=30,
        effort="M",
        follow="offers_by_segment",
    ),
    Remedy(
        "fast-lane-small-deals",
        "deal-size",
        owner="sales-lead",
        days=20,
        effort="M",
        follow="small_deals_in_lane",
    ),
    Remedy(
        "lost-deal-interviews",
        "lost-reason",
        owner="sales-lead",
        days=14,
        effort="S",
        follow="interviews_held",
    ),
    Remedy(
        "renewal-visits",
        "shortfall",
        stages=("won",),
        owner="service",
        days=30,
        effort="M",
        follow="visits_held",
    ),
)
