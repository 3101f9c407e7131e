"""The gate of coverage in continuous integration: what opens it, and what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

GATE = Path(__file__).parents[1] / ".ci" / "coverage_gate.py"


@pytest.fixture(scope="module")
def gate():
    if not GATE.exists():
        pytest.skip("the sources of a release have no .ci")
    spec = importlib.util.spec_from_file_location("coverage_gate", GATE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(branches, missing):
    files = {
        "src/salesfunnel/_kernels/mix.py": {
            "missing_lines": missing, "missing_branches": [], "summary": {"num_statements": 100},
        },
        "src/salesfunnel/conversion.py": {
            "missing_lines": [7], "missing_branches": [[6, 7]], "summary": {"num_statements": 50},
        },
    }  # fmt: skip
    totals = {"covered_branches": branches, "num_branches": 100, "covered_lines": 149,
              "num_statements": 150}  # fmt: skip
    return {"totals": totals, "files": files}


def test_it_opens_for_enough_and_names_what_is_missing(gate):
    assert gate.problems(report(99, [])) == []
    (few,) = gate.problems(report(40, []))
    assert few.startswith("40.00% of the branches are covered")
    said = gate.problems(report(99, [3, 9]))
    assert said[0].startswith("98.00% of the lines of _kernels")
    assert said[1] == "  src/salesfunnel/_kernels/mix.py: 3, 9"


def test_lines_without_branches_are_no_measure(gate):
    assert "branches were not measured" in gate.problems({"totals": {}, "files": {}})[0]


def test_the_worst_files_come_first(gate):
    assert [line.split()[-1] for line in gate.worst(report(99, [1, 2, 3]))] == [
        "src/salesfunnel/_kernels/mix.py", "src/salesfunnel/conversion.py",
    ]  # fmt: skip
