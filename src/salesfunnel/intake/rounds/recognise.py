"""What each file of a folder is: a document of the library, a sheet, deals, a plan."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import PurePath
from typing import Any

import attrs

from salesfunnel._core.errors import DataError, MissingExtraError, SalesFunnelError
from salesfunnel._core.result import leaf
from salesfunnel.analysis import Analysis
from salesfunnel.data.history import StageHistory
from salesfunnel.data.tracking import Tracking
from salesfunnel.definitions import BenchmarkSet
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.read_period import month_inside
from salesfunnel.intake.deals.reader import read_deals
from salesfunnel.intake.plans.reader import read_plan
from salesfunnel.intake.rounds.months import SheetReader, unread
from salesfunnel.monitoring import Review
from salesfunnel.planning import ImprovementPlan
from salesfunnel.plugins import template
from salesfunnel.rounds import Round
from salesfunnel.targets import TargetPlan

__all__ = ["Folder", "day_in", "digest", "recognised"]

BOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
TABLES = BOOKS | {".csv", ".tsv", ".txt", ".md", ""}
CLOSED = frozenset({".et", ".ett", ".numbers", ".xlsb", ".gsheet", ".wps"})
"""Spreadsheets of programs whose files are not read: they may hold a month of the team."""
PLANS = ("plan", "方案", "改进")
DEALS = ("deal", "opportunit", "商机", "crm")


@attrs.define
class Folder:
    """What was recognised, by the name of the file."""

    today: date
    reader: SheetReader
    funnel: Funnel | None = None
    departments: Any = None
    targets: Any = None
    benchmark: BenchmarkSet | None = None
    rounds: dict[str, Round] = attrs.field(factory=dict)
    sheets: dict[str, Any] = attrs.field(factory=dict)
    periods: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    deals: dict[str, Any] = attrs.field(factory=dict)
    plans: dict[str, ImprovementPlan] = attrs.field(factory=dict)
    plan: ImprovementPlan | None = None
    reviews: list[Review] = attrs.field(factory=list)
    faults: list[Fault] = attrs.field(factory=list)

    @property
    def reading(self) -> Funnel | None:
        """The funnel that was given, else that of the last round, to recognise sheets with."""
        last = max(self.rounds.values(), key=lambda one: one.period, default=None)
        return self.funnel or (None if last is None else last.standards.funnel)


def recognised(files: Mapping[str, Any], today: date) -> Folder:
    """Return what the files are; what cannot be read is a fault of its file."""
    folder = Folder(today=today, reader=SheetReader(today))
    rest: dict[str, Any] = {}
    for name, content in files.items():
        if name.endswith("/"):
            folder.faults.append(Fault.of("round-folder-inside", severity="info", file=name))
        elif isinstance(content, OSError):
            folder.faults.append(_closed(name, content))
        elif not _is_raw(content):
            _take(folder, name, content)
        elif PurePath(name).suffix.lower() == ".json":
            _document(folder, name, content)
        elif PurePath(name).name.lower() == "funnel.txt":
            _template(folder, name, content)
        else:
            rest[name] = content
    folder.reader.earlier = sorted(folder.rounds.values(), key=lambda one: one.period)
    sent = {item for one in folder.rounds.values() for item in one.sent.items()}
    for name, content in rest.items():
        if isinstance(content, bytes) and (name, digest(content)) in sent:
            continue  # a workbook of ours that nobody has touched
        _table(folder, name, content)
    return folder


def _closed(name: str, error: OSError) -> Fault:
    """Return the fault of a file that the computer does not give out."""
    why = error.strerror or str(error)
    return Fault.of("round-file-closed", severity="error", file=name, why=why)


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file."""
    return sha256(content).hexdigest()


def day_in(name: str) -> str | None:
    """Return the day that the name of an export says, such as ``deals_2026-11-02.csv``."""
    match = re.search(r"(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)", PurePath(name).stem)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups())).isoformat()
    except ValueError:
        return None


def _is_raw(content: object) -> bool:
    """Whether content is that of a file, or rows."""
    return isinstance(content, bytes | bytearray | str | list | tuple)


def _document(folder: Folder, name: str, content: Any) -> None:
    """Take a JSON document: of the library, or departments, or targets."""
    try:
        value = json.loads(content)
        documents = value if isinstance(value, list) else [value]
        if documents and all(isinstance(d, dict) and "schema_version" in d for d in documents):
            made = [leaf("salesfunnel.serialize").from_dict(document) for document in documents]
            value = made if isinstance(value, list) else made[0]
    except json.JSONDecodeError as error:
        folder.faults.append(
            unread(
                name,
                DataError(
                    f"'file' must be a JSON document, got a mistake in line {error.lineno}",
                    hint="have the library write it, or mend the line",
                ),
            )
        )
        return
    except (SalesFunnelError, ValueError, TypeError) as error:
        folder.faults.append(unread(name, error))
        return
    _take(folder, name, value)


