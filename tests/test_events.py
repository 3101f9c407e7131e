"""EventLog: any column in, faults with their rows, nothing lost in silence."""

from __future__ import annotations

import struct
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels.events.encoding import dense_codes, text_codes
from salesfunnel._kernels.events.texts import OffsetTexts, ViewTexts

NOON = datetime(2026, 5, 1, 12)  # noqa: DTZ001 - naive on purpose
AWARE = NOON.replace(tzinfo=timezone.utc)
STEPS = ["view", "order"]
ROWS = [("ann", "view", 0), ("ann", "order", 2), ("bob", "view", 1), ("bob", "order", 9)]


def columns(kind):
    who, what, day = zip(*ROWS, strict=True)
    numbers = {"ann": -7, "bob": 2**40}
    return {
        "entity": [numbers[name] for name in who] if kind == "ids" else list(who),
        "step": list(what),
        "time": [NOON + timedelta(days=d) for d in day],
    }


@pytest.mark.parametrize("kind", ["ids", "names"])
@pytest.mark.parametrize("library", ["dict", "pandas", "polars", "pyarrow", "category", "lazy"])
def test_every_dataframe_gives_the_same_counts(library, kind):
    rows = columns(kind)
    frame = rows
    if library in {"pandas", "category"}:
        frame = pytest.importorskip("pandas").DataFrame(rows)
        if library == "category":
            frame = frame.astype({"step": "category", "entity": "category"})
    elif library in {"polars", "lazy"}:
        frame = pytest.importorskip("polars").DataFrame(rows)
        frame = frame.lazy() if library == "lazy" else frame
    elif library == "pyarrow":
        frame = pytest.importorskip("pyarrow").table(rows)
    found = sf.count_steps(frame, STEPS, window="5D")
    assert found.counts == (2, 1)
    log = sf.EventLog.from_frame(frame)
    assert log.columns()["entity"].tolist() == rows["entity"]
    assert log.columns()["step"].tolist() == rows["step"]
    assert log.columns()["time"].astype("datetime64[us]").tolist() == rows["time"]


@pytest.mark.parametrize(
    "times",
    [
        [0, 2, 1, 9],
        np.array([0, 2, 1, 9], dtype=np.int32),
        np.array([0.0, 2.0, 1.0, 9.0]),
        np.array([0, 2, 1, 9]).astype("datetime64[D]"),
        np.array([0, 2, 1, 9]).astype("datetime64[D]").astype("datetime64[ns]"),
        [NOON + timedelta(days=d) for d in (0, 2, 1, 9)],
        [AWARE + timedelta(days=d) for d in (0, 2, 1, 9)],
        ["2026-05-01", "2026-05-03", "2026-05-02", "2026-05-10"],
    ],
    ids=["ints", "int32", "floats", "D", "ns", "naive", "aware", "text"],
)
def test_times_of_every_kind(times):
    who, what, _ = zip(*ROWS, strict=True)
    log = sf.EventLog(who, what, times)
    window = 5 if log.unit is None else "5D"
    assert sf.count_steps(log, STEPS, window=window).counts == (2, 1)


def test_aware_times_are_compared_in_utc():
    east = timezone(timedelta(hours=8))
    log = sf.EventLog([1, 1], STEPS, [AWARE, AWARE.astimezone(east) + timedelta(hours=1)])
    assert log.aware
    assert sf.count_steps(log, STEPS, window="1h").counts == (1, 1)


def test_naive_and_aware_times_mixed_are_an_error_that_names_the_rows():
    with pytest.raises(sf.errors.DataError, match="aware at row 2, naive at row 1"):
        sf.EventLog([1, 1], STEPS, [NOON, AWARE])
    naive, aware = sf.EventLog([1], ["view"], [NOON]), sf.EventLog([1], ["view"], [AWARE])
    with pytest.raises(sf.errors.DataError, match="'time'"):
        _ = naive + aware
    with pytest.raises(sf.errors.ArgumentError, match="as_of"):
        sf.count_steps(naive, STEPS, window="1D", as_of=AWARE)


def test_missing_values_are_faults_with_their_rows():
    log = sf.EventLog(
        ["ann", None, "bob", "", "cid"],
        ["view", "view", None, "view", "view"],
        [NOON, NOON, NOON, NOON, None],
    )
    assert len(log) == 1
    assert log.rows == 5
    assert [(f.code, f.row) for f in log.faults] == [
        ("event-without-entity", 2),
        ("event-without-entity", 4),
        ("event-without-step", 3),
        ("event-without-time", 5),
    ]
    assert sf.count_steps(log, ["view"]).faults == log.faults


def test_many_faults_of_a_kind_are_counted_not_hidden():
    log = sf.EventLog([1] * 80, ["view"] * 80, [None] * 79 + [NOON])
    assert len(log.faults) == 51
    assert dict(log.faults[-1].params)["n"] == 29


