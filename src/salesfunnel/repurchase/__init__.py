"""Repurchase: where every customer stands, who is due, who comes back, who could buy more."""

from __future__ import annotations

from salesfunnel.repurchase.curve import RepurchaseCurve, repurchase_curve
from salesfunnel.repurchase.scores import RFM_GROUPS, Rfm, RfmGroup, rfm
from salesfunnel.repurchase.stages import repurchase_history, repurchase_panel
from salesfunnel.repurchase.states import LIFECYCLE_STATES, Lifecycle, LifecycleState, lifecycle
from salesfunnel.repurchase.upsell import UpsellCandidates, upsell_candidates

__all__ = [
    "LIFECYCLE_STATES",
    "RFM_GROUPS",
    "Lifecycle",
    "LifecycleState",
    "RepurchaseCurve",
    "Rfm",
    "RfmGroup",
    "UpsellCandidates",
    "lifecycle",
    "repurchase_curve",
    "repurchase_history",
    "repurchase_panel",
    "rfm",
    "upsell_candidates",
]
