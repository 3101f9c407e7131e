"""Words in both languages: one key set, the same figures."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest

from salesfunnel import i18n
from salesfunnel.errors import UnknownNameError
from salesfunnel.i18n import FORMS, catalog, text
from salesfunnel.i18n._format import percent


def figures(template):
    return {(name, spec) for _, name, spec, _ in string.Formatter().parse(template) if name}


def test_both_languages_have_the_same_keys():
    assert set(catalog("en")) == set(catalog("zh"))


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_parts_of_a_catalog_do_not_say_different_things_under_one_name(locale):
    """``fault.json`` and ``fault.deals.json`` hold words of one topic: the later would win."""
    seen = {}
    for path in sorted((Path(i18n.__file__).parent / locale).glob("*.json")):
        for key in json.loads(path.read_text("utf-8")):
            whole = f"{path.name.split('.')[0]}.{key}"
            assert seen.setdefault(whole, path.name) == path.name, whole


@pytest.mark.parametrize("topic", sorted({key.split(".")[0] for key in catalog("en")}))
def test_both_languages_show_the_same_figures(topic):
    keys = [key for key in catalog("en") if key.split(".")[0] == topic]
    shown = {
        key: [{name for name, _ in figures(catalog(locale)[key])} for locale in ("en", "zh")]
        for key in keys
    }
    assert {key: both for key, both in shown.items() if both[0] != both[1]} == {}


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        (0.00875, "0.875%"),
        (0.428571, "42.86%"),
        (0.6, "60.00%"),
        (0, "0.00%"),
        (0.0000123, "0.00123%"),
    ],
)
def test_percent(rate, shown):
    assert percent(rate) == shown


def test_unknown_words_name_the_nearest():
    with pytest.raises(UnknownNameError, match=r"unit\.percent"):
        text("unit.procent", "en")


def test_forms_take_what_is_missing():
    assert text("unit.percent", "zh", value=None) == "–"
    assert FORMS["money"](480000, "zh") == "48万"
