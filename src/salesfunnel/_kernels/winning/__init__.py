"""The chance of deals to be won: where they go from a stage, when, and what months share."""
