"""Plain numbers to the parts of a Panel, with every bad cell named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.periods import common_frequency, ordinal

_LIMIT = 2**63 - 1
_EXACT = 2**53


def parse_counts(
    counts: Any,
    *,
    level_keys: tuple[tuple[str, ...], tuple[str, ...]] | None,
    missing: object,
    segments: Sequence[str] | None,
    periods: Sequence[str] | None,
    steps: Sequence[str] | None,
) -> dict[str, Any]:
    """Return ``counts``, ``missing``, ``periods``, ``segments``, ``steps`` of a Panel."""
    if isinstance(counts, Mapping):
        table, periods, steps = _from_mapping(counts, level_keys, periods, steps)
    else:
        table = counts
    values, unknown = _arrays(table)
    shape = values.shape
    if missing is not None:
        unknown = unknown | _flags(missing, shape)
    if steps is None:
        steps = _step_names(shape[2], level_keys)
    if periods is None:
        periods = ("all",) if shape[0] == 1 else tuple(str(i + 1) for i in range(shape[0]))
    if segments is None:
        segments = ("all",) if shape[1] == 1 else tuple(str(i + 1) for i in range(shape[1]))
    names = tuple(str(name) for name in periods)
    by = common_frequency(names)
    if by != "none" and len(names) == shape[0]:
        order = sorted(range(shape[0]), key=lambda i: ordinal(names[i], by))
        values, unknown = values[order], unknown[order]
        names = tuple(names[i] for i in order)
    return {
        "counts": values,
        "missing": unknown,
        "periods": names,
        "segments": tuple(segments),
        "steps": tuple(steps),
        "by": by,
    }


def _flags(missing: object, shape: tuple[int, ...]) -> Any:
    """Return flags of missing cells, given in as many levels as the counts may be."""
    try:
        flags = np.asarray(missing)
    except ValueError:
        flags = np.empty(0, dtype=np.object_)
    cube = {1: flags[None, None], 2: flags[:, None]}.get(flags.ndim, flags) if flags.ndim else flags
    if flags.dtype.kind != "b" or cube.shape != shape:
        raise ArgumentError(
            f"'missing' must hold True or False for each count, shape {shape},"
            f" got {flags.dtype.name} of shape {flags.shape}"
        )
    return cube


def _arrays(table: Any) -> tuple[Any, Any]:
    """Return counts and missing flags of shape (periods, segments, steps)."""
    masked = isinstance(table, np.ma.MaskedArray)  # its list has None if it is masked
    if (
        isinstance(table, np.ndarray)
        and not masked
        and table.dtype.kind in "iuf"
        and 1 <= table.ndim <= 3
    ):
        cube = {1: table[None, None], 2: table[:, None]}.get(table.ndim, table)
        unknown = np.isnan(cube) if cube.dtype.kind == "f" else np.zeros(cube.shape, dtype=np.bool_)
        known = np.where(unknown, 0, cube)
        if bool(((known >= 0) & (known == np.floor(known)) & (known <= _EXACT)).all()):
            return known.astype(np.int64), unknown
        table = table.tolist()
    elif isinstance(table, np.ndarray):
        table = table.tolist()
    cells = _cells(list(table))
    shape = (
        len(cells),
        len(cells[0]) if cells else 0,
        len(cells[0][0]) if cells and cells[0] else 0,
    )
    return _numbers(cells, shape)


def _step_names(
    number: int, level_keys: tuple[tuple[str, ...], tuple[str, ...]] | None
) -> tuple[str, ...]:
    if level_keys is None:
        return tuple(f"step_{i + 1}" for i in range(number))
    for keys in level_keys:
        if len(keys) == number:
            return keys
    stages, chain = level_keys
    raise ArgumentError(
        f"'counts' must have a column for each of the {len(stages)} stages"
        f" or {len(chain)} step metrics of the funnel, got {number}"
    )


def _from_mapping(
    counts: Mapping[Any, Any],
    level_keys: tuple[tuple[str, ...], tuple[str, ...]] | None,
    periods: Sequence[str] | None,
    steps: Sequence[str] | None,
) -> tuple[list[Any], Sequence[str] | None, Sequence[str] | None]:
    if not counts:
        raise ArgumentError("'counts' must hold at least one count, got an empty mapping")
    counts = _named(counts)
    rows = [_named(row) if isinstance(row, Mapping) else row for row in counts.values()]
    if not any(isinstance(row, Mapping | list | tuple | np.ndarray) for row in rows):
        steps = _mapped_steps([counts], level_keys, steps)
        return [[[counts.get(key) for key in steps]]], periods, steps
    if any(isinstance(row, Mapping) for row in rows):
        if not all(isinstance(row, Mapping) for row in rows):
            raise ArgumentError(
                "'counts' must give every period the same way, got mappings and lists"
            )
        steps = _mapped_steps(rows, level_keys, steps)
        rows = [[row.get(key) for key in steps] for row in rows]
    return [_tolist(row) for row in rows], tuple(str(key) for key in counts), steps


def _named(counts: Mapping[Any, Any]) -> Mapping[str, Any]:
    """Return a mapping by names as text; 9 and "9" name the same."""
    named = {str(key): count for key, count in counts.items()}
    if len(named) < len(counts):
        raise ArgumentError(
            f"'counts' must have names that differ as text, got {sorted(map(str, counts))}"
        )
    return named


def _mapped_steps(
    rows: Sequence[Mapping[Any, Any]],
    level_keys: tuple[tuple[str, ...], tuple[str, ...]] | None,
    steps: Sequence[str] | None,
) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(str(key) for row in rows for key in row))
    if steps is not None:
        known = tuple(steps)
    elif level_keys is None:
        return names
    else:
        stages, chain = level_keys
        known = chain if len(set(names) & set(chain)) > len(set(names) & set(stages)) else stages
    for name in names:
        check_known("counts", name, known)
    return known


def _tolist(value: object) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _depth(value: object) -> int:
    depth = 0
    while isinstance(value, list | tuple):
        depth += 1
        value = value[0] if value else None
    return depth


def _cells(table: Any) -> list[list[list[Any]]]:
    """Return nested lists (period, segment, step) from one, two or three levels."""
    rows = [_tolist(row) for row in table]
    depth = 1 + max((_depth(row) for row in rows), default=0)
    if depth == 1:
        rows = [[rows]]
    elif depth == 2:
        rows = [[row] for row in rows]
    elif depth != 3:
        raise ArgumentError(f"'counts' must have one to three levels, got {depth}")
    cells: list[list[list[Any]]] = []
    for row in rows:
        if not isinstance(row, list | tuple) or not all(
            isinstance(line, list | tuple) for line in row
        ):
            raise ArgumentError("'counts' must be nested evenly, got numbers next to lists")
        cells.append([list(line) for line in row])
    widths = {(len(row), len(line)) for row in cells for line in row}
    if len(widths) > 1:
        raise DataError(
            f"'counts' must have rows of equal length, got (segments, steps) {sorted(widths)}"
        )
    return cells


def _numbers(cells: list[list[list[Any]]], shape: tuple[int, int, int]) -> tuple[Any, Any]:
    values = np.zeros(shape, dtype=np.int64)
    unknown = np.zeros(shape, dtype=np.bool_)
    problems: list[str] = []
    for t, row in enumerate(cells):
        for g, line in enumerate(row):
            for s, cell in enumerate(line):
                number = cell.item() if isinstance(cell, np.generic) else cell
                if number is None or number != number:  # noqa: PLR0124 - NaN is missing
                    unknown[t, g, s] = True
                elif isinstance(number, bool) or not isinstance(number, int | float):
                    problems.append(f"a count must be a number, got {cell!r} at {(t, g, s)}")
                elif number < 0 or number != number // 1 or number > _LIMIT:
                    problems.append(
                        f"a count must be a whole number of at least 0, got {cell!r} at {(t, g, s)}"
                    )
                else:
                    values[t, g, s] = int(number)
    if problems:
        lines = "".join(f"\n  - {problem}" for problem in problems[:50])
        more = f"\n  - and {len(problems) - 50} more" if len(problems) > 50 else ""
        raise DataError(
            f"'counts' must hold whole numbers (period, segment, step), got{lines}{more}"
        )
    return values, unknown
