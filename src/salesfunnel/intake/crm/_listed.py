"""Deals of a CRM that is described field by field, to a stage history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.intake.crm._build import begin, history_of
from salesfunnel.intake.crm._changes import LOST, WON, Changes
from salesfunnel.intake.crm._labels import names_of
from salesfunnel.intake.crm._listed_moves import Moves, log_moves, moves_by_deal, walk
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._pipelines import choose_pipeline, with_pipelines
from salesfunnel.intake.crm._records import label_of, text_of
from salesfunnel.intake.crm._stage_record import means_lost, means_won
from salesfunnel.intake.crm._stages import Catalogue, Stages, catalogue_of
from salesfunnel.intake.crm._vendor import Record, Vendor, value_of

__all__ = ["source_of"]

_DOC = """Make a stage history of {title}.

{about}

Parameters
----------
records : sequence of dict or of client objects, answers of one page or several, CSV, dataframe
    Deals.
changes : the same, optional
    {changes}
funnel : Funnel, optional
    Whose stage keys, names or aliases the stages are.
stages : optional
    Ids of the stages in order, or the CRM's own records of stages or of pipelines. Without it
    {default} are taken; others are kept, in the order of the deals' moves.
pipeline : str or int, optional
    Id or name of the pipeline to read; needed where deals of several are among the records.
pipelines : records of pipelines, or mapping of id to name, optional
    Names of pipelines.
owners : records of users, or mapping of id to name, optional
    Their names become the attribute ``owner_name``.
fields : records of fields, or mapping of key to definition, optional
    Labels of fields and of their options.
attributes : sequence of str, or mapping of str to str, optional
    Attributes or fields to keep; a mapping gives each its name. All by default.
won, lost : str, sequence of str, optional
    Ids of stages that mean won and lost, besides those that say so.
as_of, tz, dayfirst
    As in ``read_stage_history``. {zone}

Returns
-------
StageHistory
    With faults for everything that could not be read, for stages that no list names, for pages
    that are missing, and for records that are deleted.

Raises
------
IntakeError
    With every fault, if no stage change can be read; if the deals are of several pipelines and
    none is chosen.
UnknownNameError
    If `pipeline` or one of `attributes` is not among the records.
ArgumentError
    If `stages` holds no stages.
