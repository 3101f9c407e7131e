"""Read one cell as a number, a time or a period."""
