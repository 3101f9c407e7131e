"""What one cell means: a number, a time, a period."""
