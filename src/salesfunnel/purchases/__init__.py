"""Purchases: who bought, when, for how much; the raw material of repurchase."""

from __future__ import annotations

from salesfunnel.purchases._columns import moment
from salesfunnel.purchases.orders import DAY, Orders
from salesfunnel.purchases.summary import UNIT_DAYS, CustomerSummary
from salesfunnel.purchases.table import Purchases

__all__ = ["DAY", "UNIT_DAYS", "CustomerSummary", "Orders", "Purchases", "moment"]
