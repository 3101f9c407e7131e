"""The parser, and the options that several commands share."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from datetime import date
from typing import Any, NoReturn

from salesfunnel._core.checks import nearest
from salesfunnel._core.vocabulary import LOCALES
from salesfunnel.cli.chinese import translated
from salesfunnel.i18n import text as words_of

__all__ = [
    "KINDS",
    "Commands",
    "Parser",
    "add_command",
    "day",
    "names",
    "pair",
    "reading_options",
    "whole",
    "writing_options",
]

Commands = Any
"""Type of the result of ``add_subparsers``; argparse has no public name for it."""

KINDS = ("auto", "sheet", "deals", "events")
MIN_WIDTH = 20


class Parser(argparse.ArgumentParser):
    """A parser that names the nearest option or command where it knows none."""

    def error(self, message: str) -> NoReturn:
        """End with status 2, and with what may have been meant."""
        wrong = re.search(r"unrecognized arguments: (--[\w-]+)|invalid choice: '([^']*)'", message)
        if wrong is not None:
            known = _known(self, options=bool(wrong[1]))
            name = wrong[1] or wrong[2]
            close = nearest(name, tuple(known))
            if name in known:
                message += f"; {name} is for {', '.join(known[name])}"
            elif close is not None:
                message += f"; did you mean {close!r}?"
        if self.locale == "zh":
            self.print_usage(sys.stderr)
            told = words_of("command.said.error", "zh", message=translated(message) or message)
            self.exit(2, f"{self.prog}: {told}\n")
        super().error(message)

    @property
    def locale(self) -> str:
        """The language of its help: the one that its options have been put into."""
        return "en" if self._optionals.title == "options" else "zh"

    def format_usage(self) -> str:
        """Return the usage, in the language of the help."""
        return self._spoken(super().format_usage())

    def format_help(self) -> str:
        """Return the help, in its language."""
        return self._spoken(super().format_help())

    def _spoken(self, words: str) -> str:
        usage = words_of("command.said.usage", "zh")
        return words.replace("usage: ", usage, 1) if self.locale == "zh" else words


def _known(parser: argparse.ArgumentParser, *, options: bool) -> dict[str, list[str]]:
    """Return the commands, or the long options with the commands that take them."""
    found: dict[str, list[str]] = {}
    for action in parser._actions:  # noqa: SLF001 - argparse has no public list
        if not isinstance(action.choices, dict):
            continue
        for name, command in action.choices.items():
            if not options:
                found[name] = [name]
                continue
            for one in command._actions:  # noqa: SLF001 - as above
                for option in one.option_strings:
                    if option.startswith("--"):
                        found.setdefault(option, []).append(name)
    return found


def add_command(
    commands: Commands, name: str, run: Callable[[Any], int], **words: str
) -> argparse.ArgumentParser:
    """Add a command with the options of every command: its language and width."""
    command: argparse.ArgumentParser = commands.add_parser(name, **words)
    command.add_argument(
        "--locale", choices=LOCALES, default=argparse.SUPPRESS, help="language of the output"
    )
    command.add_argument("--width", type=_width, metavar="N", help="columns of the terminal")
    command.set_defaults(run=run)
    return command


def reading_options(command: argparse.ArgumentParser, *, file: bool = True) -> None:
    """Add the options that say how an input is read."""
    if file:
        command.add_argument(
            "file",
            metavar="FILE",
            help="csv, tsv, text, xlsx, ods, json, parquet; - for standard input; of deals also a"
            " folder of dated exports",
        )
    group = command.add_argument_group("how FILE is read")
    group.add_argument(
        "--kind", choices=KINDS, default="auto", help="what FILE holds; recognised by default"
    )
    group.add_argument("--funnel", metavar="NAME", help="template to read it with (see plugins)")
    group.add_argument("--sheet", help="worksheet of a workbook")
    group.add_argument("--encoding", help="encoding of a text file, such as gb18030")
    group.add_argument(
        "--column",
        action="append",
        type=pair,
        metavar="ROLE=NAME",
        help="the header of a column that is not recognised, such as deal=ID; may be repeated",
    )
    group.add_argument(
        "--period", help="sheets: the period of a sheet that names none, such as 2026-10"
    )
    group.add_argument("--stages", type=names, metavar="A,B,C", help="deals: the stages, in order")
    group.add_argument(
        "--outcome",
        action="append",
        type=pair,
        metavar="WORD=STATE",
        help="deals: what a status means: open, won or lost; may be repeated",
    )
    group.add_argument("--pipeline", metavar="NAME", help="deals: only those of this pipeline")
    group.add_argument("--as-of", metavar="TIME", help="deals, events: when the data were true")
    group.add_argument("--tz", metavar="ZONE", help="deals, events: time zone, as Asia/Shanghai")
    group.add_argument(
        "--dayfirst",
        action="store_const",
        const=True,
        help="deals, events: 03/04/2026 is the third of April",
    )
    group.add_argument("--steps", type=names, metavar="A,B,C", help="events: the steps, in order")
    group.add_argument(
        "--window", metavar="SPAN", help="events: how long after the first step, such as 14D"
    )


def writing_options(
    command: argparse.ArgumentParser, *, xlsx: bool = False, pptx: bool = False
) -> None:
    """Add the options for files that results are written to."""
    group = command.add_argument_group("what is written")
    group.add_argument("--html", metavar="OUT", help="write the result as one HTML page, too")
    group.add_argument(
        "--json", metavar="OUT", help="write it as a JSON document, too; - for standard output"
    )
    if xlsx:
        group.add_argument("--xlsx", metavar="OUT", help="write it as a workbook, too")
    if pptx:
        group.add_argument("--pptx", metavar="OUT", help="write slides for a meeting, too")


def names(text: str) -> tuple[str, ...]:
    """Return the names of a list with commas."""
    found = tuple(part.strip() for part in re.split("[,，]", text))
    if not all(found):
        raise argparse.ArgumentTypeError(f"must be names with commas between, got {text!r}")
    return found


def pair(text: str) -> tuple[str, str]:
    """Return both sides of ``name=value``."""
    name, sign, value = (part.strip() for part in text.partition("="))
    if not (name and sign and value):
        raise argparse.ArgumentTypeError(f"must be name=value, got {text!r}")
    return name, value


def money_options(command: argparse.ArgumentParser, *, fiscal: bool = True) -> None:
    """Add the options of exchange rates, and of the fiscal year."""
    command.add_argument(
        "--rate", type=rate, action="append", default=[], metavar="CODE=X",
        help="exchange rate, as EUR=1.1 for 1.1 of --currency; may come more than once",
    )  # fmt: skip
    if fiscal:
        command.add_argument(
            "--fiscal-start", type=whole, metavar="MONTH",
            help="month in which the fiscal year begins, 1 to 12",
        )  # fmt: skip


def rate(text: str) -> tuple[str, float]:
    """Return a currency and its rate, written as EUR=1.1."""
    code, _, number = text.partition("=")
    try:
        found = float(number)
    except ValueError:
        found = 0.0
    if not (code.strip() and 0 < found < float("inf")):
        raise argparse.ArgumentTypeError(f"must be a code and a rate such as EUR=1.1, got {text!r}")
    return code.strip().upper(), found


def rates_of(arguments: argparse.Namespace) -> dict[str, float] | None:
    """Return the exchange rates that were given; that of the currency itself is 1."""
    if not arguments.rate:
        return None
    base = getattr(arguments, "currency", None)
    return {**({base: 1.0} if base else {}), **dict(arguments.rate)}


def day(text: str) -> date:
    """Return a day written as 2026-11-30."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a day such as 2026-11-30, got {text!r}"
        ) from None


def whole(text: str) -> int:
    """Return a whole number of at least 1; thousands may be parted by _ or commas."""
    digits = text.replace("_", "").replace(",", "")
    if not (digits.isascii() and digits.isdecimal() and int(digits) > 0):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(digits)


def _width(text: str) -> int:
    if not text.isdecimal() or int(text) < MIN_WIDTH:
        raise argparse.ArgumentTypeError(f"must be a number of at least {MIN_WIDTH}, got {text!r}")
    return int(text)
