"""Whatever holds events, files, folders, text, records, to columns of cells."""

from __future__ import annotations

import glob
import gzip
import os
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel._core.extras import require
from salesfunnel.data.events.usual_names import recognise
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.events.json_records import columns_of_records, is_json, records_of_json
from salesfunnel.intake.events.options import Options
from salesfunnel.intake.files.body import Body, body_below, body_of_rows
from salesfunnel.intake.files.delimited_text import decode_text
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.files.lazy_rows import TextRows
from salesfunnel.intake.files.source import MAX_UPLOAD, check_size, load

__all__ = ["Cells", "files_of", "read_file", "read_rows"]

_SEARCHED = 40
_TEXT = (".csv", ".tsv", ".tab", ".txt", ".json", ".ndjson", ".jsonl")
_KNOWN = (
    *_TEXT,
    *(f"{ending}.gz" for ending in _TEXT),
    ".parquet",
    ".pq",
    ".xlsx",
    ".xlsm",
    ".ods",
)


@attrs.frozen(kw_only=True)
class Cells:
    """The columns of one file.

    Parameters
    ----------
    columns : mapping of str to sequence or Column
        Cells by the name of their column: those of text where they lie, others as they are.
    rows : ndarray of int64
        The number of each row, from 1 without the header.
    file : str, optional
        The name of the file, where there are several.
    """

    columns: Mapping[str, Any]
    rows: npt.NDArray[np.int64]
    file: str | None = None


def files_of(source: object, faults: list[Fault]) -> list[str] | None:
    """Return the files that a folder or a pattern stands for, sorted; None if it is neither.

    Raises
    ------
    IntakeError
        If there is no file of a kind that can be read.
    """
    if not isinstance(source, str | os.PathLike):
        return None
    path = os.fsdecode(os.fspath(source))
    if any(mark in path for mark in "\n\r\t") or len(path) > 4096 or is_json(path):
        return None
    if os.path.isdir(path):  # noqa: PTH112 - path may be any str
        found = [
            os.path.join(folder, name)  # noqa: PTH118 - as above
            for folder, _, names in os.walk(path)
            for name in names
            if not name.startswith((".", "_"))
        ]
    elif any(mark in path for mark in "*?[") and not os.path.exists(path):  # noqa: PTH110 - as above
        found = glob.glob(path, recursive=True)  # noqa: PTH207 - as above
        found = [name for name in found if os.path.isfile(name)]  # noqa: PTH113 - as above
    else:
        return None
    read = sorted(name for name in found if name.casefold().endswith(_KNOWN))
    if not read:
        raise IntakeError(
            f"'source' must hold files of events, got none in {path!r}",
            hint="CSV, TSV, JSON, NDJSON, Parquet and workbooks are read, also gzipped text",
        )
    faults.extend(
        Fault.of("file-not-read", severity="warning", value=os.path.basename(name))  # noqa: PTH119 - as above
        for name in sorted(set(found) - set(read))
    )
    return read


def read_file(
    path: str,
    wanted: Mapping[str, Any],
    *,
    attributes: Sequence[str] | None,
    options: Options,
    faults: list[Fault],
    label: str | None,
) -> Cells | Any:
    """Return the columns of a file; those of a Parquet file as an Arrow table."""
    name = path.casefold()
    if name.endswith((".parquet", ".pq")):
        if options.max_bytes is not None:
            check_size(os.path.getsize(path), options.max_bytes)  # noqa: PTH202 - path may be any str
        return _parquet(path, wanted, attributes, faults, label)
    source: Any = path
    if name.endswith(".gz"):
        try:
            with gzip.open(path) as file:
                source = file.read(-1 if options.max_bytes is None else options.max_bytes + 1)
        except (OSError, EOFError) as error:
            raise IntakeError(
                f"'source' must be a file that can be opened, got {path!r} ({error})"
            ) from error
        # A path may be of any size, and so may what it holds.
        options = attrs.evolve(options, max_bytes=options.max_bytes or max(len(source), 1))
    return read_rows(source, wanted, options=options, faults=faults, label=label)


def _parquet(
    path: str,
    wanted: Mapping[str, Any],
    attributes: Sequence[str] | None,
    faults: list[Fault],
    label: str | None,
) -> Any:
    arrow = require("pyarrow", extra="frames", feature="reading Parquet")
    parquet = require("pyarrow.parquet", extra="frames", feature="reading Parquet")
    try:
        file = parquet.ParquetFile(path)
        schema = file.schema_arrow
        nested = [f.name for f in schema if arrow.types.is_nested(f.type)]
        plain = [name for name in schema.names if name not in nested]
        if attributes is not None:
            known = recognise(plain, wanted)
            roles = {*known.names.values(), *known.others.get("entity", ())}
            plain = [name for name in plain if name in roles or name in attributes]
        table = file.read(columns=plain)
    except (OSError, arrow.ArrowException) as error:
        raise IntakeError(
            f"'source' must be a Parquet file that can be opened, got {path!r} ({error})"
        ) from error
    faults.extend(
        Fault.of("column-nested", severity="info", column=name, file=label)
        for name in nested
        if attributes is None
    )
    return table


