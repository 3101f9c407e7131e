"""Where the project's shared reference material stands, if it is there at all."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("SALESFUNNEL_SHARED", ROOT.parent / "shared"))