"""


def source_of(
    name: str, vendor: Vendor, *, title: str, about: str, changes: str = "Not used."
) -> Callable[..., StageHistory]:
    """Return the source of a CRM, a function with the arguments that all of them take.

    Parameters
    ----------
    name : str
        Name of the function.
    vendor : Vendor
        What its records hold.
    title, about, changes : str
        For its docstring: what the deals are called, which records it takes, and which changes.
    """

    def read(
        records: object,
        *,
        changes: object = None,
        funnel: Funnel | None = None,
        stages: object = None,
        pipeline: str | int | None = None,
        pipelines: object = None,
        owners: object = None,
        fields: object = None,
        attributes: Sequence[str] | Mapping[str, str] | None = None,
        won: str | None = None,
        lost: Sequence[str] = (),
        as_of: object = None,
        tz: str | None = None,
        dayfirst: bool | None = None,
    ) -> StageHistory:
        default = () if funnel is not None else vendor.stages or (WON,)
        catalogue = catalogue_of(stages, funnel, default=default)
        names, unfinished = names_of(pipelines, "pipelines")
        catalogue.pipelines.update(names)
        pages = read_pages(records, name="records")
        rows = [(row, vendor.named(record)) for row, record in pages if record is not None]
        alive = [(row, record) for row, record in rows if not vendor.gone(record)]
        key, kept, faults = choose_pipeline(
            alive,
            lambda record: _pipeline(vendor, record, catalogue),
            catalogue,
            chosen=None if pipeline is None else str(pipeline),
        )
        losses = [lost] if isinstance(lost, str) else list(lost)
        listed = _listed(vendor, catalogue.of(key, won=won, lost=(*losses, *vendor.lost)))
        found = begin(
            vendor.layout, catalogue, listed, owners=owners, fields=fields, attributes=attributes,
            funnel=funnel, tz=tz, dayfirst=dayfirst, local=vendor.local,
        )  # fmt: skip
        found.faults += [*faults, *unfinished]
        for _ in found.records(pages):  # what is not a record is a fault
            pass
        past = moves_by_deal(vendor, found, changes)
        chosen = {row for row, _ in kept}
        for row, record in rows:
            deal = text_of(value_of(record, vendor.id)[1])
            if row not in chosen:
                past.pop(deal, None)
            if vendor.gone(record):
                found.drop(deal or str(row), vendor.gone(record))
        for _, record in kept:
            _describe(vendor, found, record)
        for row, record in kept:
            _one(vendor, found, row, record, past, catalogue)
        found.orphans(past, "changes")
        return history_of(found, as_of)

    read.__name__ = read.__qualname__ = name
    default = (
        "those of a new account are taken" if vendor.stages else "those of the deals are taken"
    )
    zone = "Times without a zone are the clock's of `tz`." if vendor.local else "Times are in UTC."
    read.__doc__ = _DOC.format(
        title=title, about=about, changes=changes, default=default, zone=zone
    )
    return with_pipelines(read)


def _listed(vendor: Vendor, stages: Stages) -> Stages:
    """Return the stages with that of won at the end, where it is none of them."""
    if not vendor.keeps_stage:
        return stages
    ids = (*(stage for stage in stages.ids if stage != WON), WON)
    lost = stages.lost if LOST in stages.lost else (*stages.lost, LOST)
    return attrs.evolve(stages, ids=ids, won=stages.won or WON, lost=lost)


def _pipeline(vendor: Vendor, record: Record, catalogue: Catalogue) -> tuple[str, str]:
    """Return the id and the name of the pipeline of a deal: as stated, else that of its stage."""
    value = value_of(record, vendor.pipeline)[1]
    stage = text_of(value_of(record, vendor.stage)[1])
    key = text_of(value) or catalogue.pipeline_of(stage)
    name = label_of(value) or text_of(value_of(record, vendor.pipeline_name)[1])
    return key, name or catalogue.pipelines.get(key, "")


def _describe(vendor: Vendor, found: Changes, record: Record) -> None:
    """Keep what a record says of its stage: name, probability, whether it means won or lost."""
    value = value_of(record, vendor.stage)[1]
    stage = text_of(value)
    name = label_of(value) or text_of(value_of(record, vendor.stage_name)[1])
    if stage and name and name != stage:
        found.stages.names.setdefault(name, stage)
    outcome = vendor.outcome(record)
    if vendor.keeps_stage and outcome:
        found.said.add(stage)
    elif not vendor.keeps_stage:
        lost = outcome == LOST or (not outcome and means_lost(stage, name))
        won = outcome == WON or (not outcome and means_won(stage, name))
        found.means(stage, won=won, lost=lost, said=bool(outcome))
    if outcome not in {WON, LOST}:
        found.chance(stage, value_of(record, vendor.chance)[1])


def _one(
    vendor: Vendor,
    found: Changes,
    row: int,
    record: Record,
    past: dict[str, Moves],
    catalogue: Catalogue,
) -> None:
    """Keep the stages, the amount and the attributes of one deal."""
    field, value = value_of(record, vendor.id)
    deal = text_of(value)
    if not found.deal(deal, row, field):
        return
    moments = {}
    for role in ("created", "since", "closed", "last", "expected"):
        name, cell = value_of(record, getattr(vendor, role))
        moments[role] = None if cell is None else found.moment(cell, row, name)
    if moments["expected"] is not None:
        found.expected[deal] = moments["expected"].astype("datetime64[D]")
    if moments["created"] is not None:
        found.created[deal] = moments["created"]
    moves = past.pop(deal, [])
    _stages(vendor, found, row, record, moves, moments)
    log_moves(found, deal, moves)
    name, cell = value_of(record, vendor.amount)
    amount = None if cell is None else found.amount(cell, row, name)
    if amount is not None:
        found.value[deal] = amount / 100 if vendor.cents else amount
    found.attributes.add(deal, record)
    label = _pipeline(vendor, record, catalogue)[1]
    if label:
        found.attributes.put(deal, "pipeline_name", label)


def _stages(
    vendor: Vendor,
    found: Changes,
    row: int,
    record: Record,
    moves: Moves,
    moments: Mapping[str, Any],
) -> None:
    """Keep the stages of one deal: by its changes, or the present one and its end."""
    deal = text_of(value_of(record, vendor.id)[1])
    field, value = value_of(record, vendor.stage)
    stage, outcome = text_of(value), vendor.outcome(record)
    if not outcome:
        outcome = WON if found.is_won(stage) else LOST if found.is_lost(stage) else ""
    ended = outcome in {WON, LOST}
    closed = moments["closed"] if ended else None
    if ended and closed is None and not vendor.keeps_stage:
        closed = moments["since"]
    if ended and closed is None and vendor.closed_by_expected:
        closed = moments["expected"]
        found.typed.add(deal)
    if any(name == "stage" for _, name, *_ in moves):
        added = walk(found, deal, moves, (outcome, closed, row))
        if added and not vendor.keeps_stage:
            found.elsewhere[deal] = row
        if not vendor.keeps_stage or not ended:
            found.reconcile(deal, stage, row, field, since=moments["since"], closed=closed)
        return
    since = moments["since"] if vendor.keeps_stage or not ended else None
    if since is None and ended:
        since = closed if closed is not None else moments["last"]
    outcome = outcome if ended else ""
    found.listed(deal, stage, row, field=field, since=since, closed=closed, outcome=outcome)