def read_rows(
    source: object,
    wanted: Mapping[str, Any],
    *,
    options: Options,
    faults: list[Fault],
    label: str | None,
) -> Cells:
    """Return the columns of text, a workbook or records."""
    found = _json(source, options, label, faults)
    if found is not None:
        numbers, records = zip(*found, strict=True)
        return Cells(columns=columns_of_records([*records]), rows=np.array(numbers), file=label)
    loaded = load(
        source,
        encoding=options.encoding,
        max_bytes=options.max_bytes,
        progress=options.progress,
    )
    grid = _one_grid(loaded.grids, options.sheet)
    at, names = _header(grid, wanted)
    if isinstance(grid.rows, TextRows):
        body = body_below(grid, at, len(names))
        cells: Sequence[Any] = body.columns
    else:
        body, cells = _of_rows(grid.rows[at + 1 :], len(names))
    if body.beyond:
        row, words = body.beyond[0]
        faults.append(
            Fault.of("cells-beyond-header", row=row, value=", ".join(words)[:80], file=label)
        )
    columns: dict[str, Any] = {}
    for place, (name, column) in enumerate(zip(names, cells, strict=True)):
        unnamed = name or f"column {place + 1}"
        key = f"{unnamed} ({place + 1})" if unnamed in columns else unnamed
        if name or not body.columns[place].blank().all():
            columns[key] = column
    return Cells(columns=columns, rows=body.numbers.astype(np.int64), file=label)


def _of_rows(rows: Sequence[Sequence[Any]], width: int) -> tuple[Body, list[list[Any]]]:
    """Return rows of cells of any kind as a body, and its cells as they are."""
    body = body_of_rows(rows, width)
    kept = [rows[number - 1] for number in body.numbers.tolist()]
    return body, [[row[k] if k < len(row) else None for row in kept] for k in range(width)]


def _json(
    source: object, options: Options, label: str | None, faults: list[Fault]
) -> list[tuple[int, Any]] | None:
    """Return the records of a source that is JSON, or holds mappings; None otherwise."""
    if isinstance(source, Sequence) and source and isinstance(source[0], Mapping):
        return [*enumerate(source, 1)]
    if isinstance(source, Mapping):
        return None
    most = options.max_bytes
    if isinstance(source, str | os.PathLike):
        name = os.fsdecode(os.fspath(source))
        if is_json(name):
            if most is not None:
                check_size(len(name.encode("utf-8", "surrogatepass")), most)
            return records_of_json(name, label, faults)
        source = _json_bytes(name, most)
    elif isinstance(source, bytes | bytearray):
        check_size(len(source), MAX_UPLOAD if most is None else most)
    if isinstance(source, bytes | bytearray) and is_json(source[:200].decode("utf-8", "replace")):
        text = decode_text(bytes(source), options.encoding)[0]
        return records_of_json(text, label, faults)
    return None


def _json_bytes(path: str, most: int | None) -> bytes | None:
    """Return what is in a file that begins as JSON does; None for any other."""
    if not os.path.isfile(path):  # noqa: PTH113 - path may be any str
        return None
    with open(path, "rb") as file:  # noqa: PTH123 - as above
        head = file.read(200)
        if not is_json(head.decode("utf-8", errors="replace")):
            return None
        if most is not None:
            check_size(os.path.getsize(path), most)  # noqa: PTH202 - as above
        return head + file.read()


def _one_grid(grids: Sequence[Grid], sheet: str | int | None) -> Grid:
    if sheet is None:
        return grids[0]
    names = [grid.name or "" for grid in grids]
    if isinstance(sheet, int) and not isinstance(sheet, bool) and -len(grids) <= sheet < len(grids):
        return grids[sheet]
    if sheet in names:
        return grids[names.index(str(sheet))]
    raise UnknownNameError(
        f"'sheet' must be a worksheet of the source, got {sheet!r}",
        hint=did_you_mean(sheet, names),
    )


def _header(grid: Grid, wanted: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Return the row of the header, -1 if there is none, and the names of the columns.

    Columns that are named by position belong to a file without a header.
    """
    if any(isinstance(name, int) for name in wanted.values()):
        if not all(isinstance(name, int) for name in wanted.values()):
            raise ArgumentError(
                f"'columns' must hold names, or positions from 0, not both, got {dict(wanted)!r}"
            )
        width = max((len(row) for row in grid.rows[:_SEARCHED]), default=0)
        return -1, [f"column {place}" for place in range(width)]
    best: tuple[int, list[str]] | None = None
    least = 0
    for at, row in enumerate(grid.rows[:_SEARCHED]):
        names = [" ".join(shown(cell).split()) for cell in row]
        found = recognise(names, {r: n for r, n in wanted.items() if n in names})
        if len(found.names) > least:
            best, least = (at, names), len(found.names)
    if best is not None:
        return best
    first = next((at for at, row in enumerate(grid.rows) if any(shown(c).strip() for c in row)), 0)
    return first, [" ".join(shown(cell).split()) for cell in grid.rows[first]] if grid.rows else []
