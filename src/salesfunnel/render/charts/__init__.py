"""Pictures: one neutral `Chart`, and backends that draw it (SVG, Vega-Lite, libraries)."""

from __future__ import annotations

from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.marks import ChartMark, ChartScale
from salesfunnel.render.charts.registry import chart_of, kinds_of

__all__ = ["Chart", "ChartMark", "ChartScale", "chart_of", "kinds_of"]
