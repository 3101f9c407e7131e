"""Several pipelines in one table: chosen by name, read each by itself, or refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import UnknownNameError
from salesfunnel._core.foreign import is_readable
from salesfunnel.fault import IntakeError
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.outcomes import is_closed_label, stage_outcome
from salesfunnel.intake.deals.shape import Shape

__all__ = ["PipelinesMixed", "choose_pipeline", "kept"]

_CHANCE = 0.05
_COMPARED = 50
"""So many pipelines, the largest, are compared with each other."""


class PipelinesMixed(IntakeError):  # noqa: N818 - it says what the table holds
    """Raised when a source holds deals of several pipelines and none is chosen.

    ``pipelines`` maps each id to its name.
    """

    code = "pipelines-mixed"
    pipelines: Mapping[str, str] = {}


def choose_pipeline(
    reader: ColumnReader, shape: Shape, pipeline: str | None, *, together: bool
) -> None:
    """Keep the rows of one pipeline.

    Parameters
    ----------
    together : bool
        Whether pipelines may be read as one whatever their stages are: the caller named the stages.

    Raises
    ------
    PipelinesMixed
        If there are several, with stages of their own, and none is chosen.
    UnknownNameError
        If there is none of this name.
    """
    if "pipeline" not in shape.roles:
        if pipeline is None:
            return
        raise UnknownNameError(
            f"'pipeline' must be in a column of pipelines, got {pipeline!r} and no such column",
            hint='columns={"pipeline": ...}',
        )
    at = shape.roles["pipeline"]
    codes, words = reader.table.words(at)
    if pipeline is None:
        if not together:
            _refuse_different(reader, shape, codes, words)
        return
    same = [word for word in words if word == pipeline] or [
        word for word in words if word.casefold() == str(pipeline).strip().casefold()
    ]
    if not same:
        raise UnknownNameError(
            f"'pipeline' must be one of {reader.table.names[at]!r}, got {pipeline!r}",
            hint=did_you_mean(pipeline, words),
        )
    reader.table = reader.table.take(codes == words.index(same[0]))


def _refuse_different(reader: ColumnReader, shape: Shape, codes: Any, words: list[str]) -> None:
    """Raise where pipelines have stages of their own; those that share theirs are one funnel."""
    named = [(code, word) for code, word in enumerate(words) if word]
    if len(named) < 2 or "stage" not in shape.roles:
        return
    at, stages = reader.table.words(shape.roles["stage"])
    passed = {code for code, word in enumerate(stages) if _is_stage(word)}
    pairs, counts_of = np.unique(codes.astype(np.int64) * len(stages) + at, return_counts=True)
    own: dict[int, dict[int, int]] = {code: {} for code, _ in named}
    for pair, count in zip(pairs.tolist(), counts_of.tolist(), strict=True):
        pipeline, stage = divmod(pair, len(stages))
        if pipeline in own and stage in passed:
            own[pipeline][stage] = count
    held = sorted(filter(None, own.values()), key=lambda stages_of: -sum(stages_of.values()))
    held = held[:_COMPARED]
    if all(_alike(a, b) for i, a in enumerate(held) for b in held[:i]):
        return
    rows = np.bincount(codes, minlength=len(words)).tolist()
    counts = {word: rows[code] for code, word in named}
    listed = ", ".join(f"{word!r} ({count} rows)" for word, count in counts.items())
    largest = max(counts, key=lambda word: counts[word])
    error = PipelinesMixed(
        f"'source' must hold one pipeline, got {len(counts)} whose stages differ: {listed}",
        hint=f"pipeline={largest!r} reads one of them, sf.read_pipelines(...) a history each;"
        " stages=[...] reads them as one funnel",
    )
    error.pipelines = {word: word for word in counts}
    raise error


def _alike(one: Mapping[int, int], two: Mapping[int, int]) -> bool:
    """Whether two pipelines may have the same stages: those that one lacks, it lacks by chance.

    At least half of the stages are common; and a stage with a share f of the deals of one, of
    which n deals of the other have none, is not missing for sure: (1 - f) ** n is at least 5%.
    """
    common = one.keys() & two.keys()
    if 2 * len(common) < min(len(one), len(two)):
        return False
    for full, other in ((one, two), (two, one)):
        size, others = sum(full.values()), sum(other.values())
        lacking = sum(count for stage, count in full.items() if stage not in other)
        if lacking and (1.0 - lacking / size) ** others < _CHANCE:
            return False
    return True


def _is_stage(word: str) -> bool:
    return bool(word) and stage_outcome(word) is None and not is_closed_label(word)


def kept(source: object) -> Any:
    """Return what can be read more than once: the content of a file, the items of an iterator."""
    if is_readable(source):
        return source.read()
    return list(source) if isinstance(source, Iterator) else source
