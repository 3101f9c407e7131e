"""Round: what a month's round found, the plan that goes on, and who does what by when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal, get_args

import attrs

from salesfunnel._core.checks import check_choice
from salesfunnel._core.frozen import as_tuple, frozen_map
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import ResultMixin, leaf
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.analysis import Analysis
from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.fault import Fault
from salesfunnel.monitoring import (
    Adherence,
    Handoff,
    Handoffs,
    MetricWatch,
    Review,
    WatchedMetric,
)
from salesfunnel.monitoring.playbook import Playbook
from salesfunnel.planning import ImprovementPlan, Measure

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["DepartmentPage", "Round", "RoundTask", "StageLoss", "TaskKind"]

TaskKind = Literal["fill-in", "decide", "measure", "check", "mend", "standard", "export"]
KINDS: tuple[str, ...] = get_args(TaskKind)


@attrs.frozen(kw_only=True)
class RoundTask(ResultMixin):
    """What one person has to do, by when.

    Parameters
    ----------
    by : datetime.date
        The last day.
    owner : str
        Who; a role or a name, empty where nobody is named.
    department : str, optional
        Of the owner.
    kind : {"fill-in", "decide", "measure", "check", "mend", "standard", "export"}
        Fill in the actuals; accept or reject a measure; carry one out; look whether it works; mend
        what could not be read; teach what became standard; export the deals that count the period.
    measure : str
        Key of the measure it is about; empty for none.
    metrics : tuple of str
        Keys of the metrics to fill in.
    period : str
        The period to fill in.
    code : str
        What more there is to say: the `next` of a review, or the code of a fault.
    n : int
        How many faults, or metrics.
    """

    by: date
    owner: str
    department: str | None = None
    kind: TaskKind
    measure: str = ""
    metrics: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    period: str = ""
    code: str = ""
    n: int = 0

    __repr__ = one_line

    def __attrs_post_init__(self) -> None:
        check_choice("kind", self.kind, KINDS)


@attrs.frozen(kw_only=True)
class StageLoss(ResultMixin):
    """What is lost on the way out of a stage, in one period.

    Parameters
    ----------
    source, target : str
        Keys of the step.
    segment : str
        The part of the business.
    entered, advanced : int or None
        Counts; None where they are not known.
    rate, target_rate : float or None
        Advanced over entered, and the same of the targets.
    tier : str
        Verdict of ``find_bottlenecks``; empty where the step was not judged.
    """

    source: str
    target: str
    segment: str = "all"
    entered: int | None = None
    advanced: int | None = None
    rate: float | None = None
    target_rate: float | None = None
    tier: str = ""

    __repr__ = one_line

    @property
    def lost(self) -> int | None:
        """Entered less advanced; None where one of them is not known, or more advanced."""
        if self.entered is None or self.advanced is None or self.advanced > self.entered:
            return None
        return self.entered - self.advanced


@attrs.frozen(kw_only=True)
class DepartmentPage(ResultMixin):
    """What one department has to know: its stages, targets, losses and measures.

    Parameters
    ----------
    department : str
        Its name.
    period : str
        The period that was judged.
    stages : tuple of str
        Keys of its stages.
    rows : tuple of TrackingRow
        Its metrics in that period, with target and actual.
    losses : tuple of StageLoss
        The steps out of its stages.
    given, taken : tuple of Handoff
        Where it hands deals over to another department, and takes them from one.
    watched : tuple of WatchedMetric
        Its metrics that got better or worse.
    measures : tuple of Measure
        Those of the plan that its people own, or that are for its stages.
    names : mapping of str to str
        Key of a stage or metric → its name for people.
    """

    department: str
    period: str = ""
    stages: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    rows: tuple[TrackingRow, ...] = attrs.field(default=(), converter=as_tuple)
    losses: tuple[StageLoss, ...] = attrs.field(default=(), converter=as_tuple)
    given: tuple[Handoff, ...] = attrs.field(default=(), converter=as_tuple)
    taken: tuple[Handoff, ...] = attrs.field(default=(), converter=as_tuple)
    watched: tuple[WatchedMetric, ...] = attrs.field(default=(), converter=as_tuple)
    measures: tuple[Measure, ...] = attrs.field(default=(), converter=as_tuple)
    names: Mapping[str, str] = attrs.field(factory=dict, converter=frozen_map)

    __repr__ = one_line


@attrs.frozen(kw_only=True, repr=False)
class Round(ResultMixin):
    """One round of the method: what is, what to do, who does it by when, and the next sheet.

    Parameters
    ----------
    today : datetime.date
        The day of the round.
    period, next_period : str
        The period that was judged, and the one that the next sheet is for.
    judged : Analysis
        Rates, bottlenecks, causes and proposals: of the deals where there are some, else of the
        sheet.
    counted : Analysis, optional
        The same of the sheet, where `judged` is of deals.
    actuals : Tracking
        The sheet of the judged period as it came back.
    sheet : Tracking
        The next sheet: targets, and actuals to fill in.
    plan : ImprovementPlan
        The plan that goes on: the team's edits kept, new proposals added, what is settled taken
        out.
    reviews : tuple of Review
        The accepted measures, whether they work.
    standards : Playbook
        The funnel with what worked, this time and before.
    tried : tuple of Measure
        Measures that did not work, this time and before.
    settled : tuple of Review
        The reviews that settled them, of standards and of what did not work.
    watch : MetricWatch, optional
        Every metric against its past.
    adherence : Adherence, optional
        Whether key actions are done, where the funnel has some.
    handoffs : Handoffs, optional
        What is lost between departments, where deals tell.
    departments : tuple of DepartmentPage
        A page for each department.
    tasks : tuple of RoundTask
        Who has to do what by when, in order of the days.
    members : mapping of str to tuple of str
        Department → its roles and people.
    rounds : int
        How many rounds there were with this one.
    sent : mapping of str to str
        Name of a file that the round made for the team → SHA-256 of its content, so that the next
        one can tell whether the team touched it.
    faults : tuple of Fault
        What could not be read, was taken as something, or is in doubt.
    locale : {"en", "zh"}
        The language of the documents.
    """

    today: date
    period: str
    next_period: str
    judged: Analysis
    counted: Analysis | None = None
    actuals: Tracking
    sheet: Tracking
    plan: ImprovementPlan
    reviews: tuple[Review, ...] = attrs.field(default=(), converter=as_tuple)
    standards: Playbook
    tried: tuple[Measure, ...] = attrs.field(default=(), converter=as_tuple)
    settled: tuple[Review, ...] = attrs.field(default=(), converter=as_tuple)
    watch: MetricWatch | None = None
    adherence: Adherence | None = None
    handoffs: Handoffs | None = None
    departments: tuple[DepartmentPage, ...] = attrs.field(default=(), converter=as_tuple)
    tasks: tuple[RoundTask, ...] = attrs.field(default=(), converter=as_tuple)
    members: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=frozen_map)
    rounds: int = 1
    sent: Mapping[str, str] = attrs.field(factory=dict, converter=frozen_map)
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)
    locale: Locale = "en"

    def __attrs_post_init__(self) -> None:
        check_choice("locale", self.locale, LOCALES)

    def __repr__(self) -> str:
        return (
            f"<Round of {self.period} on {self.today}: {len(self.plan)} measures,"
            f" {len(self.reviews)} reviewed, {len(self.tasks)} tasks, next {self.next_period}>"
        )

    def documents(self) -> dict[str, bytes]:
        """Return the files that the round writes, by name: workbook, report and record.

        Returns
        -------
        dict of str to bytes
            ``2026-11.xlsx``, the workbook that the team fills in; ``report_2026-10.html``;
            ``round_2026-10.json``, the record that the next round reads. Equal rounds give equal
            bytes.

        Raises
        ------
        MissingExtraError
            If the libraries that write workbooks are not installed (extra ``excel``).
        """
        made: dict[str, bytes] = leaf("salesfunnel.export.rounds").documents_of(self)
        return made

    def to_xlsx(self, path: str | PathLike[str] | None = None) -> bytes:
        """Return the workbook that goes out to the team, and write it to `path`."""
        book: bytes = leaf("salesfunnel.export.rounds").to_xlsx(self, path)
        return book

    def tasks_of(self, owner: str) -> tuple[RoundTask, ...]:
        """Return what one person or department has to do."""
        return tuple(task for task in self.tasks if owner in {task.owner, task.department})
