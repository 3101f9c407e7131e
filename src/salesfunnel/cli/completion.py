"""Completion scripts for shells, made from the parser itself."""

from __future__ import annotations

import argparse
import re

__all__ = ["SHELLS", "script"]

SHELLS = ("bash", "zsh")
_NO_FILES = {"completion", "schema"}


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return a script that completes commands, options, their choices, and files.

    Parameters
    ----------
    parser : ArgumentParser
        The parser with all commands.
    shell : {"bash", "zsh"}
    """
    commands = _commands(parser)
    cases = []
    for name, command in commands.items():
        options = " ".join(
            option
            for action in command._actions  # noqa: SLF001 - argparse has no public list
            for option in action.option_strings
            if option.startswith("--")
        )
        cases.append(f"    {name}) words='{options}' ;;")
    choices = [
        f"    '{name} {option}') words='{' '.join(map(str, action.choices))}' ;;"
        for name, command in commands.items()
        for action in command._actions  # noqa: SLF001 - as above
        if action.choices
        for option in action.option_strings
    ]
    plain = " ".join(sorted(_NO_FILES & commands.keys()))
    body = _BASH.format(
        commands=" ".join(commands),
        shells=" ".join(SHELLS),
        cases="\n".join(cases),
        choices="\n".join(choices),
        plain="|".join(plain.split()),
    )
    return body if shell == "bash" else f"{_ZSH}{body}"


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:  # noqa: SLF001 - as above
        if isinstance(action.choices, dict) and re.fullmatch("COMMAND", str(action.metavar)):
            return dict(action.choices)
    return {}


_ZSH = """autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
"""

_BASH = """_salesfunnel() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
  local command="${{COMP_WORDS[1]}}" words=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '{commands} --help --version' -- "$word"))
    return
  fi
  case "$command $before" in
{choices}
    'completion completion') words='{shells}' ;;
  esac
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    return
  fi
  case "$command" in
{cases}
  esac
  if [ "${{word#-}}" != "$word" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    return
  fi
  case "$command" in
    {plain}) return ;;
  esac
  COMPREPLY=($(compgen -f -- "$word"))
}}
complete -o filenames -F _salesfunnel salesfunnel
"""
