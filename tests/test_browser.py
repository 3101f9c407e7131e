"""The HTML report in a real browser: no console message, no request, no overflow."""

from __future__ import annotations

from pathlib import Path

import pytest

import salesfunnel as sf

EXAMPLES = Path(__file__).parents[1] / "examples"
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("wide", [1280, 390])
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_report_is_quiet_and_fits(browser, tmp_path, locale, wide):
    sheet = sf.read_table(EXAMPLES / f"tracking_{locale}.csv")
    path = tmp_path / "report.html"
    sheet.to_html(path, locale=locale)
    said, asked = [], []
    page = browser.new_page(viewport={"width": wide, "height": 900})
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    try:
        assert page.inner_text("h1").strip()
        assert page.locator(".sf-rows").count() == 1
        assert page.locator("tbody tr").count() == 8
        assert page.evaluate("document.documentElement.scrollWidth") <= wide
        assert page.evaluate("document.scripts.length") == 1  # theme, tooltips, sorting
        assert said == []
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    finally:
        page.close()


def test_names_cannot_act(browser, tmp_path):
    name = '</title><img src=x onerror="document.title=1"><script>document.title=2</script>'
    funnel = sf.Funnel("f", [sf.Stage("a", name), sf.Stage("b", name)], name=name)
    panel = sf.Panel.from_counts({"a": 5, "b": 2}, funnel=funnel)
    path = tmp_path / "panel.html"
    panel.to_html(path)
    page = browser.new_page()
    page.goto(path.as_uri())
    try:
        assert page.evaluate("document.scripts.length") == 1  # our own
        assert page.evaluate("document.images.length") == 0
        assert name in page.text_content(".sf-name")
    finally:
        page.close()


@pytest.mark.parametrize("wide", [1280, 390])
def test_long_names_leave_the_figures_in_sight(browser, tmp_path, wide):
    long = [f"Stage number {i} with quite a long name 阶段" for i in range(3)]
    months = {f"2026-{m:02d}": [900, 300, 100] for m in range(1, 7)}
    found = sf.find_bottlenecks(sf.Panel.from_counts(months, steps=long))
    sheet = sf.read_table(f"stage,metric,actual\nA,{'x' * 300},900\nA,b,30\n")
    for name, result in {"steps": found, "word": sheet}.items():
        path = tmp_path / f"{name}.html"
        result.to_html(path)
        page = browser.new_page(viewport={"width": wide, "height": 900})
        page.goto(path.as_uri())
        try:
            figure = page.locator("tbody tr").first.locator("td.sf-r").first.bounding_box()
            assert figure is not None
            assert figure["x"] + figure["width"] <= wide
        finally:
            page.close()
