"""The protocol of every result: show itself, convert to a document and back.

This is the one door from the upper rooms to the leaves ``render`` and ``serialize``: the modules
are named here as text and imported when a method is called, so that a result can be made in a
process that never renders.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from typing_extensions import Self

from salesfunnel._core.checks import check_choice
from salesfunnel._core.one_line import one_line
from salesfunnel._core.vocabulary import BACKENDS, LOCALES, Backend, Locale

if TYPE_CHECKING:
    from os import PathLike

    from salesfunnel.render.charts import Chart


class ResultMixin:
    """Methods that every result and definition has."""

    __slots__ = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        made = cls.__dict__.get("__repr__")
        source = getattr(getattr(made, "__code__", None), "co_filename", "")
        if source.startswith("<attrs generated"):  # all fields of a result are many lines
            cls.__repr__ = one_line  # type: ignore[method-assign]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict with ``schema_version`` and ``type``."""
        document: dict[str, Any] = leaf("salesfunnel.serialize").to_dict(self)
        return document

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the document as JSON text; equal results give equal text."""
        text: str = leaf("salesfunnel.serialize").to_json(self, indent=indent)
        return text

    @classmethod
    def from_dict(cls, document: object) -> Self:
        """Make the result again from what `to_dict` gave.

        Raises
        ------
        SerializationError
            If the document is of another type, of an unknown schema version, or malformed.
        """
        result: Self = leaf("salesfunnel.serialize").from_dict(document, cls)
        return result

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Make the result again from what `to_json` gave; raise SerializationError as from_dict."""
        result: Self = leaf("salesfunnel.serialize").from_json(text, cls)
        return result

    def to_text(self, *, locale: Locale = "en", width: int | None = None) -> str:
        """Return the result as text for a terminal of `width` columns (80 by default)."""
        check_choice("locale", locale, LOCALES)
        text: str = leaf("salesfunnel.render").to_text(self, locale=locale, width=width)
        return text

    def to_html(self, path: str | PathLike[str] | None = None, *, locale: Locale = "en") -> str:
        """Return the result as one HTML page that needs nothing from outside.

        Parameters
        ----------
        path : path-like, optional
            Where to write the page as well (UTF-8).
        locale : {"en", "zh"}
            The language.
        """
        check_choice("locale", locale, LOCALES)
        page: str = leaf("salesfunnel.render").to_html(self, path, locale=locale)
        return page

    @property
    def charts(self) -> tuple[str, ...]:
        """The kinds of pictures that `chart` makes of this result, the first one by default."""
        kinds: tuple[str, ...] = leaf("salesfunnel.render.charts").kinds_of(self)
        return kinds

    def chart(self, kind: str | None = None, *, locale: Locale = "en", **options: object) -> Chart:
        """Return a picture of the result as a `Chart`, which many backends draw.

        Parameters
        ----------
        kind : str, optional
            One of `charts`; the first by default.
        locale : {"en", "zh"}
            The language of its words.
        **options
            What the kind can be asked for, such as ``transition=`` of a trend.

        Returns
        -------
        Chart

        Raises
        ------
        ArgumentError
            If the result has no such picture, or the picture no such option.
        """
        chart: Chart = leaf("salesfunnel.render.charts").chart_of(
            self, kind, locale=locale, **options
        )
        return chart

    def _repr_html_(self) -> str:
        """Return the HTML fragment that a notebook shows."""
        fragment: str = leaf("salesfunnel.render").to_fragment(self, locale="en")
        return fragment


class TableMixin(ResultMixin):
    """A result that is a table: it has ``columns()`` and so becomes a dataframe."""

    __slots__ = ()

    def columns(self) -> dict[str, Any]:
        """Return the table as a dict of one-dimensional arrays of equal length."""
        raise NotImplementedError

    def to_frame(self, backend: Backend = "pandas") -> Any:
        """Return the table as a dataframe of the library that `backend` names.

        Raises
        ------
        ArgumentError
            If `backend` is not one of "pandas", "polars", "pyarrow".
        MissingExtraError
            If that library is not installed.
        """
        check_choice("backend", backend, BACKENDS)
        return leaf("salesfunnel.serialize.frames").to_frame(self.columns(), backend)


def leaf(name: str) -> Any:
    """Import a module of an upper room by name; the one door that names modules as text."""
    return importlib.import_module(name)
