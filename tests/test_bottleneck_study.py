"""The accuracy study in small: what it measures may not get worse unseen."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf

FOLDER = Path(__file__).parents[1] / "benchmarks" / "accuracy"


@pytest.fixture(scope="module")
def study():
    sys.path.insert(0, str(FOLDER))
    spec = importlib.util.spec_from_file_location("verdicts_study", FOLDER / "verdicts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.remove(str(FOLDER))
    return module


@pytest.mark.parametrize(
    ("world", "precision", "recall", "alarmed"),
    [
        ("base", 0.7, 0.22, 0.08),
        ("season .5, 27 months", 0.62, 0.2, 0.11),
        ("AR .8 sd .2, 27 months", 0.5, 0.18, 0.16),
        ("onset 6", 0.7, 0.27, 0.08),
    ],
)
def test_alarms_are_mostly_true_and_rarely_of_healthy_funnels(
    study, world, precision, recall, alarmed
):
    rows = study.grid(np.random.default_rng(99), 500, [world])
    now = next(row for row in rows if row["method"] == "now, single: P ≥ .5")
    old = next(row for row in rows if row["method"] == "before: P ≥ .5")
    assert now["precision"] >= precision
    assert now["recall"] >= recall
    assert now["alarmed"] <= alarmed
    assert now["precision"] >= old["precision"] - 0.05


def test_named_rows_of_many_segments_are_mostly_true(study):
    rng = np.random.default_rng(7)
    named = wrong = 0
    for _ in range(12):
        counts, drop = study.worlds.segments_world(rng, base=0.15)
        chosen = study.most(study.judged(counts, together=True)[0].ravel())
        named += chosen.sum()
        wrong += (chosen & (drop.ravel() == 0)).sum()
    assert named >= 15
    assert wrong <= 0.2 * named


def test_the_study_judges_as_the_package_does(study):
    counts, _ = study.worlds.world(np.random.default_rng(5), 12, months=20)
    periods = [f"{2024 + m // 12}-{m % 12 + 1:02d}" for m in range(20)]
    panel = sf.Panel.from_counts(counts, periods=periods, segments=[f"f{k:02d}" for k in range(12)])
    for together in (True, False):
        want = study.judged(counts, together=together, last=7)[0]
        found = sf.find_bottlenecks(panel, pool=together)
        np.testing.assert_allclose(found.probability, want, atol=1e-9)


def test_figures_do_not_depend_on_the_process():
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
