"""Every example in a docstring runs."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
from pathlib import Path

import pytest

import salesfunnel


def module_names():
    found = pkgutil.walk_packages(salesfunnel.__path__, "salesfunnel.")
    names = ["salesfunnel", *(module.name for module in found)]
    return [name for name in names if ">>>" in source(name)]


def source(name):
    return Path(importlib.util.find_spec(name).origin).read_text("utf-8")


@pytest.mark.parametrize("name", module_names())
def test_examples_of(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    names = {"sf": salesfunnel}
    outcome = doctest.testmod(module, optionflags=flags, extraglobs=names, verbose=False)
    assert outcome.failed == 0
    assert outcome.attempted > 0 or "+SKIP" in source(name)
