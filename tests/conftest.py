"""How tests run: Hypothesis without a deadline; what is slow, or not traced; the core alone."""

from __future__ import annotations

import os
import shutil
import sys

import pytest
from hypothesis import HealthCheck, settings

import salesfunnel as sf
import slow
from salesfunnel.export.book import Book
from workbook_rules import wrong_in

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.register_profile("quick", settings.get_profile("here"), max_examples=15)
settings.load_profile("ci" if os.environ.get("CI") else "here")
QUICK = "not slow"
TRACER = "COVERAGE_PROCESS_CONFIG"
"""Of the environment: what coverage tells the processes that a test starts."""


def pytest_configure(config):
    """Draw few examples in the quick run, where nobody asks for a profile."""
    if config.option.markexpr == QUICK and not config.getoption("--hypothesis-profile", None):
        settings.load_profile("quick")


def pytest_ignore_collect(collection_path, config):
    """Leave files of slow tests unread in the quick run."""
    return True if config.option.markexpr == QUICK and collection_path.name in slow.FILES else None


def pytest_collection_modifyitems(items):
    """Mark what `slow` lists."""
    for item in items:
        name = item.path.name
        if name in slow.UNTRACED:
            item.add_marker("no_cover")
        if name in slow.FILES or getattr(item, "originalname", "") in slow.TESTS.get(name, ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _processes_are_not_traced_either(request, monkeypatch):
    """Where the lines of a test are not measured, those of what it starts are not."""
    if request.node.get_closest_marker("no_cover"):
        monkeypatch.delenv(TRACER, raising=False)


class Workbooks:
    """Looks at every workbook that is written in a test: Excel would have to repair none."""

    def __init__(self):
        self.checked = 0
        self.close = Book.close

    def closed(self, book):
        content = self.close(book)
        self.checked += 1
        assert wrong_in(content) == []
        return content


@pytest.fixture(scope="session", autouse=True)
def workbooks():
    looked = Workbooks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Book, "close", lambda book: looked.closed(book))  # noqa: PLW0108 - a method
        yield looked


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item):
    """With the core alone (the session ``minimal``) a test that asks for an extra is skipped.

    A test that is not traced also stops the tracer that its worker began with: pytest-cov stops
    its own only.
    """
    if item.get_closest_marker("no_cover") and "coverage" in sys.modules:
        running = sys.modules["coverage"].Coverage.current()
        if running is not None:
            running.stop()
    if not os.environ.get("SALESFUNNEL_MINIMAL"):
        return (yield)
    try:
        return (yield)
    except sf.errors.MissingExtraError as error:
        pytest.skip(str(error))


NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("there is no Chromium on this machine")
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()
