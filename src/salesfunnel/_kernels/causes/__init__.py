"""Causes of a fall over many recorded columns: one linear model, its parts, and a search."""
