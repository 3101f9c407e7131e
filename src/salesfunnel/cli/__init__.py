"""The command ``salesfunnel``: the verbs of the library on a terminal, one file a family."""

from salesfunnel.cli._main import main

__all__ = ["main"]
