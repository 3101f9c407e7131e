"""From the cells of a monthly sheet to a Tracking."""
