"""The accuracy study in small: what it measures may not get worse unseen."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

STUDY = Path(__file__).parents[1] / "benchmarks" / "accuracy" / "bottlenecks.py"


@pytest.fixture(scope="module")
def study():
    spec = importlib.util.spec_from_file_location("bottleneck_study", STUDY)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_alarms_are_mostly_true_and_rarely_of_healthy_funnels(study):
    cells = study.main_study(np.random.default_rng(99), 200)
    score, truth = study.joined(cells)
    precision, recall, healthy = study.measure(score["p"], truth, 0.5)
    assert precision >= 0.78
    assert recall >= 0.3
    assert healthy <= 0.1
    precision, _, healthy = study.measure(score["p"], truth, 0.7)
    assert precision >= 0.86
    assert healthy <= 0.05
    ours = study.at_equal_alarms(score["p"], truth)
    rule = max(study.at_equal_alarms(score[f"guarded{w}"], truth) for w in (1, 3))
    assert ours >= 2 * rule
    for low in (0.0, 0.1, 0.5):
        inside = (score["p"] >= low) & (score["p"] < low + 0.1)
        assert abs(score["p"][inside].mean() - truth[inside].mean()) < 0.1


def test_figures_do_not_depend_on_the_process(study, tmp_path):
    """Another hash seed, another number of threads: the same bits."""
    code = (
        "import json, numpy as np, salesfunnel as sf;"
        "c = np.random.default_rng(1).poisson([500, 200, 80], (15, 6, 3));"
        "months = [f'{2024 + m // 12}-{m % 12 + 1:02d}' for m in range(15)];"
        "f = sf.find_bottlenecks(sf.Panel.from_counts(c, periods=months));"
        "print(json.dumps([f.probability.tolist(), np.nan_to_num(f.gain).tolist()]))"
    )
    seen = set()
    for hash_seed, threads in (("0", "1"), ("7", "2")):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": hash_seed, "OMP_NUM_THREADS": threads, "PATH": ""},
        )
        json.loads(done.stdout)
        seen.add(done.stdout)
    assert len(seen) == 1
