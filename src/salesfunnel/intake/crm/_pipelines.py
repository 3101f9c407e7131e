"""Deals of one pipeline: chosen by name, or the only one; several are never mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import UnknownNameError
from salesfunnel.data.history import StageHistory
from salesfunnel.fault import Fault
from salesfunnel.intake.crm._records import is_table
from salesfunnel.intake.crm._stages import Catalogue
from salesfunnel.intake.deals.pipelines import PipelinesMixed

__all__ = ["PipelinesMixed", "choose_pipeline", "with_pipelines"]

Read = TypeVar("Read", bound=Callable[..., StageHistory])
Row = tuple[int, Mapping[str, Any]]


def choose_pipeline(
    rows: Iterable[Row],
    pipeline_of: Callable[[Mapping[str, Any]], tuple[str, str]],
    catalogue: Catalogue,
    *,
    chosen: str | None,
    mixed: bool = False,
) -> tuple[str, list[Row], list[Fault]]:
    """Return the pipeline to read, its rows, and faults.

    Parameters
    ----------
    rows : iterable of (number, record)
        Deals that are not deleted.
    pipeline_of : callable
        Returns the id and the name of a record's pipeline, each "" where unknown.
    catalogue : Catalogue
        Names of pipelines and their stages.
    chosen : str, optional
        Id or name of the pipeline to read.
    mixed : bool
        Whether deals of several pipelines may be read together: their stages are the same.

    Raises
    ------
    PipelinesMixed
        If there are several and none is chosen.
    UnknownNameError
        If no deal and no list of stages knows the chosen one.
    """
    names = dict(catalogue.pipelines)
    counts: dict[str, int] = {}
    placed = []
    for row in rows:
        key, name = pipeline_of(row[1])
        placed.append((key, row))
        if key:
            counts[key] = counts.get(key, 0) + 1
            if name:
                names.setdefault(key, name)
    if chosen is None:
        if len(counts) > 1 and not mixed:
            raise _mixed(counts, names)
        only = next(iter(counts)) if len(counts) == 1 else ""
        return only, [row for _, row in placed], []
    known = {*counts, *names, *(one.pipeline for one in catalogue.entries if one.pipeline)}
    wanted = str(chosen)
    keys = {key for key in known if key == wanted} or {
        key for key in known if names.get(key, "").casefold() == wanted.casefold()
    }
    if len(keys) != 1:
        listed = sorted({names.get(key, key) for key in known})
        raise UnknownNameError(
            f"'pipeline' must be the id or the name of one pipeline, got {wanted!r}",
            hint=did_you_mean(wanted, sorted({*known, *listed})),
        )
    key = keys.pop()
    kept = [row for own, row in placed if own in {key, ""}]
    left = len(placed) - len(kept)
    faults = []
    if left:
        value = ", ".join(sorted(names.get(other, other) for other in counts if other != key))
        faults.append(
            Fault.of("other-pipelines", severity="info", column="pipeline", value=value, deals=left)
        )
    return key, kept, faults


def _mixed(counts: Mapping[str, int], names: Mapping[str, str]) -> PipelinesMixed:
    """Return the error for deals of several pipelines, with how many each has."""
    listed = ", ".join(
        f"{names.get(key, key)!r} ({number} deals)" for key, number in sorted(counts.items())
    )
    largest = max(sorted(counts), key=lambda key: counts[key])
    error = PipelinesMixed(
        f"'records' must hold deals of one pipeline, got {len(counts)}: {listed}",
        hint=f"pass pipeline={names.get(largest, largest)!r}, or ask for all of them with"
        " sf.source(...).by_pipeline(records, ...), a history each",
    )
    error.pipelines = {key: names.get(key, key) for key in sorted(counts)}
    return error


def with_pipelines(read: Read) -> Read:
    """Give a source ``by_pipeline``: the same arguments, a mapping of pipeline to history."""

    @wraps(read)
    def by_pipeline(records: object, /, **options: object) -> dict[str, StageHistory]:
        """Return a history for each pipeline, by its name."""
        records = _kept(records)
        options = {name: _kept(value) for name, value in options.items()}
        try:
            return {"": read(records, **options)}
        except PipelinesMixed as error:
            pipelines = error.pipelines
        twice = len(set(pipelines.values())) < len(pipelines)
        return {
            key if twice else name: read(records, **{**options, "pipeline": key})
            for key, name in pipelines.items()
        }

    cast("Any", read).by_pipeline = by_pipeline
    return read


def _kept(value: object) -> Any:
    """Return an iterator as a list: it is read more than once."""
    return list(value) if isinstance(value, Iterator) and not is_table(value) else value
