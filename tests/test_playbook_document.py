"""The playbook for new staff: best quarters, what worked and what not, as Word and elsewhere."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from office import convert, needs_office
from results import company
from salesfunnel.monitoring.best_quarter import best_quarters
from salesfunnel.planning import Quantiles

BOTH = ("en", "zh")
STEPS = ("lead", "offer", "won")
MONTHS = [f"{2025 + i // 12}-{i % 12 + 1:02d}" for i in range(15)]
FUNNEL = sf.Funnel(
    "small",
    [
        sf.Stage("lead", "Lead", goal="find out what they need", owner="marketing",
                 actions=[sf.KeyAction("call", "Call back", within=timedelta(days=1))]),
        sf.Stage("offer", "Offer", owner="sales"),
        sf.Stage("won", "Won", won=True),
    ],
)  # fmt: skip
EFFECT = sf.Effect(
    deals=Quantiles(0, 0, 0, 0), p_positive=0.9, months=3, rate_now=0.3, rate_planned=0.375
)


def panel():
    offers = [120, 124, 118, 121, 119, 122, 117, 123, 120, 118, 122, 119, 158, 162, 160]
    won = [60, 62, 59, 60, 59, 61, 58, 62, 60, 59, 61, 60, 40, 38, 42]
    return sf.Panel.from_counts(
        np.stack([[400] * 15, offers, won], axis=1), periods=MONTHS, steps=STEPS, funnel=FUNNEL
    )


def measure(key, source, target, **changes):
    values = {
        "key": key, "bottleneck": sf.Transition(source, target), "problem": "slow-response",
        "measure": "answer-within-a-day", "owner": "sales-lead", "begins": date(2026, 1, 1),
        "due": date(2026, 1, 12), "effort": 2, "effect": EFFECT,
    }  # fmt: skip
    return sf.Measure(**{**values, **changes})


PLAN = sf.ImprovementPlan(
    start=date(2026, 1, 1),
    measures=[
        measure("a", "lead", "offer"),
        measure("b", "offer", "won", measure="own", title="Five percent off", detail="For haste."),
    ],
)


def playbook(**options):
    counts = panel()
    reviews = sf.review(PLAN, counts, today=date(2026, 4, 1))
    assert [r.state for r in reviews] == ["standardise", "not-working"]
    return sf.write_playbook(FUNNEL, PLAN, reviews, data=counts, **options)


def test_best_quarters_are_whole_and_large_enough_and_not_the_luckiest_small_one():
    first, second = best_quarters(FUNNEL, panel())
    assert (first.quarter, first.entered, first.advanced) == ("2026-Q1", 1200, 480)
    assert first.rate == pytest.approx(0.4)
    assert first.usual == pytest.approx(panel().counts[:, 0, 1].sum() / 6000)
    assert first.interval.low < 0.4 < first.interval.high
    assert (first.quarters, second.quarter) == (5, "2025-Q4")
    counts = np.array([[400, 120]] * 6 + [[6, 6]] * 3 + [[400, 150]] * 3)
    small = sf.Panel.from_counts(counts, periods=MONTHS[:12], steps=("lead", "offer"))
    (best,) = best_quarters(FUNNEL, small)
    assert (best.quarter, best.quarters) == ("2025-Q4", 3)
    (cut,) = best_quarters(FUNNEL, attrs.evolve(small, partial=("2025-12",)))
    assert cut.quarter == "2025-Q1"
    gone = counts.astype(float)
    gone[10] = np.nan
    holes = sf.Panel.from_counts(np.ma.masked_invalid(gone), periods=MONTHS[:12],
                                 steps=("lead", "offer"))  # fmt: skip
    assert best_quarters(FUNNEL, holes)[0].quarter == "2025-Q1"


def test_years_and_nameless_periods_have_no_quarter():
    for names in (("2025", "2026"), ("now", "then")):
        counts = sf.Panel.from_counts([[40, 9], [40, 9]], periods=names, steps=("lead", "offer"))
        assert best_quarters(FUNNEL, counts) == ()


def test_deals_give_days_and_sheets_give_steps():
    history = company()
    found = best_quarters(history.funnel, history)
    assert {best.stage for best in found} == {"interest", "intent", "negotiation"}
    assert all(best.days is not None and best.days > 0 for best in found)
    whole = history.panel(by="month", mode="entry")
    for best in found:
        months = [m for m in whole.periods if m.startswith(best.quarter[:4])
                  and (int(m[5:]) - 1) // 3 + 1 == int(best.quarter[-1])]  # fmt: skip
        s = [str(t) for t in whole.transitions].index(str(best.transition))
        entered, advanced, _ = whole.entered_advanced()
        at = [whole.periods.index(m) for m in months]
        assert best.entered == entered[at, 0, s].sum()
        assert best.advanced == advanced[at, 0, s].sum()
        assert months[-1] not in whole.partial


def test_the_last_review_of_a_measure_decides():
    counts = panel()
    early = sf.review(PLAN, counts, today=date(2026, 1, 5))
    late = sf.review(PLAN, counts, today=date(2026, 4, 1))
    book = sf.write_playbook(FUNNEL, PLAN, [*late, *early])
    assert [entry.measure.key for entry in book.entries] == ["a"]
    assert [entry.measure.key for entry in book.dropped] == ["b"]
    assert book.dropped[0].stage == "offer"
    with pytest.raises(sf.errors.ArgumentError, match="'data'"):
        sf.write_playbook(FUNNEL, PLAN, late, data={})
    with pytest.raises(sf.errors.ArgumentError, match="'adherence'"):
        sf.write_playbook(FUNNEL, PLAN, late, adherence={})


@pytest.mark.parametrize("locale", BOTH)
def test_every_form_says_the_same(locale):
    deals = sf.StageHistory.from_records(
        [{"deal": f"d{i}", "lead": "2026-03-01", "call_at": f"2026-03-0{1 + i % 4}",
          "offer": "2026-03-09"} for i in range(40)],
        funnel=FUNNEL, as_of="2026-04-01",
    )  # fmt: skip
    done = sf.adherence(deals)
    book = playbook(adherence=done)
    again = sf.Playbook.from_json(book.to_json())
    assert again == book
    said = {"en": ("What did not work", "Five percent off", "not working", "Best quarter"),
            "zh": ("未见成效的措施", "Five percent off", "无效", "最佳季度")}[locale]  # fmt: skip
    forms = [book.to_text(locale=locale, width=200), book.to_markdown(locale=locale),
             book.to_html(locale=locale), words_of(book.to_docx(locale=locale))]  # fmt: skip
    for form in forms:
        for words in (*said, "40.00%", "480/1,200"):
            assert words in form.replace("\\", "")
        share = done.rows[0].on_time
        assert f"{share * 100:.0f}%" in form


@pytest.mark.parametrize("locale", BOTH)
def test_what_is_said_and_examples_stand_where_the_method_or_the_team_has_them(locale):
    funnel = sf.template("b2b", locale=locale)
    done = measure(
        "n", "intent", "negotiation", measure="instalments", note="three of four took it"
    )
    plan = sf.ImprovementPlan(start=date(2026, 1, 1), measures=[done])
    counts = sf.Panel.from_counts(
        np.stack([[400] * 15, [120, 122, 118] * 4 + [160, 158, 162]], axis=1), periods=MONTHS,
        steps=("intent", "negotiation"),
    )  # fmt: skip
    book = sf.write_playbook(funnel, plan, sf.review(plan, counts, today=date(2026, 4, 1)))
    asked, said, example, heads = {
        "en": ("What must be different in half a year", "What we say", "An example",
               "new ad material"),
        "zh": ("半年后达到什么效果", "话术", "案例", "广告素材"),
    }[locale]  # fmt: skip
    for form in (
        book.to_markdown(locale=locale),
        book.to_html(locale=locale),
        book.to_text(locale=locale, width=300),
        words_of(book.to_docx(locale=locale)),
    ):
        for words in (asked, said, example, heads, "three of four took it"):
            assert words in form
    bare = sf.write_playbook(FUNNEL, PLAN, [])  # nothing to say: no empty box
    for form in (bare.to_markdown(locale=locale), words_of(bare.to_docx(locale=locale))):
        assert said not in form
        assert example not in form


def words_of(content):
    docx = pytest.importorskip("docx")
    paper = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


@pytest.mark.parametrize("locale", BOTH)
def test_the_word_file_is_made_for_paper_and_for_both_systems(locale, tmp_path):
    docx = pytest.importorskip("docx")
    book = playbook()
    content = book.to_docx(tmp_path / "book.docx", locale=locale)
    assert content == (tmp_path / "book.docx").read_bytes() == book.to_docx(locale=locale)
    paper = docx.Document(io.BytesIO(content))
    section = paper.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    headings = [p.text for p in paper.paragraphs if p.style.name == "Heading 1"]
    assert headings == ["Lead", "Offer", "Won"]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        styles, body = (parts.read(f"word/{n}.xml").decode() for n in ("styles", "document"))
    assert 'w:eastAsia="Microsoft YaHei"' in styles
    assert body.count("<w:tblHeader") == len(paper.tables)
    assert "PAGE" in section.footer._element.xml


def test_names_of_strangers_are_harmless_in_word():
    pytest.importorskip("docx")
    evil = "a\x1b[2Jb\u202ec\x07\ud800\ufffe & <b>"
    funnel = sf.Funnel("own", [sf.Stage("lead", goal=evil, owner=evil, actions=["x"])], name="n")
    funnel = attrs.evolve(funnel, name=evil)
    words = words_of(sf.write_playbook(funnel, PLAN, []).to_docx())
    assert not set(words) & set("\x1b\u202e\x07\ud800\ufffe")
    assert "& <b>" in words


@needs_office
def test_libreoffice_opens_it(tmp_path):
    pytest.importorskip("docx")
    files = {f"{locale}.docx": playbook().to_docx(locale=locale) for locale in BOTH}
    for content in convert(tmp_path, files, "pdf").values():
        assert content.startswith(b"%PDF")
