"""The documentation site: built in both languages, its links, and its pages in a real browser."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import itertools
import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WALKED = (
    ("", 390, "light"), ("start/", 1280, "dark"), ("guide/analyze/", 768, "light"),
    ("guide/statistics/", 1280, "light"), ("guide/bottlenecks/", 390, "dark"),
    ("reference/bottlenecks/", 1280, "light"), ("benchmarks/verdicts/", 390, "light"),
    ("developer/", 1920, "dark"), ("zh/", 390, "dark"),
    ("zh/start.html", 1280, "light"), ("zh/guide/statistics.html", 768, "dark"),
    ("zh/glossary.html", 1920, "light"),
)  # fmt: skip
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def script():
    path = ROOT / "docs" / "build.py"
    spec = importlib.util.spec_from_file_location("docs_build", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site, once for all workers of a run."""
    pytest.importorskip("zensical")
    pytest.importorskip("mkdocstrings_handlers.python")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / "site", shared / "site-is-built"
    try:
        folder.mkdir()
    except FileExistsError:  # another worker builds it
        for _ in range(600):
            if done.exists():
                return folder / "html"
            time.sleep(0.5)
        pytest.fail("another worker did not finish the site")
    script().build(folder / "html")
    done.touch()
    return folder / "html"


@pytest.fixture(scope="module")
def address(site):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *parts):
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=site)
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.slow
def test_no_link_of_the_site_leads_nowhere(site):
    assert list(script().broken_links(site)) == []
    assert (site / "zh" / "index.html").read_text("utf-8").lstrip().startswith("<!doctype html>")
    assert '<html lang="zh"' in (site / "zh" / "index.html").read_text("utf-8")
    for language in ("", "zh"):  # each has its own words to search
        words = json.loads((site / language / "search.json").read_text("utf-8"))
        assert words["config"]["lang"] == [language or "en"]


@pytest.mark.slow
@pytest.mark.browser
def test_pages_are_quiet_stay_here_and_can_be_heard(browser, site, address):
    axe = pytest.importorskip("axe_playwright_python")
    source = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    for path, wide, theme in WALKED:
        context = browser.new_context(
            viewport={"width": wide, "height": 900}, color_scheme=theme
        )  # fmt: skip
        page, said = context.new_page(), []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("request", lambda request, said=said: said.append(request.url))
        try:
            page.goto(address + path, timeout=120_000)  # a busy machine is slow, not wrong
            page.wait_for_load_state("networkidle")
            page.evaluate(source)
            found = page.evaluate(
                "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
            )
            wrong = [
                (one["id"], [node["target"] for node in one["nodes"][:3]])
                for one in found["violations"]
            ]
            assert (path, wide, theme, wrong) == (path, wide, theme, [])
            ours = (address, "data:", "blob:")
            assert [words for words in said if not words.startswith(ours)] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= wide
        finally:
            context.close()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("start", "asked"), [("", "bottleneck"), ("zh/", "瓶颈")])
def test_search_needs_no_service(browser, address, start, asked):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, outside = context.new_page(), []
    page.on("request", lambda one: None if one.url.startswith((address, "data:", "blob:"))
            else outside.append(one.url))  # fmt: skip
    try:
        page.goto(address + start, timeout=120_000)
        page.wait_for_load_state("networkidle", timeout=120_000)
        page.keyboard.press("/")
        page.keyboard.type(asked)
        found = (  # the results stand in a shadow root of their own
            "word => [...document.querySelectorAll('*')].some(e => e.shadowRoot &&"
            " [...e.shadowRoot.querySelectorAll('a')].some("
            "a => a.innerText.toLowerCase().includes(word)))"
        )
        page.wait_for_function(found, arg=asked, timeout=60_000)
        assert not page.evaluate(found, "no page says this")
        assert outside == []
    finally:
        context.close()


def test_the_check_finds_what_leads_nowhere(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_text(
        '<h1 id="here">x</h1><a href="../b/">1</a><a href="#there">2</a><a href="#here">3</a>'
        '<a href="../c.html#no">4</a><a href="../c.html#yes">5</a><img src="x.png">'
        '<script src="https://cdn.example.org/x.js"></script><a href="https://example.org">6</a>',
        "utf-8",
    )
    (tmp_path / "c.html").write_text('<p id="yes">', "utf-8")
    found = sorted(script().broken_links(tmp_path))
    assert [line.partition(": ")[2] for line in found] == [
        "#there has no such place",
        "../b/ leads nowhere",
        "../c.html#no has no such place",
        "loads https://cdn.example.org/x.js from outside",
        "x.png leads nowhere",
    ]


def test_versions_are_kept_and_the_folder_leads_to_the_newest(tmp_path, monkeypatch):
    made = script()

    def build(folder, **_):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for page in ("index.html", "zh/guide/x.html", "404.html"):
            (folder / page).parent.mkdir(parents=True, exist_ok=True)
            (folder / page).write_text(f"<html><body>{folder.name}</body></html>", "utf-8")

    monkeypatch.setattr(made, "build", build)
    for version in ("0.9", "0.10", "0.2"):
        made.release(tmp_path, version)
    listed = json.loads((tmp_path / "versions.json").read_text("utf-8"))
    assert [one["version"] for one in listed] == ["0.10", "0.9", "0.2"]
    assert [one["aliases"] for one in listed] == [["latest"], [], []]
    assert "url=0.10/" in (tmp_path / "index.html").read_text("utf-8")
    assert '"0.10", "0.9", "0.2"' in (tmp_path / "versions.js").read_text("utf-8")
    deep = (tmp_path / "0.9" / "zh" / "guide" / "x.html").read_text("utf-8")
    assert '<script src="../../../versions.js"></script></body>' in deep  # makes the menu
    assert "versions.js" not in (tmp_path / "0.9" / "404.html").read_text("utf-8")
    assert list(made.broken_links(tmp_path)) == []


def test_the_pictures_can_be_drawn_again():
    path = ROOT / "docs" / "img" / "make.py"
    spec = importlib.util.spec_from_file_location("docs_pictures", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    drawn = dict(itertools.islice(module.pictures(), 100))
    folder = ROOT / "docs" / "img"
    kept = {one.relative_to(folder).as_posix() for one in folder.rglob("*.svg")}
    assert set(drawn) == kept
    assert all(svg.startswith("<svg") for svg in drawn.values())
    n, least = module.CALLED_FROM[1]
    import salesfunnel as sf

    a = int(n * 0.2 - least / 2)
    arms = {"a": (n, a), "b": (n, a + least)}
    assert sf.compare_arms(arms).find("b").verdict == "better"
