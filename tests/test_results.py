"""All results of the examples: plain fields, and documents that can be read by everybody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import attrs
import numpy as np
import pytest

from results import results
from salesfunnel.i18n import catalog
from salesfunnel.render import document_of, to_fragment, to_html, to_text
from salesfunnel.render.backends.width import width

NAMES = sorted(results())
LOCALES = ("en", "zh")


def plain(value, path):
    """Yield the paths of numpy scalars outside of arrays."""
    if isinstance(value, np.datetime64) and path.endswith(".as_of"):
        return  # the moment of a history is of the type of its times
    if isinstance(value, np.generic):
        yield f"{path}: {type(value).__name__}"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from plain(key, f"{path} key")
            yield from plain(item, f"{path}[{key!r}]")
    elif isinstance(value, tuple | list):
        for i, item in enumerate(value):
            yield from plain(item, f"{path}[{i}]")
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from plain(getattr(value, field.name), f"{path}.{field.name}")
        for name, member in vars(type(value)).items():
            if isinstance(member, property) and not name.startswith("_"):
                yield from plain(getattr(value, name), f"{path}.{name}")


@pytest.mark.parametrize("name", NAMES)
def test_plain_fields_hold_no_numpy_scalars(name):
    assert list(plain(results()[name], name)) == []


def test_arrays_are_no_object_arrays_of_python_values():
    for name, result in results().items():
        if attrs.has(type(result)):
            for field in attrs.fields(type(result)):
                value = getattr(result, field.name)
                if isinstance(value, np.ndarray):
                    assert value.dtype != object, f"{name}.{field.name}"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_text_fits_a_terminal_of_100_columns(name, locale):
    text = to_text(results()[name], locale=locale, width=100)
    wide = [line for line in text.splitlines() if width(line) > 100]
    assert wide == []
    assert not re.search(r"\bnan\b|None|\{[a-z_]+[:}]|np\.", text)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_and_its_per_cent_sign_stay_in_one_line(name, locale):
    for line in to_text(results()[name], locale=locale, width=100).splitlines():
        assert not re.match(r"\s*%", line)


@pytest.mark.parametrize("name", NAMES)
def test_chinese_documents_have_chinese_words(name):
    document = document_of(results()[name], "zh")
    assert any("\u4e00" <= char <= "\u9fff" for char in document.title), document.title


def test_chinese_sentences_have_chinese_marks():
    """No half-width comma, colon, semicolon or bracket beside a Chinese character."""
    for key, words in catalog("zh").items():
        if not key.startswith("sheet."):  # headers of the method's table, as the team writes them
            assert not re.search(r"[\u4e00-\u9fff”][,;:(]|[,;:)][\u4e00-\u9fff“]", words), key


def test_one_word_for_one_thing():
    banned = ("赢率", "参照值", "在途")
    for key, words in catalog("zh").items():
        assert not [word for word in banned if word in words], key


def test_every_fault_says_what_to_do():
    """A warning or an error without a hint leaves its reader alone."""
    bare = {key.removesuffix(".message") for key in catalog("en") if key.endswith(".message")}
    bare -= {key.removesuffix(".hint") for key in catalog("en") if key.endswith(".hint")}
    assert bare == set()


class Page(HTMLParser):
    """What a screen reader meets."""

    def __init__(self, text):
        super().__init__()
        self.problems, self.levels, self.inside = [], [1], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "th" and a.get("scope") not in {"col", "row"}:
            self.problems.append("a header cell without a scope")
        said = a.get("role") == "img" and a.get("aria-label")
        if tag == "svg" and not self.inside and not (said or a.get("aria-hidden") == "true"):
            self.problems.append("a picture without a name")
        if "tabindex" in a and not a.get("aria-label"):
            self.problems.append("a part that takes the focus without a name")
        if re.fullmatch(r"h[1-6]", tag):
            level = int(tag[1])
            if level > self.levels[-1] + 1:
                self.problems.append(f"h{level} after h{self.levels[-1]}")
            self.levels.append(level)
        self.inside += tag == "svg"

    def handle_endtag(self, tag):
        self.inside -= tag == "svg"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_pages_can_be_heard(name, locale):
    """Pages and fragments; a fragment has nothing that a host dresses."""
    fragment = to_fragment(results()[name], locale=locale)
    assert Page(fragment).problems == []
    assert not re.search(r"<(h\d|p|ul|ol|li|dl|dt|dd|code|script|section|figure)\b", fragment)
    assert " id=" not in fragment
    assert Page(to_html(results()[name], locale=locale)).problems == []


@pytest.mark.parametrize("name", NAMES)
def test_no_mark_is_told_by_colour_alone(name):
    for page in (to_fragment(results()[name]), to_html(results()[name])):
        rows = re.findall(r'<tr class="sf-bad">(.*?)</tr>', page, re.DOTALL)
        told = re.findall(r'<p class="sf-(?:bad|warn|good)">(.*?)</p>', page, re.DOTALL)
        for inside in [*rows, *told]:
            assert re.search(r'class="sf-mark[^"]*" role="img" aria-label="[^"]+"|▼|strong', inside)
