"""ImprovementPlan: the method's second table, to be edited, accepted, exported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice, check_kind, check_known, duplicates
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple, frozen_map
from salesfunnel._core.readers import named_only
from salesfunnel._core.result import TableMixin, leaf
from salesfunnel._core.rows import as_rows
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.data.panel import ALL
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.planning.measure import Measure, MeasureState, Quantiles
from salesfunnel.planning.simulate import Assumptions, effect_of, joint_effect

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

__all__ = ["ImprovementPlan"]

EDITABLE = (
    "owner",
    "begins",
    "due",
    "effort",
    "title",
    "detail",
    "adoption_metric",
    "effect",
    "basis",
    "note",
)


@named_only
@attrs.frozen(kw_only=True, repr=False)
class ImprovementPlan(TableMixin):
    """The measures of a team: per bottleneck a problem, a measure, an owner, a date, an effect.

    Parameters
    ----------
    measures : tuple of Measure
        In order of priority, with unique keys.
    start : datetime.date or None
        First day of the plan; None for a plan without measures.
    assumptions : Assumptions
        What the effects assume.
    names : mapping of str to str
        Key of a stage or step → its name for people.
    funnel : Funnel, optional
        Names steps and key actions in the language of a document.
    folded : sequence of Measure
        Measures of lower priority that the plan does not list; `unfold` lists them. Of a plan that
        `plan` made, each is simulated when it is read.
    faults : tuple of Fault
        What could not be read, of a plan that came back from a team; not compared by ``==``.

    Raises
    ------
    DataError
        If two measures have the same key, or there are measures and no first day.
    """

    measures: tuple[Measure, ...] = attrs.field(converter=as_tuple)
    start: date | None
    assumptions: Assumptions = attrs.field(factory=Assumptions)
    names: Mapping[str, str] = attrs.field(factory=dict, converter=frozen_map)
    funnel: Funnel | None = None
    folded: Sequence[Measure] = attrs.field(default=(), converter=as_rows)
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple, eq=False)

    def __attrs_post_init__(self) -> None:
        twice = duplicates(measure.key for measure in self.measures)
        if twice:
            raise DataError(f"'measures' must have unique keys, got {twice[0]!r} twice")
        if self.start is None and self.measures:
            raise DataError(f"'start' must be a date for {len(self.measures)} measures, got None")

    def __repr__(self) -> str:
        since = "" if self.start is None else f" from {self.start}"
        return f"<ImprovementPlan{since}: {len(self.measures)} measures>"

    def __len__(self) -> int:
        return len(self.measures)

    def __iter__(self) -> Iterator[Measure]:
        return iter(self.measures)

    def __getitem__(self, index: int) -> Measure:
        return self.measures[index]

    def measure(self, key: str) -> Measure:
        """Return the measure with this key; raise UnknownNameError if there is none."""
        check_known("measure", key, [m.key for m in self.measures])
        return next(m for m in self.measures if m.key == key)

    def transition_label(self, measure: Measure) -> str:
        """Return the step a measure is for, with the names for people, and its segment."""
        b = measure.bottleneck
        step = f"{self.names.get(b.source, b.source)} → {self.names.get(b.target, b.target)}"
        return step if measure.segment == ALL else f"{step} ({measure.segment})"

    @property
    def active(self) -> tuple[Measure, ...]:
        """The measures that were not rejected."""
        return tuple(m for m in self.measures if m.state != "rejected")

    @property
    def deals(self) -> Quantiles:
        """Extra deals of all active measures together; overlaps are not added twice."""
        return joint_effect(self.active, self.assumptions)[0]

    @property
    def revenue(self) -> Quantiles | None:
        """Their value, None if no value of a deal is known."""
        return joint_effect(self.active, self.assumptions)[1]

    def accept(self, *keys: str) -> ImprovementPlan:
        """Return the plan with these measures accepted, all of them where none is named."""
        return self._mark(keys, "accepted")

    def reject(self, *keys: str) -> ImprovementPlan:
        """Return the plan with these measures rejected: they stay listed and count no more.

        Raises
        ------
        ArgumentError
            If no measure is named.
        UnknownNameError
            If there is no such measure.
        """
        if not keys:
            raise ArgumentError("'keys' must name the measures to reject, got none")
        return self._mark(keys, "rejected")

    def unfold(self) -> ImprovementPlan:
        """Return the plan with the measures of lower priority listed as well."""
        return attrs.evolve(self, measures=(*self.measures, *self.folded), folded=())

    def _mark(self, keys: tuple[str, ...], state: MeasureState) -> ImprovementPlan:
        for key in keys:
            self.measure(key)
        return self._with(
            attrs.evolve(m, state=state) if not keys or m.key in keys else m for m in self.measures
        )

    def edit(self, key: str, **changes: Any) -> ImprovementPlan:
        """Return the plan with one measure changed; its priority is computed again.

        Parameters
        ----------
        key : str
            Of the measure.
        **changes
            New values of `owner`, `begins`, `due`, `effort`, `title`, `detail`, `adoption_metric`,
            `effect`, `basis`, `note`.

        Raises
        ------
        UnknownNameError
            If there is no such measure.
        ArgumentError
            If a field cannot be edited, or the effort is not positive.
        """
        old = self.measure(key)
        for name in changes:
            if name not in EDITABLE:
                allowed = ", ".join(map(repr, EDITABLE))
                raise ArgumentError(f"'changes' must be of {allowed}, got {name!r}")
        if not changes.get("effort", 1) > 0:
            raise ArgumentError(f"'effort' must be above 0, got {changes['effort']!r}")
        for name in ("title", "detail"):
            if isinstance(changes.get(name), str):
                changes[name] = dict.fromkeys(LOCALES, changes[name])
        new = attrs.evolve(old, **changes)
        if "basis" in changes and new.basis is not None and "effect" not in changes:
            new = attrs.evolve(
                new, effect=effect_of(new.basis, key, place_of(new), self.assumptions)
            )
        new = attrs.evolve(new, priority=priority_of(new))
        return self._with(new if m.key == key else m for m in self.measures)

    def add(self, measure: Measure) -> ImprovementPlan:
        """Return the plan with one more measure, such as one of the team's own."""
        return self._with((*self.measures, measure))

    def merge(self, edited: ImprovementPlan) -> ImprovementPlan:
        """Return the plan with the edits that a team made in its table.

        Parameters
        ----------
        edited : ImprovementPlan
            What ``read_plan`` read. Measures are matched by key, else by their text; what matches
            none is a new measure of the team's own.

        Returns
        -------
        ImprovementPlan
            In the order of the table: owners, dates, person-days, states, remarks and words as
            edited; effects, causes and first days as planned. Cells that could not be read, and
            measures that the table lacks, stay as they were; `faults` names them.

        Raises
        ------
        ArgumentError
            If `edited` is not a plan.

        Examples
        --------
        >>> from datetime import date
        >>> from salesfunnel import ImprovementPlan, Measure, Transition, read_plan
        >>> plan = ImprovementPlan(start=date(2026, 10, 1), measures=[Measure(
        ...     key="call", bottleneck=Transition("lead", "won"), problem="slow-response",
        ...     measure="call", title="Call back", owner="Ann", begins=date(2026, 10, 1),
        ...     due=date(2026, 10, 9), effort=2)])
        >>> table = plan.to_csv().replace("Ann", "Bo").replace("proposed", "accepted")
        >>> plan.merge(read_plan(table))[0].owner
        'Bo'
        """
        check_kind("edited", edited, ImprovementPlan)
        found: ImprovementPlan = leaf("salesfunnel.export.plan_edits").merged(self, edited)
        return found

    def _with(self, measures: Iterable[Measure]) -> ImprovementPlan:
        return attrs.evolve(self, measures=tuple(measures))

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return the plan as columns: codes, dates and figures; NaN if nothing is computed."""

        def figure(pick: Callable[[Measure], float | None]) -> npt.NDArray[np.float64]:
            return np.array([np.nan if (v := pick(m)) is None else v for m in self.measures], float)

        def quantile(what: str, which: str) -> npt.NDArray[np.float64]:
            return figure(
                lambda m: (
                    None
                    if m.effect is None or getattr(m.effect, what) is None
                    else getattr(getattr(m.effect, what), which)
                )
            )

        def words(pick: Callable[[Measure], str]) -> npt.NDArray[np.str_]:
            return np.array([pick(m) for m in self.measures], dtype=np.str_)

        return {
            "key": words(lambda m: m.key),
            "bottleneck": words(lambda m: str(m.bottleneck)),
            "segment": words(lambda m: m.segment),
            "problem": words(lambda m: m.problem),
            "grade": words(lambda m: m.grade),
            "measure": words(lambda m: m.measure),
            "owner": words(lambda m: m.owner),
            "begins": np.array([m.begins for m in self.measures], dtype="datetime64[D]"),
            "due": np.array([m.due for m in self.measures], dtype="datetime64[D]"),
            "deals_p10": quantile("deals", "p10"),
            "deals_p50": quantile("deals", "p50"),
            "deals_p90": quantile("deals", "p90"),
            "revenue_p10": quantile("revenue", "p10"),
            "revenue_p50": quantile("revenue", "p50"),
            "revenue_p90": quantile("revenue", "p90"),
            "p_positive": figure(lambda m: None if m.effect is None else m.effect.p_positive),
            "priority": figure(lambda m: m.priority),
            "effort": figure(lambda m: m.effort),
            "detectable_after_days": figure(lambda m: m.detectable_after_days),
            "state": words(lambda m: m.state),
        }

    def to_csv(self, path: str | PathLike[str] | None = None, *, locale: Locale = "en") -> str:
        """Return the plan as CSV text with the headers of the method's table, and write it too.

        Cells that a spreadsheet would read as a formula are written as text.
        """
        text: str = _export().to_csv(self, path, locale=_checked(locale))
        return text

    def to_xlsx(self, path: str | PathLike[str], *, locale: Locale = "en") -> None:
        """Write the plan as a workbook that a team fills in; `read_plan` reads it back.

        States and owners can be chosen from a list, dates are dates, and what is overdue is
        coloured; the header and the keys are locked, without a password.

        Raises
        ------
        MissingExtraError
            If XlsxWriter is not installed (extra ``excel``).
        """
        _export().to_xlsx(self, path, locale=_checked(locale))

    def to_markdown(self, path: str | PathLike[str] | None = None, *, locale: Locale = "en") -> str:
        """Return the plan as a Markdown table, and write it too."""
        text: str = _export().to_markdown(self, path, locale=_checked(locale))
        return text

    def to_icalendar(
        self,
        path: str | PathLike[str] | None = None,
        *,
        stamp: datetime | None = None,
        locale: Locale = "en",
    ) -> str:
        """Return the due dates as an iCalendar (RFC 5545), and write it too.

        Parameters
        ----------
        path : path-like, optional
            Where to write the calendar as well (UTF-8, CRLF).
        stamp : datetime.datetime, optional
            When the calendar was made, aware or in UTC; midnight of the plan's start by default,
            so that equal plans give equal text.
        locale : {"en", "zh"}
            The language.
        """
        text: str = _export().to_icalendar(self, path, stamp=stamp, locale=_checked(locale))
        return text


def _export() -> Any:
    return leaf("salesfunnel.export.plans")


def _checked(locale: Locale) -> Locale:
    check_choice("locale", locale, LOCALES)
    return locale


def place_of(measure: Measure) -> str:
    """Return the step of a measure, under which its downstream draws are shared."""
    b = measure.bottleneck
    return f"{measure.segment}/{b.source}→{b.target}"


def priority_of(measure: Measure) -> float:
    """Return expected revenue (deals where no value is known) × P(>0) ÷ person-days."""
    effect = measure.effect
    if effect is None:
        return 0.0
    gain = effect.deals.mean if effect.revenue is None else effect.revenue.mean
    return gain * effect.p_positive / measure.effort
