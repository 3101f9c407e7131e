"""Events out of Parquet files, by path or pattern: only the columns that are asked for."""

from __future__ import annotations

import glob
import os
import zlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import DataError
from salesfunnel._core.extras import require
from salesfunnel._core.foreign import is_a
from salesfunnel.data.events.event_log import EventLog
from salesfunnel.data.events.frames import known_roles

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds

__all__ = ["ParquetEvents", "is_parquet_path", "log_of_parquet", "open_parquet"]


def is_parquet_path(events: object) -> bool:
    """Whether events are given as a path, or as a dataset of pyarrow."""
    if isinstance(events, str | os.PathLike):
        return True
    return is_a(events, "pyarrow.dataset", "Dataset")


def log_of_parquet(
    events: object, columns: Mapping[str, str] | None, attributes: Iterable[str]
) -> EventLog:
    """Return the events of Parquet files, of a folder or of a dataset of pyarrow.

    Raises
    ------
    DataError
        If there is no such file, or one is of another kind.
    """
    return open_parquet(events, columns, attributes).log_of(0, 1)


@attrs.frozen(kw_only=True, eq=False)
class ParquetEvents:
    """Events in Parquet files.

    Parameters
    ----------
    dataset : pyarrow.dataset.Dataset
    roles : mapping of str to str
        The columns of who, what and when.
    attributes : tuple of str
        The columns to read in addition.
    """

    dataset: ds.Dataset
    roles: Mapping[str, str]
    attributes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.dataset.count_rows())

    def log_of(self, part: int, parts: int) -> EventLog:
        """Return the events of some entities: those of one part of so many."""
        arrow = require("pyarrow", extra="frames", feature="reading Parquet")
        wanted = dict.fromkeys([*self.roles.values(), *self.attributes])
        held = [name for name in wanted if name in self.dataset.schema.names]
        try:
            if parts == 1:
                table = self.dataset.to_table(columns=held)
            else:
                who = self.roles["entity"]
                batches = self.dataset.to_batches(columns=held)
                table = arrow.Table.from_batches(
                    [b.filter(arrow.array(_of_part(b.column(who), part, parts))) for b in batches],
                    schema=arrow.schema([self.dataset.schema.field(name) for name in held]),
                )
        except (OSError, arrow.ArrowException) as error:
            raise DataError(
                f"'events' must be Parquet files, got others ({error})",
                hint="sf.read_events(...) reads CSV, JSON and other files",
            ) from error
        return EventLog.from_frame(table, columns=self.roles, attributes=[*self.attributes])


def _of_part(column: pa.ChunkedArray, part: int, parts: int) -> npt.NDArray[np.bool_]:
    """Return which rows belong to a part: those of one entity always to the same."""
    coded = column if is_a(column, "pyarrow", "DictionaryArray") else column.dictionary_encode()
    names = coded.dictionary.to_pylist()
    texts = [str(name).encode("utf-8", "surrogatepass") for name in names]
    mine = [zlib.crc32(text) % parts == part for text in texts]
    table = np.array([*mine, part == 0], dtype=np.bool_)
    codes = coded.indices.cast("int64").fill_null(len(names)).to_numpy(zero_copy_only=False)
    found: npt.NDArray[np.bool_] = table[codes]
    return found


def open_parquet(
    events: Any, columns: Mapping[str, str] | None, attributes: Iterable[str]
) -> ParquetEvents:
    """Open Parquet files by path or pattern, or a dataset of pyarrow.

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
    found = known_roles([*dataset.schema.names], columns, "in the files")
    return ParquetEvents(dataset=dataset, roles=found.names, attributes=tuple(attributes))
