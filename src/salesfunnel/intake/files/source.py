"""Whatever is given, a path, bytes, a file, text or rows, to grids."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from salesfunnel._core.checks import nearest
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.extras import require
from salesfunnel.fault import IntakeError
from salesfunnel.intake.files.delimited_text import decode, read_text
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.files.workbook import is_workbook, read_workbook

MAX_SOURCE = 64_000_000
"""How many bytes a source may have."""


@attrs.frozen(kw_only=True)
class Source:
    """What was read: grids, the name of the file, and the encoding of its text."""

    grids: tuple[Grid, ...]
    file: str | None = None
    encoding: str | None = None


def load(source: Any, *, encoding: str | None = None) -> Source:
    """Return the tables in a source.

    Raises
    ------
    IntakeError
        If it cannot be opened or is no table.
    ArgumentError
        If it is nothing that can be read.
    """
    if isinstance(source, str) and not _is_path(source):
        return Source(grids=(read_text(source.removeprefix("\ufeff")),))
    if isinstance(source, str | os.PathLike):
        path = os.fspath(source)
        path = os.fsdecode(path) if isinstance(path, bytes) else path
        return _from_bytes(_file_bytes(path), encoding, os.path.basename(path))  # noqa: PTH119 - any str
    if isinstance(source, bytes | bytearray | memoryview):
        return _from_bytes(bytes(source), encoding, None)
    if hasattr(source, "read"):
        return _from_file(source, encoding)
    return Source(grids=(Grid(rows=_records(source), safe=True),))


def _is_path(text: str) -> bool:
    """Whether a str names a file: one line without tabs or bars."""
    return not any(mark in text for mark in "\n\r\t|") and len(text) < 4096


def _file_bytes(path: str) -> bytes:
    try:
        if os.path.getsize(path) > MAX_SOURCE:  # noqa: PTH202 - path may be any str
            raise _too_long(os.path.getsize(path))  # noqa: PTH202 - as above
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return file.read(MAX_SOURCE + 1)
    except (OSError, ValueError) as error:
        folder = os.path.dirname(path) or "."  # noqa: PTH120 - as above
        try:
            names = [name for name in os.listdir(folder) if not name.startswith(".")]  # noqa: PTH208 - as above
        except (OSError, ValueError):
            names = []
        reason = getattr(error, "strerror", None) or str(error)
        missing = isinstance(error, FileNotFoundError)
        close = nearest(os.path.basename(path), names) if missing else None  # noqa: PTH119 - as above
        raise IntakeError(
            f"'source' must be a file that can be opened, got {path!r} ({reason})",
            hint=None
            if close is None
            else f"did you mean {os.path.join(os.path.dirname(path), close)!r}?",  # noqa: PTH118, PTH120 - as above
        ) from error


def _too_long(size: int) -> IntakeError:
    return IntakeError(f"'source' must be of at most {MAX_SOURCE} bytes, got {size}")


def _from_file(file: Any, encoding: str | None) -> Source:
    try:
        content = file.read()
    except UnicodeDecodeError as error:
        raise IntakeError(
            f"'source' must be a file opened with its encoding, got {error.reason}",
            hint='open it with mode "rb"',
        ) from error
    except (OSError, ValueError) as error:
        raise IntakeError(f"'source' must be a file that can be read, got {error}") from error
    name = getattr(file, "name", None)
    name = os.path.basename(name) if isinstance(name, str) else None  # noqa: PTH119 - as above
    if isinstance(content, str):
        return Source(grids=(read_text(content.removeprefix("\ufeff")),), file=name)
    if isinstance(content, bytes | bytearray):
        return _from_bytes(bytes(content), encoding, name)
    raise ArgumentError(f"'source' must be a file of text or bytes, got {type(content).__name__}")


def _from_bytes(data: bytes, encoding: str | None, name: str | None) -> Source:
    if len(data) > MAX_SOURCE:
        raise _too_long(len(data))
    if not data.strip():
        raise IntakeError("'source' must hold a table, got nothing")
    if is_workbook(data):
        return Source(grids=read_workbook(data), file=name)
    text, used = decode(data, encoding)
    return Source(grids=(read_text(text),), file=name, encoding=used)


def _records(source: Any) -> list[list[Any]]:
    """Return rows, the header first, from records, lists, columns or a dataframe."""
    source = _eager(source)
    for method, options in (
        ("to_dicts", {}),
        ("to_pylist", {}),
        ("to_dict", {"orient": "records"}),
    ):
        if hasattr(source, method) and not isinstance(source, Mapping):
            source = getattr(source, method)(**options)
            break
    if isinstance(source, Mapping):
        return _from_columns(source)
    if isinstance(source, str | bytes) or not isinstance(source, Iterable):
        raise ArgumentError(
            "'source' must be a path, a file, bytes, text, records or a dataframe,"
            f" got {type(source).__name__}"
        )
    rows = list(source)
    if not rows:
        raise IntakeError("'source' must hold a table, got no rows")
    if all(isinstance(row, Mapping) for row in rows):
        names = list(dict.fromkeys(key for row in rows for key in row))
        return [[str(key) for key in names], *([row.get(key) for key in names] for row in rows)]
    if all(isinstance(row, list | tuple) for row in rows):
        return [list(row) for row in rows]
    kinds = ", ".join(sorted({type(row).__name__ for row in rows}))
    raise ArgumentError(f"'source' must hold mappings or lists, all of one kind, got {kinds}")


def _library(thing: Any) -> str:
    return type(thing).__module__.partition(".")[0]


def _eager(source: Any) -> Any:
    """Return a dataframe that has records to give: any other one through Arrow or narwhals."""
    if _library(source) == "narwhals" and hasattr(source, "to_native"):
        source = source.to_native()
    known = ("to_dicts", "to_pylist", "to_dict")
    if any(hasattr(source, method) for method in known) or isinstance(source, list | tuple):
        return source
    if _library(source) == "polars" and hasattr(source, "collect"):
        # Columns of Python objects would be addresses in Arrow.
        return source.collect()
    if hasattr(source, "__arrow_c_stream__"):
        arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
        return arrow.table(source)
    if hasattr(source, "collect") or hasattr(source, "__narwhals_lazyframe__"):
        narwhals = require("narwhals", extra="frames", feature="reading a dataframe")
        try:
            return narwhals.from_native(source).lazy().collect("pyarrow").to_arrow()
        except TypeError:
            return source
    return source


def _from_columns(source: Mapping[Any, Any]) -> list[list[Any]]:
    columns = {}
    for key, column in source.items():
        if isinstance(column, str | bytes) or not isinstance(column, Iterable):
            raise ArgumentError(
                f"'source' must map the name of a column to its cells, got {column!r} for {key!r}"
            )
        columns[str(key)] = list(column)
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise ArgumentError(
            f"'source' must have columns of equal length, got {sorted(lengths)} cells"
        )
    return [list(columns), *map(list, zip(*columns.values(), strict=True))]
