"""Listing: several results of one kind, a tuple that shows itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from salesfunnel._core.checks import check_choice
from salesfunnel._core.result import leaf
from salesfunnel._core.vocabulary import LOCALES, Locale

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["Listing"]

T = TypeVar("T")
_WIDEST = 110


class Listing(tuple[T, ...]):
    """Several results of one kind, as a tuple: equal to the plain one, shown as a whole.

    Examples
    --------
    >>> from salesfunnel import templates
    >>> found = templates()
    >>> isinstance(found, tuple), found == tuple(found)
    (True, True)
    """

    __slots__ = ()
    noun: ClassVar[tuple[str, str]] = ("item", "items")
    """What one is called, and several."""

    def _name(self, item: T) -> str:
        """Return what distinguishes one."""
        return str(item)

    def __repr__(self) -> str:
        one, several = self.noun
        start = f"<{type(self).__name__}: {len(self)} {one if len(self) == 1 else several}"
        names: list[str] = []
        for item in self:
            name = self._name(item)
            if len(start) + len(", ".join([*names, name])) > _WIDEST:
                return f"{start}: {', '.join(names)}, ...>"
            names.append(name)
        return f"{start}: {', '.join(names)}>" if names else f"{start}>"

    def to_text(self, *, locale: Locale = "en", width: int | None = None) -> str:
        """Return all as text for a terminal of `width` columns (80 by default)."""
        check_choice("locale", locale, LOCALES)
        words: str = leaf("salesfunnel.render").to_text(self, locale=locale, width=width)
        return words

    def to_html(self, path: str | PathLike[str] | None = None, *, locale: Locale = "en") -> str:
        """Return all as one HTML page; write it to `path` (UTF-8), where one is given."""
        check_choice("locale", locale, LOCALES)
        page: str = leaf("salesfunnel.render").to_html(self, path, locale=locale)
        return page

    def _repr_html_(self) -> str:
        """Return the HTML fragment that a notebook shows."""
        fragment: str = leaf("salesfunnel.render").to_fragment(self, locale="en")
        return fragment
