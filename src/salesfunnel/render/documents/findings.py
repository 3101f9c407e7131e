"""Possible causes in words: what is behind the fall, what else was seen, what was not measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.definitions.funnel import Transition
from salesfunnel.diagnosis import Diagnosis, Finding
from salesfunnel.i18n import text
from salesfunnel.render.model import (
    Bar,
    Bars,
    Block,
    Column,
    Document,
    Heading,
    Line,
    Lines,
    Mark,
    Paragraph,
    Table,
)
from salesfunnel.render.words.causes import cause_notes, chance_words, columns_words
from salesfunnel.render.words.figures import period_text, segment_words, shown, span
from salesfunnel.render.words.findings import (
    LEAST,
    actions_of,
    collect_words,
    finding_text,
    notice_words,
    title_of,
)

__all__ = [
    "explains_fall", "finding_document", "findings_blocks", "findings_document", "step_words",
    "weak_sign",
]  # fmt: skip

Names = Mapping[str, str] | None

_GRADES: dict[str, Mark] = {"strong": "bad", "moderate": "warn", "not-measured": "muted"}
_SENTENCES = 5
LIKELY, SURE = 0.5, 0.8
"""Probability from which a cause is reported as part of the fall; as persistent."""


def explains_fall(finding: Finding) -> bool:
    """Whether a cause is behind the fall, more probably than not, by deals that can be shown."""
    cost = finding.contribution
    return cost is not None and cost >= LEAST and finding.confidence >= LIKELY


def _is_persistent(finding: Finding) -> bool:
    """Whether a cause costs deals as it did before: it could be ended, but explains no fall."""
    return (finding.potential or 0.0) >= LIKELY and finding.confidence >= SURE


def weak_sign(finding: Finding) -> bool:
    """Whether a finding is reported in words although it has no figure in deals."""
    return finding.contribution is None and (
        finding.evidence.method in {"quality", "queue", "note", "watch"}
        or (finding.evidence.method == "aggregate" and bool(finding.params.get("bad")))
    )


def findings_blocks(
    findings: Iterable[Finding],
    locale: Locale,
    labels: Names = None,
    actions: Names = None,
    intros: Mapping[tuple[Transition, str], str] | None = None,
    diagnoses: Iterable[Diagnosis] = (),
) -> list[Block]:
    """Return the causes of each bottleneck: those of the fall first, in sentences and a table.

    `labels` and `actions` name steps and key actions; `intros` stand before the causes of a step;
    `diagnoses` say what is left unexplained, what was stated, and which columns were looked at.
    """
    whole = {(d.transition, d.segment): d for d in diagnoses}
    found = tuple(findings)
    steps = [(f.transition, f.segment) for f in found]
    steps += [step for step, d in whole.items() if d.searched]
    if not steps:
        return [Paragraph(text("finding.empty", locale), mark="muted")]
    places = list(dict.fromkeys(steps))
    blocks: list[Block] = []
    for step, segment in places:
        mine = [f for f in found if (f.transition, f.segment) == (step, segment)]
        if len(places) > 1:
            words = step_words(step.source, step.target, labels)
            if segment != ALL:
                words += text("bottleneck.where", locale, segment=segment_words(segment, locale))
            blocks.append(Heading(words, level=3))
        said = (intros or {}).get((step, segment))
        blocks += [Paragraph(said)] if said else []
        names = {**(labels or {}), **(actions or {})}
        blocks += _of_one(mine, locale, names, whole.get((step, segment)))
    blocks += _to_collect(found, locale, actions)
    blocks.append(Paragraph(text("finding.association", locale), mark="muted"))
    return blocks


def _of_one(
    found: Sequence[Finding], locale: Locale, actions: Names, whole: Diagnosis | None = None
) -> list[Block]:
    """Return the causes of one bottleneck."""
    measured = [f for f in found if f.measured]
    explaining = [f for f in measured if explains_fall(f)]
    weak_signs = [f for f in measured if weak_sign(f)]
    persistent = [
        f for f in measured if f not in explaining and f not in weak_signs and _is_persistent(f)
    ]
    unrelated = [
        f for f in measured if f not in explaining and f not in weak_signs and f not in persistent
    ]
    blocks: list[Block] = [_sentence(f, locale, actions, mark="bad") for f in weak_signs if f.veto]
    if not explaining and (whole is None or not whole.searched):
        blocks.append(Paragraph(text("finding.no-cause", locale), mark="warn"))
    for f in explaining[:_SENTENCES]:
        blocks.append(_sentence(f, locale, actions))
        blocks += [Paragraph(words, mark="muted") for words in cause_notes(f, locale)]
    if explaining:
        blocks += [*_bars(explaining, locale, actions, whole), _table(explaining, locale, actions)]
        blocks += _over_time(explaining[0], locale, actions)
    blocks += _rest(whole, locale)
    blocks += [_sentence(f, locale, actions, mark="warn") for f in weak_signs if not f.veto]
    if persistent:
        blocks.append(Paragraph(text("finding.standing", locale)))
        blocks += [_sentence(f, locale, actions, mark="muted") for f in persistent[:_SENTENCES]]
    for key, some in (("rest", unrelated), ("rest-standing", persistent[_SENTENCES:])):
        if some:
            names = "；" if locale == "zh" else "; "
            titles = names.join(dict.fromkeys(title_of(f, locale, actions) for f in some))
            blocks.append(Paragraph(text(f"finding.{key}", locale, causes=titles), mark="muted"))
    return blocks


def _sentence(
    finding: Finding, locale: Locale, actions: Names, *, mark: Mark | None = None
) -> Paragraph:
    words = title_of(finding, locale, actions) + text("finding.colon", locale)
    words += finding_text(finding, locale, actions)
    return Paragraph(words, mark=_GRADES.get(finding.grade, "") if mark is None else mark)


def _rest(whole: Diagnosis | None, locale: Locale) -> list[Block]:
    """Return what is left unexplained, what people stated, and which columns were looked at."""
    if whole is None:
        return []
    blocks: list[Block] = []
    ends, gap, left = whole.unexplained_interval, whole.shortfall, whole.unexplained
    if whole.searched and gap is not None and left is not None:
        form = "-negative" if left <= -LEAST else "" if whole.causes else "-nothing"
        words = text(
            f"cause.unexplained{form}", locale,
            unexplained=left, gain=abs(left), shortfall=gap,
            range="–" if ends is None else span(ends.low, ends.high, "deals", locale),
        )  # fmt: skip
        if left > -LEAST:
            words += chance_words(whole, gap, locale)
        blocks.append(Paragraph(words, mark="" if whole.causes else "warn"))
    elif whole.columns and gap is not None:
        blocks.append(Paragraph(text("cause.too-few", locale), mark="warn"))
    if whole.stated:
        blocks.append(Paragraph(text("cause.stated-note", locale)))
        blocks += [_sentence(f, locale, None, mark="muted") for f in whole.stated[:_SENTENCES]]
    blocks += [Paragraph(words, mark="muted") for words in columns_words(whole.columns, locale)]
    return blocks


def _over_time(finding: Finding, locale: Locale, actions: Names) -> list[Block]:
    """Return the picture of a cause period by period: its share, and how both groups fared."""
    points = finding.evidence.over_time
    if len(points) < 3:
        return []
    lines = [
        Line(text("cause.over-time.share", locale), [p.share for p in points], dashed=True),
        Line(text("cause.over-time.rate", locale), [p.rate for p in points], mark="bad"),
        Line(text("cause.over-time.rate-others", locale), [p.rate_others for p in points]),
    ]
    title = text("cause.over-time", locale, what=title_of(finding, locale, actions))
    return [Lines(title, [period_text(p.period, locale) for p in points], lines, form="percent")]


def _bars(
    explaining: Sequence[Finding], locale: Locale, actions: Names, whole: Diagnosis | None = None
) -> list[Block]:
    if len(explaining) < 2:
        return []
    bars = [
        Bar(
            title_of(f, locale, actions),
            f.contribution,
            shown(f.contribution, "deals", locale),
            mark=_GRADES.get(f.grade, ""),
        )
        for f in explaining
    ]
    if whole is not None and whole.searched and (whole.unexplained or 0.0) > LEAST:
        left = whole.unexplained
        words = text("cause.label.unexplained", locale)
        bars.append(Bar(words, left, shown(left, "deals", locale), mark="muted"))
    return [Bars(text("finding.label.deals", locale), bars)]


def _table(found: Sequence[Finding], locale: Locale, actions: Names) -> Table:
    names = ("cause", "dimension", "deals", "interval", "share", "confidence", "coverage", "grade")
    right = {"deals", "interval", "share", "confidence", "coverage"}
    heads = [
        Column(text(f"finding.label.{name}", locale), align="right" if name in right else "left")
        for name in names
    ]
    rows = [_row(f, locale, actions) for f in found]
    marks: list[Mark] = [
        _GRADES.get(f.grade, "") if explains_fall(f) or f.veto else "muted" for f in found
    ]
    return Table(heads, rows, marks=marks)


def _row(f: Finding, locale: Locale, actions: Names) -> tuple[str, ...]:
    """Return the cells of one cause; what explains no fall has neither a share nor a grade."""
    ends = f.interval
    grade = text(f"finding.grade.{f.grade}", locale)
    explains = f.kind != "standing" or f.evidence.method not in {"mantel-haenszel", "kitagawa"}
    return (
        title_of(f, locale, actions),
        text(f"finding.dimension.{f.dimension}", locale),
        shown(f.contribution, "deals", locale),
        "–" if ends is None else span(ends.low, ends.high, "deals", locale),
        shown(f.share if explains else None, "share", locale),
        shown(f.confidence, "chance", locale) if f.measured else "–",
        shown(f.coverage, "share", locale) if f.measured else "–",
        grade if explains else text("finding.grade-of-none", locale),
    )


def _to_collect(found: Sequence[Finding], locale: Locale, actions: Names) -> list[Block]:
    """Return what to record, so that the causes that could not be asked can be next time."""
    missing = [f for f in found if not f.measured and f.collect]
    if not missing:
        return []
    known = {key: name for f in missing for key, name in actions_of(f).items()}
    known.update(actions or {})
    names = dict.fromkeys(name for f in missing for name in f.collect)
    collect = collect_words(names, locale, known)
    return [Paragraph(text("finding.none", locale, collect=collect), mark="muted")]


def step_words(source: str, target: str, labels: Names) -> str:
    """Return a transition with the names that people see."""
    names = labels or {}
    return f"{names.get(source, source)} → {names.get(target, target)}"


def finding_document(finding: Finding, locale: Locale) -> Document:
    """Return one cause: the sentence, its figures, its groups, its notices."""
    e = finding.evidence
    where = step_words(finding.transition.source, finding.transition.target, None)
    if finding.segment != ALL:
        where += text("bottleneck.where", locale, segment=segment_words(finding.segment, locale))
    step = text("finding.step", locale, step=where, period=finding.period)
    blocks: list[Block] = [Paragraph(finding_text(finding, locale))]
    blocks.append(_table([finding], locale, None))
    if e.groups:
        heads: list[Column | str] = [
            text("finding.label.group", locale),
            *(
                Column(text(f"finding.label.{name}", locale), align="right")
                for name in ("before", "now")
            ),
        ]
        rows = [
            (g.name, shown(g.rate_before, "percent", locale), shown(g.rate, "percent", locale))
            for g in e.groups
        ]
        blocks.append(Table(heads, rows, caption=text("finding.label.rates", locale)))
    blocks += _over_time(finding, locale, None)
    blocks += [Paragraph(words, mark="muted") for words in cause_notes(finding, locale)]
    blocks += [Paragraph(words, mark="warn") for words in notice_words(e.notices, locale)]
    blocks.append(Paragraph(text("finding.association", locale), mark="muted"))
    return Document(title_of(finding, locale), blocks, locale=locale, subtitle=step)


def findings_document(found: Iterable[Finding], locale: Locale) -> Document:
    """Return the causes of all bottlenecks, those of the fall first."""
    return Document(text("finding.heading", locale), findings_blocks(found, locale), locale=locale)