def _take(folder: Folder, name: str, value: Any) -> None:
    """Put an object where it belongs."""
    if isinstance(value, Analysis):
        value = value.plan
    if isinstance(value, ImprovementPlan):
        folder.plan = value
        return
    listed = value if isinstance(value, list) else [value]
    if listed and all(isinstance(one, Review) for one in listed):
        folder.reviews += listed
        return
    places: tuple[tuple[type, str], ...] = (
        (Round, "rounds"), (Tracking, "sheets"), (StageHistory, "deals"),
    )  # fmt: skip
    for kind, place in places:
        if isinstance(value, kind):
            getattr(folder, place)[name] = value
            folder.periods |= {name: value.periods} if isinstance(value, Tracking) else {}
            return
    stem = PurePath(name).stem.lower()
    if isinstance(value, Funnel):
        folder.funnel = value
    elif isinstance(value, BenchmarkSet):
        folder.benchmark = value
    elif isinstance(value, TargetPlan) or (isinstance(value, Mapping) and "target" in stem):
        _targets(folder, name, value)
    elif isinstance(value, Mapping) and "department" in stem:
        folder.departments = value
    else:
        folder.faults.append(Fault.of("round-file-unknown", severity="info", file=name))


def _targets(folder: Folder, name: str, value: TargetPlan | Mapping[Any, Any]) -> None:
    """Take targets; each that is no number is a fault, and the others count."""
    if isinstance(value, Mapping):
        wrong = [
            metric
            for metric, number in value.items()
            if isinstance(number, bool) or not isinstance(number, int | float)
        ]
        folder.faults += [
            Fault.of("round-target-unread", severity="error", file=name, value=str(metric),
                     given=str(value[metric]))
            for metric in wrong
        ]  # fmt: skip
        value = {metric: number for metric, number in value.items() if metric not in wrong}
    folder.targets = value


def _template(folder: Folder, name: str, content: Any) -> None:
    words = content if isinstance(content, str) else bytes(content).decode("utf-8-sig", "replace")
    try:
        folder.funnel = template(words.strip())
    except SalesFunnelError as error:
        folder.faults.append(unread(name, error))


def _table(folder: Folder, name: str, content: object) -> None:
    """Read a file with rows: a sheet, deals, or a plan; its name says what to try first."""
    path = PurePath(name.lower())
    if path.suffix in CLOSED:
        folder.faults.append(
            Fault.of("round-file-save-as", severity="error", file=name, value=path.suffix)
        )
        return
    if isinstance(content, bytes | str) and path.suffix not in TABLES:
        folder.faults.append(Fault.of("round-file-unknown", severity="info", file=name))
        return
    order: tuple[Callable[[Folder, str, Any], None], ...] = (_sheet, _history, _plan)
    if any(word in path.stem for word in PLANS):
        order = (_plan, _sheet, _history)
    elif any(word in path.stem for word in DEALS):
        order = (_history, _sheet, _plan)
    errors = []
    for reader in order:
        try:
            reader(folder, name, content)
        except SalesFunnelError as error:  # noqa: PERF203 - three at most
            errors.append(error)
            if isinstance(error, MissingExtraError):
                break
        else:
            return
    if path.suffix in {".txt", ".md"} and order[0] is _sheet and "columns" in str(errors[0]):
        folder.faults.append(Fault.of("round-file-unknown", severity="info", file=name))
    else:
        folder.faults.append(unread(name, errors[0]))


def _sheet(folder: Folder, name: str, content: object) -> None:
    found = folder.reader.read(name, content, folder.reading, [])
    month = month_inside(PurePath(name).stem)
    if month is not None and month not in found.periods and len(found.periods) == 1:
        folder.faults.append(
            Fault.of("round-name-differs", file=name, value=month, period=found.periods[0])
        )
    folder.sheets[name] = content
    folder.periods[name] = found.periods
    if isinstance(content, bytes) and PurePath(name).suffix.lower() in BOOKS:
        with suppress(SalesFunnelError):  # a workbook without a plan
            folder.plans[name] = read_plan(content)


def _history(folder: Folder, name: str, content: object) -> None:
    read_deals(content, as_of=day_in(name))  # whether it can be read
    folder.deals[name] = content


def _plan(folder: Folder, name: str, content: object) -> None:
    folder.plans[name] = read_plan(content)
