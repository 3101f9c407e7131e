"""The stages of a table with times per stage: which columns, in which order, which means won."""

from __future__ import annotations

import re

from salesfunnel._core.checks import nearest
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import IntakeError
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.headers import stage_of_header
from salesfunnel.intake.deals.list_reader import StagesWanted
from salesfunnel.intake.deals.outcomes import OutcomeWords
from salesfunnel.intake.deals.shape import Shape
from salesfunnel.intake.deals.stage_order import in_order
from salesfunnel.intake.deals.times_reader import TimesTable

__all__ = ["table_of_times"]

CREATED, WON = "created", "won"
_OUTCOMES = {"status", "is_won", "is_lost", "is_closed", "stage", "won_at", "lost_at"}
_PIPELINE = re.compile(r"(.+?)\s*(\([^()]+\))")


def table_of_times(
    reader: ColumnReader,
    shape: Shape,
    words: OutcomeWords,
    wanted: StagesWanted,
    funnel: Funnel | None,
) -> TimesTable:
    """Return the stages that columns of times have.

    Raises
    ------
    IntakeError
        If no column is of a stage.
    """
    lost = {
        stage: at
        for stage, at in shape.times.items()
        if stage not in wanted.keys and words.stage(stage) == 2
    }
    times = {stage: at for stage, at in shape.times.items() if stage not in lost}
    times = times if wanted.keys else _without_pipeline(times)
    if wanted.keys:
        return _given(reader, times, tuple(lost.values()), wanted, funnel)
    keys = _ordered(reader, times, words)
    if shape.created_first and CREATED not in times:
        times = {CREATED: shape.roles["created"], **times}
        keys = [CREATED, *keys]
    wins = [key for key in keys if words.stage(key) == 1 or key == shape.won]
    if keys and not wins and shape.roles.keys() & _OUTCOMES:
        if not shape.roles.keys() & _OUTCOMES - {"lost_at", "is_lost"}:
            reader.note("wins-unknown", severity="warning")
        keys, wins = [*keys, WON], [WON]
    if len(keys) < 2:
        raise _no_times(reader, wanted)
    goal = keys.index(wins[-1]) if wins else len(keys) - 1
    reader.note("stages-inferred", value=", ".join(keys))
    if not wins and not shape.roles.keys() & _OUTCOMES:
        reader.note("won-stage-guessed", severity="warning", value=keys[-1])
    return TimesTable(stages=tuple(keys), goal=goal, columns=times, lost=tuple(lost.values()))


def _without_pipeline(times: dict[str, int]) -> dict[str, int]:
    """Return stages without the name of the pipeline behind, where all have the same."""
    found = [_PIPELINE.fullmatch(stage) for stage in times]
    if not all(found) or len({match[2] for match in found if match}) != 1:
        return times
    return {match[1]: at for match, at in zip(found, times.values(), strict=True) if match}


def _given(
    reader: ColumnReader,
    times: dict[str, int],
    lost: tuple[int, ...],
    wanted: StagesWanted,
    funnel: Funnel | None,
) -> TimesTable:
    """Return the stages of the caller that have a column, and the one that means won."""
    goal = wanted.goal if wanted.goal is not None else wanted.keys[-1]
    if not any(stage in times for stage in wanted.keys):
        raise _no_times(reader, wanted)
    present = tuple(key for key in wanted.keys if key in times or key == goal)
    absent = [key for key in wanted.keys if key not in present]
    for key in absent:
        reader.note("stage-absent", value=key)
    if funnel is not None:
        funnel = funnel.replace(stages=tuple(stage for stage in funnel if stage.key in present))
    columns = {key: at for key, at in times.items() if key in present}
    return TimesTable(
        stages=present, goal=present.index(goal), columns=columns, lost=lost, funnel=funnel
    )


def _ordered(reader: ColumnReader, times: dict[str, int], words: OutcomeWords) -> list[str]:
    """Return stages in order of the table; those of "Date entered" columns in the CRM's."""
    keys = list(times)
    wins = [key for key in keys if words.stage(key) == 1]
    rest = [key for key in keys if key not in wins]
    if any(stage_of_header(reader.table.names[at]) for at in times.values()):
        ordered, way, _ = in_order(rest)
        if way != "appearance":
            rest = ordered
        return [*rest, *wins]
    return keys


def _no_times(reader: ColumnReader, wanted: StagesWanted) -> IntakeError:
    names = [name for name in reader.table.names if name]
    near = next((n for n in names if nearest(n, wanted.keys)), None)
    hint = 'name the column of the stage or status: columns={"stage": ...}, or {"outcome": ...}'
    if wanted.keys:
        hint = f"the stages are {', '.join(wanted.keys)}"
    return IntakeError(
        "'source' must have a column of times for each stage, or a stage and a time,"
        f" got {names!r}",
        hint=hint if near is None else f"{near!r} may be one of {', '.join(wanted.keys)}",
    )
