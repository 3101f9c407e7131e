"""Kernels of events: packing, counting, tracing, texts."""
