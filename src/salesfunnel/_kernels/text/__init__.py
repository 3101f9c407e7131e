"""Cells of text read as columns: where they lie, and what they mean where that is plain."""
