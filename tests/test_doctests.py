"""Every example in a docstring runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import salesfunnel


def module_names():
    found = pkgutil.walk_packages(salesfunnel.__path__, "salesfunnel.")
    names = [module.name for module in found if not module.name.endswith("__main__")]
    return ["salesfunnel", *names]


@pytest.mark.parametrize("name", module_names())
def test_examples_of(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    names = {"sf": salesfunnel}
    outcome = doctest.testmod(module, optionflags=flags, extraglobs=names, verbose=False)
    assert outcome.failed == 0
