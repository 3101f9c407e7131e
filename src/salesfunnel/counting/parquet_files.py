"""Events out of Parquet files, by path or pattern: only the columns that are asked for."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Mapping
from typing import Any

from salesfunnel._core.errors import DataError
from salesfunnel._core.extras import require
from salesfunnel.data.events.event_log import EventLog
from salesfunnel.data.events.frames import known_roles

__all__ = ["is_parquet_path", "log_of_parquet"]


def is_parquet_path(events: object) -> bool:
    """Whether events are given as a path, or as a dataset of pyarrow."""
    if isinstance(events, str | os.PathLike):
        return True
    return type(events).__module__.startswith("pyarrow") and hasattr(events, "to_table")


def log_of_parquet(
    events: Any, columns: Mapping[str, str] | None, attributes: Iterable[str]
) -> EventLog:
    """Return the events of Parquet files, of a folder or of a dataset of pyarrow.

    Raises
    ------
    DataError
        If there is no such file, or one is of another kind.
    """
    arrow = require("pyarrow", extra="frames", feature="reading Parquet")
    dataset = events
    if isinstance(events, str | os.PathLike):
        datasets = require("pyarrow.dataset", extra="frames", feature="reading Parquet")
        path = os.fsdecode(os.fspath(events))
        pattern = any(mark in path for mark in "*?[") and not os.path.exists(path)  # noqa: PTH110 - any str
        files = sorted(glob.glob(path, recursive=True)) if pattern else path  # noqa: PTH207 - as above
        if pattern and not files:
            raise DataError(f"'events' must be files that are there, got none for {path!r}")
        try:
            dataset = datasets.dataset(files, format="parquet")
        except (OSError, arrow.ArrowException) as error:
            raise DataError(
                f"'events' must be Parquet files, got {path!r} ({error})",
                hint=f"sf.read_events({path!r}) reads CSV, JSON and other files",
            ) from error
    known = [*dataset.schema.names]
    found = known_roles(known, columns, "in the files")
    wanted = [*dict.fromkeys([*found.names.values(), *attributes])]
    try:
        table = dataset.to_table(columns=[name for name in wanted if name in known])
    except (OSError, arrow.ArrowException) as error:
        raise DataError(
            f"'events' must be Parquet files, got others ({error})",
            hint="read_events reads CSV, JSON and other files",
        ) from error
    return EventLog.from_frame(table, columns=found.names, attributes=[*attributes])
