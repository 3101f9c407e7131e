"""``plugins``, ``schema`` and ``completion``: what is there."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Any

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import UnknownNameError
from salesfunnel._core.files import write_file
from salesfunnel.cli.completion import SHELLS, script
from salesfunnel.cli.output import DONE, deliver, say
from salesfunnel.cli.parser import Commands, add_command, writing_options

if TYPE_CHECKING:
    from argparse import Namespace

__all__ = ["add", "add_completion"]


def add(commands: Commands) -> None:
    """Add the commands of this family."""
    plugins = add_command(
        commands, "plugins", _plugins, help="list templates, rules, benchmarks, sources"
    )
    writing_options(plugins)
    schema = add_command(commands, "schema", _schema, help="the JSON Schema of all documents")
    schema.add_argument("type", nargs="?", metavar="TYPE", help="of one type, such as Analysis")
    schema.add_argument("--json", metavar="OUT", help="write it to a file instead")


def add_completion(commands: Commands, parser: Callable[[], argparse.ArgumentParser]) -> None:
    """Add the command that completes all others."""

    def run(arguments: Namespace) -> int:
        say(script(parser(), arguments.shell), sys.stdout)
        return DONE

    command = commands.add_parser("completion", help="print a script that completes commands")
    command.add_argument("shell", choices=SHELLS, help="the shell it is for")
    command.set_defaults(run=run)


def _plugins(arguments: Namespace) -> int:
    from salesfunnel.plugins import benchmarks, rule_sets, sources, templates
    from salesfunnel.render.documents.plugins import plugins_document

    records = (*templates(), *rule_sets(), *benchmarks(), *sources())
    document = plugins_document(records, arguments.locale)
    return deliver(arguments, records, shown=document)


def _schema(arguments: Namespace) -> int:
    text = (resources.files("salesfunnel.serialize") / "schema.json").read_text("utf-8")
    if arguments.type:
        text = _of_type(json.loads(text), arguments.type)
    if arguments.json and arguments.json != "-":
        write_file(arguments.json, text.encode())
    else:
        say(text, sys.stdout)
    return DONE


def _of_type(schema: dict[str, Any], name: str) -> str:
    """Return the schema of one type, with what it refers to."""
    definitions = schema["$defs"]
    if name not in definitions:
        raise UnknownNameError(
            f"'TYPE' must be a type of document, got {name!r}",
            hint=did_you_mean(name, definitions),
        )
    wanted = [name]
    for one in wanted:
        wanted += [ref for ref in sorted(_references(definitions[one])) if ref not in wanted]
    part = {
        "$schema": schema["$schema"],
        "title": f"salesfunnel {name}",
        "$ref": f"#/$defs/{name}",
        "$defs": {one: definitions[one] for one in sorted(wanted)},
    }
    return json.dumps(part, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _references(part: object) -> set[str]:
    """Return the names that a part of a schema refers to."""
    if isinstance(part, list):
        return {name for one in part for name in _references(one)}
    if not isinstance(part, dict):
        return set()
    found = {name for one in part.values() for name in _references(one)}
    reference = part.get("$ref")
    return found | {reference.rpartition("/")[2]} if isinstance(reference, str) else found
