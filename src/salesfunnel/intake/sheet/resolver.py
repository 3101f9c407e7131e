"""Drafts to rows: names to keys, numbers to values, every doubt to a fault."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from salesfunnel._core.vocabulary import Unit
from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking import TrackingRow, is_count
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.number import EXACT, plain
from salesfunnel.intake.cells.read_period import PeriodName
from salesfunnel.intake.sheet.infer_funnel import NO_STAGE, unit_of
from salesfunnel.intake.sheet.names import FunnelNames, Role
from salesfunnel.intake.sheet.raw_rows import RawRow


class Resolver:
    """Turns raw_rows into rows of one funnel and collects the faults.

    Parameters
    ----------
    funnel : Funnel
        Whose stages and metrics are named.
    names : FunnelNames
        The names of the funnel.
    faults : list of Fault
        Where faults go.
    year : str, optional
        The year of months that do not say theirs.
    has_targets : bool
        Whether any row has a target, so that one without is missing it.
    """

    def __init__(
        self,
        funnel: Funnel,
        names: FunnelNames,
        faults: list[Fault],
        *,
        year: str | None,
        has_targets: bool = False,
    ) -> None:
        self.funnel = funnel
        self.names = names
        self.faults = faults
        self.year = year
        self.has_targets = has_targets
        self._seen: dict[tuple[str, ...], int] = {}
        self._told: set[tuple[str, str]] = set()
        self._units: dict[str, Unit] = {
            metric.key: metric.unit for stage in funnel for metric in stage.metrics
        }

    def rows(self, raw_rows: Iterable[RawRow], period: str) -> list[tuple[RawRow, TrackingRow]]:
        """Return the rows with the raw_rows they come from; repeated ones are left to the faults.

        `period` is that of rows that name none.
        """
        done = []
        steps = {metric.key for metric in self.funnel.steps}
        for raw in raw_rows:
            row = self.row_of(raw, steps, period)
            if row is None:
                continue
            stage = "" if row.metric in steps else row.stage
            same = (row.period, row.segment, stage, row.metric)
            if same in self._seen:
                self.faults.append(
                    raw.fault(
                        "duplicate-row",
                        "metric" if raw.text("metric") else "stage",
                        severity="error",
                        period=row.period,
                        first=self._seen[same],
                        target=row.target,
                        actual=row.actual,
                    )
                )
                continue
            self._seen[same] = raw.row
            done.append((raw, row))
        return done

    def row_of(self, raw: RawRow, steps: set[str], period: str) -> TrackingRow | None:
        """Return one row, whether or not it came before; None where it names nothing."""
        place = self._place(raw)
        if place is None:
            return None
        stage, metric = place
        unit = self._unit(raw, self._units.get(metric))
        target, best = self._value(raw, "target", unit, metric in steps)
        actual, best_actual = self._value(raw, "actual", unit, metric in steps)
        if best is not None and best_actual is not None and best != best_actual:
            self.faults.append(raw.fault("score-differs", "actual", target_of=plain(best)))
        if raw.number("actual").is_missing and (metric in steps or target is not None):
            self.faults.append(raw.fault("missing-value", "actual"))
        if self.has_targets and raw.number("target").is_missing and "target" in raw.columns:
            self.faults.append(raw.fault("missing-value", "target", severity="info"))
        out_of = best_actual if best_actual is not None else best
        return TrackingRow(
            stage=stage,
            metric=metric,
            period=self._period(raw) or period,
            segment=raw.text("segment") or ALL,
            target=plain(target),
            actual=plain(actual),
            owner=raw.text("owner"),
            note=raw.text("note"),
            unit=unit,
            out_of=plain(out_of),
            other=raw.other,
            stage_name=raw.text("stage"),
            metric_name=raw.text("metric"),
            row=raw.row,
            sheet=raw.sheet,
        )

    def _place(self, raw: RawRow) -> tuple[str, str] | None:
        """Return the keys of stage and metric; the names as written if there are none."""
        stage_text, metric_text = raw.text("stage"), raw.text("metric")
        stage = self.names.stage(stage_text) if stage_text else None
        if stage_text and stage is None:
            self._tell(raw, "stage", stage_text, self.names.nearest_stage(stage_text))
        if not metric_text:
            volume = None if stage is None else self.funnel.stage(stage).volume
            if stage is not None and volume is not None and "metric" not in raw.columns:
                return stage, volume.key
            if "metric" not in raw.columns and stage_text:
                return stage or stage_text, stage_text
            self.faults.append(raw.fault("metric-missing", "actual", severity="error"))
            return None
        found = self.names.metric(metric_text, stage)
        if found is None:
            self._tell(raw, "metric", metric_text, self.names.nearest_metric(metric_text))
            return stage or stage_text or NO_STAGE, metric_text
        if stage is not None and stage != found[0]:
            self.faults.append(
                raw.fault("stage-differs", "stage", expected=self.funnel.stage(found[0]).label)
            )
            return stage, found[1]
        return (found[0] if stage is not None or not stage_text else stage_text), found[1]

    def _tell(self, raw: RawRow, role: Role, text: str, nearest: str | None) -> None:
        """Report an unknown name once."""
        if (role, text) in self._told:
            return
        self._told.add((role, text))
        self.faults.append(raw.fault(f"unknown-{role}", role, value=text, nearest=nearest))

    def _unit(self, raw: RawRow, known: Unit | None) -> Unit:
        named = unit_of([raw]) if raw.text("unit") or known is None else known
        return named if known is None or raw.text("unit") in _UNIT_NAMES else known

    def _period(self, raw: RawRow) -> str | None:
        name = raw.period
        if name is None:
            return None
        if name == ALL:
            return ALL
        if isinstance(name, str):
            self.faults.append(raw.fault("unknown-period", "period", severity="warning"))
            return name
        whole = name.in_year(self.year)
        if whole.needs_year:
            if ("period", whole.label) not in self._told:
                self._told.add(("period", whole.label))
                self.faults.append(raw.fault("period-without-year", "period"))
            return raw.text("period") or whole.label
        if whole.short and ("period", "short") not in self._told:
            self._told.add(("period", "short"))
            self.faults.append(
                raw.fault("year-of-two-digits", "period", severity="info", period=whole.label)
            )
        return whole.label

    def label_of(self, period: PeriodName | None, text: str) -> str | None:
        """Return the name of a period that is read, without a word about its year."""
        if period is None:
            return None
        whole = period.in_year(self.year)
        return (text or whole.label) if whole.needs_year else whole.label

    def _value(
        self, raw: RawRow, role: Role, unit: Unit, is_step: bool
    ) -> tuple[Decimal | None, Decimal | None]:
        """Return a number in the unit of the metric, and the best score; None with a fault."""
        written = raw.number(role)
        if written.fault is not None:
            self.faults.append(raw.fault(written.fault, role, severity=written.severity))
        if written.value is None:
            return None, None
        value = written.value
        if written.unit not in {None, unit}:
            self.faults.append(
                raw.fault("unit-differs", role, severity="error", expected=unit, found=written.unit)
            )
            return None, None
        if unit == "rate" and written.unit is None and not -1 <= value <= 1:
            self.faults.append(raw.fault("rate-without-percent", role))
            value = value.scaleb(-2, EXACT)
        if is_step and written.thousands:
            self.faults.append(raw.fault("point-or-thousands", role, read=plain(value)))
        if is_step and role == "actual":
            value = _without_noise(value)
        if is_step and role == "actual" and not is_count(plain(value)):
            self.faults.append(raw.fault("not-a-count", role, severity="error"))
            return None, None
        return value, written.out_of


def _without_noise(value: Decimal) -> Decimal:
    """Return the whole number that a formula such as 0.42 * 10000 means and just misses."""
    whole = value.to_integral_value(context=EXACT)
    return whole if whole and abs(value - whole) <= abs(value).scaleb(-12, EXACT) else value


_UNIT_NAMES = {"count", "currency", "rate", "score", "duration"}
