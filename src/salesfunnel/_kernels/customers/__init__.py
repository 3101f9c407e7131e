"""Kernels of customers: buying, spending, renewing."""
