"""Assets of Dagster: the deals, the analysis of each month, and its report as a file.

Run: pip install salesfunnel dagster dagster-webserver
     dagster dev -f examples/dagster_assets.py
The same as a DAG of Airflow: airflow_dag.py.
"""

from pathlib import Path

from dagster import (
    AssetCheckResult,
    Config,
    Definitions,
    MaterializeResult,
    MetadataValue,
    asset,
    asset_check,
)

import salesfunnel as sf

HERE = Path(__file__).parent


class Export(Config):
    """Where the nightly export is, and on which day it was made."""

    path: str = str(HERE / "company" / "deals.csv")
    as_of: str = "2026-11-20"
    funnel: str = "b2b"
    folder: str = "reports"


def analyse(path: str, as_of: str, funnel: str) -> str:
    """Return the analysis of an export as a JSON document."""
    return sf.analyze(sf.read_deals(path, funnel=funnel, as_of=as_of)).to_json()


def write_report(document: str, folder: str) -> Path:
    """Write the page of an analysis and return its path; the same month gives the same file."""
    found = sf.Analysis.from_json(document)
    Path(folder).mkdir(parents=True, exist_ok=True)
    path = Path(folder) / f"report_{found.period}.html"
    found.to_html(path)
    return path


@asset
def funnel_analysis(config: Export) -> str:
    """The analysis as a document: small, comparable, readable by every later version."""
    return analyse(config.path, config.as_of, config.funnel)


@asset
def funnel_report(config: Export, funnel_analysis: str) -> MaterializeResult:
    """The report of the last complete month."""
    found = sf.Analysis.from_json(funnel_analysis)
    worst = found.bottlenecks.rows[0]
    path = write_report(funnel_analysis, config.folder)
    return MaterializeResult(
        metadata={
            "path": MetadataValue.path(str(path)),
            "period": found.period,
            "worst_step": str(worst.transition),
            "verdict": worst.tier,
        }
    )


@asset_check(asset=funnel_analysis)
def deals_are_sound(funnel_analysis: str) -> AssetCheckResult:
    """Fail if the export has errors: a row that cannot be true is nobody's bottleneck."""
    faults = sf.Analysis.from_json(funnel_analysis).faults
    errors = [fault.code for fault in faults if fault.severity == "error"]
    return AssetCheckResult(passed=not errors, metadata={"errors": errors})


defs = Definitions(assets=[funnel_analysis, funnel_report], asset_checks=[deals_are_sound])
