"""How tests run: Hypothesis without a deadline, the same examples in CI; the core alone."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

import salesfunnel as sf

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """With the core alone (the session ``minimal``) a test that asks for an extra is skipped."""
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
