"""Analysis: rates, bottlenecks, causes, plan and what surrounds them, of some data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from salesfunnel._core.checks import check_choice
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.result import ResultMixin, leaf
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.bottleneck import Bottlenecks, RateTrend
from salesfunnel.conversion import ConversionTable
from salesfunnel.data.history import DealCohorts, StageFates
from salesfunnel.data.panel import Panel
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.diagnosis import Diagnosis, Finding, Findings
from salesfunnel.fault import Fault
from salesfunnel.forecasting import Forecast
from salesfunnel.monitoring import MetricWatch
from salesfunnel.pipeline import PipelineBridge, Slippage
from salesfunnel.planning import ImprovementPlan

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["Analysis"]

ALARMS = ("confirmed", "suspected")


@attrs.frozen(kw_only=True, repr=False)
class Analysis(ResultMixin):
    """Rates, bottlenecks, possible causes and the improvement plan of some data.

    Parameters
    ----------
    period : str
        The period that was judged.
    conversions : ConversionTable
        Rates of that period, with intervals; of a step that fell, those since the onset.
    bottlenecks : Bottlenecks
        All steps, the most probable bottleneck first; those whose deals a finding vetoes are marked
        as unverified and come after the alarms whose data are sound.
    findings : tuple of Finding
        Possible causes of the alarms, in order of the bottlenecks.
    diagnoses : tuple of Diagnosis
        The same by bottleneck: what is missing, what is left unexplained, which columns were looked
        at and which could not be.
    plan : ImprovementPlan
        Measures for them.
    panel : Panel
        The counts.
    funnel : Funnel or None
        The definition, for the names.
    faults : tuple of Fault
        Everything that is wrong or suspicious in the input.
    locale : {"en", "zh"}
        The language it shows itself in by default.
    trend : RateTrend or None
        The rates behind the verdicts, period by period, of all segments together.
    fates : StageFates or None
        What became of the deals of the judged months; None where only counts are known.
    cohorts : DealCohorts or None
        How many deals of each month are won, month by month; None where only counts are known.
    forecast : Forecast or None
        What the deals may bring in the next 90 days; None where only counts are known, or where
        the deals have no values.
    bridge : PipelineBridge or None
        What moved the open pipeline since the quarter began; None where only counts are known, or
        where the deals have no amounts.
    slippage : Slippage or None
        Which open deals were put off, and how likely each is to slip; None where expected close
        dates have no history.
    quarter : str
        The quarter of the data, ``""`` without a forecast.
    quarter_won, quarter_expected, quarter_low, quarter_high : float or None
        What was won in it so far; and what will have been won at its end: the middle and the 80%
        interval.
    watch : MetricWatch or None
        Every metric of the sheet against its past and season; None if there is no sheet. What
        got worse at the stages of a bottleneck is among the findings, as a weak sign.
    currency : str or None
        Code of the currency of all amounts, such as ``"CNY"``.
    """

    period: str
    conversions: ConversionTable
    bottlenecks: Bottlenecks
    findings: tuple[Finding, ...] = attrs.field(default=(), converter=Findings)
    plan: ImprovementPlan
    panel: Panel
    funnel: Funnel | None = None
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)
    locale: Locale = "en"
    trend: RateTrend | None = None
    fates: StageFates | None = None
    cohorts: DealCohorts | None = None
    forecast: Forecast | None = None
    bridge: PipelineBridge | None = None
    currency: str | None = None
    diagnoses: tuple[Diagnosis, ...] = attrs.field(default=(), converter=as_tuple)
    watch: MetricWatch | None = None
    slippage: Slippage | None = None
    quarter: str = ""
    quarter_won: float | None = None
    quarter_expected: float | None = None
    quarter_low: float | None = None
    quarter_high: float | None = None

    def __repr__(self) -> str:
        alarms = sum(row.tier in ALARMS for row in self.bottlenecks)
        return (
            f"<Analysis of {self.period}: {alarms} bottlenecks, {len(self.findings)} findings,"
            f" {len(self.plan)} measures>"
        )

    def to_xlsx(self, path: str | PathLike[str], *, locale: Locale | None = None) -> None:
        """Write a workbook: a worksheet for each part, numbers as numbers, native charts.

        Parameters
        ----------
        path : path-like
            Where to write; an existing file is replaced.
        locale : {"en", "zh"}, optional
            The language; that of the analysis by default.

        Raises
        ------
        MissingExtraError
            If XlsxWriter is not installed (extra ``excel``).
        """
        words = self.locale if locale is None else locale
        check_choice("locale", words, LOCALES)
        leaf("salesfunnel.export.analysis_book").write_analysis(self, path, words)

    def to_pptx(
        self, path: str | PathLike[str] | None = None, *, locale: Locale | None = None
    ) -> bytes:
        """Return six to eight slides for a meeting as a pptx file, and write it to `path`.

        The answer, the funnel, the trend, the causes, the plan, the forecast, the follow-up and
        the decisions that are needed; those that the data cannot fill are left out. Each has one
        message as its title, notes to speak from, and a native chart whose figures can be edited.

        Parameters
        ----------
        path : path-like, optional
            Where to write it as well; an existing file is replaced.
        locale : {"en", "zh"}, optional
            The language; that of the analysis by default.

        Raises
        ------
        MissingExtraError
            If python-pptx is not installed (extra ``office``).
        """
        words = self.locale if locale is None else locale
        check_choice("locale", words, LOCALES)
        writer = leaf("salesfunnel.export.slides.deck")
        content: bytes = writer.analysis_slides(self, path, locale=words)
        return content

    def _repr_html_(self) -> str:
        fragment: str = leaf("salesfunnel.render").to_fragment(self, locale=self.locale)
        return fragment
