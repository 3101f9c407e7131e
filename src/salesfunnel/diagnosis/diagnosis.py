"""Diagnosis: the findings on one bottleneck, what they explain, and which columns were used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, overload

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice
from salesfunnel._core.frozen import as_tuple, plain
from salesfunnel._core.interval import Interval
from salesfunnel._core.result import ResultMixin, leaf
from salesfunnel._core.vocabulary import BACKENDS, Backend
from salesfunnel.definitions.funnel import Transition
from salesfunnel.diagnosis.finding import Finding
from salesfunnel.diagnosis.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ColumnUse", "Diagnosis"]

USES = ("used", "set-aside")


@attrs.frozen(kw_only=True)
class ColumnUse:
    """Whether a column was used to look for causes, and why not.

    Parameters
    ----------
    name : str
        The user's own header.
    use : {"used", "set-aside"}
        Whether the model used it.
    reason : str
        Why it was set aside: ``"after-outcome-by-name"``, ``"filled-by-outcome"``,
        ``"blank-while-open"``, ``"tells-the-outcome"``, ``"nearly-tells-the-outcome"``,
        ``"after-outcome-by-date"``, ``"moves-only-with-the-outcome"``, ``"recorded-by-outcome"``,
        ``"grows-with-the-life-of-a-deal"``, ``"id"``, ``"free-text"``, ``"too-many-values"``,
        ``"one-value"``, ``"empty"``, ``"moves-with-time"``, ``"new-field"``,
        ``"too-few-deals"``, ``"no-shortfall"``; empty where it was used.
    content : str
        What it holds: ``"flag"``, ``"number"``, ``"delay"``, ``"ordered"``, ``"category"``; empty
        where it was set aside.
    field : str
        The field that its header stands for, such as ``"response_hours"``; empty where its meaning
        is not known.
    deals : float or None
        Deals that the change of its shares accounts for, with all other columns in the model,
        whether it is named as a cause or not; None if it was set aside, or a copy was used.
    """

    name: str
    use: Literal["used", "set-aside"]
    reason: str = ""
    content: str = ""
    field: str = ""
    deals: float | None = attrs.field(default=None, converter=plain)

    def __attrs_post_init__(self) -> None:
        check_choice("use", self.use, USES)


@attrs.frozen(kw_only=True, repr=False)
class Diagnosis(ResultMixin):
    """Why a step fell short: a sequence of findings that add up, and the rest.

    Parameters
    ----------
    transition : Transition
        The step.
    segment, period : str
        Of the bottleneck.
    findings : tuple of Finding
        Parts of the fall first, by deals; then other findings, and what was not measured.
    shortfall : float or None
        Deals that are missing in the judged window; None if none are missing, or there is no
        reference.
    unexplained : float or None
        `shortfall` minus the deals of all findings that are a part of it. Negative if they add up
        to more than the shortfall: the rest improved.
    unexplained_interval : Interval or None
        80% interval of `unexplained`.
    small_parts : float
        The part of `unexplained` that changes of unnamed columns account for; the rest fell
        in all recorded groups alike.
    columns : tuple of ColumnUse
        Every column of the data: used, or set aside and why.
    stated : tuple of Finding
        Reasons of loss that people stated more often: the same deals seen again, never added.
    searched : bool
        Whether the columns were searched: there were enough mature deals (20 now, 50 before).

    Examples
    --------
    >>> from salesfunnel.definitions.funnel import Transition
    >>> found = Diagnosis(transition=Transition("offer", "won"), period="2026-10")
    >>> len(found), found.shortfall, found.unexplained
    (0, None, None)
    """

    transition: Transition
    segment: str = "all"
    period: str = ""
    findings: tuple[Finding, ...] = attrs.field(default=(), converter=Findings)
    shortfall: float | None = attrs.field(default=None, converter=plain)
    unexplained: float | None = attrs.field(default=None, converter=plain)
    unexplained_interval: Interval | None = None
    small_parts: float = attrs.field(default=0.0, converter=plain)
    columns: tuple[ColumnUse, ...] = attrs.field(default=(), converter=as_tuple)
    stated: tuple[Finding, ...] = attrs.field(default=(), converter=Findings)
    searched: bool = False

    def __repr__(self) -> str:
        causes = sum(f.explains for f in self.findings)
        gap = "" if self.shortfall is None else f" of {self.shortfall:.1f} deals"
        return (
            f"<Diagnosis of {self.transition}, {self.period}: {causes} parts{gap},"
            f" {len(self.findings)} findings, {len(self.used)} columns used>"
        )

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.findings[index]

    @property
    def causes(self) -> tuple[Finding, ...]:
        """The findings that are a part of the fall; their deals and `unexplained` add up."""
        return tuple(f for f in self.findings if f.explains)

    @property
    def used(self) -> tuple[str, ...]:
        """Names of the columns that were looked at."""
        return tuple(c.name for c in self.columns if c.use == "used")

    @property
    def set_aside(self) -> tuple[ColumnUse, ...]:
        """The columns that were not looked at, with the reason."""
        return tuple(c for c in self.columns if c.use == "set-aside")

    def table(self) -> dict[str, npt.NDArray[Any]]:
        """Return the findings as columns; NaN if there is no figure."""

        def words(pick: Callable[[Finding], str]) -> npt.NDArray[np.str_]:
            return np.array([pick(f) for f in self.findings], dtype=np.str_)

        def figure(pick: Callable[[Finding], float | None]) -> npt.NDArray[np.float64]:
            got = [pick(f) for f in self.findings]
            return np.array([np.nan if v is None else v for v in got], dtype=np.float64)

        return {
            "code": words(lambda f: f.code),
            "kind": words(lambda f: f.kind),
            "dimension": words(lambda f: f.dimension),
            "columns": words(lambda f: " × ".join(f.columns)),
            "level": words(lambda f: str(f.params.get("level") or "")),
            "deals": figure(lambda f: f.contribution),
            "deals_low": figure(lambda f: None if f.interval is None else f.interval.low),
            "deals_high": figure(lambda f: None if f.interval is None else f.interval.high),
            "share": figure(lambda f: f.share),
            "potential": figure(lambda f: f.potential),
            "confidence": figure(lambda f: f.confidence),
            "coverage": figure(lambda f: f.coverage),
            "grade": words(lambda f: f.grade),
        }

    def to_frame(self, backend: Backend = "pandas") -> Any:
        """Return the findings as a dataframe of the library that `backend` names.

        Raises
        ------
        ArgumentError
            If `backend` is not one of "pandas", "polars", "pyarrow".
        MissingExtraError
            If that library is not installed.
        """
        check_choice("backend", backend, BACKENDS)
        return leaf("salesfunnel.serialize.frames").to_frame(self.table(), backend)
