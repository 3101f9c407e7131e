"""Pure functions on arrays: they know no nouns, and their arguments are already validated."""
