"""Whatever is given, a path, bytes, a file, text or rows, to grids."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import attrs

from salesfunnel._core.checks import nearest
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.extras import require
from salesfunnel._core.foreign import is_a, is_arrow_stream, is_lazy_frame, is_readable
from salesfunnel._kernels.text.cells import Bytes
from salesfunnel.fault import IntakeError
from salesfunnel.intake.files.delimited_text import decode, read_cells
from salesfunnel.intake.files.frames import frame_rows, record_rows
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.files.text_cells import Progress, padded
from salesfunnel.intake.files.utf8 import file_bytes
from salesfunnel.intake.files.workbook import is_workbook, read_workbook

if TYPE_CHECKING:
    from typing import IO

MAX_UPLOAD = 256_000_000
"""How many bytes come from strangers at most, where nobody says: bytes, and files opened before."""


@attrs.frozen(kw_only=True)
class Source:
    """The source as read: grids, name of the file, encoding of its text."""

    grids: tuple[Grid, ...]
    file: str | None = None
    encoding: str | None = None


def load(
    source: object,
    *,
    encoding: str | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> Source:
    """Return the tables in a source.

    Parameters
    ----------
    source : path, file, bytes, str, records or dataframe
    encoding : str, optional
        Encoding of text; found by default.
    max_bytes : int, optional
        How many bytes it may have; by default `MAX_UPLOAD` for bytes and open files, and any
        number for a path, text and what is in memory as a table.
    progress : callable, optional
        Called with the bytes of text that are read, and their number.

    Raises
    ------
    IntakeError
        If it cannot be opened or is not a table.
    ArgumentError
        If it is nothing that can be read.
    """
    check_max_bytes(max_bytes)
    if isinstance(source, str) and not _is_path(source):
        return _from_text(source, max_bytes, None, progress)
    if isinstance(source, str | os.PathLike):
        path = os.fspath(source)
        path = os.fsdecode(path) if isinstance(path, bytes) else path
        data, size = _file_bytes(path, max_bytes)
        name = os.path.basename(path)  # noqa: PTH119 - any str
        return _from_bytes(data, size, encoding, name, progress)
    if isinstance(source, bytes | bytearray | memoryview):
        check_size(len(source), MAX_UPLOAD if max_bytes is None else max_bytes)
        return _from_bytes(*padded(source), encoding, None, progress)
    if is_readable(source):
        return _from_file(source, encoding, max_bytes, progress)
    return Source(grids=(Grid(rows=_records(source), safe=True),))


def check_max_bytes(max_bytes: int | None) -> None:
    """Raise ArgumentError where it is not a number of bytes."""
    if max_bytes is not None and (
        not isinstance(max_bytes, int) or isinstance(max_bytes, bool) or max_bytes < 1
    ):
        raise ArgumentError(f"'max_bytes' must be a whole number above 0, got {max_bytes!r}")


def _is_path(text: str) -> bool:
    """Whether a str names a file: one line without tabs or bars."""
    return not any(mark in text for mark in "\n\r\t|") and len(text) < 4096


def _file_bytes(path: str, max_bytes: int | None) -> tuple[Bytes, int]:
    try:
        if max_bytes is not None:
            check_size(os.path.getsize(path), max_bytes)  # noqa: PTH202 - path may be any str
        return file_bytes(path)
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


def check_size(size: int, most: int | None) -> None:
    """Raise IntakeError where a source has more bytes than it may."""
    if most is not None and size > most:
        raise IntakeError(
            f"'source' must be of at most {most} bytes, got {size}",
            hint="max_bytes= sets another bound; a path has none",
        )


def _from_file(
    file: IO[bytes] | IO[str],
    encoding: str | None,
    max_bytes: int | None,
    progress: Progress | None,
) -> Source:
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
    most = MAX_UPLOAD if max_bytes is None else max_bytes
    if isinstance(content, str):
        return _from_text(content, most, name, progress)
    if isinstance(content, bytes | bytearray):
        check_size(len(content), most)
        return _from_bytes(*padded(content), encoding, name, progress)
    raise ArgumentError(f"'source' must be a file of text or bytes, got {type(content).__name__}")


def _from_text(text: str, most: int | None, name: str | None, progress: Progress | None) -> Source:
    data, size = padded(text.removeprefix("\ufeff").encode("utf-8", "surrogatepass"))
    check_size(size, most)
    return Source(grids=(read_cells(data, size, progress),), file=name)


def _from_bytes(
    data: Bytes,
    size: int,
    encoding: str | None,
    name: str | None,
    progress: Progress | None,
) -> Source:
    head = data[: min(size, 4096)].tobytes()
    if not head.strip() and not data[:size].tobytes().strip():
        raise IntakeError("'source' must hold a table, got nothing")
    if is_workbook(head):
        return Source(grids=read_workbook(data[:size].tobytes()), file=name)
    text, length, used = decode(data, size, encoding)
    return Source(grids=(read_cells(text, length, progress),), file=name, encoding=used)


def _records(source: object) -> Sequence[Sequence[Any]]:
    """Return rows, the header first, from records, lists, columns or a dataframe."""
    source = _eager(source)
    known = frame_rows(source)
    if known is None:
        source = _as_records(source)
        known = frame_rows(source)
    if known is not None:
        if len(known) < 2 and not isinstance(source, Mapping):
            raise IntakeError("'source' must hold a table, got no rows")
        return known
    if isinstance(source, str | bytes) or not isinstance(source, Iterable):
        raise ArgumentError(
            "'source' must be a path, a file, bytes, text, records or a dataframe,"
            f" got {type(source).__name__}"
        )
    rows = list(source)
    if not rows:
        raise IntakeError("'source' must hold a table, got no rows")
    if all(isinstance(row, Mapping) for row in rows):
        return record_rows(rows)
    if all(isinstance(row, list | tuple) for row in rows):
        return [list(row) for row in rows]
    kinds = ", ".join(sorted({type(row).__name__ for row in rows}))
    raise ArgumentError(f"'source' must hold mappings or lists, all of one kind, got {kinds}")


def _as_records(source: object) -> Any:
    """Return the records of a dataframe of a library that we do not know."""
    for method, options in (
        ("to_dicts", {}),
        ("to_pylist", {}),
        ("to_dict", {"orient": "records"}),
    ):
        give = getattr(source, method, None)
        if give is not None:
            return give(**options)
    return source


def _eager(source: object) -> Any:
    """Return a dataframe that has records to give: any other one through Arrow or narwhals."""
    if is_a(source, "narwhals", "DataFrame", "LazyFrame"):
        source = cast("Any", source).to_native()
    known = ("to_dicts", "to_pylist", "to_dict")  # of libraries we do not know
    if isinstance(source, list | tuple) or any(hasattr(source, method) for method in known):
        return source
    if is_a(source, "polars", "LazyFrame"):
        # Columns of Python objects would be addresses in Arrow.
        return cast("Any", source).collect()
    if is_arrow_stream(source):
        arrow = require("pyarrow", extra="frames", feature="reading a dataframe")
        return arrow.table(source)
    if is_lazy_frame(source) or hasattr(source, "__narwhals_lazyframe__"):  # plugins of narwhals
        narwhals = require("narwhals", extra="frames", feature="reading a dataframe")
        try:
            return narwhals.from_native(source).lazy().collect("pyarrow").to_arrow()
        except TypeError:
            return source
    return source
