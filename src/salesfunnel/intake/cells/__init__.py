"""Cells: numbers, times and periods as people write them."""
