"""The stages of a CRM by pipeline, in whatever shape its client returns them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from salesfunnel._core.errors import ArgumentError
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._records import fold_field, is_table, text_of
from salesfunnel.intake.crm._stage_record import STAGE_IDS, Entry, entry_of, means_lost

__all__ = ["Catalogue", "Stages", "catalogue_of"]

_HELD = ("stages", "statuses", "maps", "dealstages")
"""Names under which a pipeline holds its stages."""


@attrs.frozen(kw_only=True)
class Stages:
    """The stages of one pipeline.

    Ids in order, without the lost ones; other names to ids; ids that mean lost; the one that means
    won, and others that mean won too; ids of the stages of other pipelines; whether they were
    assumed rather than given.
    """

    ids: tuple[str, ...]
    names: dict[str, str]
    lost: tuple[str, ...]
    won: str | None = None
    wins: tuple[str, ...] = ()
    others: frozenset[str] = frozenset()
    assumed: bool = False


@attrs.frozen(kw_only=True)
class Catalogue:
    """Stages of all pipelines as given, and the names of pipelines by id."""

    entries: tuple[Entry, ...]
    pipelines: dict[str, str]
    names: dict[str, str] = attrs.field(factory=dict)
    assumed: bool = False
    listed: bool = False
    faults: tuple[Fault, ...] = ()

    def pipeline_of(self, stage: str) -> str:
        """Return the pipeline of a stage, if exactly one has it."""
        found = {one.pipeline for one in self.entries if stage in (one.id, *one.names)}
        return found.pop() if len(found) == 1 else ""

    def of(self, pipeline: str = "", *, won: str | None = None, lost: Sequence[str] = ()) -> Stages:
        """Return the stages of one pipeline; stages that name none belong to each.

        Parameters
        ----------
        pipeline : str
            Its id; by default that of all stages.
        won : str, optional
            The id that means won.
        lost : sequence of str
            Ids that mean lost, besides those that say so.
        """
        own = [one for one in self.entries if not pipeline or one.pipeline in {"", pipeline}]
        mine = _in_order(own)
        losses = [lost] if isinstance(lost, str) else [str(word) for word in lost]
        losses += [one.id for one in mine if one.lost and one.id not in losses]
        said = [one.id for one in mine if one.won and one.id not in losses]
        goal = won if won is not None else said[0] if said else None
        more = tuple(stage for stage in said if stage != goal)
        ids = [one.id for one in mine if one.id not in losses and one.id not in more]
        if won is None and goal is not None and self.listed:  # a record says won, not its place
            ids = [*(stage for stage in ids if stage != goal), goal]
        names = dict(self.names)
        names.update({name: one.id for one in mine for name in one.names if name != one.id})
        known = {one.id for one in mine}
        return Stages(
            ids=tuple(ids),
            names=names,
            lost=tuple(losses),
            won=goal,
            wins=more,
            others=frozenset(one.id for one in self.entries) - known,
            assumed=self.assumed,
        )


def catalogue_of(
    stages: object, funnel: Funnel | None, *, default: Sequence[str] = ()
) -> Catalogue:
    """Return the stages as given, else those of the funnel, else the default ones.

    Parameters
    ----------
    stages : sequence of ids or of records, pipelines that hold them, answer, dataframe, optional
        Records of stages or of pipelines with their stages, as a CRM's client returns them: dicts,
        objects, answers of one or several pages, a dataframe. A mapping from id to name, or from
        pipeline to stages, serves too. Records are put in their stated order.
    funnel : Funnel, optional
        Whose keys, names and aliases they are.
    default : sequence of str
        Ids where there is neither.

    Raises
    ------
    ArgumentError
        If it holds no stages: deals, pipelines without stages, records without an id.
    """
    if stages is None:
        names = {
            name: stage.key
            for stage in funnel or ()
            for name in (*stage.aliases, stage.name)
            if name
        }
        ids = tuple(default) if funnel is None else funnel.keys
        marked = {stage.key for stage in funnel or () if getattr(stage, "won", False)}
        known = tuple(Entry(id=key, lost=means_lost(key), won=key in marked) for key in ids)
        return Catalogue(entries=known, pipelines={}, names=names, assumed=funnel is None)
    entries, pipelines, faults = list[Entry](), dict[str, str](), list[Fault]()
    for item, pipeline in _items(stages, pipelines, faults):
        found = entry_of(item, pipeline)
        if found is not None:
            entries.append(found)
    return Catalogue(entries=tuple(entries), pipelines=pipelines, listed=True, faults=tuple(faults))


def _items(
    stages: object, pipelines: dict[str, str], faults: list[Fault]
) -> Iterator[tuple[Any, str]]:
    """Yield each stage with its pipeline; the names of pipelines are kept."""
    if isinstance(stages, str | bytes | bool | int | float):
        raise ArgumentError(f"'stages' must be a sequence of ids or records, got {stages!r}")
    if isinstance(stages, Mapping) and stages and not _is_answer(stages):
        yield from _of_mapping(stages, pipelines, faults)
        return
    if not is_table(stages) and isinstance(stages, Iterable) and not isinstance(stages, Mapping):
        stages = list(stages)
        if all(isinstance(item, str | int) and not isinstance(item, bool) for item in stages):
            yield from ((item, "") for item in stages)
            return
    pages = read_pages(stages, name="stages")
    faults += pages.faults()
    for _, record in pages:
        if record is None:
            raise ArgumentError("'stages' must hold ids or records, got what is neither")
        yield from _of_record(record, pipelines)


def _of_mapping(
    stages: Mapping[Any, Any], pipelines: dict[str, str], faults: list[Fault]
) -> Iterator[tuple[Any, str]]:
    """Yield the stages of a mapping from id to name, or from pipeline to stages."""
    for key, value in stages.items():
        if isinstance(value, list | tuple):
            pipelines.setdefault(str(key), str(key))
            yield from ((item, str(key)) for item, _ in _items(value, {}, faults))
        else:
            yield {"id": key, "name": value}, ""


def _of_record(record: Mapping[str, Any], pipelines: dict[str, str]) -> Iterator[tuple[Any, str]]:
    """Yield a stage, or the stages of a pipeline."""
    folded = {fold_field(key): value for key, value in record.items()}
    held = next((cell for key in _HELD if (cell := _list_of(folded.get(key))) is not None), None)
    if held is None:
        key, name = text_of(folded.get("pipelineid")), text_of(folded.get("pipelinename"))
        if key and name:
            pipelines.setdefault(key, name)
        yield record, ""
        return
    key = text_of(folded.get("id", folded.get("pipelineid"))) or text_of(folded.get("name"))
    words = (text_of(folded.get(name)) for name in ("label", "displayvalue", "name"))
    pipelines[key] = next((word for word in words if word), key)
    yield from ((item, key) for item in held)


def _list_of(cell: object) -> list[Any] | None:
    """Return the stages that a pipeline holds: a list, or as warehouses write one, JSON text."""
    if isinstance(cell, str) and cell.lstrip().startswith("["):
        try:
            cell = json.loads(cell)
        except ValueError:
            return None
    return cell if isinstance(cell, list) else None


def _is_answer(stages: Mapping[Any, Any]) -> bool:
    """Return whether a mapping is an answer or a record, not one from ids to names."""
    fields = {fold_field(key) for key in stages}
    known = {
        *STAGE_IDS,
        *_HELD,
        "results",
        "records",
        "data",
        "items",
        "success",
        "result",
        "pipeline",
    }
    return bool(fields & known)


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return them by their stated order where all have one, each id once."""
    found = list(entries)
    if all(one.order is not None for one in found):
        found.sort(key=lambda one: one.order or 0.0)
    return list({one.id: one for one in found}.values())
