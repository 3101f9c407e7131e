"""Options: how event files are read, and the progress of each of several files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import attrs

from salesfunnel.intake.files.text_cells import Progress

__all__ = ["Options", "of_each"]


@attrs.frozen(kw_only=True)
class Options:
    """How files are read: see ``read_events``."""

    encoding: str | None = None
    sheet: str | int | None = None
    max_bytes: int | None = None
    progress: Progress | None = None


def of_each(files: Sequence[str], options: Options) -> Iterator[Options]:
    """Yield the options for each file; progress counts the bytes of all files."""
    report = options.progress
    if report is None or len(files) == 1:
        yield from (options for _ in files)
        return
    sizes = [_size(file) for file in files]
    whole, before = sum(sizes), 0
    for size in sizes:
        yield attrs.evolve(options, progress=_part(report, before, size, whole))
        before += size
        report(before, whole)


def _part(report: Progress, before: int, size: int, whole: int) -> Progress:
    """Return the progress callback of one file among several, in its own unit."""

    def part(done: int, of: int) -> None:
        report(before + size * done // max(of, 1), whole)

    return part


def _size(file: str) -> int:
    try:
        return os.path.getsize(file)  # noqa: PTH202 - path may be any str
    except OSError:
        return 0
