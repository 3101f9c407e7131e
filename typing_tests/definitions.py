"""Read by type checkers only."""

import salesfunnel as sf

funnel: sf.Funnel = sf.Funnel("f", ["a", sf.Stage("b")])
panel: sf.Panel = sf.Panel.from_counts({"2026-09": [1, 2]}, funnel=funnel)
