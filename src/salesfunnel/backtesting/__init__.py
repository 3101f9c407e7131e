"""Back-test: how good the forecast would have been, beside the usual ways of a CRM."""

from __future__ import annotations

from salesfunnel.backtesting.result import Backtest, BacktestScore
from salesfunnel.backtesting.run import backtest

__all__ = ["Backtest", "BacktestScore", "backtest"]
