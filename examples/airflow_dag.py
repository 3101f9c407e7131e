"""A DAG of Airflow 3: each night the analysis of the export, a check of its data, and the report.

Run: pip install salesfunnel apache-airflow, and put this file into the folder of DAGs.
Once, without a scheduler: python examples/airflow_dag.py (needs `airflow db migrate` once).
What a task hands on is the JSON document of the analysis: text that XCom keeps.
"""

from datetime import datetime, timezone
from pathlib import Path

from airflow.sdk import dag, task

HERE = Path(__file__).parent


@task
def analyse(path: str, as_of: str, funnel: str) -> str:
    """Return the analysis of an export as a JSON document."""
    import salesfunnel as sf  # a task imports what it needs: the scheduler reads this file often

    return sf.analyze(sf.read_deals(path, funnel=funnel, as_of=as_of)).to_json()


@task
def check_deals(document: str) -> str:
    """Fail if the export has errors, and name them: no report on rows that cannot be true."""
    import salesfunnel as sf

    errors = [f.code for f in sf.Analysis.from_json(document).faults if f.severity == "error"]
    if errors:
        raise ValueError(f"the export has errors: {', '.join(errors)}")
    return document


@task
def write_report(document: str, folder: str) -> str:
    """Write the page of an analysis and return its path; the same month gives the same file."""
    import salesfunnel as sf

    found = sf.Analysis.from_json(document)
    Path(folder).mkdir(parents=True, exist_ok=True)
    path = Path(folder) / f"report_{found.period}.html"
    found.to_html(path)
    return str(path)


@dag(
    schedule="@daily",
    start_date=datetime(2026, 11, 1, tzinfo=timezone.utc),
    catchup=False,
    params={
        "path": str(HERE / "company" / "deals.csv"), "as_of": "2026-11-20", "funnel": "b2b",
        "folder": "reports",
    },
)  # fmt: skip
def salesfunnel_report() -> None:
    """Read the export, look for the step that fell, write the report."""
    document = analyse("{{ params.path }}", "{{ params.as_of }}", "{{ params.funnel }}")
    write_report(check_deals(document), "{{ params.folder }}")


nightly = salesfunnel_report()

if __name__ == "__main__":
    nightly.test()
