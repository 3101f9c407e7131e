"""What every public class must do: be shown, compared, hashed, copied, pickled, read back.

A class that is public and has no example here fails the first test: none can be forgotten.
"""

from __future__ import annotations

import copy
import inspect
import json
import pickle
from datetime import date, timedelta

import numpy as np
import pytest

import salesfunnel as sf
from results import results
from salesfunnel._core.result import ResultMixin, TableMixin


def changed_rates():
    """Return a break of the rates."""
    day = date(2026, 9, 1)
    return sf.RatesChanged(
        since=day, earliest=date(2026, 8, 1), latest=day, probability=0.9, stages=("lead",),
        before=[0.4], after=[0.2], won_before=0.4, won_after=0.2,
    )  # fmt: skip


def examples():
    """Return name → value, of every public class."""
    made = dict(results())
    deal = sf.Metric("deals", "Deals", step=True)
    offer = sf.KeyAction("offer", "Offer", within=timedelta(days=2))
    steps = made["steps"]
    sheet = made["tracking"]
    return made | {
        "metric": deal,
        "key action": offer,
        "stage": sf.Stage("won", "Won", actions=(offer,), metrics=(deal,)),
        "transition": sf.Transition("offer", "won"),
        "one benchmark": made["benchmark"].benchmarks[0],
        "interval": sf.Interval(0.1, 0.2, 0.95, "wilson"),
        "fault": sheet.faults[0],
        "sheet row": sheet.rows[0],
        "column use": made["diagnosis"].columns[0],
        "period share": made["evidence"].over_time[0],
        "step duration": steps.durations[0],
        "score": made["backtest"].scores[0],
        "changed rates": changed_rates(),
        "remedy": sf.Remedy(key="call", causes=("slow-response",)),
        "chart": made["panel"].chart("trend"),
        "chart mark": made["panel"].chart("trend").marks[0],
        "chart scale": made["panel"].chart("trend").x,
        "rate trend": made["analysis"].trend,
        "stage fates": made["analysis"].fates,
        "event log": sf.EventLog(["ann", "bob"], ["visit", "visit"], [1, 2]),
    }


MADE = examples()
NO_VALUES = {  # what rules are made of: they hold functions, or what a rule is given
    "Case", "Exposure", "Field", "Mixture", "Rule", "RuleSet",
}  # fmt: skip
CLASSES = {
    value
    for home in (sf, sf.stats)
    for name, value in ((name, getattr(home, name)) for name in home.__all__)
    if inspect.isclass(value) and value.__name__ not in NO_VALUES
}


def names(*, kind=object):
    return [name for name in sorted(MADE) if isinstance(MADE[name], kind)]


def test_every_public_class_has_an_example():
    missing = {one.__name__ for one in CLASSES} - {type(value).__name__ for value in MADE.values()}
    assert missing == set()


@pytest.mark.parametrize("name", names())
def test_it_is_copied_pickled_compared_and_hashed(name):
    value = MADE[name]
    for again in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert again == value
        if name != "event log":  # columns of a log: compared by value, not a key
            assert hash(again) == hash(value)
    assert value != "something else"
    assert value != next(other for other in MADE.values() if type(other) is not type(value))


@pytest.mark.parametrize("name", names())
def test_its_repr_names_it_and_ends(name):
    shown = repr(MADE[name])
    assert type(MADE[name]).__name__ in shown
    assert "np." not in shown
    assert "array(" not in shown
    assert "\n" not in shown
    assert len(shown) <= 160


@pytest.mark.parametrize("name", names(kind=ResultMixin))
def test_it_becomes_a_document_and_comes_back(name):
    value = MADE[name]
    document = value.to_dict()
    assert document["type"] == type(value).__name__
    again = type(value).from_dict(json.loads(json.dumps(document)))
    assert again == value
    assert hash(again) == hash(value)
    assert type(value).from_json(value.to_json()) == value
    assert again.to_json() == value.to_json()


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("name", names(kind=ResultMixin))
def test_it_shows_itself_the_same_after_a_journey(name, locale, tmp_path):
    value = MADE[name]
    again = type(value).from_json(value.to_json())
    assert value.charts == again.charts
    assert again.to_text(locale=locale) == value.to_text(locale=locale)
    page = value.to_html(tmp_path / "page.html", locale=locale)
    assert (tmp_path / "page.html").read_text("utf-8") == page
    assert again.to_html(locale=locale) == page
    assert value._repr_html_().strip()
    with pytest.raises(sf.errors.ArgumentError, match="locale"):
        value.to_text(locale="fr")


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("name", names(kind=TableMixin))
def test_a_table_becomes_a_frame_of_its_columns(name, backend):
    pytest.importorskip(backend)
    table = MADE[name]
    columns = table.columns()
    frame = table.to_frame(backend=backend)
    there = frame.column_names if backend == "pyarrow" else list(frame.columns)
    assert there == list(columns)
    assert frame.shape == (len(next(iter(columns.values()))), len(columns))
    assert all(np.ndim(column) == 1 for column in columns.values())
    with pytest.raises(sf.errors.ArgumentError, match="backend"):
        table.to_frame(backend="excel")


def test_no_field_of_a_result_can_be_set():
    for name in names():
        value = MADE[name]
        field = next(iter(type(value).__attrs_attrs__)).name
        with pytest.raises(AttributeError):
            setattr(value, field, None)
