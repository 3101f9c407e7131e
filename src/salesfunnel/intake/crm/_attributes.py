"""Attributes of deals: every field of a record, or the chosen ones, with labels next to ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel.intake.cells.read_time import is_missing_cell
from salesfunnel.intake.crm._labels import Field
from salesfunnel.intake.crm._records import label_of, plain, text_of

__all__ = ["Attributes", "Layout", "column_of"]

_OWN = "\0"
"""Stands before the name of a field of the team's own that is called like an attribute."""
_ROLES = {"owner", "pipeline", "account", "team", "currency"}
_OPAQUE = re.compile(r"[0-9a-f]{40}(_\w+)?|UF_CRM_\w+|ufCrm\w+|field_\w+__c", re.ASCII)
"""Keys that say nothing to a reader: named by their label, if the fields are given."""


@attrs.frozen(kw_only=True)
class Layout:
    """The roles of the fields of a vendor's record.

    Parameters
    ----------
    named : mapping of str to str
        Name of an attribute to its field: ``owner`` to ``hubspot_owner_id``.
    used : frozenset of str
        Fields that are read otherwise, or say nothing: ids, times, links.
    skip : pattern, optional
        Fields that the vendor fills; they are attributes only if chosen.
    ids : frozenset of str
        Attributes that are ids even where they are numbers.
    numbers : bool
        Whether a number in a record is a quantity; some vendors write ids of options as numbers.
    empty_false : bool
        Whether False means that nothing is there.
    """

    named: Mapping[str, str]
    used: frozenset[str] = frozenset()
    skip: re.Pattern[str] | None = None
    ids: frozenset[str] = frozenset({"owner", "pipeline", "account", "team"})
    numbers: bool = True
    empty_false: bool = False


