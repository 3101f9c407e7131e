"""The pipeline: its bridge, slippage, coverage, and whose calls can be trusted."""

from __future__ import annotations

from salesfunnel.pipeline._commit_bias import commit_bias
from salesfunnel.pipeline._coverage import coverage, coverage_of
from salesfunnel.pipeline._pipeline_bridge import pipeline_bridge
from salesfunnel.pipeline._slippage import slippage
from salesfunnel.pipeline.bars import BARS, BridgeBars
from salesfunnel.pipeline.bridge import BridgeVerdict, PipelineBridge
from salesfunnel.pipeline.commit_bias_result import CallRecord, CommitBias
from salesfunnel.pipeline.coverage_result import Coverage, CoverageRow
from salesfunnel.pipeline.slippage_result import Slippage, SlipRate, TypedDates

__all__ = [
    "BARS",
    "BridgeBars",
    "BridgeVerdict",
    "CallRecord",
    "CommitBias",
    "Coverage",
    "CoverageRow",
    "PipelineBridge",
    "SlipRate",
    "Slippage",
    "TypedDates",
    "commit_bias",
    "coverage",
    "coverage_of",
    "pipeline_bridge",
    "slippage",
]
