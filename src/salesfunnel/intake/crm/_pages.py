"""Pages of a CRM's answers: their records in order, and whether pages are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from salesfunnel._core.errors import ArgumentError
from salesfunnel.fault import Fault
from salesfunnel.intake.crm._records import is_table, json_of, plain, rows_of_table

__all__ = ["Pages", "read_pages"]

_UNDER = (
    *("records", "results", "data", "items", "value", "result", "dataList", "list"),
    *("opportunities", "deals", "stages", "pipelines", "pipeline", "deal_stages"),
    *("business_list", "opportunity"),
)
"""Names under which an answer holds its records."""
_IDS = ("id", "Id", "ID", "_id", "hs_object_id", "dealId", "business_id", "OpportunityId")
"""Names of ids: what has one is a record, not an answer that holds records."""
_TOTALS = (
    "totalSize",
    "total",
    "@odata.count",
    "totalCount",
    "totalNumber",
    "totalRow",
    *("total_results", "total_count", "totalRecords"),
)
_MORE = ("has_more", "hasMore", "has-more", "more_records", "more_items_in_collection")
_NEXT = ("nextRecordsUrl", "@odata.nextLink", "odata.nextLink", "next_cursor", "next_page_token")
_DEPTH = 6


@attrs.define(kw_only=True)
class Pages:
    """Records of all pages; `total` as the answers state it, `unfinished` if pages follow."""

    name: str
    records: list[Mapping[str, Any] | None] = attrs.field(factory=list)
    total: int | None = None
    states: list[bool] = attrs.field(factory=list)

    def __iter__(self) -> Iterator[tuple[int, Mapping[str, Any] | None]]:
        """Yield each record with its number, from 1."""
        return iter(enumerate(self.records, 1))

    @property
    def unfinished(self) -> bool:
        """Whether every answer says that more follow, or states more records than there are."""
        short = self.total is not None and len(self.records) < self.total
        return short or (bool(self.states) and all(self.states))

    def faults(self) -> list[Fault]:
        """Return the fault of an unfinished page, with the number of missing records if known."""
        if not self.unfinished:
            return []
        rows = len(self.records)
        if self.total is not None and self.total > rows:
            missing = self.total - rows
            return [
                Fault.of(
                    "page-unfinished",
                    severity="error",
                    column=self.name,
                    rows=rows,
                    missing=missing,
                    total=self.total,
                )
            ]
        return [Fault.of("page-unfinished-open", severity="error", column=self.name, rows=rows)]


def read_pages(source: object, *, name: str) -> Pages:
    """Return the records of a source.

    Parameters
    ----------
    source : sequence or iterator of records or of pages, one answer, table, None
        Records are dicts or objects of a client. An answer holds them under ``results``,
        ``records``, ``data``, ``value`` or ``items``, as a dict or as an object of a client. A
        table is a CSV path or text, or a dataframe. None holds no records.
    name : str
        Name of the argument, for faults.

    Raises
    ------
    ArgumentError
        If nothing in it could hold records.
    IntakeError
        If a file cannot be read.
    """
    pages = Pages(name=name)
    if source is not None:
        _read(source, pages, 0)
    return pages


def _read(source: object, pages: Pages, depth: int) -> None:
    """Add the records of an answer, of a table, or of a sequence of either."""
    if depth > _DEPTH:
        pages.records.append(None)
    elif (held := json_of(source)) is not None:
        _read(held, pages, depth + 1)
    elif is_table(source):
        pages.records.extend(rows_of_table(source))
    elif (answer := _answer(source)) is not None:
        levels, held = _levels(answer)
        _note_state(levels, pages)
        if held is not None:
            _read(held, pages, depth + 1)
    elif isinstance(source, Mapping):
        pages.records.append(source)
    elif isinstance(source, Iterable):
        _read_each(source, pages, depth)
    elif (record := plain(source)) is not None:
        pages.records.append(record)
    else:
        kind = type(source).__name__
        raise ArgumentError(f"{pages.name!r} must hold records, got {kind}")


def _read_each(items: Iterable[Any], pages: Pages, depth: int) -> None:
    for item in items:
        if _is_batch(item) or _answer(item) is not None:
            _read(item, pages, depth + 1)
        else:
            pages.records.append(plain(item))


def _is_batch(item: object) -> bool:
    """Return whether an item of a sequence is a page: a list of records, or a client's page."""
    if isinstance(item, str | bytes | Mapping) or not isinstance(item, Iterable):
        return False
    if isinstance(item, list):
        return bool(item) and all(_is_record(one) for one in item)
    return _has(item, "records") and plain(item) is None


