"""The pipeline: its bridge, slippage, and whose calls can be trusted."""

from __future__ import annotations

from salesfunnel.pipeline._commit_bias import commit_bias
from salesfunnel.pipeline._pipeline_bridge import pipeline_bridge
from salesfunnel.pipeline._slippage import slippage
from salesfunnel.pipeline.bars import BARS, BridgeBars
from salesfunnel.pipeline.bridge import BridgeVerdict, PipelineBridge
from salesfunnel.pipeline.commit_bias_result import CallRecord, CommitBias
from salesfunnel.pipeline.slippage_result import Slippage, SlipRate, TypedDates

__all__ = [
    "BARS",
    "BridgeBars",
    "BridgeVerdict",
    "CallRecord",
    "CommitBias",
    "PipelineBridge",
    "SlipRate",
    "Slippage",
    "TypedDates",
    "commit_bias",
    "pipeline_bridge",
    "slippage",
]
