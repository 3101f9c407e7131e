"""The command in Chinese: its help, and what it says when something is wrong.

Help texts stand in the parsers in English, and once more in the catalogs (``command.help.*``): a
test holds them equal. Errors have one form, and are recognised by it (`salesfunnel.i18n.said`).
What no pattern knows is said in the original, with its code.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.vocabulary import Locale
from salesfunnel.fault import IntakeError
from salesfunnel.i18n import catalog, text
from salesfunnel.i18n.said import translated

__all__ = ["locale_of", "said", "speak_chinese", "translated"]

HELP = "command.help."


def locale_of(argv: Sequence[str]) -> Locale:
    """Return the language that arguments ask for, before they are parsed."""
    found = ""
    for i, word in enumerate(argv):
        if word == "--locale" and i + 1 < len(argv):
            found = argv[i + 1]
        elif word.startswith("--locale="):
            found = word.partition("=")[2]
    return "zh" if found == "zh" else "en"


def speak_chinese(parser: argparse.ArgumentParser) -> None:
    """Put the help of a parser, and of all its commands, into Chinese."""
    words = _help_words()
    parser.description = _word(parser.description, words)
    parser._positionals.title = _word(parser._positionals.title, words)  # noqa: SLF001 - argparse has no public way
    parser._optionals.title = _word("options", words)  # noqa: SLF001 - as above
    for group in parser._action_groups:  # noqa: SLF001 - as above
        group.title = _word(group.title, words)
    for action in parser._actions:  # noqa: SLF001 - as above
        action.help = _word(action.help, words)
        if isinstance(action.choices, dict):
            for choice in action._choices_actions:  # type: ignore[attr-defined]  # noqa: SLF001 - as above
                choice.help = _word(choice.help, words)
            for command in action.choices.values():
                speak_chinese(command)


def _help_words() -> Mapping[str, str]:
    there, here = catalog("en"), catalog("zh")
    return {there[key]: here[key] for key in there if key.startswith(HELP)}


def _word(said_in_english: str | None, words: Mapping[str, str]) -> str | None:
    return None if said_in_english is None else words.get(said_in_english, said_in_english)


def said(error: SalesFunnelError, locale: Locale) -> str:
    """Return what an error says, in a language; faults one a line, with their place."""
    if locale == "en":
        return str(error)
    message = error.message
    faults = error.faults if isinstance(error, IntakeError) else ()
    if faults:
        message = message.partition("\n  - ")[0]
    lines = [
        translated(message) or text("command.original", "zh", code=error.code, message=message)
    ]
    lines += [_fault_line(fault) for fault in faults]
    if error.hint is not None:
        hint = translated(error.hint) or error.hint
        lines += ["", text("command.said.hint", "zh", hint=hint)]
    return "\n".join(lines)


def _fault_line(fault: object) -> str:
    from salesfunnel.render.words.figures import fault_item

    item = fault_item(fault, "zh")  # type: ignore[arg-type]
    place = f"{item.place}：" if item.place else ""
    hint = f"（{item.hint}）" if item.hint else ""
    return f"  - {place}{item.text}{hint}"
