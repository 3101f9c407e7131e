"""Opportunities of Dynamics 365 Sales to a stage history.

Field names as in the Web API: ``opportunity`` (``opportunityid``, ``name``, ``stepname``,
``salesstage`` 0 qualify 1 develop 2 propose 3 close, ``statecode`` 0 open 1 won 2 lost,
``estimatedvalue``, ``actualvalue``, ``estimatedclosedate``, ``actualclosedate``,
``closeprobability``, ``createdon``, ``_ownerid_value``), each with the label that is next to
it as ``<field>@OData.Community.Display.V1.FormattedValue``; audits as rows of ``audit``
(``_objectid_value``, ``createdon``, ``changedata`` with ``changedAttributes``) or as the details
of ``RetrieveRecordChangeHistory`` (``AuditRecord``, ``OldValue``, ``NewValue``).
``salesstagecode`` is not a stage: it has one value only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from salesfunnel.intake.crm._attributes import Layout
from salesfunnel.intake.crm._listed import source_of
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.crm._vendor import Record, Vendor, by_word, value_of

__all__ = ["dynamics"]

_LABEL = "@OData.Community.Display.V1.FormattedValue"
_SALES_STAGES = {"0": "Qualify", "1": "Develop", "2": "Propose", "3": "Close"}
_STATES = {"0": "open", "1": "won", "2": "lost", "open": "open", "won": "won", "lost": "lost"}
_LOGGED = {
    "estimatedvalue": "amount",
    "estimatedclosedate": "expected",
    "ownerid": "owner",
    "_ownerid_value": "owner",
    "closeprobability": "probability",
}
_STAGE_FIELDS = ("stepname", "salesstage")


def _prepare(record: Record) -> Record:
    """Return a record whose values carry the labels that are next to them."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        key = str(name)
        if "@" in key:
            continue
        label = record.get(key + _LABEL)
        found[key] = _labelled(key, value, label)
    stage = text_of(found.get("salesstage"))
    if not text_of(found.get("stepname")) and stage:
        label = text_of(record.get("salesstage" + _LABEL)) or _SALES_STAGES.get(stage, stage)
        found["stepname"] = label
    won = text_of(record.get("statecode")) in {"1", "Won"}
    if won and text_of(found.get("actualvalue")):
        found["estimatedvalue"] = found["actualvalue"]
    return found


def _labelled(key: str, value: object, label: object) -> Any:
    """Return a reference or the number of an option with its label; other values as they are."""
    words = text_of(label)
    if value is None or not words or isinstance(value, bool):
        return value
    option = isinstance(value, int) and not re.fullmatch(r"[\d.,\s%+-]+", words)
    reference = key.startswith("_") and key.endswith("_value")
    return {"id": value, "name": words} if option or reference else value


def _gone(record: Record) -> str:
    return "merged" if text_of(record.get("merged")).casefold() == "true" else ""


def _moves(record: Record) -> Sequence[tuple[str, str, Any, Any, Any]]:
    """Return the changes that an audit row, or a detail of it, tells."""
    inner = record.get("AuditRecord")
    audit = inner if isinstance(inner, Mapping) else record
    deal = text_of(value_of(audit, ("_objectid_value", "objectid"))[1])
    time = audit.get("createdon")
    found = []
    for field, old, new in _edits(record):
        if field in _STAGE_FIELDS:
            names = _SALES_STAGES if field == "salesstage" else {}
            was, now = (names.get(text_of(one), text_of(one)) for one in (old, new))
            found.append((deal, "stage", was, now, time))
        elif field == "statecode":
            was, now = (_STATES.get(text_of(one).casefold(), "") for one in (old, new))
            found.append((deal, "outcome", was, now, time))
        elif field in _LOGGED:
            found.append((deal, _LOGGED[field], old, new, time))
    return found


def _edits(record: Record) -> Iterator[tuple[str, Any, Any]]:
    """Yield the fields of an audit with their old and new values."""
    data = record.get("changedata")
    if isinstance(data, str) and data.strip():
        try:
            data = json.loads(data)
        except ValueError:
            data = None
    if isinstance(data, Mapping):
        for one in data.get("changedAttributes") or ():
            if isinstance(one, Mapping):
                yield text_of(one.get("logicalName")), one.get("oldValue"), one.get("newValue")
        return
    old, new = record.get("OldValue") or {}, record.get("NewValue") or {}
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = [name for name in {**old, **new} if "@" not in str(name)]
        yield from ((str(name), old.get(name), new.get(name)) for name in names)


dynamics = source_of(
    "dynamics",
    Vendor(
        layout=Layout(
            named={
                "name": "name",
                "owner": "_ownerid_value",
                "account": "_parentaccountid_value",
                "currency": "_transactioncurrencyid_value",
                "rating": "opportunityratingcode",
                "reason": "statuscode",
            },
            used=frozenset(
                {"opportunityid", "stepname", "salesstage", "salesstagecode", "statecode"}
                | {"estimatedvalue", "estimatedvalue_base", "actualvalue", "actualvalue_base"}
                | {"createdon", "modifiedon", "actualclosedate", "estimatedclosedate", "stageid"}
                | {"traversedpath", "versionnumber", "activestagestartedon", "processid"}
            ),
            skip=re.compile(
                r"_(created|modified|owning)\w*_value|exchangerate|\w+_base|timezone\w*|utc\w*"
                r"|importsequencenumber|overriddencreatedon|onholdtime|lastonholdtime",
                re.ASCII,
            ),
            ids=frozenset({"owner", "account", "currency", "rating", "reason"}),
        ),
        id=("opportunityid",),
        stage=("stepname",),
        created=("createdon",),
        since=("activestagestartedon",),
        closed=("actualclosedate",),
        last=("modifiedon",),
        expected=("estimatedclosedate",),
        amount=("estimatedvalue",),
        chance=("closeprobability",),
        prepare=_prepare,
        outcome=by_word(("statecode",), _STATES),
        gone=_gone,
        stages=("Qualify", "Develop", "Propose", "Close"),
        keeps_stage=True,
        moves=_moves,
    ),
    title="opportunities of Dynamics 365 Sales",
    about=(
        "Records of the table ``opportunity`` as the Web API or the Dataverse client gives them;\n"
        'ask for annotations (``include_annotations="*"``) to get labels as well as ids. A stage\n'
        '``"won"`` is added at the end: ``statecode`` keeps won separate from stages.'
    ),
    changes=(
        "Rows of the table ``audit``, or the details of ``RetrieveRecordChangeHistory``: changes\n"
        "    of ``stepname``, ``salesstage``, ``statecode``, amount, expected end and owner."
    ),
)
