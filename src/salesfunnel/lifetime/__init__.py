"""Lifetime: how often and for how much customers will buy, and what that is worth."""

from __future__ import annotations

from salesfunnel.lifetime.buying import BgNbd, fit_bgnbd
from salesfunnel.lifetime.renewing import Sbg, fit_sbg
from salesfunnel.lifetime.spending import GammaGamma, fit_gamma_gamma
from salesfunnel.lifetime.worth import LifetimeValue, clv

__all__ = [
    "BgNbd",
    "GammaGamma",
    "LifetimeValue",
    "Sbg",
    "clv",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_sbg",
]
