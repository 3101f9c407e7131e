"""The stages of a CRM in order: ids, other names, which mean won and which mean lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from salesfunnel._core.errors import ArgumentError
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.intake.crm._records import flag, plain, records_of, text_of
from salesfunnel.intake.deals.cells import LOST as LOST_WORDS
from salesfunnel.intake.deals.columns import folded_word

__all__ = ["Stages", "stages_of"]

_ORDER = ("displayOrder", "display_order", "order_nr", "sequence", "SortOrder")
_IDS = ("ApiName", "MasterLabel", "id", "Id")
_NAMES = ("name", "label", "MasterLabel", "ApiName")


@attrs.frozen(kw_only=True)
class Stages:
    """Ids in order, without the lost ones; other names to ids; ids that mean lost; the won one."""

    ids: tuple[str, ...]
    names: dict[str, str]
    lost: tuple[str, ...]
    won: str | None = None


def stages_of(
    stages: Any,
    funnel: Funnel | None,
    *,
    default: Sequence[str] = (),
    won: str | None = None,
    lost: Sequence[str] = (),
) -> Stages:
    """Return the stages: as given, else of the funnel, else the default ones.

    Parameters
    ----------
    stages : sequence of ids or of records, or a response that holds them, optional
        HubSpot's pipeline stages (``id``, ``label``, ``displayOrder``, ``metadata``), Salesforce's
        ``OpportunityStage`` (``ApiName``, ``MasterLabel``, ``SortOrder``, ``IsClosed``,
        ``IsWon``), Pipedrive's stages (``id``, ``name``, ``order_nr``), Odoo's ``crm.stage``
        (``id``, ``name``, ``sequence``, ``is_won``). Records are put in their stated order.
    funnel : Funnel, optional
        Whose keys, names and aliases they are.
    default : sequence of str
        Ids where there is neither.
    won : str, optional
        The id that means won.
    lost : sequence of str
        Ids that mean lost; those that say so themselves are found.
    """
    losses = [lost] if isinstance(lost, str) else [str(word) for word in lost]
    if stages is None:
        names: dict[str, str] = {}
        for stage in funnel or ():
            names.update({name: stage.key for name in (*stage.aliases, stage.name) if name})
        ids = tuple(default) if funnel is None else funnel.keys
        kept = tuple(stage for stage in ids if stage not in losses)
        return Stages(ids=kept, names=names, lost=tuple(losses), won=won)
    entries = _in_order([_entry(stage) for stage in _items(stages)])
    losses += [one.id for one in entries if one.lost and one.id not in losses]
    wins = [one.id for one in entries if one.won and one.id not in losses]
    open_ids = [one.id for one in entries if one.id not in losses and one.id not in wins]
    names = {name: one.id for one in entries for name in one.names if name and name != one.id}
    goal = won if won is not None else wins[0] if wins else None
    return Stages(ids=(*open_ids, *wins), names=names, lost=tuple(losses), won=goal)


@attrs.frozen(kw_only=True)
class _Entry:
    id: str
    names: tuple[str, ...] = ()
    order: float | None = None
    won: bool = False
    lost: bool = False


def _items(stages: Any) -> list[Any]:
    if isinstance(stages, str) or not (
        isinstance(stages, Iterable | Mapping) or hasattr(stages, "results")
    ):
        raise ArgumentError(f"'stages' must be a sequence of ids or records, got {stages!r}")
    held = isinstance(stages, Mapping) or hasattr(stages, "results")
    return list(records_of(stages, name="stages")) if held else list(stages)


def _entry(stage: Any) -> _Entry:
    record = plain(stage)
    if record is None:
        name = text_of(stage)
        if not name:
            raise ArgumentError(f"'stages' must hold ids or records, got {stage!r}")
        return _Entry(id=name, lost=folded_word(name) in LOST_WORDS)
    found = [text_of(record.get(field)) for field in _IDS]
    key = next((text for text in found if text), "")
    if not key:
        raise ArgumentError(f"'stages' must hold records with an id, got {stage!r}")
    names = tuple(text_of(record.get(field)) for field in _NAMES)
    order = next((record[field] for field in _ORDER if record.get(field) is not None), None)
    won, lost = _ends(record)
    if won is None and lost is None:
        lost = any(folded_word(name) in LOST_WORDS for name in (key, *names) if name)
    return _Entry(id=key, names=names, order=_number(order), won=bool(won), lost=bool(lost))


def _ends(record: Mapping[str, Any]) -> tuple[bool | None, bool | None]:
    """Return whether a stage means won, and lost, as far as its record says."""
    if "is_won" in record:
        return flag(record["is_won"]), None
    if "IsWon" in record or "IsClosed" in record:
        won = flag(record.get("IsWon"))
        return won, bool(flag(record.get("IsClosed"))) and not won
    meta = record.get("metadata")
    if not isinstance(meta, Mapping):
        return None, None
    chance, closed = _number(meta.get("probability")), flag(meta.get("isClosed"))
    ends = closed is not False
    return ends and chance == 1.0, ends and chance == 0.0


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _in_order(entries: list[_Entry]) -> list[_Entry]:
    """Return them by their stated order where all have one, each id once."""
    if all(one.order is not None for one in entries):
        entries = sorted(entries, key=lambda one: one.order or 0.0)
    return list({one.id: one for one in entries}.values())
