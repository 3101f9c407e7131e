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
from salesfunnel.render.backends.svg import COLOURS, MARKS
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
    banned = ("输单", "赢率", "参照值", "在途")
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
        self.problems, self.levels, self.stack = [], [1], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "th" and a.get("scope") not in {"col", "row"}:
            self.problems.append("a header cell without a scope")
        if tag == "svg" and not (a.get("role") == "img" and a.get("aria-label")):
            self.problems.append("a picture without a name")
        if "tabindex" in a and not a.get("aria-label"):
            self.problems.append("a part that takes the focus without a name")
        if re.fullmatch(r"h[1-6]", tag):
            level = int(tag[1])
            if level > self.levels[-1] + 1:
                self.problems.append(f"h{level} after h{self.levels[-1]}")
            self.levels.append(level)
        if tag == "tr" and a.get("class", "").startswith("sf-row-"):
            self.stack.append(a["class"])


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_pages_can_be_heard(name, locale):
    page = to_fragment(results()[name], locale=locale)
    assert Page(page).problems == []
    for picture in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert "<title>" in picture
        assert "<desc>" in picture


@pytest.mark.parametrize("name", NAMES)
def test_no_mark_is_told_by_colour_alone(name):
    page = to_fragment(results()[name])
    rows = re.findall(r'<tr class="sf-row-(bad|warn|good)">(.*?)</tr>', page, re.DOTALL)
    told = re.findall(r'<(?:p|li) class="sf-(bad|warn|good)">(.*?)</(?:p|li)>', page, re.DOTALL)
    for _, inside in [*rows, *told]:
        assert re.search(r'class="sf-mark" role="img" aria-label="[^"]+"', inside)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def faded(ink, back, opacity):
    mixed = (
        round(int(ink[i : i + 2], 16) * opacity + int(back[i : i + 2], 16) * (1 - opacity))
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)


@pytest.mark.parametrize(("ink", "back"), [("#1d2733", "#ffffff"), ("#e4e9ee", "#12171d")])
def test_contrast_is_enough_for_weak_eyes(ink, back):
    """WCAG 2.2: 4.5 for text, 3 for what is drawn."""
    page = to_html(results()["analysis"])
    assert ink in page
    assert back.replace("#ffffff", "#fff") in page
    faint = [float(found) for found in re.findall(r"[{;]opacity:(\.\d+)", page)]
    assert faint
    assert contrast(faded(ink, back, min(faint)), back) >= 4.5
    tinted = [faded(colour, back, 0x1C / 255) for colour in ("#d1495b", "#d9a21b", "#2e9e6b")]
    assert min(contrast(ink, tint) for tint in tinted) >= 4.5
    deep = faded("#2f7fbf", back, 0.7)  # the darkest cell of a grid
    assert contrast(ink, deep) >= 4.5
    assert min(contrast(colour, back) for colour in (*COLOURS, *MARKS.values())) >= 3
