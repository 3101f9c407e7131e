"""The benchmarks that ship in the box: public figures, each with the source that was read."""
