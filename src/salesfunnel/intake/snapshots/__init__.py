"""Dated exports of the same list of deals, read as a history."""
