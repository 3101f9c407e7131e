"""Control and bidirectional characters, errors that cannot be printed, memory that runs out."""

from __future__ import annotations

import sys
import types
from datetime import date
from importlib.metadata import EntryPoint

import attrs
import pytest

import salesfunnel as sf
from salesfunnel._core.safe_text import clean, described
from salesfunnel.errors import PluginError
from salesfunnel.export.markdown import escape_markdown
from salesfunnel.plugins import Registry

EVIL = "a\x1b[2Jb\u202ec\u2066d\x07e\ud800"
BAD = set("\x1b\u202e\u2066\x07\ud800")


class UnprintableError(Exception):
    def __str__(self):
        raise RuntimeError("no")

    __repr__ = __str__


def test_clean_keeps_what_people_write():
    assert clean("Müller 赢单 50% → 🎉 שלום") == "Müller 赢单 50% → 🎉 שלום"
    assert not set(clean(EVIL)) & BAD


def test_described_survives_everything():
    assert described(UnprintableError()) == "UnprintableError (its message cannot be printed)"
    assert described(ValueError(EVIL)).startswith("ValueError: a")
    assert not set(described(ValueError(EVIL))) & BAD


def evil_plan():
    measure = sf.Measure(
        key="x", bottleneck=sf.Transition("offer", "won"), problem="slow-response",
        measure="own", title=EVIL, detail=f"line\n# {EVIL}", owner=EVIL,
        begins=date(2026, 1, 1), due=date(2026, 1, 12), effort=2, effect=None,
    )  # fmt: skip
    return sf.ImprovementPlan(measures=[measure], start=date(2026, 1, 1))


@pytest.mark.parametrize("write", ["to_csv", "to_markdown", "to_html", "to_text"])
def test_a_plan_of_a_stranger_is_harmless_everywhere(write):
    assert not set(getattr(evil_plan(), write)()) & BAD


def test_title_and_body_of_a_page_and_a_playbook_are_harmless():
    funnel = sf.Funnel("own", [sf.Stage("a", goal=EVIL, owner=EVIL, actions=["x"])], name="n")
    funnel = attrs.evolve(funnel, name=EVIL)
    page = funnel.to_html()
    assert not set(page) & BAD
    assert "<title>" in page
    book = sf.write_playbook(funnel, evil_plan(), [])
    assert not set(book.to_markdown()) & BAD


def test_markdown_shows_names_as_names():
    assert escape_markdown("# <b>") == "\\# \\<b\\>"
    assert escape_markdown("1. a\n- b|c") == "1\\. a<br>\\- b\\|c"
    assert escape_markdown("1.5 a\n68.24%") == "1.5 a<br>68.24%"


@pytest.mark.parametrize("when", ["load", "run"])
def test_a_template_whose_error_cannot_be_printed_is_a_plugin_error(when, monkeypatch):
    module = types.ModuleType("evil_for_test")

    def fail(*_):
        raise UnprintableError

    if when == "load":
        module.__getattr__ = fail
    else:
        module.funnel = fail
    monkeypatch.setitem(sys.modules, module.__name__, module)
    entry = EntryPoint("evil", "evil_for_test:funnel", "salesfunnel.templates")
    with pytest.raises(PluginError, match="cannot be printed"):
        Registry([entry]).call("salesfunnel.templates", "evil", returns=sf.Funnel, options={})


def test_a_rule_whose_error_cannot_be_printed_is_a_plugin_error():
    from salesfunnel.diagnosis import RuleSet, rule

    @rule("evil")
    def evil(case):
        raise UnprintableError

    panel = sf.Panel.from_counts({f"2026-{m:02d}": [100, 20] for m in range(1, 10)})
    bottleneck = sf.find_bottlenecks(panel).rows[0]
    deals = [
        {"deal": i, "lead": f"2026-{1 + i % 9:02d}-02", "won": f"2026-{1 + i % 9:02d}-09"}
        for i in range(60)
    ]
    history = sf.StageHistory.from_records(deals, stages=["lead", "won"], as_of="2026-10-01")
    bottleneck = sf.find_bottlenecks(history.panel()).rows[0]
    with pytest.raises(PluginError, match="cannot be printed"):
        sf.diagnose(bottleneck, history, rules=RuleSet("own", "action", [evil]))


def test_memory_that_runs_out_is_said_as_such():
    from salesfunnel.diagnosis import RuleSet, rule

    @rule("greedy")
    def greedy(case):
        raise MemoryError

    deals = [
        {"deal": i, "lead": f"2026-{1 + i % 9:02d}-02", "won": f"2026-{1 + i % 9:02d}-09"}
        for i in range(60)
    ]
    history = sf.StageHistory.from_records(deals, stages=["lead", "won"], as_of="2026-10-01")
    bottleneck = sf.find_bottlenecks(history.panel()).rows[0]
    with pytest.raises(MemoryError):
        sf.diagnose(bottleneck, history, rules=RuleSet("own", "action", [greedy]))
