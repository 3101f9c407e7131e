"""The loopback server that stands for a vendor's API."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest


def _loopback():
    """Return the module beside this file: importlib mode puts no folder on the path."""
    name = "crm_loopback"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("loopback.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def loopback():
    server = _loopback().Loopback()
    yield server
    server.close()


@pytest.fixture
def plain_http(monkeypatch):
    pytest.importorskip("requests")
    _loopback().plain_http(monkeypatch)


@pytest.fixture
def slice_of():
    return _loopback().slice_of
