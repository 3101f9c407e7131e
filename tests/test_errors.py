"""Every error: its code, its form, its pickle."""

from __future__ import annotations

import ast
import pickle
import re
from datetime import timedelta
from pathlib import Path

import pytest

import salesfunnel as sf
from salesfunnel import errors
from salesfunnel.errors import SalesFunnelError

SRC = Path(sf.__file__).parent
CLASSES = [
    value
    for name in errors.__all__
    if isinstance(value := getattr(errors, name), type) and issubclass(value, SalesFunnelError)
]


def provoked():
    """Return calls that raise, from every corner that a user reaches."""
    shop = sf.Funnel("shop", ["a", "b"])
    panel = sf.Panel.from_counts({"2026-09": [10, 5]})
    return {
        "metric": lambda: sf.Metric("", unit="x"),
        "one problem": lambda: sf.Metric("a", unit="x"),
        "action": lambda: sf.KeyAction("a", within=timedelta(-1)),
        "stage": lambda: sf.Stage("a", actions=[1]),
        "funnel": lambda: sf.Funnel("a", []),
        "unknown stage": lambda: shop.stage("c"),
        "level": lambda: shop.transitions("month"),
        "before and after": lambda: shop.insert_stage("c", before="a", after="b"),
        "rename": lambda: shop.rename_stage("a"),
        "join": lambda: shop.join(3),
        "panel": lambda: sf.Panel.from_counts({"2026-09": [10, -5]}),
        "panel shape": lambda: sf.Panel.from_counts({"2026-09": [1, 2], "2026-10": [1]}),
        "panel select": lambda: panel.select(steps=["nothing"]),
        "template": lambda: sf.template("none"),
        "locale": lambda: sf.template("b2b", locale="de"),
        "benchmark": lambda: sf.Benchmark("a", "b", 30, citation="x"),
        "source": lambda: sf.Benchmark("a", "b", 0.3, citation=""),
        "mapping": lambda: sf.benchmark("method").for_funnel(shop, {"x": "a"}),
        "industry": lambda: sf.benchmark("b2b-industries").for_funnel(shop),
        "rule": lambda: sf.Rule("a"),
        "tracking row": lambda: sf.TrackingRow(stage="a", metric="b", actual="many"),
        "events": lambda: sf.EventLog([1], ["a", "b"], [0]),
        "steps": lambda: sf.count_steps(sf.EventLog([1], ["a"], [0]), []),
    }


@pytest.mark.parametrize("name", provoked())
def test_messages_have_one_form(name):
    with pytest.raises(SalesFunnelError) as caught:
        provoked()[name]()
    error = caught.value
    first = error.message.splitlines()[0]
    lines = [error.message, *getattr(error, "problems", ())]
    assert "must" in error.message
    assert not first[0].isupper()
    for line in lines:
        assert not line.rstrip().endswith(".") or line.rstrip().endswith("..."), line
    assert re.search(r", got |: found \d+ problems|must not both be given|: ", error.message)
    if error.hint is not None:
        assert str(error) == f"{error.message}\n\nHint: {error.hint}"
        assert not error.hint.endswith(".")
        assert not error.hint[0].isupper() or error.hint.split()[0].isupper() or "_" in error.hint
    else:
        assert str(error) == error.message


@pytest.mark.parametrize("name", provoked())
def test_errors_survive_a_pickle(name):
    with pytest.raises(SalesFunnelError) as caught:
        provoked()[name]()
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is type(caught.value)
    assert str(again) == str(caught.value)
    assert vars(again).keys() == vars(caught.value).keys()


def test_codes_are_stable_and_the_leaves_are_builtin_errors_too():
    codes = {cls.__name__: cls.code for cls in CLASSES}
    assert codes == {
        "ArgumentError": "argument",
        "DataError": "data",
        "DefinitionError": "definition",
        "IntakeError": "intake",
        "MissingExtraError": "missing-extra",
        "PluginConflictError": "plugin-conflict",
        "PluginError": "plugin-broken",
        "PluginVersionError": "plugin-version",
        "SalesFunnelError": "error",
        "SerializationError": "serialization",
        "UnknownNameError": "unknown-name",
    }
    for cls in CLASSES:
        assert cls.__doc__
        assert cls is SalesFunnelError or issubclass(cls, ValueError | KeyError | ImportError)


def raised():
    """Return (place, message) of every error that the source raises with a written-out message."""
    names = {cls.__name__ for cls in CLASSES}
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            called = node.exc.func
            if not isinstance(called, ast.Name) or called.id not in names or not node.exc.args:
                continue
            text = _text(node.exc.args[0])
            if text:
                yield f"{path.relative_to(SRC)}:{node.lineno}", text


def _text(node):
    """Return a literal, with a mark where a value goes in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else "§" for part in node.values
        )
    return ""


def test_every_message_in_the_source_has_the_form():
    wrong = []
    for place, text in raised():
        first = text.splitlines()[0]
        says_must = "must" in text or first.startswith("§")  # the value that goes in may say it
        if first[0].isupper() or first.rstrip().endswith((".", "!")) or not says_must:
            wrong.append(f"{place}: {text}")
    assert not wrong, "\n".join(wrong)
    assert len(list(raised())) > 50, "the walk finds what it looks for"
