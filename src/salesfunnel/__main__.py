"""``python -m salesfunnel`` is the command ``salesfunnel``."""

from __future__ import annotations

import sys

from salesfunnel.cli import main

if __name__ == "__main__":
    sys.exit(main())
