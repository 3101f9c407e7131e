"""The DAG of Airflow, run from its first task to its last. Skipped where there is no Airflow."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
QUIET = {"AIRFLOW__CORE__LOAD_EXAMPLES": "False"}


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("airflow") is None, reason="there is no Airflow here")
def test_the_dag_writes_the_report_and_stops_at_errors(tmp_path):
    dags = tmp_path / "dags"
    dags.mkdir()
    shutil.copy(EXAMPLES / "airflow_dag.py", dags)
    shutil.copytree(EXAMPLES / "company", dags / "company")
    around = {**os.environ, **QUIET, "AIRFLOW_HOME": str(tmp_path / "home"),
              "AIRFLOW__CORE__DAGS_FOLDER": str(dags)}  # fmt: skip

    def run(*command):
        return subprocess.run(
            [sys.executable, *command], env=around, cwd=tmp_path, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    assert run("-m", "airflow", "db", "migrate").returncode == 0
    done = run(str(dags / "airflow_dag.py"))
    page = tmp_path / "reports" / "report_2026-10.html"
    assert "<svg" in page.read_text("utf-8"), done.stdout[-2000:]
    page.unlink()
    sheet = dags / "company" / "deals.csv"
    head, first, *rest = sheet.read_text("utf-8").splitlines()
    cells = first.split(",")
    wrong = ",".join([cells[0], "no date", *cells[2:]])
    sheet.write_text("\n".join([head, wrong, *rest]), "utf-8")
    done = run(str(dags / "airflow_dag.py"))
    assert not page.exists()
    assert "the export has errors" in done.stdout + done.stderr