@attrs.define(kw_only=True)
class Attributes:
    """Collects attributes of deals, by name of the attribute.

    Parameters
    ----------
    layout : Layout
        The vendor's fields.
    chosen : sequence of str, or mapping of str to str, optional
        Attributes, fields or labels of fields to keep; a mapping gives each a name. All by default.
    fields : mapping of str to Field
        The vendor's definitions of fields: labels, options, kinds.
    owners : mapping of str to str
        Names of owners by id.
    """

    layout: Layout
    chosen: Sequence[str] | Mapping[str, str] | None = None
    fields: Mapping[str, Field] = attrs.field(factory=dict)
    owners: Mapping[str, str] = attrs.field(factory=dict)
    columns: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    met: set[str] = attrs.field(factory=set)
    labelled: dict[str, str] = attrs.field(factory=dict)
    wanted: dict[str, str] | None = None

    def __attrs_post_init__(self) -> None:
        if isinstance(self.chosen, str):
            raise ArgumentError(
                f"'attributes' must be a sequence of names, got {self.chosen!r}",
                hint=f"attributes=[{self.chosen!r}]",
            )
        if self.chosen is not None:
            pairs = (
                self.chosen.items()
                if isinstance(self.chosen, Mapping)
                else ((name, name) for name in self.chosen)
            )
            self.wanted = {str(name): self._field_of(str(key)) for name, key in pairs}

    def _field_of(self, name: str) -> str:
        """Return the field of an attribute, of a label or of itself."""
        if name in self.layout.named:
            return self.layout.named[name]
        by_label = [key for key, field in self.fields.items() if field.label == name]
        return by_label[0] if len(by_label) == 1 and name not in self.fields else name

    def add(self, deal: str, record: Mapping[str, Any]) -> None:
        """Keep the attributes of a deal."""
        self.met.update(map(str, record))
        for name, key in self._keys(record):
            value = record.get(key)
            for column, cell in self._cells(name, key, value):
                self.columns.setdefault(column, {})[deal] = cell

    def put(self, deal: str, name: str, value: object) -> None:
        """Keep one attribute that no field holds, unless others were chosen."""
        if self.wanted is None or name in self.wanted:
            self.columns.setdefault(name, {})[deal] = value

    def _keys(self, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield attributes and their fields."""
        if self.wanted is not None:
            yield from self.wanted.items()
            return
        named = self.layout.named
        yield from named.items()
        taken = {*named.values(), *self.layout.used}
        for key in map(str, record):
            if key in taken or (self.layout.skip is not None and self.layout.skip.fullmatch(key)):
                continue
            name = self._name_of(key)
            yield (f"{_OWN}{name}" if name in named else name), key

    def settled(self) -> dict[str, dict[str, Any]]:
        """Return the columns by their names: a field that the team made keeps the one it has.

        The vendor's field that bears the name elsewhere is then called as the vendor calls it. Of
        what is known by its role, such as the owner, the team's field is the second.
        """
        own = {name[len(_OWN) :] for name in self.columns if name.startswith(_OWN)}
        kept = {name for name in own & self.layout.named.keys() if name not in _ROLES}
        found: dict[str, dict[str, Any]] = {}
        for column, values in self.columns.items():
            root, end = column, ""
            if column.removesuffix("_name") != column:
                root, end = column.removesuffix("_name"), "_name"
            if root.startswith(_OWN):
                root = root[len(_OWN) :]
                name = root if root in kept or root not in self.layout.named else f"{root}_2"
            else:
                name = self.layout.named[root] if root in kept else root
            found.setdefault(f"{name}{end}", values)
        return found

    def _name_of(self, key: str) -> str:
        field = self.fields.get(key)
        if field is None or not field.label or not _OPAQUE.fullmatch(key):
            return key
        self.labelled[key] = field.label
        return field.label

    def _cells(self, name: str, key: str, value: object) -> Iterator[tuple[str, Any]]:
        """Yield the columns of one field: the value, and the label of an id."""
        if is_missing_cell(value) or value == "" or (value is False and self.layout.empty_false):
            return
        field, value = self.fields.get(key), _unwrapped(value)
        if isinstance(value, bool | np.bool_):
            yield name, "true" if value else "false"
        elif isinstance(value, Mapping):
            yield from self._nested(name, value)
        elif isinstance(value, list | tuple):
            label = label_of(value)
            yield name, text_of(value) if label else ";".join(filter(None, map(_word, value)))
            yield from [(f"{name}_name", label)] if label else []
        elif isinstance(value, int | float | np.number) and self._is_quantity(name, field):
            yield name, float(value)
        elif field is not None and field.number and (number := _float(value)) is not None:
            yield name, number
        else:
            yield name, text_of(value)
        if field is not None and field.options and not isinstance(value, Mapping):
            parts = value if isinstance(value, list | tuple) else text_of(value).split(";")
            words = [field.options.get(text_of(part).strip(), "") for part in parts]
            if all(words):
                yield f"{name}_name", ";".join(words)
        if name == "owner" and text_of(value) in self.owners:
            yield "owner_name", self.owners[text_of(value)]

    def _nested(self, name: str, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield the id and the label of a reference, or each field of a related record."""
        inner = {key: cell for key, cell in value.items() if key != "attributes"}
        if "attributes" in value:  # Salesforce: a related record that was asked for
            for key, cell in inner.items():
                yield from self._cells(f"{name}.{key}", f"{name}.{key}", cell)
            return
        amount = _float(inner.get("value", inner.get("amount")))
        if "currency" in inner and amount is not None:
            yield name, amount
            yield f"{name}_currency", text_of(inner["currency"])
            return
        word, label = text_of(inner), label_of(inner)
        if word or label:
            yield name, word or label
        if label and label != word:
            yield f"{name}_name", label

    def _is_quantity(self, name: str, field: Field | None) -> bool:
        if name in self.layout.ids or (field is not None and (field.options or field.text)):
            return False
        return self.layout.numbers or (field is not None and field.number)

    def check(self) -> None:
        """Raise UnknownNameError for a chosen attribute that no record has."""
        if self.wanted is None or not self.met:
            return
        for name, key in self.wanted.items():
            if key not in self.met and key not in self.fields and name not in self.columns:
                known = sorted({*self.met, *self.layout.named})
                raise UnknownNameError(
                    f"'attributes' must name fields of the records, got {name!r}",
                    hint=did_you_mean(name, known),
                )


def column_of(values: Mapping[str, Any], deals: Sequence[str]) -> Any:
    """Return an attribute by deal: float64 if all its values are numbers, else text."""
    if values and all(isinstance(value, float) for value in values.values()):
        return np.array([values.get(deal, np.nan) for deal in deals], dtype=np.float64)
    cells = (values.get(deal, "") for deal in deals)
    return np.array([text_of(cell) for cell in cells], dtype=np.str_)


def _unwrapped(value: object) -> Any:
    """Return an object of a client within a record, such as a user of Zoho's, as a dict."""
    if isinstance(value, str | int | float | list | tuple | Mapping):
        return value
    return plain(value) or value


def _word(value: object) -> str:
    return label_of(value) or text_of(value)


def _float(value: object) -> float | None:
    try:
        return float(str(value).strip())
    except ValueError:
        return None
