"""A stage as a CRM describes it: id, names, place, pipeline, whether it means won or lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from salesfunnel._core.errors import ArgumentError
from salesfunnel.intake.crm._records import flag, fold_field, plain, text_of
from salesfunnel.intake.deals.cells import LOST as LOST_WORDS
from salesfunnel.intake.deals.columns import WON as WON_WORDS
from salesfunnel.intake.deals.columns import folded_word

__all__ = ["STAGE_IDS", "Entry", "entry_of", "means_lost", "means_won"]

STAGE_IDS = (
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
_DEALS = {"dealstage", "addtime", "properties", "opportunityid", "createdate", "closedate"}
_NUMBERED = re.compile(r"\d+\s*-\s*(?=\D)", re.ASCII)
"""The number before the name of a stage of Dynamics 365: ``3-Propose``."""
_BARE_PIPELINES = {"urltitle", "isdefault", "entitytypeid"}
"""Fields of pipelines as they come without their stages: Pipedrive, Bitrix24."""


@attrs.frozen(kw_only=True)
class Entry:
    id: str
    names: tuple[str, ...] = ()
    order: float | None = None
    won: bool = False
    lost: bool = False
    pipeline: str = ""


def means_lost(*words: str) -> bool:
    """Return whether one of the words of a stage or a status means lost."""
    return any(folded_word(word) in LOST_WORDS for word in words if word)


def means_won(*words: str) -> bool:
    """Return whether one of the words of a stage or a status means won."""
    return any(folded_word(word) in WON_WORDS for word in words if word)


def entry_of(stage: object, pipeline: str) -> Entry | None:
    """Return one stage; None for a record of another list, such as sources of Bitrix24."""
    record = plain(stage)
    if record is None:
        name = text_of(stage)
        if not name:
            raise ArgumentError(f"'stages' must hold ids or records, got {stage!r}")
        bare = _NUMBERED.sub("", name)
        other = (bare,) if bare != name else ()
        return Entry(id=name, names=other, lost=means_lost(name, bare), pipeline=pipeline)
    folded = {fold_field(key): value for key, value in record.items()}
    _check_kind(folded)
    area = text_of(folded.get("entityid"))
    if area and not area.startswith("DEAL_STAGE"):
        return None
    found = [text_of(folded.get(field)) for field in STAGE_IDS]
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
    return Entry(
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
        inner = {fold_field(key): value for key, value in meta.items()}
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
