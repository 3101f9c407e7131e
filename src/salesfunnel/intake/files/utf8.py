"""Bytes of a file to text in UTF-8, piece by piece, with room behind it."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator

import numpy as np

from salesfunnel._kernels.text.cells import ROOM, Bytes
from salesfunnel.intake.files.text_cells import PIECE, padded

__all__ = ["file_bytes", "is_utf8", "to_utf8"]


def file_bytes(path: str) -> tuple[Bytes, int]:
    """Return the bytes of a file with room behind them, and how many they are.

    Raises
    ------
    OSError
        If it cannot be opened or read.
    """
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - path may be any str
        size = os.fstat(file.fileno()).st_size
        data = np.empty(size + ROOM, dtype=np.uint8)
        room, at = memoryview(data.data), 0
        while at < size:
            read = file.readinto(room[at:size])
            if not read:
                break
            at += read
        # A pipe has no size, and a file may grow while it is read.
        rest = file.read()
    data[at:] = 0
    if rest:
        return padded(data[:at].tobytes() + rest)
    return data, at


def _parts(data: Bytes, size: int) -> Iterator[tuple[bytes, bool]]:
    for low in range(0, size, PIECE):
        yield data[low : min(low + PIECE, size)].tobytes(), low + PIECE >= size


def is_utf8(data: Bytes, size: int) -> bool:
    """Return whether bytes are text in UTF-8."""
    if not size or int(data[:size].max()) < 128:
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for part, last in _parts(data, size):
            decoder.decode(part, last)
    except UnicodeDecodeError:
        return False
    return True


def to_utf8(data: Bytes, size: int, encoding: str) -> tuple[Bytes, int]:
    """Return text of another encoding in UTF-8, without a mark of byte order.

    Raises
    ------
    UnicodeDecodeError
        If the bytes are not text in it.
    LookupError
        If it is not known.
    """
    make = codecs.lookup(encoding).incrementaldecoder
    if make is None:
        texts = iter([data[:size].tobytes().decode(encoding)])
    else:
        decoder = make()
        texts = (decoder.decode(part, last) for part, last in _parts(data, size))
    joined = b"".join(text.encode("utf-8", "surrogatepass") for text in texts)
    return padded(joined.removeprefix(codecs.BOM_UTF8))
