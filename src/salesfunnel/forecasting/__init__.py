"""Forecast: what the open deals, and those to come, will bring by when."""

from __future__ import annotations

from salesfunnel.forecasting.make import forecast
from salesfunnel.forecasting.result import Forecast

__all__ = ["Forecast", "forecast"]
