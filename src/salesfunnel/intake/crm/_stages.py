"""The stages of a CRM by pipeline, in whatever shape its client returns them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from salesfunnel.errors import ArgumentError
from salesfunnel.fault import Fault
from salesfunnel.funnel import Funnel
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._records import flag, fold, is_table, plain, text_of
from salesfunnel.intake.deal_columns import WON as WON_WORDS
from salesfunnel.intake.deal_columns import folded_word
from salesfunnel.intake.deal_rows import LOST as LOST_WORDS

__all__ = ["Catalogue", "Stages", "catalogue_of", "means_lost", "means_won", "stages_of"]

_IDS = (
    *("apiname", "statusid", "stageid", "actualvalue", "masterlabel", "processstageid"),
    *("id", "key", "value", "stagename", "name"),
)
"""Names of a stage's id, folded, the first that is there: Zoho's deals hold the actual value."""
_NAMES = (
    *("name", "label", "masterlabel", "apiname", "displayvalue", "actualvalue", "stagename"),
    *("statuslabel", "value"),
)
_ORDER = (
    *("displayorder", "ordernr", "sequence", "sortorder", "sequencenumber", "position"),
    *("ordernum", "sort"),
)
_PIPELINES = ("pipelineid", "dealpipelineid", "categoryid", "typeid", "stagegroupid", "teamid")
_HELD = ("stages", "statuses", "maps", "dealstages")
"""Names under which a pipeline holds its stages."""
_DEALS = {"dealstage", "addtime", "properties", "opportunityid", "createdate", "closedate"}
_BARE_PIPELINES = {"urltitle", "isdefault", "entitytypeid"}
"""Fields of pipelines as they come without their stages: Pipedrive, Bitrix24."""


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
class _Entry:
    id: str
    names: tuple[str, ...] = ()
    order: float | None = None
    won: bool = False
    lost: bool = False
    pipeline: str = ""


@attrs.frozen(kw_only=True)
class Catalogue:
    """Stages of all pipelines as given, and the names of pipelines by id."""

    entries: tuple[_Entry, ...]
    pipelines: dict[str, str]
    names: dict[str, str] = attrs.field(factory=dict)
    assumed: bool = False
    listed: bool = False
    faults: tuple[Fault, ...] = ()

    def pipeline_of(self, stage: str) -> str:
        """Return the pipeline of a stage, if exactly one has it."""
        found = {one.pipeline for one in self.entries if stage in (one.id, *one.names)}
        return found.pop() if len(found) == 1 else ""

    def of(
        self, pipeline: str = "", *, won: str | None = None, lost: Sequence[str] = ()
    ) -> Stages:
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


def stages_of(
    stages: Any,
    funnel: Funnel | None,
    *,
    default: Sequence[str] = (),
    won: str | None = None,
    lost: Sequence[str] = (),
) -> Stages:
    """Return the stages of a CRM that has one pipeline; see `catalogue_of` and `Catalogue.of`."""
    return catalogue_of(stages, funnel, default=default).of(won=won, lost=lost)


def catalogue_of(stages: Any, funnel: Funnel | None, *, default: Sequence[str] = ()) -> Catalogue:
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
        entries = tuple(_Entry(id=key, lost=means_lost(key), won=key in marked) for key in ids)
        return Catalogue(
            entries=entries, pipelines={}, names=names, assumed=funnel is None
        )
    entries, pipelines, faults = list[_Entry](), dict[str, str](), list[Fault]()
    for item, pipeline in _items(stages, pipelines, faults):
        found = _entry(item, pipeline)
        if found is not None:
            entries.append(found)
    return Catalogue(
        entries=tuple(entries), pipelines=pipelines, listed=True, faults=tuple(faults)
    )


def means_lost(*words: str) -> bool:
    """Return whether one of the words of a stage or a status means lost."""
    return any(folded_word(word) in LOST_WORDS for word in words if word)


def means_won(*words: str) -> bool:
    """Return whether one of the words of a stage or a status means won."""
    return any(folded_word(word) in WON_WORDS for word in words if word)


def _items(
    stages: Any, pipelines: dict[str, str], faults: list[Fault]
) -> Iterable[tuple[Any, str]]:
    """Yield each stage with its pipeline; the names of pipelines are kept."""
    if isinstance(stages, str | bytes | bool | int | float):
        raise ArgumentError(f"'stages' must be a sequence of ids or records, got {stages!r}")
    if isinstance(stages, Mapping) and stages and not _is_answer(stages):
        for key, value in stages.items():
            if isinstance(value, list | tuple):
                pipelines.setdefault(str(key), str(key))
                yield from ((item, str(key)) for item, _ in _items(value, {}, faults))
            else:
                yield {"id": key, "name": value}, ""
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
        folded = {fold(key): value for key, value in record.items()}
        held = next((folded[key] for key in _HELD if isinstance(folded.get(key), list)), None)
        if held is None:
            key, name = text_of(folded.get("pipelineid")), text_of(folded.get("pipelinename"))
            if key and name:
                pipelines.setdefault(key, name)
            yield record, ""
            continue
        key = text_of(folded.get("id", folded.get("pipelineid"))) or text_of(folded.get("name"))
        words = (text_of(folded.get(name)) for name in ("label", "displayvalue", "name"))
        pipelines[key] = next((word for word in words if word), key)
        yield from ((item, key) for item in held)


def _is_answer(stages: Mapping[Any, Any]) -> bool:
    """Return whether a mapping is an answer or a record, not one from ids to names."""
    fields = {fold(key) for key in stages}
    known = {*_IDS, *_HELD, "results", "records", "data", "items", "success", "result", "pipeline"}
    return bool(fields & known)


def _entry(stage: Any, pipeline: str) -> _Entry | None:
    """Return one stage; None for a record of another list, such as sources of Bitrix24."""
    record = plain(stage)
    if record is None:
        name = text_of(stage)
        if not name:
            raise ArgumentError(f"'stages' must hold ids or records, got {stage!r}")
        return _Entry(id=name, lost=means_lost(name), pipeline=pipeline)
    folded = {fold(key): value for key, value in record.items()}
    _check_kind(folded)
    area = text_of(folded.get("entityid"))
    if area and not area.startswith("DEAL_STAGE"):
        return None
    found = [text_of(folded.get(field)) for field in _IDS]
    key = next((text for text in found if text), "")
    if not key:
        raise ArgumentError(f"'stages' must hold records with an id, got {stage!r}")
    names = tuple(text_of(folded.get(field)) for field in _NAMES)
    order = next((folded[field] for field in _ORDER if folded.get(field) is not None), None)
    won, lost = _ends(folded)
    if won is None and lost is None:
        lost = means_lost(key, *names)
    own = next((text_of(folded[name]) for name in _PIPELINES if text_of(folded.get(name))), "")
    if area:
        own = own or area.removeprefix("DEAL_STAGE").lstrip("_") or "0"
    return _Entry(
        id=key,
        names=tuple(dict.fromkeys(name for name in names if name and name != key)),
        order=_number(order),
        won=bool(won),
        lost=bool(lost),
        pipeline=pipeline or own,
    )


def _check_kind(folded: Mapping[str, Any]) -> None:
    """Refuse deals and pipelines in the place of stages."""
    deals, bare = _DEALS & folded.keys(), _BARE_PIPELINES & folded.keys()
    if "stageid" in folded and {"id", "status"} <= folded.keys():
        deals = {"stageid"}
    if "stagename" in folded and "closedate" in folded:
        deals = {"stagename"}
    if deals and not ({"ordernr", "displayorder"} & folded.keys()):
        raise ArgumentError(
            "'stages' must hold stages, got what looks like deals",
            hint="pass the ids of the stages in order, or what the CRM's list of stages returns",
        )
    if bare:
        raise ArgumentError(
            "'stages' must hold stages, got pipelines without their stages",
            hint="ask the CRM for the stages of the pipeline",
        )


def _ends(folded: Mapping[str, Any]) -> tuple[bool | None, bool | None]:
    """Return whether a stage means won, and lost, as far as its record says."""
    if "isclosed" in folded and "iswon" in folded:
        won = flag(folded["iswon"])
        return won, bool(flag(folded["isclosed"])) and not won
    if "iswon" in folded:
        return flag(folded["iswon"]), None
    meta = folded.get("metadata")
    meta = meta if isinstance(meta, Mapping) else plain(meta)
    if isinstance(meta, Mapping):
        inner = {fold(key): value for key, value in meta.items()}
        chance, closed = _number(inner.get("probability")), flag(inner.get("isclosed"))
        ends = closed is not False
        return ends and chance == 1.0, ends and chance == 0.0
    if "closedwon" in folded:  # Fivetran's deal_pipeline_stage
        won = flag(folded["closedwon"])
        return won, not won and _number(folded.get("probability")) == 0.0
    extra = folded.get("extra")
    word = text_of(folded.get("semantics"))
    if not word and isinstance(extra, Mapping):
        word = text_of(extra.get("SEMANTICS"))
    for name in ("forecasttype", "statustype", "type"):
        word = word or text_of(folded.get(name))
    kind = folded_word(word)
    if kind in {"s", "success", "won", "closed won"}:
        return True, False
    if kind in {"f", "apology", "failure", "lost", "closed lost"}:
        return False, True
    return (False, False) if kind in {"p", "process", "open", "active"} else (None, None)


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _in_order(entries: Iterable[_Entry]) -> list[_Entry]:
    """Return them by their stated order where all have one, each id once."""
    found = list(entries)
    if all(one.order is not None for one in found):
        found.sort(key=lambda one: one.order or 0.0)
    return list({one.id: one for one in found}.values())
