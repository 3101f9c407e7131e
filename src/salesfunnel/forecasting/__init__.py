"""Forecast: what the open deals, and those to come, will bring by when; and its back-test."""

from __future__ import annotations

from salesfunnel.forecasting._backtest import backtest
from salesfunnel.forecasting._forecast import forecast
from salesfunnel.forecasting.backtest_result import Backtest, BacktestScore
from salesfunnel.forecasting.changed_rates import RatesChanged
from salesfunnel.forecasting.groups import ForecastGroups
from salesfunnel.forecasting.result import Forecast

__all__ = [
    "Backtest",
    "BacktestScore",
    "Forecast",
    "ForecastGroups",
    "RatesChanged",
    "backtest",
    "forecast",
]
