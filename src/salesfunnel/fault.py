"""Fault: one thing that is wrong or suspicious in the input, with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import attrs

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.one_line import one_line
from salesfunnel._core.vocabulary import SEVERITIES, Locale, Severity
from salesfunnel.i18n import text

__all__ = ["Fault", "IntakeError", "hint_text"]

Param = str | int | float | bool | None


def _freeze(
    params: Mapping[str, Param] | Iterable[tuple[str, Param]],
) -> tuple[tuple[str, Param], ...]:
    items = params.items() if isinstance(params, Mapping) else params
    return tuple(sorted((str(key), value) for key, value in items))


@attrs.frozen
class Fault:
    """One fault of an input or of a result, with its place and what to do about it.

    Parameters
    ----------
    code : str
        Stable code, such as ``"stated-rate-differs"``. The texts of both languages hang on it.
    severity : {"error", "warning", "info"}
        ``error``: the value could not be used; ``warning``: used, but suspicious; ``info``: worth
        knowing.
    row : int, optional
        Row of the data, counted from 1 without the header.
    column : str, optional
        Name of the column as the source wrote it.
    value : str, optional
        The value as the source wrote it.
    message : str
        What is wrong, in English; ``render`` makes the text of any language from `code` and
        `params`.
    hint : str
        What to do about it, in English; may be empty.
    params : mapping of str to str, int, float, bool or None
        The figures of the message; kept as a sorted tuple of pairs.
    file : str, optional
        The file, or the sheet of a workbook, where it stands.

    Examples
    --------
    >>> str(Fault("unknown-metric", row=3, column="metric", value="leds", message="unknown metric"))
    'row 3, column "metric": unknown metric'
    """

    code: str
    severity: Severity = attrs.field(default="warning", kw_only=True)
    row: int | None = attrs.field(default=None, kw_only=True)
    column: str | None = attrs.field(default=None, kw_only=True)
    value: str | None = attrs.field(default=None, kw_only=True)
    message: str = attrs.field(default="", kw_only=True)
    hint: str = attrs.field(default="", kw_only=True)
    params: tuple[tuple[str, Param], ...] = attrs.field(default=(), converter=_freeze, kw_only=True)
    file: str | None = attrs.field(default=None, kw_only=True)

    __repr__ = one_line

    def __attrs_post_init__(self) -> None:
        check_choice("severity", self.severity, SEVERITIES)

    @classmethod
    def of(
        cls,
        code: str,
        *,
        severity: Severity = "warning",
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        file: str | None = None,
        **params: Param,
    ) -> Fault:
        """Make a fault whose words stand in the catalogs under ``fault.<code>``.

        Parameters
        ----------
        code, severity, row, column, value, file
            As in the class.
        **params : str, int, float, bool or None
            The figures that the words need; `row`, `column` and `value` are known to them too.

        Examples
        --------
        >>> Fault.of("missing-value", row=2, column="actual", value="-").code
        'missing-value'
        """
        words: dict[str, Any] = {"row": row, "column": column, "value": value, **params}
        return cls(
            code,
            severity=severity,
            row=row,
            column=column,
            value=value,
            file=file,
            params=params,
            message=text(f"fault.{code}.message", "en", **words),
            hint=hint_text(code, "en", words),
        )

    @property
    def place(self) -> str:
        """Where it stands, in words: file, row and column as far as they are known."""
        parts = [] if self.file is None else [self.file]
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f'column "{self.column}"')
        return ", ".join(parts)

    def __str__(self) -> str:
        text = f"{self.place}: " if self.place else ""
        text += self.message or self.code
        return f"{text} ({self.hint})" if self.hint else text


def hint_text(code: str, locale: Locale, words: Mapping[str, Any], default: str = "") -> str:
    """Return the hint of a fault in a language; nothing if it would name a nearest that is none.

    Parameters
    ----------
    code : str
        Code of the fault.
    locale : {"en", "zh"}
        The language.
    words : mapping
        The figures.
    default : str
        What to return where the catalogs do not know the code.
    """
    if "nearest" in words and not words["nearest"]:
        return ""
    return text(f"fault.{code}.hint", locale, default=default, **words)


class IntakeError(SalesFunnelError, ValueError):
    """Raised when a source cannot be read at all; carries every fault that was found.

    Attributes
    ----------
    faults : tuple of Fault
        Every fault, with its place.
    """

    code: ClassVar[str] = "intake"

    def __init__(
        self, message: str, faults: Sequence[Fault] = (), *, hint: str | None = None
    ) -> None:
        self.faults = tuple(faults)
        if self.faults:
            message += "".join(f"\n  - {fault}" for fault in self.faults)
        super().__init__(message, hint=hint)
