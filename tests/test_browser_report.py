"""The report and the fragments in a real browser: quiet, accessible, whole on every width."""

from __future__ import annotations

import contextlib
import html
import importlib.metadata
import itertools
import re
import shutil
import subprocess
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import salesfunnel as sf
from results import results

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[1]
WIDTHS = (390, 768, 1280, 1920)
PAGES = ("analysis", "analysis of a sheet", "nothing fell", "many segments")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def _many():
    """Return an analysis of 10,000 segments."""
    rng = np.random.default_rng(0)
    entered = rng.integers(20, 200, (14, 10_000))
    rates = np.full((14, 10_000), 0.4)
    rates[-2:, :5] = 0.1
    won = rng.binomial(entered, rates)
    panel = sf.Panel(
        counts=np.stack([entered, won], axis=2), steps=("lead", "won"), by="month",
        periods=tuple(f"{2025 + m // 12}-{m % 12 + 1:02d}" for m in range(14)),
        segments=tuple(f"segment {i}" for i in range(10_000)),
    )  # fmt: skip
    return sf.analyze(panel)


@pytest.fixture(scope="module")
def analyses():
    months = {f"2026-{m:02d}": [900, 300, 100] for m in range(1, 10)}
    steady = sf.Panel.from_counts(months, steps=("lead", "offer", "won"))
    return {
        "analysis": results()["analysis"],
        "analysis of a sheet": results()["analysis of a sheet"],
        "nothing fell": sf.analyze(steady),
        "many segments": _many(),
    }


ONE_SCALE = """() => [...document.querySelectorAll(".sf-rows")].map(rows => {
  const boxes = [...rows.querySelectorAll(":scope > .sf-row > svg")]
    .map(svg => svg.getBoundingClientRect()).filter(box => box.width);
  return new Set(boxes.map(box => `${box.left.toFixed(1)} ${box.width.toFixed(1)}`)).size;
}).filter(scales => scales > 1)"""
"""Pictures whose rows do not lie over each other: a bar would be read on the wrong scale."""


def axe():
    """Return the source of axe-core, as a package brings it."""
    pytest.importorskip("axe_playwright_python")
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def opened(browser, path, *, wide, theme="light", script=True):
    """Return a page, and what it said and asked for."""
    context = browser.new_context(
        viewport={"width": wide, "height": 900}, color_scheme=theme, java_script_enabled=script
    )
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    page.goto(path.as_uri())
    own = ("file:", "data:")
    return page, lambda: [words for words in said if not words.startswith(own)]


def violations(page):
    page.evaluate(axe())
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        (one["id"], node["target"], node["failureSummary"][:200])
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", PAGES)
def test_the_report_is_quiet_fits_and_can_be_heard(browser, analyses, tmp_path, name, locale):
    path = tmp_path / "report.html"
    analyses[name].to_html(path, locale=locale)
    assert path.stat().st_size < 300_000
    widths = WIDTHS if name == "analysis" else (390, 1280)
    for wide, theme in zip(widths, itertools.cycle(("light", "dark")), strict=False):
        page, said = opened(browser, path, wide=wide, theme=theme)
        try:
            assert page.evaluate("document.documentElement.scrollWidth") <= wide
            assert page.locator("h1").bounding_box()["y"] < 260  # the answer comes first
            assert page.evaluate(ONE_SCALE) == []
            if (wide in {390, 1280} and name != "many segments") or (
                wide == 1280 and locale == "en"
            ):
                assert violations(page) == []
            page.locator("#th").click()
            if wide == 1280:
                if name == "analysis":
                    assert violations(page) == []  # the other theme
                heading = page.locator("table.sorts thead th button").nth(1)
                heading.click()
                assert page.locator("th[aria-sort=ascending]").count() == 1
            assert said() == []
        finally:
            page.context.close()


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_report_changes_its_language_without_a_request(browser, analyses, tmp_path, locale):
    other = "zh" if locale == "en" else "en"
    paths = {name: tmp_path / f"{name}.html" for name in (locale, other)}
    for name, path in paths.items():
        analyses["analysis"].to_html(path, locale=name)
    page, said = opened(browser, paths[locale], wide=1280)
    try:
        words = [re.sub(r"\s+", " ", page.inner_text("body"))]
        tags = [page.get_attribute("html", "lang")]
        for _ in range(2):
            page.locator("#lg").click()
            page.wait_for_function("tag => document.documentElement.lang !== tag", arg=tags[-1])
            words.append(re.sub(r"\s+", " ", page.inner_text("body")))
            tags.append(page.get_attribute("html", "lang"))
            assert violations(page) == []
            page.locator("table.sorts thead th button").nth(1).click()
            assert page.locator("th[aria-sort=ascending]").count() == 1
        assert tags == [tags[0], "zh-CN" if other == "zh" else "en", tags[0]]
        assert words[0] == words[2]
        twin, _ = opened(browser, paths[other], wide=1280)
        assert words[1] == re.sub(r"\s+", " ", twin.inner_text("body"))
        assert twin.title() != page.title()
        twin.context.close()
        assert said() == []
    finally:
        page.context.close()


