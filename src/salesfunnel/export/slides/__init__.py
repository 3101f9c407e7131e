"""Slides of an analysis for a meeting: one message a slide, native charts, notes to speak from."""
