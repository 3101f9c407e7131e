"""Documents of the groups of a forecast, and of rates that changed."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.forecasting import Forecast, ForecastGroups
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.model import Block, Column, Document, Paragraph, Table
from salesfunnel.render.words.figures import money_text, shown
from salesfunnel.render.words.names import labels_of

__all__ = ["changed_blocks", "groups_document", "groups_table"]

_PARTS = ("season", "break", "month")
_TERMS = {"value", "strata", "pushed", "pushed-in-stage", "silent", "overdue"}


def groups_document(groups: ForecastGroups, locale: Locale) -> Document:
    """Return the table of the groups."""
    title = text("ahead.groups", locale, attribute=groups.attribute)
    return Document(title, [groups_table(groups, "", locale)], locale=locale)


def groups_table(groups: ForecastGroups, currency: str, locale: Locale) -> Table:
    """Return one row per group: value with its interval, wins, open deals."""
    names = ("expected", "low", "high", "wins", "open-deals", "open-value")
    heads = [Column(groups.attribute)]
    heads += [Column(text(f"ahead.{name}", locale), align="right") for name in names]
    rows = [
        [
            name or text("ahead.nobody", locale),
            *(
                money_text(float(column[i]), currency, locale)
                for column in (groups.expected, groups.low, groups.high)
            ),
            shown(float(groups.wins[i]), "deals", locale),
            shown(float(groups.open_deals[i]), "count", locale),
            money_text(float(groups.open_value[i]), currency, locale),
        ]
        for i, name in enumerate(groups.names)
    ]
    caption = text("ahead.by-group", locale, attribute=groups.attribute)
    return Table(heads, rows, caption=caption)


def _term(name: str, locale: Locale) -> str:
    """Return a trait as people call it; an attribute by its name."""
    return text(f"ahead.term-{name}", locale) if name in _TERMS else name


def changed_blocks(forecast: Forecast, locale: Locale) -> list[Block]:
    """Return which traits are used, and since when the rates differ."""
    blocks: list[Block] = []
    traits = [name for name in forecast.terms if name not in _PARTS]
    if traits:
        between = "、" if locale == "zh" else ", "
        key = "ahead.with-covariates" if forecast.way == "covariates" else "ahead.with-named"
        said = text(key, locale, terms=between.join(_term(name, locale) for name in traits))
        blocks.append(Paragraph(said, mark="muted"))
    found = forecast.rates_changed
    if found is None:
        return blocks
    said = text(
        "ahead.changed", locale, since=found.since, earliest=found.earliest, latest=found.latest,
        probability=found.probability, before=found.won_before, after=found.won_after,
    )  # fmt: skip
    blocks.append(Paragraph(said))
    labels = labels_of(forecast.funnel, found.stages, locale)
    heads = [Column(text("ahead.stage", locale))]
    heads += [
        Column(text(f"ahead.{name}", locale), align="right")
        for name in ("changed-before", "changed-after")
    ]
    rows = [
        [labels[stage], FORMS["percent"](before, locale), FORMS["percent"](after, locale)]
        for stage, before, after in zip(
            found.stages, found.before.tolist(), found.after.tolist(), strict=True
        )
    ]
    blocks.append(Table(heads, rows, caption=text("ahead.changed-rates", locale)))
    return blocks