@pytest.mark.parametrize("name", ["analysis", "many segments"])
def test_the_report_is_whole_without_script(browser, analyses, tmp_path, name):
    path = tmp_path / "report.html"
    analyses[name].to_html(path)
    texts = []
    for script in (True, False):
        page, _ = opened(browser, path, wide=1280, script=script)
        texts.append(re.sub(r"\s+", " ", page.inner_text("main")))
        page.context.close()
    assert texts[0] == texts[1]


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", ["analysis", "analysis of a sheet"])
def test_the_report_prints_on_two_or_three_pages(browser, analyses, tmp_path, name, locale):
    path = tmp_path / "report.html"
    analyses[name].to_html(path, locale=locale)
    page, _ = opened(browser, path, wide=1280, theme="dark")
    try:
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        pages = len(re.findall(rb"/Type\s*/Page\b", printed))
        assert 2 <= pages <= 3
    finally:
        page.context.close()


LINES = re.compile(
    r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</line>', re.DOTALL
)
WORD = re.compile(r"<word [^>]*>(.*?)</word>")


def lines_of_pages(pdf):
    """Return, page by page, the lines of a PDF: left, top, right, bottom, text without spaces."""
    done = subprocess.run(
        ["pdftotext", "-bbox-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    )
    pages = []
    for page in done.stdout.split("<page ")[1:]:
        found = []
        for *box, words in LINES.findall(page):
            text = html.unescape("".join(WORD.findall(words)))
            found.append((*map(float, box), re.sub(r"\s+", "", text)))
        pages.append(joined(found))
    return pages


def joined(parts):
    """Put pieces of one line together, which a change of font or script parts."""
    lines = []
    for part in sorted(parts, key=lambda one: (round(one[3] / 4), one[0])):
        near = lines and abs(lines[-1][3] - part[3]) < 4 and -2 < part[0] - lines[-1][2] < 9
        if near:
            left, top, _, bottom, text = lines.pop()
            part = (left, min(top, part[1]), part[2], max(bottom, part[3]), text + part[4])  # noqa: PLW2901
        lines.append(part)
    return lines


def is_heading(text, headings):
    """Whether a line is a heading, or the first line of one that takes two."""
    return any(
        text == heading or (heading.startswith(text) and len(text) > 0.6 * len(heading))
        for heading in headings
    )


def orphans(page, pdf):
    """Return headings with fewer than two lines below in their column, and how many were seen."""
    pdf.write_bytes(page.pdf(prefer_css_page_size=True, print_background=True))
    headings = page.eval_on_selector_all(
        "h2", "all => all.map(one => one.textContent.replace(/\\s+/g, ''))"
    )
    seen, alone = 0, []
    for number, lines in enumerate(lines_of_pages(pdf), 1):
        for left, _, right, bottom, text in lines:
            if not is_heading(text, headings):
                continue
            seen += 1
            below = [
                line
                for line in lines
                if line[1] >= bottom - 2 and line[0] < right and line[2] > left - 2
            ]
            alone += [(number, text)] * (len(below) < 2)
    return alone, seen / max(len(headings), 1)


needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="there is no pdftotext here"
)


@needs_pdftotext
@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", ["analysis", "analysis of a sheet"])
def test_no_heading_is_left_alone_at_the_foot_of_a_page(browser, analyses, tmp_path, name, locale):
    path = tmp_path / "report.html"
    analyses[name].to_html(path, locale=locale)
    page, _ = opened(browser, path, wide=1280)
    try:
        alone, seen = orphans(page, tmp_path / "report.pdf")
        assert alone == []
        assert seen >= 0.6  # a heading that breaks before a date is not recognised in the file
        if (name, locale) == ("analysis", "en"):  # and one that is left alone is found
            page.add_style_tag(content="@media print{h2~*{break-before:page}}")
            alone, _ = orphans(page, tmp_path / "torn.pdf")
            assert alone
    finally:
        page.context.close()


HOSTILE = (
    "td,th,tr{text-align:right;vertical-align:top;padding:2em;white-space:nowrap;max-width:3em}"
    "tbody tr:nth-child(odd){background:pink}table{font-size:30px;margin:3em;display:block;"
    "border:3px solid red}svg{height:auto;width:30px}div,span{line-height:3;letter-spacing:3px;"
    "box-sizing:content-box;font-weight:700}b,small,i{color:red;font-size:40px}details{padding:9em}"
    "text{font-size:40px;fill:red}"
)
VSCODE = (
    "body{color:#333;font-size:13px}table{border-collapse:collapse}.output-html table"
    "{border-spacing:0}.output-html td,.output-html th,.output-html tr{text-align:right;"
    "padding:.5em;max-width:none;border:none}.output-html tbody tr:nth-child(even)"
    "{background:#eee}"
)
COLAB = (
    ".rendered_html td,.rendered_html th{text-align:right;border:1px solid;padding:9px}"
    ".rendered_html tr:nth-child(odd){background:#f5f5f5}.rendered_html svg{height:auto}"
)
HOSTS = {
    "vscode": (VSCODE, '<div class="vscode-light output-html">', "</div>"),
    "colab": (COLAB, '<div class="output rendered_html">', "</div>"),
    "hostile": (HOSTILE, "<div>", "</div>"),
}


def _text_of(archive, name):
    return archive.read(name).decode("utf-8")


def _lab_files():
    """Yield name and reader of the files of JupyterLab: installed, or in a wheel that CI fetches.

    The wheel alone is 17 MB; with what JupyterLab depends on it would be a hundred more.
    """
    for wheel in sorted((ROOT / ".ci" / "wheels").glob("jupyterlab-*.whl"))[-1:]:
        archive = zipfile.ZipFile(wheel)
        for name in archive.namelist():
            if ".data/data/" in name:  # once is enough
                yield name, partial(_text_of, archive, name)
        return
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("jupyterlab") or ():
            yield str(file), lambda file=file: Path(file.locate()).read_text("utf-8")


def jupyterlab(theme="light"):
    """Return the style of JupyterLab: its sheets, which its script holds, and a theme of it."""
    sheets = []
    for name, read in _lab_files():
        if re.search(r"static/jlab_core\.\w+\.js$", name):
            sheets += re.findall(r"`([^`]*\.jp-[^`]*\{[^`]*)`", read())
        elif name.endswith(f"theme-{theme}-extension/index.css"):
            sheets.append(read())
    if not sheets:
        pytest.skip("jupyterlab is neither installed nor in .ci/wheels")
    style = "\n".join(sheets)
    assert ".jp-RenderedHTMLCommon td" in style
    around = (
        '<div class="jp-Notebook"><div class="jp-Cell"><div class="jp-OutputArea-output '
        'jp-RenderedHTMLCommon jp-RenderedHTML" data-mime-type="text/html">'
    )
    return style.replace("</style", ""), around, "</div></div></div>"


MEASURE = """() => [...document.querySelectorAll('.sf, .sf *')]
  .filter(e => !['STYLE','TITLE','DETAILS'].includes(e.tagName) && !e.closest('details'))
  .map(e => { const r = e.getBoundingClientRect(), o = document.querySelector('.sf')
    .getBoundingClientRect(), s = getComputedStyle(e);
    return [e.tagName + '.' + (e.getAttribute('class') || ''), r.left - o.left, r.top - o.top,
      r.width, r.height, s.textAlign, s.fontSize, s.fontWeight, s.paddingLeft, s.paddingTop]})"""
FRAGMENTS = ("panel", "conversions", "bottlenecks", "plan", "forecast", "steps", "tracking",
             "analysis", "rfm", "velocity", "curve")  # fmt: skip


@pytest.mark.parametrize("host", ["jupyterlab", "vscode", "colab", "hostile"])
def test_a_fragment_is_the_same_in_every_host(browser, tmp_path, host):
    """Boxes within two pixels of those of the fragment alone, in rules that are not ours."""
    head, before, after = jupyterlab() if host == "jupyterlab" else HOSTS[host]
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    differing = []
    try:
        for name in FRAGMENTS:
            fragment = results()[name]._repr_html_()
            boxes = []
            for style, start, end in (("", "<div>", "</div>"), (head, before, after)):
                page.set_content(
                    f"<!doctype html><meta charset=utf-8><style>{style}</style><body>"
                    f'<div style="width:860px">{start}{fragment}{end}</div>'
                )
                boxes.append(page.evaluate(MEASURE))
            assert len(boxes[0]) == len(boxes[1])
            for alone, inside in zip(*boxes, strict=True):
                near = all(
                    abs(a - b) <= 2 if isinstance(a, int | float) else a == b
                    for a, b in zip(alone, inside, strict=True)
                )
                if not near:
                    differing.append((name, alone, inside))
        assert differing == []
    finally:
        page.close()


def test_a_fragment_leaves_its_host_alone(browser):
    """What stands beside a fragment is as it was."""
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    own = (
        "<table id=own><tr><th>a</th><td>b</td></tr></table>"
        "<details id=d><summary>x</summary></details>"
    )
    look = """() => [...document.querySelectorAll('#own *, #d *')].map(e => {
      const s = getComputedStyle(e);
      return [s.fontSize, s.padding, s.textAlign, s.color, s.border]})"""
    try:
        page.set_content(own)
        before = page.evaluate(look)
        page.set_content(results()["analysis"]._repr_html_() + own)
        assert page.evaluate(look) == before
    finally:
        page.close()


def test_words_of_a_fragment_can_be_read_in_the_dark(browser):
    """Also where the host is in quirks mode, in which a table takes no colour from around it."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    try:
        for start in ("", "<!doctype html>"):
            page.set_content(start + results()["panel"]._repr_html_())
            colour = page.locator(".sf td").last.evaluate("e => getComputedStyle(e).color")
            assert min(map(int, re.findall(r"\d+", colour)[:3])) > 120
    finally:
        context.close()


@pytest.mark.parametrize(("wide", "theme"), [(390, "light"), (1280, "dark")])
def test_fragments_can_be_heard(browser, wide, theme):
    """All of them on one page, also where a table is wider than its cell."""
    context = browser.new_context(viewport={"width": wide, "height": 900}, color_scheme=theme)
    page = context.new_page()
    try:
        parts = "".join(results()[name]._repr_html_() for name in FRAGMENTS)
        colours = "background:#111;color:#fff" if theme == "dark" else ""
        page.set_content(
            '<!doctype html><html lang="en"><title>x</title>'
            f'<body style="{colours}"><main><h1>x</h1>{parts}</main>'
        )
        assert violations(page) == []
    finally:
        context.close()
