"""The default of threads follows what the process may use."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from salesfunnel._kernels.processors import usable_processors


@pytest.mark.parametrize(
    ("quota", "most"),
    [("max 100000", 10**6), ("150000 100000", 2), ("50000 100000", 1), ("", 10**6)],
)
def test_limits_of_control_groups_count(tmp_path, quota, most):
    file = tmp_path / "sys/fs/cgroup/cpu.max"
    file.parent.mkdir(parents=True)
    file.write_text(quota)
    assert usable_processors(str(tmp_path)) == min(most, usable_processors(str(tmp_path / "none")))


def test_older_control_groups_count(tmp_path):
    folder = tmp_path / "sys/fs/cgroup/cpu"
    folder.mkdir(parents=True)
    (folder / "cpu.cfs_quota_us").write_text("100000\n")
    (folder / "cpu.cfs_period_us").write_text("100000\n")
    assert usable_processors(str(tmp_path)) == 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs affinity")
def test_affinity_counts():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
        "from salesfunnel._kernels.processors import usable_processors; print(usable_processors())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
