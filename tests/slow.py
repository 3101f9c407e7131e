"""Which tests the quick run leaves out: ``pytest -n 2 -m "not slow"``.

The aim is half a minute on two cores.
What is left out here has a quick counterpart: fuzzing and twins beside examples by hand, servers
and browsers beside the engines in process, every locale of every result beside one of each kind.
``benchmarks/speed/slow_tests.py`` lists what else takes long. Continuous integration runs all.
"""

from __future__ import annotations

from pathlib import Path

FILES = {
    "test_analysis_book.py": "writes workbooks of every result of a round",
    "test_bottleneck_study.py": "short runs of studies",
    "test_browser.py": "drives a browser",
    "test_browser_report.py": "drives a browser",
    "test_buying_models.py": "simulated customers of every model",
    "test_charts.py": "every picture of every result, by every library",
    "test_charts_of_results.py": "every picture of every result",
    "test_chinese_pages.py": "every result in Chinese",
    "test_cli_commands.py": "every command in a process of its own",
    "test_columns_of_cells.py": "many random cells, twice: whole columns and one by one",
    "test_count_steps_chdb.py": "starts ClickHouse in process",
    "test_count_steps_crowds.py": "crowds of events against chains written out",
    "test_crm_random.py": "random records of every vendor",
    "test_crm_random_more.py": "random records of every vendor",
    "test_damaged_documents.py": "a document of every result, damaged in every way",
    "test_developer_docs.py": "draws the map of the rooms",
    "test_docs.py": "runs every block of every page",
    "test_embedding.py": "starts services and sends mail on loopback",
    "test_embedding_data.py": "loads Dagster, Streamlit and clients of databases",
    "test_engines_clickhouse.py": "starts ClickHouse in process",
    "test_engines_postgres.py": "starts a cluster",
    "test_engines_spark.py": "starts Spark",
    "test_event_speed_paths.py": "random columns, the quick way and the careful one",
    "test_full_disk.py": "every method that writes, on a disk of 100 bytes",
    "test_history_twin.py": "random histories against loops",
    "test_more_charts.py": "marks of every shape, by every library",
    "test_more_documents.py": "every kept result without each of its parts",
    "test_more_reports.py": "reports of many verdicts",
    "test_notebooks.py": "runs notebooks in kernels",
    "test_office_plans.py": "starts LibreOffice",
    "test_office_sheets.py": "starts LibreOffice",
    "test_playbook_document.py": "starts LibreOffice",
    "test_quick_times.py": "random times, the quick way and the careful one",
    "test_read_deals_wrappings.py": "random dirt in every wrapping",
    "test_reading_twice.py": "random dirt, read in two ways",
    "test_result_protocol.py": "makes every result there is",
    "test_results.py": "every result in every language",
    "test_round_command.py": "every command of a round in a process of its own",
    "test_sheet_round_trip.py": "random sheets, written and read back",
    "test_site.py": "builds the site in both languages and walks it in a browser",
    "test_slides.py": "writes slides of every result",
    "test_year_of_rounds.py": "a year of rounds in files",
}
"""Whole files, with the reason; the quick run does not even load them."""
TESTS: dict[str, tuple[str, ...]] = {
    "test_count_steps.py": (
        "test_blocks_and_threads_change_nothing",
        "test_other_ids_units_and_order_of_rows_change_nothing",
    ),
    "test_embedding_mcp.py": ("test_answers_are_the_documents_of_the_library",),
    "test_engines.py": (
        "test_an_empty_table_and_twelve_steps",
        "test_columns_of_every_kind",
        "test_duckdb_gives_the_same_answer",
        "test_hostile_names_are_only_names",
        "test_names_that_no_row_can_have_are_counted_as_nobody",
    ),
    "test_cli.py": ("test_any_terminal_can_show_it",),
    "test_errors.py": ("test_every_message_in_the_source_has_the_form",),
    "test_files.py": ("test_a_full_disk_leaves_every_old_file_whole",),
    "test_history.py": (
        "test_panel_against_a_twin",
        "test_times_before_1970_and_of_any_microsecond_keep_their_order",
    ),
    "test_kernel_order.py": ("test_any_keys",),
    "test_kernel_special.py": (
        "test_hyp2f1_is_right_or_refused_over_its_whole_domain",
        "test_incomplete_beta_mirrors_and_inverts",
    ),
    "test_link.py": ("test_links_are_those_of_a_search_by_hand",),
    "test_monitoring.py": ("test_weekly_looks_stay_honest_in_a_short_run_of_the_study",),
    "test_new_sheet.py": ("test_the_sheet_of_every_template_is_read_back_equal",),
    "test_old_documents.py": ("test_a_document_of_every_type_of_today_is_kept",),
    "test_pipeline_bridge.py": ("test_any_bridge_is_that_of_the_twin_and_chains",),
    "test_sheet_sources.py": (
        "test_damaged_parts_of_workbooks_raise_nothing_else",
        "test_damaged_workbooks_raise_nothing_else",
        "test_every_encoding_and_delimiter",
        "test_random_rows_raise_nothing_else",
    ),
    "test_stats_rates.py": ("test_an_interval_holds_its_rate_and_mirrors",),
    "test_target.py": ("test_every_breakdown_adds_up_to_the_target",),
}
"""Single tests by file; those that have the mark where they stand need no entry."""
for _line in (Path(__file__).parent / "slow_tests.txt").read_text("utf-8").split():
    _file, _, _test = _line.partition("::")  # measured: benchmarks/speed/slow_tests.py --write
    TESTS[_file] = (*TESTS.get(_file, ()), _test)
UNTRACED = {
    "test_docs.py": "runs the library as its own tests do",
    "test_year_of_rounds.py": "the same round, many times",
    "test_full_disk.py": "writes what other tests write",
    "test_site.py": "builds pages",
    "test_browser.py": "looks at pages that other tests make",
    "test_browser_report.py": "looks at pages that other tests make",
    "test_wide_tables.py": "counts how work grows",
    "test_count_steps_crowds.py": "random crowds",
    "test_sheet_round_trip.py": "random sheets",
    "test_kernel_special.py": "every value of a domain",
    "test_history_twin.py": "random histories",
    "test_damaged_documents.py": "random damage",
    "test_notebooks.py": "runs the library as its own tests do",
    "test_embedding_data.py": "services of others around the library",
    "test_engines_postgres.py": "the queries of test_engines.py in another database",
    "test_engines_clickhouse.py": "the queries of test_engines.py in another database",
    "test_office_sheets.py": "LibreOffice",
    "test_seasonal_targets.py": "simulated quarters",
    "test_results.py": "every result in every language",
}
"""Files whose lines are not measured in CI, with the reason: the tracer makes pure Python three to
five times slower, and they repeat what quicker tests run once."""
