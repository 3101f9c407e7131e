"""The nouns refuse what does not fit them, and take columns of every kind."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._core.errors import DataError
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.money import in_one_currency
from salesfunnel.errors import SalesFunnelError

FUNNEL = sf.Funnel("f", [sf.Stage("lead", "Lead"), sf.Stage("won", "Won")])
STEPS = ("lead", "won")


def change(**columns):
    given = {"deal": [0, 1], "time": ["2026-01-01", "2026-01-02"], "number": [1.0, 2.0]}
    return sf.FieldHistory(**{**given, **columns})


def bought(**columns):
    given = {
        "customers": ("ann", "bob"), "customer": [0, 1], "time": ["2026-01-01", "2026-01-02"],
        "amount": [3.0, 4.0],
    }  # fmt: skip
    return sf.Purchases(**{**given, **columns})


def summary(**columns):
    given = {"frequency": [2, 0], "recency": [30.4, 0], "age": [38.9, 38.9], "unit": "week"}
    return sf.CustomerSummary(**{**given, **columns})


def line(**parts):
    given = {"stage": "lead", "metric": "leads", "period": "2026-01", "segment": "all"}
    return sf.TrackingRow(**{**given, **parts})


def counted(**parts):
    given = {"counts": {"2026-01": [9, 4], "2026-02": [8, 3]}, "steps": STEPS}
    return sf.Panel.from_counts(**{**given, **parts})


def history(**parts):
    given = {
        "deals": ("a", "b"), "stages": STEPS,
        "entered": [["2026-01-01", "2026-01-05"], ["2026-01-02", "NaT"]],
        "created": ["2026-01-01", "2026-01-02"], "closed": ["2026-01-05", "NaT"],
        "outcome": [1, 0], "as_of": "2026-02-01",
    }  # fmt: skip
    given |= parts
    for name in ("entered", "created", "closed"):
        given[name] = np.array(given[name], dtype="datetime64[us]")
    given["as_of"] = np.datetime64(given["as_of"], "us")
    return sf.StageHistory(**given)


LOG = sf.EventLog.from_frame(
    {"entity": ["u", "v"], "step": ["a", "b"], "time": [1, 2], "plan": ["x", "y"]}
)
SHORT = ["2026-01-01"]
REFUSED = {
    "a change without a time of its own": (lambda: change(time=SHORT), "'time' must have shape"),
    "a deal before the first": (lambda: change(deal=[-1, 0]), "negative one"),
    "a change at no time": (lambda: change(time=["2026-01-01", "NaT"]), "got NaT"),
    "changes out of order": (lambda: change(deal=[1, 0]), "sorted and unique"),
    "known before it was": (
        lambda: change(known_since=["2026-01-01", "2026-01-05"]), "not be after"),
    "a word that is not there": (lambda: change(words=("x",)), "positions in 'words'"),
    "fewer amounts than orders": (lambda: bought(amount=[3.0]), "'amount' must have shape"),
    "a customer twice": (lambda: bought(customers=("ann", "ann")), "must be unique"),
    "nobody's order": (lambda: bought(customer=[0, 2]), "one outside"),
    "a negative order": (lambda: bought(amount=[3.0, -1.0]), "no negative amounts"),
    "orders out of order": (lambda: bought(customer=[1, 0]), "sorted by customer"),
    "fewer ages than customers": (lambda: summary(age=[38.9]), "'age' must have shape"),
    "fewer names than customers": (lambda: summary(customers=("ann",)), "must be 2 names"),
    "a stage that is a number": (lambda: line(stage=5), "'stage' must be a str"),
    "no stage": (lambda: line(stage=""), "must not be empty"),
    "a unit of nothing": (lambda: line(unit="apples"), "'unit' must be one of"),
    "a basis of nothing": (lambda: line(basis="apples"), "'basis' must be one of"),
    "rows of anything": (lambda: sf.Tracking(rows=(5,), funnel=FUNNEL), "TrackingRow only"),
    "a funnel of nothing": (lambda: sf.Tracking(rows=(), funnel="f"), "must be a Funnel"),
    "missing of another shape": (lambda: counted(missing=[True]), "'missing' must hold"),
    "missing of another kind": (lambda: counted(missing=[[1, 0], [0, 0]]), "'missing' must hold"),
    "missing unevenly": (lambda: counted(missing=[[True], [True, False]]), "'missing' must hold"),
    "counts in four levels": (lambda: counted(counts=[[[[1, 2]]]]), "one to three levels"),
    "counts beside lists": (lambda: counted(counts=[[[1, 2]], [3, 4]]), "nested evenly"),
    "counts of no funnel": (
        lambda: counted(counts={"2026-01": [9, 4, 1]}, steps=None, funnel=FUNNEL),
        "a column for each"),
    "a step of another name": (
        lambda: counted(counts={"2026-01": {"lead": 9, "lost": 4}}), "'lost'"),
    "no stages": (lambda: history(stages=(), entered=np.empty((2, 0))), "at least one stage"),
    "no moment": (lambda: history(as_of="NaT"), "'as_of' must be a time"),
    "the past of another deal": (
        lambda: history(changes={"amount": change(deal=[0, 5])}), "of the 2 deals"),
    "names of no columns": (
        lambda: sf.EventLog.from_frame({"entity": ["u"], "step": ["a"], "time": [1]}, attributes=5),
        "names of columns"),
    "other columns": (
        lambda: LOG + sf.EventLog(entity=["u"], step=["a"], time=[1]), "the same in both"),
    "columns beside each other": (
        lambda: sf.EventLog(entity=["u"], step=["a"], time=[1], attributes=[1]), "a mapping"),
    "one step": (
        lambda: sf.EventLog(entity=["u"], step=["a"], time=[1], steps="a"), "list of names"),
    "a table of times": (lambda: event_columns.times("time", np.zeros((2, 2))), "one-dimensional"),
    "times that are yes or no": (
        lambda: event_columns.times("time", np.array([True])), "must hold times"),
    "a day of no order": (lambda: bought().until(5), "a date or a time"),
    "an order without end": (
        lambda: sf.Purchases.from_columns(["a"], ["2026-01-01"], [np.inf]), "must be finite"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused(name):
    call, words = REFUSED[name]
    with pytest.raises(SalesFunnelError) as caught:
        call()
    assert words in str(caught.value)


@pytest.mark.parametrize("one", [LOG, bought(), history(), counted(),
                                 sf.Tracking(rows=(), funnel=FUNNEL)])  # fmt: skip
def test_nothing_else_is_added(one):
    with pytest.raises(TypeError):
        one + 1


def test_logs_are_joined_and_an_empty_one_adds_nothing():
    attributes = {"plan": []}
    empty = sf.EventLog(entity=[], step=[], time=[], attributes=attributes)
    for joined in (LOG + empty, empty + LOG):
        assert len(joined) == 2
        assert joined.attribute("plan").values == ("x", "y")
    assert len(LOG + LOG) == 4
    named = sf.EventLog.from_frame(
        {"entity": ["u"], "step": ["a"], "time": [1], "plan": ["x"], "day": [3]}, attributes="plan"
    )
    assert set(named.attributes) == {"plan"}


@pytest.mark.parametrize(
    ("column", "ticks"),
    [
        (np.array(["2026-01-01", "NaT"], dtype="datetime64[M]"), 1767225600),
        (np.array(["2026-01-01", "NaT"], dtype=">M8[s]"), 1767225600),
        (np.array(["2026-01-01T00:00:00", ""]), 1767225600 * 10**6),
        (np.ma.masked_array(np.array([5, 7]), [False, False]), 5),
        (np.ma.masked_array(np.array([5.0, 7.0]), [False, True]), 5),
        ([5.0, None], 5),
        ([Fraction(5), 7], None),
        ([np.datetime64("2026-01", "M"), None], 1767225600 * 10**6),
        ([np.datetime64("1970-01-02", "ps"), None], 86400 * 10**6),
    ],
)
def test_times_of_many_kinds(column, ticks):
    if ticks is None:
        with pytest.raises(DataError, match="time"):
            event_columns.times("time", column)
        return
    found = event_columns.times("time", column)
    assert int(found.ticks[0]) == ticks
    assert len(found.ticks) == 2


def test_codes_of_numbers_times_and_nothing():
    encode = event_columns.encode
    assert encode("a", np.zeros(0, dtype=np.int64)).values == ()
    assert encode("a", [np.int64(5), np.True_, None]).codes.tolist()[-1] == -1
    found = encode("a", np.array([1_500_000, 0], dtype="datetime64[us]"))
    assert found.values == ("1970-01-01T00:00:00.000000", "1970-01-01T00:00:01.500000")


CODES = np.array(["EUR", "EUR", ""])


@pytest.mark.parametrize(
    ("codes", "options", "values", "said"),
    [
        (CODES, {}, [1, 2, 3], ["currency-missing"]),
        (np.array(["EUR", "USD", ""]), {}, [np.nan] * 3, ["currencies-mixed"]),
        (np.array(["EUR", "USD", ""]), {"rates": {"USD": 0.5}, "currency": "EUR"},
         [1, 1, np.nan], ["currency-missing", "rate-constant"]),
        (None, {}, [1, 2, 3], []),
    ],
)  # fmt: skip
def test_amounts_of_which_some_have_no_currency(codes, options, values, said):
    money = in_one_currency(
        np.array([1.0, 2.0, 3.0]), codes, np.datetime64("2026-01-01"), **options
    )
    assert money.values.tolist() == pytest.approx(values, nan_ok=True)
    assert [fault.code for fault in money.faults] == said


def test_rates_in_tables_of_other_libraries():
    rows = {"currency": ["USD", "USD"], "date": ["2026-01-01", "2026-02-01"], "rate": [0.5, 0.6]}
    want = sf.Rates([("USD", "2026-01-01", 0.5), ("USD", "2026-02-01", 0.6)], base="EUR")
    for library, make in (("polars", "DataFrame"), ("pyarrow", "table"), ("pandas", "DataFrame")):
        made = getattr(pytest.importorskip(library), make)(rows)
        assert sf.Rates(made, base="EUR") == want


def test_panels_that_count_apart_are_added_and_cut_as_a_whole():
    def apart(**parts):
        given = {
            "counts": [[[9, 4]], [[8, 3]]], "periods": ("2026-01", "2026-02"), "steps": STEPS,
            "segments": ("all",), "by": "month", "advanced": [[[4]], [[3]]],
            "exposed": [[[8.0]], [[6.0]]],
        }  # fmt: skip
        return sf.Panel(**{**given, **parts})

    doubt = [[[0.04]], [[0.01]]]
    both = apart(exposed_cv2=doubt) + apart(exposed_cv2=doubt)
    assert both.exposed.tolist() == [[[16.0]], [[12.0]]]
    assert np.allclose(both.exposed_cv2, doubt)
    assert (apart() + apart(exposed_cv2=doubt)).exposed_cv2 is None
    with pytest.raises(SalesFunnelError, match="'exposed' or neither"):
        apart() + apart(exposed=None)
    with pytest.raises(SalesFunnelError, match="advances are counted separately"):
        apart().select(steps=["lead"])


def test_histories_are_joined_with_columns_of_two_kinds():
    first = history(attributes={"size": np.array([5.0, np.nan])})
    second = history(deals=("c", "d"), attributes={"size": np.array(["big", ""])})
    assert (first + second).attributes["size"].tolist() == ["5", "", "big", ""]
    objects = history(attributes={"size": np.array(["x", None], dtype=object)})
    assert objects.attributes["size"].tolist() == ["x", ""]
    by_number = first.panel(by="all", segment="size")
    assert set(by_number.segments) == {"5", "(missing)"} or len(by_number.segments) == 2


def test_amounts_below_nought_are_no_weights():
    with pytest.raises(SalesFunnelError, match="must not be negative"):
        history(value=[5.0, -1.0]).panel(by="all", weight="value")
    with pytest.raises(SalesFunnelError, match="got none"):
        history().panel(by="all", weight="value")


@pytest.mark.parametrize("actual", [np.int64(5), np.float64(5.0), 5])
def test_numbers_of_numpy_are_numbers(actual):
    assert line(actual=actual).actual == 5
    assert type(line(actual=actual).actual) is int


def test_texts_of_attributes_are_shown_and_compared():
    column = bought(attributes={"item": ["x", "y"]}).attributes["item"]
    assert repr(column) == "('x', 'y')"
    assert column == ["x", "y"]
    assert column != "xy"
    assert column != 5
    many = sf.Purchases.from_columns(["a"] * 30, ["2026-01-01"] * 30, [1] * 30,
                                     attributes={"item": ["x"] * 30})  # fmt: skip
    assert repr(many.attributes["item"]) == "<CodedTexts: 30 texts>"


def test_no_purchases_show_themselves():
    none = sf.Purchases(customers=(), customer=[], time=[], amount=[])
    assert repr(none) == "<Purchases: 0 of 0 customers>"
    assert len(none) == 0


def test_a_moment_is_naive_everywhere():
    assert bought().until(datetime.fromisoformat("2026-01-01T12:00")).customers == ("ann",)


def event_columns_of(library, kind):
    """Return a table of two events, or of none, whose ids are of a kind of a library."""
    rows = [] if kind == "empty" else [0, 1]
    step, time = [["a", "b"][k] for k in rows], [[1, 2][k] for k in rows]
    ids = {"empty": [], "nulls": ["u", None], "codes": [7, 8], "text": ["u", "v"]}[kind]
    if library == "pyarrow":
        arrow = pytest.importorskip("pyarrow")
        text = arrow.array(ids, arrow.large_string() if kind != "codes" else arrow.int64())
        column = text.dictionary_encode() if kind == "codes" else text
        return arrow.table({"entity": column, "step": arrow.array(step, arrow.string()),
                            "time": arrow.array(time, arrow.int64())})  # fmt: skip
    polars = pytest.importorskip("polars")
    kinds = {"entity": polars.Int64 if kind == "codes" else polars.String,
             "step": polars.String, "time": polars.Int64}  # fmt: skip
    frame = polars.DataFrame({"entity": ids, "step": step, "time": time}, schema=kinds)
    return frame.lazy() if library == "lazy" else frame


@pytest.mark.parametrize("kind", ["text", "nulls", "codes", "empty"])
@pytest.mark.parametrize("library", ["pyarrow", "polars", "lazy"])
def test_ids_of_events_in_columns_of_every_library(library, kind):
    log = sf.EventLog.from_frame(event_columns_of(library, kind))
    want = {"text": ["u", "v"], "nulls": ["u"], "codes": [7, 8], "empty": []}[kind]
    assert [str(one) for one in log.columns()["entity"]] == [str(one) for one in want]
    assert len(log.faults) == (kind == "nulls")


def test_a_column_in_pieces_and_one_without_any():
    arrow = pytest.importorskip("pyarrow")
    pieces = arrow.chunked_array([["u"], ["v", "u"]])
    none = arrow.chunked_array([], arrow.string())
    times = arrow.chunked_array([[1], [2, 3]])
    table = arrow.table({"entity": pieces, "step": pieces, "time": times})
    assert sf.EventLog.from_frame(table).columns()["entity"].tolist() == ["u", "v", "u"]
    never = arrow.chunked_array([], arrow.int64())
    bare = arrow.table({"entity": none, "step": none, "time": never})
    assert len(sf.EventLog.from_frame(bare)) == 0


def test_what_is_no_table_of_events_is_refused():
    for source in (5, object(), "text"):
        with pytest.raises(SalesFunnelError):
            sf.EventLog.from_frame(source)
    nested = {"entity": ["u"], "step": ["a"], "time": [1], "more": [{"x": 1}]}
    pandas = pytest.importorskip("pandas")
    with pytest.raises(SalesFunnelError):
        sf.EventLog.from_frame(pandas.DataFrame(nested), attributes=["nothing"])
