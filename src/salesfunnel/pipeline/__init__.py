"""The pipeline: its bridge, slippage, coverage, and whose calls can be trusted."""