def test_steps_that_are_not_known_are_faults_with_the_nearest_name():
    log = sf.EventLog([1, 1], ["view", "oder"], [1, 2], steps=["view", "order"])
    (fault,) = log.faults
    assert (fault.code, fault.row, fault.value) == ("event-of-unknown-step", 2, "oder")
    assert "order" in fault.hint
    assert log.steps == ("view",)


def test_columns_of_other_lengths_are_refused():
    with pytest.raises(sf.errors.DataError, match="equal length"):
        sf.EventLog([1, 2], ["view"], [1, 2])


def test_a_log_is_frozen_and_does_not_alias_the_callers_arrays():
    entity, time = np.array([1, 1]), np.array([1, 2])
    log = sf.EventLog(entity, STEPS, time)
    time[1] = 99
    assert log.time.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        log.time[0] = 5
    with pytest.raises(AttributeError):
        log.unit = "s"


@pytest.mark.parametrize("kind", ["ids", "names"])
def test_logs_add_up(kind):
    rows = columns(kind)
    whole = sf.EventLog(**rows, attributes={"n": ["p", None, "q", "p"]})
    left, right = (
        sf.EventLog(
            **{k: v[part] for k, v in rows.items()}, attributes={"n": ["p", None, "q", "p"][part]}
        )
        for part in (slice(0, 1), slice(1, None))
    )
    assert left + right == whole
    assert sf.count_steps(left + right, STEPS, window="5D").counts == (2, 1)


def test_units_of_time_are_brought_together_when_logs_add_up():
    days = sf.EventLog([1], ["view"], np.array(["2026-05-01"], dtype="datetime64[s]"))
    fine = sf.EventLog([1], ["order"], np.array(["2026-05-01T00:00:00.5"], dtype="datetime64[ms]"))
    assert (days + fine).unit == "ms"
    assert sf.count_steps(days + fine, STEPS, window="1s").counts == (1, 1)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("odd", [0, 1], ids=["whole seconds", "odd ticks"])
def test_fine_times_over_years_and_wide_ids_give_the_same_counts(unit, odd):
    """Keys that do not fit into one whole number are split, scaled or numbered anew."""
    rng = np.random.default_rng(5)
    n = 3000
    day = rng.integers(0, 1500, n)
    entity = rng.integers(0, 200, n)
    step = rng.choice(["a", "b", "c"], n)
    time = (day * 86400).astype("datetime64[s]").astype(f"datetime64[{unit}]")
    time = (time.view(np.int64) + odd * (unit != "s")).view(time.dtype)
    truth = sf.count_steps(sf.EventLog(entity, step, day), ["a", "b", "c"], window=30).counts
    wide = (entity - 100) * (2**55 + 12345)
    for ids in (entity, wide, entity.astype(str)):
        log = sf.EventLog(ids, step, time)
        found = sf.count_steps(log, ["a", "b", "c"], window="30D", threads=2)
        assert found.counts == truth
        assert sf.count_steps(log, ["a", "b", "c"], window="30D", as_of=time.max()).immature > 0


def test_nanoseconds_over_forty_years_leave_no_bit_for_anything_else():
    time = np.array(["1985-01-01T00:00:00.000000001", "2025-01-01", "2025-01-02", "2025-01-09"])
    log = sf.EventLog([7, 1, 1, 2**40], ["b", "a", "b", "a"], time.astype("datetime64[ns]"))
    assert sf.count_steps(log, ["a", "b"], window="1D").counts == (2, 1)
    assert sf.count_steps(log, ["a", "b"], window="23h").counts == (2, 0)


YEAR = 365 * 86_400 * 10**9


@pytest.mark.parametrize("late", [0, 1])
def test_a_nanosecond_counts_though_the_first_thousand_times_are_whole_seconds(late):
    entity = np.arange(3000)
    start = np.linspace(0, YEAR, entity.size).astype(np.int64) // 10**9 * 10**9
    after = start + 10**9
    after[2500] += late
    log = sf.EventLog(
        np.tile(entity, 2), np.repeat(["a", "b"], entity.size),
        np.concatenate([start, after]).astype("datetime64[ns]"),
    )  # fmt: skip
    found = sf.count_steps(log, ["a", "b"], window="1s", threads=1)
    assert found.counts == (3000, 3000 - late)