def _is_record(item: object) -> bool:
    return isinstance(item, Mapping) or plain(item) is not None


def _has(source: object, *names: str) -> bool:
    return all(hasattr(source, name) for name in names)


def _answer(source: Any) -> Mapping[str, Any] | None:
    """Return an answer that holds records, as a dict; None for what is a record itself."""
    if isinstance(source, Mapping):
        found = source
    elif _has(source, "results") and not callable(source.results):
        found = {"results": source.results, "paging": getattr(source, "paging", None)}
        found["total"] = getattr(source, "total", None)
    elif _has(source, "result", "next"):
        found = {name: getattr(source, name, None) for name in ("result", "next", "total")}
    elif isinstance(getattr(source, "records", None), list):
        found = {"records": source.records}
    elif _has(source, "get_data", "get_info"):
        found = {"data": source.get_data(), "info": plain(source.get_info())}
    elif _has(source, "model_fields", "additional_data"):
        found = {"data": source.data, "additional_data": source.additional_data}
    else:
        return None
    if any(name in found for name in _IDS) or _record_like(found):
        return None
    return found if any(_holds(found.get(name)) for name in _UNDER) or _empty(found) else None


def _record_like(found: Mapping[str, Any]) -> bool:
    """Return whether a dict is an entry of Pipedrive's flow: it holds one record under ``data``."""
    return "object" in found and isinstance(found.get("data"), Mapping)


def _empty(found: Mapping[str, Any]) -> bool:
    """Return whether an answer holds nothing: ``{"success": true, "data": null}``."""
    states = ("success", "paging", "additional_data", "done", "code", "info")
    return any(name in found for name in states) and any(
        name in found and found[name] is None for name in _UNDER
    )


def _holds(value: object) -> bool:
    """Return whether a value can be the records of an answer."""
    if isinstance(value, Mapping):
        return _answer(value) is not None or any(name in value for name in _IDS)
    if isinstance(value, list | tuple):
        return all(_is_record(item) for item in value)
    return False


def _levels(answer: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], Any]:
    """Return an answer and those within it, ``{"data": {"list": []}}``, and what the last holds."""
    levels = [answer]
    while len(levels) < _DEPTH:
        names = (name for name in _UNDER if _holds(levels[-1].get(name)))
        held = levels[-1].get(next(names, ""))
        inner = _answer(held) if isinstance(held, Mapping) else None
        if inner is None:
            return levels, held
        levels.append(inner)
    return levels, None


def _note_state(levels: list[Mapping[str, Any]], pages: Pages) -> None:
    """Keep what an answer says of the whole: its total, and whether more follow."""
    places = [(level, False) for level in levels]
    for level in levels:
        for name in ("paging", "additional_data", "info", "pagination", "queryMeta", "meta"):
            inner = level.get(name)
            inner = inner if isinstance(inner, Mapping) else plain(inner)
            if isinstance(inner, Mapping):
                places.append((inner, True))
                deeper = inner.get("pagination")
                places += [(deeper, True)] if isinstance(deeper, Mapping) else []
    for place, _ in places:
        for name in _TOTALS:
            number = place.get(name)
            if isinstance(number, int) and not isinstance(number, bool) and number >= 0:
                pages.total = max(number, pages.total or 0)
    pages.states.append(any(_more(place, nested=nested) for place, nested in places))


def _more(place: Mapping[str, Any], *, nested: bool) -> bool:
    """Return whether a part of an answer says that more pages follow."""
    if place.get("done") is False or any(bool(place.get(name)) for name in (*_MORE, *_NEXT)):
        return True
    if nested or "result" in place or "total" in place:
        return place.get("next") is not None
    return False
