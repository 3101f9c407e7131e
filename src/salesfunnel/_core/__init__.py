"""Helpers for every room, free of domain terms: errors, checks, arrays, periods, durations."""
