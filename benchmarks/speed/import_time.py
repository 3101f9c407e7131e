"""Time of `import salesfunnel` beside `import attrs`: python benchmarks/speed/import_time.py.

Speed study (the package ``salesfunnel.builtin.benchmarks`` holds industry figures, not this).
Each import runs in a fresh process with -X importtime; the two take turns; the ratio of the
medians of the cumulative times is printed. Bound: 1.3.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys

RUNS = 31


def micros(module: str) -> int:
    """Return the cumulative time of importing a module, in microseconds."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    log = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    rows = re.findall(r"import time:\s+\d+ \|\s+(\d+) \| (\s*)(\S+)", log)
    return next(int(total) for total, _, name in rows if name == module)


def main() -> None:
    """Print the medians and their ratio."""
    times: dict[str, list[int]] = {"salesfunnel": [], "attrs": []}
    for _ in range(RUNS):
        for module, found in times.items():
            found.append(micros(module))
    ours, theirs = (statistics.median(times[module]) for module in times)
    print(f"import salesfunnel {ours / 1000:.2f} ms, import attrs {theirs / 1000:.2f} ms")
    print(f"ratio {ours / theirs:.2f} (bound 1.3), median of {RUNS} runs each")


if __name__ == "__main__":
    main()
