"""Where results go: the terminal, files next to it, and the status of the process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.files import write_file
from salesfunnel._core.vocabulary import Locale
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from argparse import Namespace
    from typing import TextIO

    from salesfunnel._core.result import ResultMixin

__all__ = ["DONE", "FAULTY", "USAGE", "check_files", "deliver", "say", "status_of"]

DONE, FAULTY, USAGE = 0, 1, 2
_OUTPUTS = ("html", "json", "xlsx", "pptx")


def check_files(arguments: Namespace, *inputs: str) -> None:
    """Refuse to write over what is read, or two results into one file.

    Parameters
    ----------
    arguments : argparse.Namespace
    *inputs : str
        Names of the arguments that are read; ``file`` by default.

    Raises
    ------
    ArgumentError
        Before anything is read.
    """
    seen: dict[Path, str] = {}
    folders: dict[Path, str] = {}
    for name in inputs or ("file",):
        value = getattr(arguments, name)
        if value and value != "-":
            for path in (Path(value), *_matches(value)):
                seen[path.resolve()] = name.upper()
                if path.is_dir():
                    folders[path.resolve()] = name.upper()
    for name in _OUTPUTS:
        value = getattr(arguments, name, None)
        if not value or (name == "json" and value == "-"):
            continue
        path = Path(value).resolve()
        read = next((folders[parent] for parent in path.parents if parent in folders), None)
        other = seen.get(path) or (f"those in {read}" if read else None)
        if other is not None:
            raise ArgumentError(f"'--{name}' must be another file than {other}, got {value!r}")
        if path.is_dir():
            raise ArgumentError(f"'--{name}' must be a file, got the folder {value!r}")
        if not path.parent.is_dir():
            raise ArgumentError(f"'--{name}' must be in a folder that exists, got {value!r}")
        seen[path] = f"--{name}"


def _matches(pattern: str) -> list[Path]:
    """Return the files that a pattern such as ``logs/*.csv`` stands for."""
    at = Path(pattern)
    if not any(sign in pattern for sign in "*?["):
        return []
    root = Path(at.anchor) if at.is_absolute() else Path()
    return list(root.glob(str(at.relative_to(at.anchor))))


def deliver(
    arguments: Namespace, result: object, *, faults: Iterable[Fault] = (), shown: object = None
) -> int:
    """Print a result, write the files that were asked for, and return the status.

    Parameters
    ----------
    arguments : argparse.Namespace
    result : object
        What ``--json``, ``--html``, ``--xlsx`` and ``--pptx`` write; a sequence becomes a JSON
        array.
    faults : iterable of Fault
        Of the input: the result is given those that it has not; an error makes the status 1.
    shown : Document, optional
        What is printed and written as HTML instead of the result's own document.
    """
    from salesfunnel.render import to_html, to_text

    found = tuple(faults)
    whole = _with_faults(result, found)
    page = _page_of(whole, found, arguments.locale) if shown is None else shown
    if getattr(arguments, "json", None) == "-":
        say(_json_of(whole), sys.stdout)
        if getattr(whole, "faults", None) is None:
            _say_errors(found, arguments.locale)
    else:
        say(to_text(page, locale=arguments.locale, width=arguments.width), sys.stdout)
    if getattr(arguments, "html", None):
        to_html(page, arguments.html, locale=arguments.locale)
    if getattr(arguments, "xlsx", None):
        whole.to_xlsx(arguments.xlsx, locale=arguments.locale)
    if getattr(arguments, "pptx", None):
        whole.to_pptx(arguments.pptx, locale=arguments.locale)
    if getattr(arguments, "json", None) not in {None, "-"}:
        write_file(arguments.json, f"{_json_of(whole)}\n".encode())
    return status_of(found)


def _with_faults(result: Any, faults: tuple[Fault, ...]) -> Any:
    """Return the result with the faults of its input before its own."""
    own: tuple[Fault, ...] | None = getattr(result, "faults", None)
    if own is None:
        return result
    missing = tuple(fault for fault in faults if fault not in set(own))
    return attrs.evolve(result, faults=(*missing, *own)) if missing else result


def _page_of(result: object, faults: tuple[Fault, ...], locale: Locale) -> Any:
    """Return what is shown: a result that holds no faults is followed by those of its input."""
    if getattr(result, "faults", None) is not None:
        return result
    from salesfunnel.render import document_of
    from salesfunnel.render.model import Document
    from salesfunnel.render.words.figures import faults_block

    document = document_of(result, locale)
    blocks = (*document.blocks, faults_block(faults, locale))
    return Document(document.title, blocks, locale=locale)


def _say_errors(faults: tuple[Fault, ...], locale: Locale) -> None:
    """Print the errors of an input, which the JSON document has no place for."""
    from salesfunnel.render.words.figures import fault_item

    for fault in faults:
        if fault.severity == "error":
            item = fault_item(fault, locale, None)
            say(f"salesfunnel: {item.place}: {item.text} [{fault.code}]", sys.stderr)


def _json_of(result: ResultMixin | Sequence[ResultMixin]) -> str:
    if isinstance(result, Sequence):
        return json.dumps([one.to_dict() for one in result], indent=2, ensure_ascii=False)
    text: str = result.to_json(indent=2)
    return text


def status_of(faults: Iterable[Fault]) -> int:
    """Return the status that the faults of an input make."""
    return FAULTY if any(fault.severity == "error" for fault in faults) else DONE


def say(text: str, stream: TextIO) -> None:
    """Write a text; what the terminal cannot show becomes a question mark, never a crash."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    shown = text.encode(encoding, errors="replace").decode(encoding)
    stream.write(shown if shown.endswith("\n") else shown + "\n")
