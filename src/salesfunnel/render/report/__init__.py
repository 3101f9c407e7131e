"""The report of an analysis: the answer, its sections, the page."""
