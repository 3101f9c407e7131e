"""Purchases: who bought, when, for how much; the raw material of repurchase."""

from __future__ import annotations

from salesfunnel.data.purchases._columns import last_moment
from salesfunnel.data.purchases.orders import DAY, Orders
from salesfunnel.data.purchases.summary import UNIT_DAYS, CustomerSummary
from salesfunnel.data.purchases.table import Purchases

__all__ = ["DAY", "UNIT_DAYS", "CustomerSummary", "Orders", "Purchases", "last_moment"]
