"""Who comes in, in words."""

from __future__ import annotations

from salesfunnel._core.periods import frequency_of
from salesfunnel._core.vocabulary import Locale
from salesfunnel.bottleneck import Bottlenecks
from salesfunnel.i18n import text
from salesfunnel.render.words.figures import segment_words

_SENTENCES = 5


def fewer_entries(found: Bottlenecks, locale: Locale) -> list[str]:
    """Return a sentence for every segment into which fewer come than was to be expected."""
    by = frequency_of(found.period)
    unit = text(f"bottleneck.unit-{by}", locale)
    said = []
    for row in found.inflow.alarms[:_SENTENCES]:
        segment = segment_words(row.segment, locale)
        where = text("bottleneck.where", locale, segment=segment) if len(found.segments) > 1 else ""
        if row.expected is None or row.entered is None:
            continue
        words = text(
            "bottleneck.inflow-fell",
            locale,
            where=where,
            entered=row.entered,
            period=row.period,
            low=round(row.expected.low),
            high=round(row.expected.high),
            onset=row.onset or "–",
            sure=row.probability,
            tier=text(f"bottleneck.tier-{row.tier}", locale),
        )
        if row.deals:
            more = text("bottleneck.inflow-deals", locale, deals=row.deals, unit=unit)
            words += text("bottleneck.space", locale) + more
        said.append(words)
    return said
