"""From a path, bytes or records to the cells of one table."""
