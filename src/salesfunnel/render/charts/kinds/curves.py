"""Pictures of curves: the fan of a forecast, shares over days, forecasts of the past."""

from __future__ import annotations

from collections.abc import Sequence

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import value_words, whole_percent
from salesfunnel.render.charts.marks import ChartMark, ChartScale, Role

__all__ = ["backtest", "fan", "survival"]

ENDS: tuple[tuple[Role, str], ...] = (("context", "q90"), ("main", "q50"), ("context", "q10"))


def fan(
    dates: Sequence[str], quantiles: dict[str, Sequence[float]], locale: Locale, *, title: str,
    subtitle: str = "", note: str = "", scale: ChartScale | None = None,
    previous: Sequence[float] | None = None, target: float | None = None, target_words: str = "",
) -> Chart:  # fmt: skip
    """Return a forecast as a fan: bands of 80% and, where known, 50%, the line in the middle.

    Parameters
    ----------
    dates : sequence of str
        ISO dates.
    quantiles : dict of str to sequence of float
        ``"q10"``, ``"q50"``, ``"q90"`` and perhaps ``"q25"``, ``"q75"``.
    previous : sequence of float, optional
        The same span before, to compare with.
    target : float, optional
    """
    scale = ChartScale(kind="number", low=0.0) if scale is None else scale
    marks = [ChartMark(
        shape="band", name=text("chart.band", locale, level="80%"), x=dates, y=quantiles["q10"],
        y2=quantiles["q90"], opacity=0.18,
    )]  # fmt: skip
    if "q25" in quantiles and "q75" in quantiles:
        marks.append(ChartMark(
            shape="band", name=text("chart.band", locale, level="50%"), x=dates,
            y=quantiles["q25"], y2=quantiles["q75"], opacity=0.28,
        ))  # fmt: skip
    if previous is not None:
        marks.append(ChartMark(
            shape="line", role="context", dashed=True, x=dates, y=previous,
            name=text("chart.previous", locale),
        ))  # fmt: skip
    if target is not None:
        marks.append(
            ChartMark(shape="rule", role="target", dashed=True, y=[target], text=[target_words])
        )
    marks.append(ChartMark(shape="line", x=dates, y=quantiles["q50"]))
    last = {name: values[-1] for name, values in quantiles.items() if len(values)}
    for role, name in ENDS:
        marks.append(ChartMark(
            shape="label", role=role, x=dates[-1:], y=[last[name]],
            text=[value_words(last[name], scale, locale)],
        ))  # fmt: skip
    return Chart(
        kind="fan", title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "date": dates, **dict(sorted(quantiles.items())),
            **({} if previous is None else {"previous": previous}),
        },
        x=ChartScale(kind="time"), y=scale, marks=marks, height=250,
        alt=text(
            "chart.fan-alt", locale, title=title, middle=value_words(last["q50"], scale, locale),
            low=value_words(last["q10"], scale, locale),
            high=value_words(last["q90"], scale, locale),
        ),
    )  # fmt: skip


def survival(
    days: Sequence[float], curves: dict[str, dict[str, Sequence[float]]], locale: Locale, *,
    title: str, subtitle: str = "", note: str = "",
) -> Chart:  # fmt: skip
    """Return shares over days since entry as steps, each curve with its band.

    Parameters
    ----------
    days : sequence of float
    curves : dict
        Name of a curve → ``"share"`` and perhaps ``"low"`` and ``"high"``; the first is ours, the
        others context.
    """
    marks, data = [], {"days": list(days)}
    steps = [days[0], *(d for day in days[1:] for d in (day, day))] if len(days) else []

    def stepped(values: Sequence[float]) -> list[float]:
        held = [v for value in values[:-1] for v in (value, value)]
        return [*held, values[-1]] if len(values) else []

    for place, (name, curve) in enumerate(curves.items()):
        role: Role = "main" if place == 0 else "context"
        share = list(curve["share"])
        if "low" in curve:
            marks.append(ChartMark(
                shape="band", role=role, x=steps, y=stepped(curve["low"]),
                y2=stepped(curve["high"]), opacity=0.18,
            ))  # fmt: skip
        marks.append(ChartMark(
            shape="line", role=role, dashed=place > 0, x=steps, y=stepped(share),
            name=name if len(curves) > 1 else "",
        ))  # fmt: skip
        prefix = "" if place == 0 else f"{name} "
        for field, values in curve.items():
            data[f"{prefix}{field}"] = list(values)
        if share:
            marks.append(ChartMark(
                shape="label", role=role, x=[days[-1]], y=[share[-1]],
                text=[whole_percent(share[-1])],
            ))  # fmt: skip
    first = next(iter(curves.values()), {"share": [0.0]})["share"]
    return Chart(
        kind="survival", title=title, subtitle=subtitle, note=note, locale=locale, data=data,
        x=ChartScale(kind="number", low=0.0, title=text("chart.days", locale)),
        y=ChartScale(kind="percent", low=0.0), marks=marks, height=240,
        alt=text(
            "chart.survival-alt", locale, title=title, share=whole_percent(first[-1]),
            days=f"{days[-1]:.0f}",
        ) if len(days) else title,
    )  # fmt: skip


def backtest(
    origins: Sequence[str], columns: dict[str, Sequence[float]], locale: Locale, *, title: str,
    subtitle: str = "", scale: ChartScale | None = None,
) -> Chart:  # fmt: skip
    """Return forecasts made at past dates with their intervals, beside what came."""
    scale = ChartScale(kind="number", low=0.0) if scale is None else scale
    hit = [
        low <= real <= high
        for low, real, high in zip(columns["low"], columns["actual"], columns["high"], strict=True)
    ]
    inside = f"{sum(hit)}/{len(hit)}"
    marks = [
        ChartMark(shape="whisker", x=origins, y=columns["low"], y2=columns["high"], opacity=0.5,
                  name=text("chart.interval-80", locale)),
        ChartMark(shape="dot", x=origins, y=columns["forecast"], hatched=True,
                  name=text("chart.forecast", locale)),
        ChartMark(shape="dot", role="target", x=origins, y=columns["actual"],
                  name=text("chart.actual", locale)),
    ]  # fmt: skip
    return Chart(
        kind="backtest", title=title, subtitle=subtitle, locale=locale,
        data={"origin": origins, **columns}, x=ChartScale(kind="time"), y=scale, marks=marks,
        alt=text("chart.backtest-alt", locale, title=title, inside=inside),
    )  # fmt: skip
