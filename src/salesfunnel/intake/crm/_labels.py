"""Names of owners, and labels, options and kinds of fields, as CRMs define them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from salesfunnel.fault import Fault
from salesfunnel.intake.crm._pages import read_pages
from salesfunnel.intake.crm._records import fold_field, label_of, plain, text_of

__all__ = ["Field", "fields_of", "names_of"]

_KEYS = ("key", "fieldcode", "apiname", "logicalname", "name", "id")
_LABELS = (
    *("label", "fieldlabel", "listlabel", "formlabel", "string", "displaylabel", "fieldname"),
    *("title", "name"),
)
_OPTIONS = ("options", "picklistvalues", "items", "selection")
_NUMBERS = {
    *("number", "double", "int", "integer", "float", "monetary", "currency", "percent", "decimal"),
    *("money", "bigint"),
}
_TEXTS = {"enum", "enumeration", "select", "set", "picklist", "string", "text", "varchar", "user"}


@attrs.frozen(kw_only=True)
class Field:
    """A field as a CRM defines it: its label, its options, whether it holds numbers or text."""

    label: str = ""
    options: Mapping[str, str] = attrs.field(factory=dict)
    number: bool = False
    text: bool = False


def names_of(records: object, name: str) -> tuple[dict[str, str], list[Fault]]:
    """Return names by id, of owners, users or pipelines, and the faults of unfinished pages.

    Parameters
    ----------
    records : mapping of id to name, or records as a client returns them
        HubSpot's owners, Salesforce's ``User``, Pipedrive's users, Odoo's ``res.users``, ...
    name : str
        Name of the argument, for faults.
    """
    if isinstance(records, Mapping) and records and all(map(_is_word, records.values())):
        return {text_of(key): text_of(word) for key, word in records.items()}, []
    pages = read_pages(records, name=name)
    found = {}
    for _, record in pages:
        folded = {fold_field(key): value for key, value in (record or {}).items()}
        ids = (folded.get(key) for key in ("id", "ownerid", "systemuserid", "userid", "pipelineid"))
        key = next((text for text in map(text_of, ids) if text), "")
        word = _name(folded)
        if key and word:
            found[key] = word
    return found, pages.faults()


def _is_word(value: object) -> bool:
    return isinstance(value, str)


def _name(folded: Mapping[str, Any]) -> str:
    """Return the name of a person: given and family name, else one name, else the e-mail."""
    for pair in (("firstname", "lastname"), ("name", "lastname")):
        if all(key in folded for key in pair):
            name = " ".join(filter(None, (text_of(folded[key]) for key in pair)))
            if name:
                return name
    known = ("name", "label", "fullname", "displayname", "realname", "nickname", "email")
    return next((text for text in (text_of(folded.get(key)) for key in known) if text), "")


def fields_of(fields: object) -> tuple[dict[str, Field], list[Fault]]:
    """Return the definitions of fields by key, and the faults of unfinished pages.

    Parameters
    ----------
    fields : records of fields as a client returns them, or a mapping from key to definition
        HubSpot's properties, Pipedrive's deal fields, Salesforce's ``describe()``, Odoo's
        ``fields_get()``, Bitrix24's ``crm.deal.fields``, Zoho's fields; or key to label.
    """
    if fields is None:
        return {}, []
    if isinstance(fields, Mapping) and isinstance(fields.get("fields"), list | tuple):
        fields = fields["fields"]
    held = fields.get("result") if isinstance(fields, Mapping) else None
    if isinstance(held, Mapping):
        fields = held
    if isinstance(fields, Mapping) and not ({"results", "data", "records"} & set(fields)):
        return {str(key): _field(value) for key, value in fields.items()}, []
    pages = read_pages(fields, name="fields")
    found = {}
    for _, record in pages:
        folded = {fold_field(key): value for key, value in (record or {}).items()}
        key = next((text for text in (text_of(folded.get(one)) for one in _KEYS) if text), "")
        if key:
            found[key] = _field(record)
    return found, pages.faults()


def _field(definition: object) -> Field:
    if isinstance(definition, str):
        return Field(label=definition)
    record = plain(definition) or {}
    folded = {fold_field(key): value for key, value in record.items()}
    kind = text_of(folded.get("type") or folded.get("fieldtype") or folded.get("datatype"))
    labels = (text_of(folded.get(key)) for key in _LABELS)
    options: dict[str, str] = {}
    for name in _OPTIONS:
        if isinstance(folded.get(name), list | tuple):
            options.update(_options(folded[name]))
    return Field(
        label=next((text for text in labels if text), ""),
        options=options,
        number=kind.casefold() in _NUMBERS,
        text=kind.casefold() in _TEXTS,
    )


def _options(options: Any) -> Iterator[tuple[str, str]]:
    """Yield the value of each option as records hold it, and its label."""
    for option in options:
        if isinstance(option, list | tuple) and len(option) == 2:  # Odoo's selection
            yield text_of(option[0]), text_of(option[1])
            continue
        folded = {fold_field(key): value for key, value in (plain(option) or {}).items()}
        if "id" in folded and "label" not in folded and "value" in folded:  # Bitrix24
            yield text_of(folded["id"]), text_of(folded["value"])
            continue
        keys = ("actualvalue", "value", "id") if "actualvalue" in folded else ("value", "id")
        key = next((text for text in (text_of(folded.get(one)) for one in keys) if text), "")
        names = (text_of(folded.get(one)) for one in ("label", "displayvalue", "name"))
        label = next((text for text in names if text), "") or label_of(option)
        if key and label:
            yield key, label
