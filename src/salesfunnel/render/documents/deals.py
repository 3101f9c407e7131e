"""The document of a stage history: how deals ended, how far they got, what is suspicious."""

from __future__ import annotations

import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.history import StageHistory
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.model import Block, Column, Document, KeyFigures, Paragraph, Table
from salesfunnel.render.words.figures import day_text, faults_block, shown
from salesfunnel.render.words.names import labels_of

_HEADS = ("stage", "reached", "share", "advanced", "lost", "open", "median-days")


def history_document(history: StageHistory, locale: Locale) -> Document:
    """Return the deals in figures, one row per stage, and the faults."""
    total = len(history)
    open_, won, lost = (int((history.outcome == code).sum()) for code in (0, 1, 2))
    rate = won / (won + lost) if won + lost else None
    figures = [
        ("deals", FORMS["count"](total, locale)),
        ("won", FORMS["count"](won, locale)),
        ("lost", FORMS["count"](lost, locale)),
        ("open", FORMS["count"](open_, locale)),
        ("win-rate", shown(rate, "percent", locale)),
        ("as-of", day_text(history.as_of, locale)),
    ]
    heads = [
        Column(text(f"deals.{name}", locale), align="right" if i else "left")
        for i, name in enumerate(_HEADS)
    ]
    keys = history.stages if history.funnel is None else history.funnel.keys
    labels = labels_of(history.funnel, keys, locale)
    blocks: list[Block] = [
        KeyFigures([(text(f"deals.{name}", locale), value) for name, value in figures]),
        Table(heads, _stages(history, labels, locale), caption=text("deals.by-stage", locale)),
        Paragraph(text("deals.how", locale), mark="muted"),
        faults_block(history.faults, locale, labels),
    ]
    return Document(text("deals.title", locale), blocks, locale=locale)


def _stages(history: StageHistory, labels: dict[str, str], locale: Locale) -> list[list[str]]:
    """Return one row per stage: reached, of those before, what became of those who were in it."""
    if history.reached_stage is not None:
        return _stages_of_list(history, labels, locale)
    rows = []
    before: int | None = None
    last = len(history.stages) - 1
    for k, stage in enumerate(history.stages):
        reached = int((history.reached >= k).sum())
        days, event, _ = history.stage_times(stage)
        went = days[event == 1]
        counts = [FORMS["count"](int((event == code).sum()), locale) for code in (1, 2, 0)]
        rows.append(
            [
                labels.get(stage, stage),
                FORMS["count"](reached, locale),
                shown(reached / before if before else None, "percent", locale),
                *(counts if k < last else ["–"] * 3),
                shown(float(np.median(went)) if went.size and k < last else None, "number", locale),
            ]
        )
        before = reached
    return rows


def _stages_of_list(
    history: StageHistory, labels: dict[str, str], locale: Locale
) -> list[list[str]]:
    """Return one row per stage of a list: how many reached it, as bounds where it does not say."""
    panel = history.panel(by="all")
    least = panel.counts.sum(axis=(0, 1)).tolist()
    most = least if panel.upper is None else panel.upper.sum(axis=(0, 1)).tolist()
    rows = []
    for k, stage in enumerate(history.stages):
        exact = least[k] == most[k] and (not k or least[k - 1] == most[k - 1])
        count = FORMS["count"](least[k], locale)
        if least[k] != most[k]:
            count += "–" + FORMS["count"](most[k], locale)
        rate = least[k] / least[k - 1] if k and exact and least[k - 1] else None
        rows.append([labels.get(stage, stage), count, shown(rate, "percent", locale), *(["–"] * 4)])
    return rows
