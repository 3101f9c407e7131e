"""The command ``salesfunnel``: a report on a sheet, and the list of plugins."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from salesfunnel import __version__
from salesfunnel._core.checks import nearest
from salesfunnel._core.errors import ArgumentError, SalesFunnelError
from salesfunnel._core.files import write_file
from salesfunnel._core.vocabulary import LOCALES
from salesfunnel.fault import IntakeError

__all__ = ["main"]

DONE, FAULTY, USAGE = 0, 1, 2
MIN_WIDTH = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process by default.

    Returns
    -------
    int
        0 done, 1 the input has errors (all are printed), 2 wrong usage.
    """
    parser = _parser()
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as stop:
        return USAGE if stop.code else DONE
    try:
        status: int = arguments.run(arguments)
    except IntakeError as error:
        _say(f"salesfunnel: {error}", sys.stderr)
        return FAULTY
    except SalesFunnelError as error:
        _say(f"salesfunnel: {error}", sys.stderr)
        return USAGE
    except OSError as error:
        _say(f"salesfunnel: cannot open {error.filename!r}: {error.strerror}", sys.stderr)
        return USAGE
    return status


class _Parser(argparse.ArgumentParser):
    """A parser that names the nearest option or command where it knows none."""

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"unrecognized arguments: (--[\w-]+)|invalid choice: '([^']*)'", message)
        if wrong is not None:
            close = nearest(wrong[1] or wrong[2], _OPTIONS if wrong[1] else _COMMANDS)
            message += "" if close is None else f"; did you mean {close!r}?"
        super().error(message)


_COMMANDS = ("report", "plugins")
_OPTIONS = tuple(
    f"--{name}"
    for name in (
        "funnel", "locale", "html", "json", "sheet", "period", "encoding", "benchmark", "width",
        "version", "help",
    )
)  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="salesfunnel", description="A sales team's funnel: rates, bottlenecks, faults."
    )
    parser.add_argument("--version", action="version", version=f"salesfunnel {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    report = commands.add_parser("report", help="read a tracking sheet and print its report")
    report.add_argument("file", metavar="FILE", help="csv, tsv, xlsx or text; - for standard input")
    report.add_argument("--funnel", metavar="NAME", help="template to read it with (see plugins)")
    report.add_argument("--locale", choices=LOCALES, default="en", help="language of the report")
    report.add_argument("--html", metavar="OUT", help="write the report as one HTML page, too")
    report.add_argument("--json", metavar="OUT", help="write the sheet as a JSON document, too")
    report.add_argument("--sheet", help="worksheet of a workbook")
    report.add_argument("--period", help="period of a sheet that names none, such as 2026-10")
    report.add_argument("--encoding", help="encoding of a text file, such as gb18030")
    report.add_argument("--benchmark", metavar="NAME", help="industry figures to compare with")
    report.add_argument("--width", type=_width, metavar="N", help="columns of the terminal")
    report.set_defaults(run=_report)
    plugins = commands.add_parser("plugins", help="list templates, rules, benchmarks, sources")
    plugins.add_argument("--locale", choices=LOCALES, default="en", help="language of the list")
    plugins.set_defaults(run=_plugins)
    return parser


def _width(text: str) -> int:
    if not text.isdecimal() or int(text) < MIN_WIDTH:
        raise argparse.ArgumentTypeError(f"must be a number of at least {MIN_WIDTH}, got {text!r}")
    return int(text)


def _report(arguments: Any) -> int:
    from salesfunnel.intake.sheet.reader import read_table
    from salesfunnel.plugins import template
    from salesfunnel.render import to_html, to_text
    from salesfunnel.render.documents.report import report_document

    _check_files(arguments)
    locale = arguments.locale
    funnel = template(arguments.funnel, locale=locale) if arguments.funnel else None
    tracking = read_table(
        sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file),
        funnel=funnel,
        period=arguments.period,
        encoding=arguments.encoding,
        sheet=arguments.sheet,
    )
    document = report_document(tracking, locale, benchmark=arguments.benchmark)
    _say(to_text(document, locale=locale, width=arguments.width), sys.stdout)
    if arguments.html:
        to_html(document, arguments.html, locale=locale)
    if arguments.json:
        text = tracking.to_json(indent=2)
        write_file(arguments.json, f"{text}\n".encode())
    return FAULTY if any(fault.severity == "error" for fault in tracking.faults) else DONE


def _check_files(arguments: Any) -> None:
    """Refuse to write over the sheet that is read, or two reports into one file."""
    given = [("FILE", arguments.file), ("--html", arguments.html), ("--json", arguments.json)]
    seen: dict[Path, str] = {}
    for name, value in given:
        if not value or (name == "FILE" and value == "-"):
            continue
        path = Path(value).resolve()
        if path in seen:
            raise ArgumentError(f"'{name}' must be another file than {seen[path]}, got {value!r}")
        seen[path] = name


def _plugins(arguments: Any) -> int:
    from salesfunnel.plugins import benchmarks, rule_sets, sources, templates
    from salesfunnel.render import to_text
    from salesfunnel.render.documents.plugins import plugins_document

    records = (*templates(), *rule_sets(), *benchmarks(), *sources())
    document = plugins_document(records, arguments.locale)
    _say(to_text(document, locale=arguments.locale), sys.stdout)
    return DONE


def _say(text: str, stream: Any) -> None:
    """Write a text; what the terminal cannot show becomes a question mark, never a crash."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    shown = text.encode(encoding, errors="replace").decode(encoding)
    stream.write(shown if shown.endswith("\n") else shown + "\n")
