"""Which of the quick tests take most, and so want the mark `slow` or less work.

    python benchmarks/speed/slow_tests.py                    # all tests that are not marked
    python benchmarks/speed/slow_tests.py tests/test_x.py    # of some files
    python benchmarks/speed/slow_tests.py --write            # and writes tests/slow_tests.txt

``pytest -n 2 -m "not slow"`` is to take less than half a minute on two cores. This runs the same
tests in one process, and sums the CPU seconds of each test over its parameters, its fixtures and
the processes that it starts. Loading a file counts, too: a file of slow tests only belongs in
`FILES` of ``tests/slow.py``, which leaves it unread. ``--write`` marks the longest tests, and no
more of them than the half minute asks for.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUDGET = 60.0
"""CPU seconds of two cores in half a minute."""
ROOM = 0.5
"""Share of the budget for the tests: each of two workers also loads all files, 13 CPU seconds."""
LIST = ROOT / "tests" / "slow_tests.txt"
WANTS_A_MARK = 0.5
"""CPU seconds from which a test is named."""


def spent() -> float:
    """Return the CPU seconds of this process and of those that it started."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Clock:
    """Sums CPU seconds by test function and by file that is loaded."""

    def __init__(self) -> None:
        self.tests: Counter[str] = Counter()
        self.files: Counter[str] = Counter()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        began = spent()
        try:
            return (yield)
        finally:
            self.tests[re.sub(r"\[.*", "", item.nodeid)] += spent() - began

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        began = spent()
        try:
            return (yield)
        finally:
            if isinstance(collector, pytest.Module):
                self.files[f"loading {collector.nodeid}"] += spent() - began


def main() -> None:
    """Run the quick tests, and list those that take most."""
    clock, began = Clock(), time.perf_counter()
    write = "--write" in sys.argv
    arguments = [one for one in sys.argv[1:] if one != "--write"] or [str(ROOT / "tests")]
    pytest.main(["-q", "-m", "not slow", "-p", "no:cacheprovider", *arguments], plugins=[clock])
    took = clock.tests + clock.files
    print(f"\n{sum(took.values()):.1f} CPU s of {BUDGET:.0f}, {time.perf_counter() - began:.0f} s")
    for name, seconds in took.most_common():
        if seconds >= WANTS_A_MARK:
            print(f"{seconds:7.2f}  {name}")
    if write:
        left, more = sum(took.values()), []
        for name, seconds in clock.tests.most_common():
            if left <= ROOM * BUDGET:
                break
            more.append(f"{Path(name.partition('::')[0]).name}::{name.rpartition('::')[2]}")
            left -= seconds
        known = LIST.read_text("utf-8").split() if LIST.exists() else []
        LIST.write_text("\n".join(sorted({*known, *more})) + "\n", "utf-8")
        print(f"{len(more)} more are marked; {left:.0f} CPU s are left")


if __name__ == "__main__":
    main()
