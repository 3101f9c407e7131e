"""The table of a plan: where its header is, and Markdown with its escapes undone."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from salesfunnel._core.foreign import is_readable
from salesfunnel._core.formula_escape import unescape_cell
from salesfunnel._core.vocabulary import LOCALES
from salesfunnel.fault import IntakeError
from salesfunnel.i18n import text
from salesfunnel.intake.files.delimited_text import decode_text
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.files.source import load
from salesfunnel.intake.files.workbook import is_workbook

__all__ = ["PlanTable", "fold_words", "plan_table"]

_SEARCHED = 40
_RULE = re.compile(r"\s*\|?\s*:?-{3,}:?\s*(\|\s*:?-{3,}:?\s*)*\|?\s*")
_PIECES = re.compile(r"\\([\\`*_\[\]<>|~#+\-=.)!]|\d+(?=[.)]))|<br\s*/?>|(\|)", re.IGNORECASE)
_COLUMNS = (
    "key", "bottleneck", "problem", "measure", "owner", "due", "effect", "priority", "effort",
    "seen", "state", "note",
)  # fmt: skip
_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "key": ("id", "编号", "键", "no.", "序号键"),
    "bottleneck": ("stage", "step", "瓶颈", "阶段", "环节"),
    "problem": ("problem", "analysis", "问题", "原因"),
    "measure": ("measures", "action", "actions", "improvement", "措施", "改进措施", "行动"),
    "owner": ("responsible", "who", "assignee", "负责人", "责任人"),
    "due": ("deadline", "due date", "by when", "完成日期", "截止日期", "截止时间", "期限"),
    "effect": ("effect", "预期效果", "目标效果"),
    "effort": ("effort", "days", "人天", "投入"),
    "state": ("status", "进度", "情况"),
    "note": ("notes", "remark", "remarks", "comment", "comments", "说明", "备注说明"),
}


class PlanTable(NamedTuple):
    """Rows below the header, with their number in the source, and what each column holds."""

    roles: tuple[str | None, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Any, ...]], ...]


def fold_words(words: object) -> str:
    """Return text to compare: one form of each letter, single spaces, no case."""
    return " ".join(unicodedata.normalize("NFKC", str(words)).split()).casefold()


def plan_table(source: object) -> PlanTable:
    """Return the table of a plan; raise IntakeError if there is none."""
    best: PlanTable | None = None
    for rows in _grids(source):
        for at in range(min(len(rows), _SEARCHED)):
            names = tuple(shown(cell).strip() for cell in rows[at])
            roles = _roles(names)
            found = sum(role is not None for role in roles)
            if "measure" in roles and found >= 2 and (best is None or found > _known(best)):
                below = ((i, tuple(row)) for i, row in enumerate(rows[at + 1 :], start=1))
                best = PlanTable(roles, names, tuple(below))
    if best is None:
        raise IntakeError(
            "'source' must be a plan with a header, got none with a column of measures",
            hint="keep the header as plan.to_xlsx, to_csv or to_markdown wrote it",
        )
    return best


def _known(table: PlanTable) -> int:
    return sum(role is not None for role in table.roles)


def _roles(names: Sequence[str]) -> tuple[str | None, ...]:
    """Return what each column holds, from the words of both languages; each role once."""
    known: dict[str, str] = {}
    for role in _COLUMNS:
        words = [text(f"plan.column.{role}", locale) for locale in LOCALES]
        for word in (*words, *_OTHER_NAMES.get(role, ())):
            known.setdefault(fold_words(word), role)
    seen: set[str] = set()
    roles: list[str | None] = []
    for name in names:
        found = known.get(fold_words(name))
        roles.append(None if found in seen else found)
        seen |= {found} if found else set()
    return tuple(roles)


def _grids(source: object) -> Iterable[Sequence[Sequence[Any]]]:
    """Yield the cells of each table, text as it was before it was written."""
    data = _bytes(source)
    if data is None:
        for grid in load(source).grids:
            yield grid.rows
        return
    if is_workbook(data[:4096]):
        for grid in load(data).grids:
            yield grid.rows
        return
    content, _ = decode_text(data, None)
    lines = content.removeprefix("\ufeff").splitlines()
    if any("|" in line and _RULE.fullmatch(line) for line in lines):
        yield [_cells(line) for line in lines if "|" in line and not _RULE.fullmatch(line)]
        return
    for grid in load(content if "\n" in content else content + "\n").grids:
        yield [[unescape_cell(c) if isinstance(c, str) else c for c in row] for row in grid.rows]


def _bytes(source: object) -> bytes | None:
    """Return the content of a file or text, None of records."""
    if isinstance(source, str) and "\n" in source:
        return source.encode("utf-8", "surrogatepass")
    if isinstance(source, str | os.PathLike):
        try:
            return Path(source).read_bytes()
        except (OSError, ValueError) as error:
            raise IntakeError(f"'source' must be a file that can be read, got {error}") from error
    if isinstance(source, bytes | bytearray):
        return bytes(source)
    if is_readable(source):
        content = source.read()
        return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return None


def _cells(line: str) -> list[str]:
    r"""Return the cells of a row of Markdown: ``\|`` is a bar, ``<br>`` a line end."""
    cells, cell, at = [], "", 0
    body = line.strip().removeprefix("|")
    for match in _PIECES.finditer(body):
        cell += body[at : match.start()]
        at = match.end()
        if match[1]:
            cell += match[1]
        elif match[2]:
            cells.append(cell.strip())
            cell = ""
        else:
            cell += "\n"
    cell += body[at:]
    return [*cells, cell.strip()] if cell.strip() else cells
