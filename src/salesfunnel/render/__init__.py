"""Showing results: a plain model of a document first, then text, HTML and pictures."""
