"""From results to pictures: one function for each type and kind, named in the registry."""
