"""The error classes, each with a stable code; `salesfunnel.errors` gathers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

__all__ = [
    "ArgumentError",
    "DataError",
    "DefinitionError",
    "MissingExtraError",
    "PluginConflictError",
    "PluginError",
    "PluginVersionError",
    "SalesFunnelError",
    "SalesFunnelWarning",
    "SerializationError",
    "UnknownNameError",
]


class SalesFunnelError(Exception):
    """The root of every error that this library raises on purpose.

    The text has one form: ``'field' must ..., got value``, lower case, without a full stop;
    then, where something can be done about it, a blank line and ``Hint: ...``.

    Parameters
    ----------
    message : str
        What is wrong.
    hint : str, optional
        What to do about it.

    Attributes
    ----------
    code : str
        A stable code, the same in every release, for programs to branch on.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n\nHint: {self.hint}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.args, self.__dict__.copy()))


def _rebuild(
    cls: type[SalesFunnelError], args: tuple[Any, ...], state: dict[str, Any]
) -> SalesFunnelError:
    """Make an error again from its pickle, whatever its constructor takes."""
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ArgumentError(SalesFunnelError, ValueError):
    """Raised when an argument of a call is out of its range or vocabulary."""

    code: ClassVar[str] = "argument"


class DefinitionError(SalesFunnelError, ValueError):
    """Raised when a metric, stage, funnel or benchmark is not well formed.

    Attributes
    ----------
    problems : tuple of str
        All that is wrong, not just the first.
    """

    code: ClassVar[str] = "definition"

    def __init__(self, what: str, problems: Sequence[str] = (), *, hint: str | None = None) -> None:
        self.problems = tuple(problems)
        if not self.problems:
            message = what
        elif len(self.problems) == 1:
            message = f"{what}: {self.problems[0]}"
        else:
            lines = "\n".join(f"  - {problem}" for problem in self.problems)
            message = f"{what}: found {len(self.problems)} problems\n{lines}"
        super().__init__(message, hint=hint)


class DataError(SalesFunnelError, ValueError):
    """Raised when data contradict themselves: shapes, duplicates, impossible counts or times."""

    code: ClassVar[str] = "data"


class UnknownNameError(SalesFunnelError, KeyError):
    """Raised when something is asked for by a name that does not exist."""

    code: ClassVar[str] = "unknown-name"


class PluginError(SalesFunnelError, ImportError):
    """Raised when a plugin that was asked for cannot be loaded or is not what its group wants."""

    code: ClassVar[str] = "plugin-broken"


class PluginVersionError(PluginError):
    """Raised when a plugin was written for another version of the plugin API."""

    code: ClassVar[str] = "plugin-version"


class PluginConflictError(PluginError):
    """Raised when two distributions offer a plugin of the same group and name."""

    code: ClassVar[str] = "plugin-conflict"


class MissingExtraError(SalesFunnelError, ImportError):
    """Raised when a feature needs a package of an extra that is not installed."""

    code: ClassVar[str] = "missing-extra"


class SerializationError(SalesFunnelError, ValueError):
    """Raised when a document cannot be written or read back: unknown type, schema version, form."""

    code: ClassVar[str] = "serialization"


class SalesFunnelWarning(UserWarning):
    """The one warning class: legal but suspicious input of a statistic."""
