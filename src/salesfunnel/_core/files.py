"""Writing files: one writer for all, so that a failure leaves the old file whole."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from os import PathLike
from pathlib import Path

__all__ = ["write_file"]


def write_file(path: str | PathLike[str], content: bytes) -> None:
    """Write `content` to `path`, whole or not at all.

    The bytes go to a temporary file in the same folder, are flushed to the disk, and take the
    place of `path` in one step. A full disk or a killed process leaves an existing file as it was.
    A link stays a link; the mode of an existing file is kept. What is not a regular file (a
    device, a pipe) is written directly.

    Parameters
    ----------
    path : path-like
        Where to write.
    content : bytes
        What to write.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    target = Path(os.path.realpath(os.fspath(path)))
    mode = None
    with contextlib.suppress(FileNotFoundError):
        mode = target.stat().st_mode
    if mode is not None and not stat.S_ISREG(mode):
        target.write_bytes(content)
        return
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(stat.S_IMODE(mode))
        temporary.replace(target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            error.filename = os.fspath(path)  # not that of the temporary file, or none
        raise
