"""Tracking values of Odoo, by lead, with the name of the field that changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesfunnel.fault import Fault
from salesfunnel.intake.crm._changes import Changes
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._records import text_of

__all__ = ["Tracked", "by_lead", "log_tracking"]

Entry = Mapping[str, Any]
Tracked = list[tuple[int, str, Entry]]
"""Number of the record, name of the field, the record."""
_STAGE_WORDS = (
    *("stage", "阶段", "階段", "étape", "etapa", "phase", "fase", "stufe", "estágio", "ステージ"),
    *("etap", "этап", "стадия", "aşama", "단계", "fáze", "giai đoạn", "vaihe"),
)
"""How the field ``stage_id`` is called: its name, or its label in the language of the user."""
_LABELS = {
    "expected revenue": "expected_revenue",
    "expected closing": "date_deadline",
    "salesperson": "user_id",
    "probability": "probability",
    "sales team": "team_id",
    "currency": "company_currency",
    "预期收入": "expected_revenue",
    "销售员": "user_id",
    "概率": "probability",
    "销售团队": "team_id",
}
"""Labels of tracked fields where `fields` does not give them."""
_LOGGED = {
    "expected_revenue": ("amount", ("float", "monetary", "integer")),
    "planned_revenue": ("amount", ("float", "monetary", "integer")),
    "probability": ("probability", ("float", "integer")),
    "date_deadline": ("expected", ("datetime",)),
    "user_id": ("owner", ("integer",)),
    "team_id": ("pipeline", ("integer",)),
    "company_currency": ("currency", ("char",)),
}
"""Fields whose history is kept, as what, and where their values are, the first that has one."""


def by_lead(found: Changes, tracking: object, messages: object) -> dict[str, Tracked]:
    """Return the tracked changes of each lead."""
    lead_of, date_of = dict[str, str](), dict[str, Any]()
    pages = read_pages(messages, name="messages")
    found.faults += pages.faults()
    for _, message in pages:
        if message is not None and text_of(message.get("model")) in {"", "crm.lead"}:
            lead_of[text_of(message.get("id"))] = text_of(message.get("res_id"))
            date_of[text_of(message.get("id"))] = message.get("date")
    labels = dict(_LABELS)
    for key, field in found.attributes.fields.items():
        if field.label:
            labels[field.label.casefold()] = key
    past: dict[str, Tracked] = {}
    others: dict[str, int] = {}
    stages = False
    for row, written in found.records(read_pages(tracking, name="tracking")):
        name = _field(written, labels)
        stages = stages or name == "stage_id"
        if name != "stage_id" and name not in _LOGGED:
            others[name] = others.get(name, 0) + 1
            continue
        post = text_of(written.get("mail_message_id"))
        lead = text_of(written.get("res_id")) or lead_of.get(post, "")
        entry = dict(written)
        if not text_of(entry.get("create_date")):
            entry["create_date"] = date_of.get(post)
        if name != "stage_id":
            others[_label(entry)] = others.get(_label(entry), 0) + 1
        past.setdefault(lead, []).append((row, name, entry))
    if others and not stages:
        names = ", ".join(sorted(others))[:200]
        found.faults.append(
            Fault.of("no-stage-changes", severity="warning", column="field_id", value=names)
        )
    return past


def _field(entry: Entry, labels: Mapping[str, str]) -> str:
    """Return the name of the field that changed; where only its id is known, that of the stage."""
    label = _label(entry)
    if not label:
        return "stage_id"
    word = label.rpartition(" (")[0] if label.endswith(")") and " (" in label else label
    if label in _LOGGED or label == "stage_id":
        return label
    known = labels.get(word.casefold(), "")
    if known in _LOGGED or known == "stage_id":
        return known
    if not known and any(part in word.casefold() for part in _STAGE_WORDS):
        return "stage_id"
    return label


def _label(entry: Entry) -> str:
    """Return the label or the name of the field that changed, nothing if it is not said."""
    for key in ("field_id", "field", "field_info"):
        value = entry.get(key)
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("desc")
        elif isinstance(value, list | tuple):
            value = value[1] if len(value) > 1 else ""
        if isinstance(value, str) and value and not value.isdigit():
            return value
    return ""


def log_tracking(found: Changes, deal: str, entries: Tracked) -> None:
    """Keep the histories of amount, probability, expected close, owner and team of a lead."""
    first: dict[str, tuple[Any, Any, int]] = {}
    for number, name, entry in entries:
        if name not in _LOGGED:
            continue
        field, kinds = _LOGGED[name]
        when = found.moment(entry.get("create_date"), number, "create_date")
        found.log(deal, field, when, _value(entry, "new", kinds), number, f"new_value_{kinds[0]}")
        if when is not None and (field not in first or when < first[field][0]):
            first[field] = (when, _value(entry, "old", kinds), number)
    born = found.created.get(deal)
    for field, (_, old, number) in first.items():
        found.log(deal, field, born, old, number, "old_value")


def _value(entry: Entry, side: str, kinds: tuple[str, ...]) -> Any:
    """Return the old or the new value of a change: the first kind that holds one."""
    cells = [entry.get(f"{side}_value_{kind}") for kind in kinds]
    return next((cell for cell in cells if cell not in {None, False, ""}), cells[0])
