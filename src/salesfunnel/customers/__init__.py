"""Existing customers: lifecycle, RFM, repurchase, and what customers will buy and be worth."""

from __future__ import annotations

from salesfunnel.customers._clv import LifetimeValue, clv
from salesfunnel.customers._cohort_retention import CohortRetention, cohort_retention
from salesfunnel.customers._fit_buying import fit_buying
from salesfunnel.customers._lifecycle import lifecycle
from salesfunnel.customers._purchases_ahead import PurchasesAhead, purchases_ahead
from salesfunnel.customers._repurchase_curve import RepurchaseCurve, repurchase_curve
from salesfunnel.customers._rfm import RFM_GROUPS, Rfm, RfmGroup, rfm
from salesfunnel.customers._summarise_purchases import summarise_purchases
from salesfunnel.customers._upsell import UpsellCandidates, upsell_candidates
from salesfunnel.customers.bgnbd import BgNbd, fit_bgnbd
from salesfunnel.customers.buying_model import BUYING_MODELS, BuyingModel, BuyingModelName
from salesfunnel.customers.gamma_gamma import GammaGamma, fit_gamma_gamma
from salesfunnel.customers.lifecycle_result import LIFECYCLE_STATES, Lifecycle, LifecycleState
from salesfunnel.customers.repurchase_funnel import repurchase_history, repurchase_panel
from salesfunnel.customers.sbg import Sbg, fit_sbg

__all__ = [
    "BUYING_MODELS",
    "LIFECYCLE_STATES",
    "RFM_GROUPS",
    "BgNbd",
    "BuyingModel",
    "BuyingModelName",
    "CohortRetention",
    "GammaGamma",
    "Lifecycle",
    "LifecycleState",
    "LifetimeValue",
    "PurchasesAhead",
    "RepurchaseCurve",
    "Rfm",
    "RfmGroup",
    "Sbg",
    "UpsellCandidates",
    "clv",
    "cohort_retention",
    "fit_bgnbd",
    "fit_buying",
    "fit_gamma_gamma",
    "fit_sbg",
    "lifecycle",
    "purchases_ahead",
    "repurchase_curve",
    "repurchase_history",
    "repurchase_panel",
    "rfm",
    "summarise_purchases",
    "upsell_candidates",
]
