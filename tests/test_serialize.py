"""Documents: every result goes out and comes back equal; everything else is refused with a path."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel import serialize
from salesfunnel.errors import SerializationError
from salesfunnel.serialize import _schema
from salesfunnel.serialize._decode import _time, decode, hints_of
from salesfunnel.serialize._encode import duration_text, encode
from salesfunnel.serialize._types import NAMES, class_of

HERE = Path(__file__).parent


def table():
    path = HERE.parent / "examples" / "tracking_zh.csv"
    return sf.read_table(path, funnel=sf.template("b2b", locale="zh"))


RESULTS = {
    "funnel": lambda: sf.template("b2b", locale="zh"),
    "benchmarks": lambda: sf.benchmark("b2b-saas"),
    "tracking": table,
    "panel": lambda: table().panel(level="step"),
    "panel with a gap": lambda: sf.Panel.from_counts({"2026-09": [4, None], "2026-11": [4, 0]}),
    "plugin": lambda: sf.templates()[0],
    "mix": lambda: sf.stats.kitagawa([400, 300], [160, 60], [250, 300], [105, 63]),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_come_back_equal_and_valid(name):
    result = RESULTS[name]()
    text = result.to_json()
    again = type(result).from_json(text)
    assert again == result
    assert again.to_json() == text
    document = json.loads(text)
    assert document["schema_version"] == 1
    jsonschema.Draft202012Validator(serialize.json_schema()).validate(document)


def test_the_shipped_schema_is_that_of_the_types():
    assert serialize.json_schema() == json.loads(json.dumps(_schema.build()))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_type_can_be_described(name):
    assert hints_of(class_of(name, name))


def edited(**changes):
    return {**sf.Panel.from_counts({"2026-09": [4, 1]}).to_dict(), **changes}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "mapping"),
        (edited(schema_version=99), "newer"),
        (edited(schema_version=True), "schema_version"),
        (edited(type="Pannel"), "Panel"),
        (edited(periodss=1), "did you mean 'periods'"),
        (edited(periods="2026-09"), "Panel.periods"),
        (edited(periods=["2026-09", 3]), r"Panel.periods\[1\]"),
        (edited(mode="cohrt"), "Panel.mode"),
        (edited(window="1 day"), "Panel.window"),
        (edited(counts=[4, 1]), "Panel.counts"),
        (edited(counts={"dtype": "int64", "shape": [1, 1, 3], "data": [4, 1]}), "fill its shape"),
        (edited(counts={"dtype": "object", "shape": [1, 1, 2], "data": [4, 1]}), "plain dtype"),
        (edited(counts={"dtype": "int64", "shape": [1, 1, 2], "data": [4, 1.5]}), "int64"),
        (edited(counts={"dtype": "int64", "shape": [1, 1, 2], "data": [4, -1]}), "negative"),
        (edited(funnel={"type": "Stage", "key": "a"}), "Panel.funnel"),
        (edited(funnel={"type": "Funnel", "key": "f", "stages": []}), "at least one stage"),
    ],
)
def test_bad_documents_are_refused_with_the_path(document, words):
    with pytest.raises(SerializationError, match=words):
        sf.Panel.from_dict(document)


def test_a_missing_field_is_named():
    document = edited()
    del document["periods"]
    with pytest.raises(SerializationError, match="'periods'"):
        sf.Panel.from_dict(document)


@pytest.mark.parametrize(
    "text", ["{", "[1]", '{"type": 1, "type": 2}', "nul", b"\xff\xfe", "[" * 9999]
)
def test_text_that_is_no_document_is_refused(text):
    with pytest.raises(SerializationError):
        serialize.from_json(text)


def test_a_document_of_another_type_is_refused():
    with pytest.raises(SerializationError, match="'Tracking'"):
        sf.Tracking.from_dict(edited())


def test_what_is_no_document_is_not_written():
    with pytest.raises(SerializationError, match="object"):
        serialize.to_dict(object())


@given(st.timedeltas())
def test_durations_are_exact(value):
    assert _time(duration_text(value), timedelta, "x") == value


@given(st.floats(), st.integers(-(2**63), 2**63 - 1))
def test_arrays_come_back(number, whole):
    for array in (
        np.array([[number, 1.5]]),
        np.array([whole]),
        np.array(["a", "", "表"]),
        np.array(["2026-11-23", "NaT"], dtype="M8[us]"),
        np.zeros((0, 3), dtype=bool),
    ):
        again = decode(json.loads(json.dumps(encode(array, "x"))), np.ndarray, "x")
        assert again.dtype == array.dtype
        np.testing.assert_array_equal(again, array)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.sampled_from(sorted(sf.Panel.from_counts([[1, 2]]).to_dict())), JSON)
def test_any_value_in_any_field_raises_nothing_but_our_error(field, value):
    document = {**sf.Panel.from_counts([[1, 2]]).to_dict(), field: value}
    with contextlib.suppress(SerializationError):
        sf.Panel.from_dict(document)