@pytest.mark.parametrize(("half", "immature"), [(10**9 // 2, 1), (7 * 10**8, 0)])
def test_the_last_observation_may_lie_between_whole_seconds(half, immature):
    start = np.linspace(0, YEAR, 3000).astype(np.int64) // 10**9 * 10**9
    log = sf.EventLog(np.arange(3000), ["a"] * 3000, start.astype("datetime64[ns]"))
    window, as_of = np.timedelta64(700, "ms"), np.datetime64(int(start[-1]) + half, "ns")
    found = sf.count_steps(log, ["a", "b"], window=window, as_of=as_of, threads=1)
    assert (found.counts, found.immature) == ((3000 - immature, 0), immature)


def test_times_too_far_apart_are_refused():
    log = sf.EventLog([1, 1], ["a", "b"], [-(2**61), 2**61])
    with pytest.raises(sf.errors.DataError, match="2 \\*\\* 60"):
        sf.count_steps(log, ["a", "b"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=60), st.integers(1, 3))
def test_codes_of_ids_are_equal_where_ids_are(ids, times):
    array = np.array(ids * times, dtype=np.int64)
    codes, high = dense_codes(array)
    pairs = set(zip(array.tolist(), codes.tolist(), strict=True))
    assert len(pairs) == len(set(ids)) == len({code for _, code in pairs})
    assert codes.max(initial=0) <= high


def offset_texts(raw):
    offsets = np.concatenate([[0], np.cumsum([len(text) for text in raw])])
    return OffsetTexts(np.frombuffer(b"".join(raw), np.uint8), offsets)


def view_texts(raw, rng, buffers=3):
    """Texts as Arrow's views, those that are long at places drawn in one of some buffers."""
    where = rng.integers(0, buffers, len(raw))
    parts = [bytearray(b"\0gap") for _ in range(buffers)]
    places = [0] * len(raw)
    for i in rng.permutation(len(raw)).tolist():
        places[i] = len(parts[where[i]])
        if len(raw[i]) > 12:
            parts[where[i]] += raw[i] + b"\0" * int(rng.integers(0, 40))
    views = b"".join(
        struct.pack("<i12s", len(text), text)
        if len(text) <= 12
        else struct.pack("<i4sii", len(text), text, where[i], places[i])
        for i, text in enumerate(raw)
    )
    return ViewTexts(
        np.frombuffer(views, np.uint8), [np.frombuffer(bytes(p), np.uint8) for p in parts]
    )


def check_codes(raw, texts):
    codes, rows, used = text_codes(texts)
    assert [raw[rows[code]] for code in codes] == raw
    assert len(set(raw)) == len(set(codes.tolist())) == used.sum()
    assert set(codes.tolist()) == set(np.flatnonzero(used).tolist())
    doubtful = texts.may_be_blank(np.arange(len(raw))).tolist()
    assert all(d for d, text in zip(doubtful, raw, strict=True) if not text.decode().strip())


TEXTS = st.text(st.characters(min_codepoint=1, codec="utf-8"), max_size=15)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(TEXTS, min_size=1, max_size=60),
    st.sampled_from(["", "c", "account-", "customer-000"]),
    st.integers(0, 2**32),
    st.sampled_from([4, 1 << 17]),
)
def test_codes_of_texts_are_equal_where_texts_are(texts, prefix, seed, chunk):
    raw = [(prefix + text).encode()[:64] for text in texts * 2]
    rng = np.random.default_rng(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("salesfunnel._kernels.events.encoding.CHUNK", chunk)
        check_codes(raw, offset_texts(raw))
        check_codes(raw, view_texts(raw, rng))
        check_codes(raw[3:], view_texts(raw[3:], rng, buffers=1))


@pytest.mark.parametrize("chunk", [256, 1 << 17])
def test_codes_of_texts_that_are_much_alike(chunk, monkeypatch):
    monkeypatch.setattr("salesfunnel._kernels.events.encoding.CHUNK", chunk)
    rng = np.random.default_rng(11)
    raw = [f"customer-{number}".encode() for number in rng.integers(0, 3000, 6000)]
    raw += [bytes(rng.choice([97, 98], size).tolist()) for size in rng.integers(0, 25, 3000)]
    raw += [b"customer", b"", b"customer"]
    check_codes(raw, offset_texts(raw))
    check_codes(raw, view_texts(raw, rng))


@pytest.mark.parametrize("bad", [b"a\0b", b"\0", b"12345678901\0", b"a" * 30 + b"\0", b"a" * 65])
def test_texts_that_are_not_hashed(bad):
    raw = [b"abc", b"a text that is long", bad, b"abc"]
    assert text_codes(offset_texts(raw)) is None
    assert text_codes(view_texts(raw, np.random.default_rng(0))) is None


@pytest.mark.parametrize("cores", [1, 2])
def test_texts_are_numbered_without_threads_too(cores, monkeypatch):
    monkeypatch.setattr("salesfunnel._kernels.events.encoding.CHUNK", 64)
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    raw = [f"customer-{number % 70}".encode() for number in range(1000)]
    check_codes(raw, offset_texts(raw))
