"""``main``: parse the arguments, run one command, and turn what went wrong into a status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from salesfunnel import __version__
from salesfunnel._core.errors import DataError, SalesFunnelError, SerializationError
from salesfunnel._core.vocabulary import LOCALES
from salesfunnel.cli import ahead, counting, demo, follow_up, listing, reports, rounds
from salesfunnel.cli.chinese import locale_of, said, speak_chinese, translated
from salesfunnel.cli.output import DONE, FAULTY, USAGE, say
from salesfunnel.cli.parser import Parser
from salesfunnel.fault import IntakeError

__all__ = ["main", "parser"]


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
    words = sys.argv[1:] if argv is None else argv
    locale = locale_of(words)
    top = parser()
    if locale == "zh":
        speak_chinese(top)
    try:
        arguments = top.parse_args(words)
    except SystemExit as stop:
        return USAGE if stop.code else DONE
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except (IntakeError, DataError, SerializationError) as error:
        say(f"salesfunnel: {said(error, locale)}", sys.stderr)
        return FAULTY
    except SalesFunnelError as error:
        say(f"salesfunnel: {said(error, locale)}", sys.stderr)
        return USAGE
    except BrokenPipeError:  # whoever reads has seen enough, as head does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        why = f"cannot open {error.filename!r}: {error.strerror}"
        say(f"salesfunnel: {(translated(why) if locale == 'zh' else None) or why}", sys.stderr)
        return USAGE
    return status


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each family of commands adds its own."""
    top = Parser(
        prog="salesfunnel",
        description="A sales team's funnel: rates, bottlenecks, causes, plan, forecast.",
    )
    top.add_argument("--version", action="version", version=f"salesfunnel {__version__}")
    top.add_argument("--locale", choices=LOCALES, default="en", help="language of the output")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for family in (reports, counting, ahead, follow_up, rounds, listing, demo):
        family.add(commands)
    listing.add_completion(commands, parser)
    return top
