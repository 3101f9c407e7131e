"""Which tests the quick run leaves out: ``pytest -n 2 -m "not slow"``, half a minute on two cores.

What is left out here has a quick counterpart: fuzzing and twins beside examples by hand, servers
and browsers beside the engines in process, every locale of every result beside one of each kind.
``benchmarks/speed/slow_tests.py`` lists what else takes long. Continuous integration runs all.
"""

from __future__ import annotations

FILES = {
    "test_browser.py": "drives a browser",
    "test_browser_report.py": "drives a browser",
    "test_columns_of_cells.py": "many random cells, twice: whole columns and one by one",
    "test_count_steps_chdb.py": "starts ClickHouse in process",
    "test_count_steps_crowds.py": "crowds of events against chains written out",
    "test_docs.py": "runs every block of every page",
    "test_embedding_data.py": "loads Dagster, Streamlit and clients of databases",
    "test_engines_clickhouse.py": "starts ClickHouse in process",
    "test_engines_postgres.py": "starts a cluster",
    "test_engines_spark.py": "starts Spark",
    "test_full_disk.py": "every method that writes, on a disk of 100 bytes",
    "test_notebooks.py": "runs notebooks in kernels",
    "test_read_deals_wrappings.py": "random dirt in every wrapping",
    "test_results.py": "every result in every language",
    "test_sheet_round_trip.py": "random sheets, written and read back",
}
"""Whole files, with the reason; the quick run does not even load them."""
TESTS = {
    "test_monitoring.py": ("test_weekly_looks_stay_honest_in_a_short_run_of_the_study",),
}
"""Single tests by file; those that have the mark where they stand need no entry."""
