"""From a file of deals to a StageHistory."""
