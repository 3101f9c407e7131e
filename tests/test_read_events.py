"""read_events: the logs of analytics tools by the plainest call, each header with its source."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DataError, IntakeError, UnknownNameError


def codes(log: sf.EventLog) -> list[str]:
    return [fault.code for fault in log.faults]


SHOP = """user_id,event_type,event_time,price
1,view,2024-01-01 10:00:00,49.9
1,cart,2024-01-01 10:05:00,49.9
1,purchase,2024-01-01 10:10:00,49.9
2,view,2024-01-01 11:00:00,79.9
2,cart,2024-01-01 11:15:00,79.9
4,view,2024-01-02 10:00:00,29.9
4,purchase,2024-01-02 10:08:00,29.9
"""
STEPS = ["view", "cart", "purchase"]

# Header rows as the tools write them; entity, step and time of the same three events.
# Sources: support.google.com/analytics/answer/7029846, posthog.com/docs/data-model,
# fivetran.com amplitude connector schema, docs.mixpanel.com raw export, hightouch.com warehouse
# schema (Segment), docs.snowplow.io canonical event, manual.sensorsdata.cn, kaggle.com REES46,
# tianchi.aliyun.com UserBehavior, xes-standard.org, retailrocket on kaggle.com.
TOOLS = {
    "ga4": ("event_date,event_timestamp,event_name,user_id,user_pseudo_id", "us"),
    "posthog": ("uuid,event,properties,timestamp,distinct_id,created_at", "iso"),
    "amplitude": ("$insert_id,amplitude_id,device_id,event_time,event_type,user_id", "plain"),
    "mixpanel": ("event,distinct_id,time,$insert_id,mp_processing_time_ms", "s"),
    "segment": ("anonymousId,event,messageId,originalTimestamp,timestamp,type", "iso"),
    "rudderstack": ("id,anonymous_id,event,event_text,original_timestamp,sent_at", "plain"),
    "snowplow": ("collector_tstamp,event,event_name,derived_tstamp,domain_userid", "plain"),
    "sensors": ("distinct_id,event,time,date,$receive_time", "ms"),
    "sensors-zh": ("用户ID,事件名称,事件时间", "plain"),
    "rees46": ("event_time,event_type,product_id,user_id,user_session", "utc"),
    "tianchi": ("user_id,item_id,category_id,behavior_type,timestamp", "s"),
    "retailrocket": ("timestamp,visitorid,event,itemid,transactionid", "ms"),
    "xes": ("case:concept:name,concept:name,time:timestamp,org:resource", "iso"),
    "camel": ("UserID,EventName,CreatedAt", "plain"),
}
_MOMENTS = {
    "plain": ("2026-01-05 10:00:00", "2026-01-05 11:00:00", "2026-01-06 09:30:00"),
    "iso": ("2026-01-05T10:00:00.000Z", "2026-01-05T11:00:00.000Z", "2026-01-06T09:30:00.000Z"),
    "utc": ("2026-01-05 10:00:00 UTC", "2026-01-05 11:00:00 UTC", "2026-01-06 09:30:00 UTC"),
    "s": ("1767607200", "1767610800", "1767691800"),
    "ms": ("1767607200000", "1767610800000", "1767691800000"),
    "us": ("1767607200000000", "1767610800000000", "1767691800000000"),
}
_WHO = {
    "userpseudoid", "distinctid", "amplitudeid", "anonymousid", "domainuserid", "visitorid",
    "用户id", "caseconceptname", "userid", "user_id",
}  # fmt: skip
_WHAT = {"eventname", "event", "eventtype", "事件名称", "behaviortype", "conceptname"}


def table_of(header: str, kind: str) -> str:
    """Return three events of two people under a header; other columns hold other things."""
    from salesfunnel.data.events.usual_names import fold_name

    names = header.split(",")
    folded = [fold_name(name) for name in names]
    rows = []
    for i, (who, what) in enumerate([("p", "view"), ("q", "view"), ("p", "order")]):
        moment = _MOMENTS[kind][i]
        cells = []
        for name in folded:
            blank_user = name == "userid" and ("userpseudoid" in folded or "amplitudeid" in folded)
            if blank_user:
                cells.append("" if i < 2 else "u1")
            elif name in _WHO:
                cells.append(who)
            elif name == "event" and "eventname" in folded:
                cells.append("struct")  # Snowplow's kind of event
            elif name in _WHAT or name == "eventtext":
                cells.append(what)
            elif name in {"eventdate", "date"}:
                cells.append(moment[:10].replace("-", ""))
            elif "time" in name or "tstamp" in name or name in {"createdat", "sentat", "事件时间"}:
                cells.append(moment)
            else:
                cells.append(f"x{i}")
        rows.append(",".join(cells))
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.parametrize("tool", TOOLS)
def test_logs_of_tools_are_read_by_the_plainest_call(tool: str) -> None:
    header, kind = TOOLS[tool]
    log = sf.read_events(table_of(header, kind))
    assert len(log) == 3
    assert sf.count_steps(log, ["view", "order"]).counts == (2, 1)
    assert log.columns()["time"].min() == np.datetime64("2026-01-05T10:00")
    assert "events-columns" in codes(log)
    assert not [fault for fault in log.faults if fault.severity == "error"]


@pytest.mark.parametrize("tool", TOOLS)
def test_the_order_of_columns_does_not_matter(tool: str) -> None:
    header, kind = TOOLS[tool]
    rows = [line.split(",") for line in table_of(header, kind).splitlines()]
    turned = "\n".join(",".join(row[::-1]) for row in rows)
    log = sf.read_events(turned)
    assert sf.count_steps(log, ["view", "order"]).counts == (2, 1)


def test_a_shop_file_is_counted_from_its_path_records_and_frames(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(SHOP)
    assert sf.count_steps(sf.read_events(path), STEPS).counts == (3, 2, 1)
    assert sf.count_steps(sf.read_events(str(path)), STEPS).counts == (3, 2, 1)
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(path)
    assert sf.count_steps(sf.read_events(frame), STEPS).counts == (3, 2, 1)
    records = frame.to_dict("records")
    assert sf.count_steps(sf.read_events(records), STEPS).counts == (3, 2, 1)
    assert sf.count_steps(sf.read_events(frame.to_dict("list")), STEPS).counts == (3, 2, 1)


def test_files_of_a_folder_are_read_in_order_with_their_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("user_id,event,timestamp\n1,view,2026-01-05\n2,view,soon\n")
    (tmp_path / "b.csv").write_text("timestamp,event,user_id\n2026-01-06,order,1\n2026-01-06,,2\n")
    (tmp_path / "c.tsv.gz").write_bytes(
        gzip.compress(b"user_id\tevent\ttimestamp\n3\tview\t2026-01-07\n")
    )
    (tmp_path / "readme.md").write_text("#")
    log = sf.read_events(tmp_path)
    assert len(log) == 3
    places = {(f.code, f.file, f.row, f.column) for f in log.faults}
    assert ("time-not-understood", "a.csv", 2, "timestamp") in places
    assert ("event-without-step", "b.csv", 2, "event") in places
    assert "file-not-read" in codes(log)
    assert "event-without-time" not in codes(log)
    assert len(sf.read_events(str(tmp_path / "*.csv"))) == 2


def test_parquet_is_read_alone_and_as_a_pattern(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame(
        {
            "user_pseudo_id": ["a", "b"],
            "event_name": ["view", "view"],
            "event_timestamp": [1767607200000000, 1767610800000000],
            "event_params": [[{"key": "x"}], [{"key": "y"}]],
        }
    )
    frame.to_parquet(tmp_path / "1.parquet")
    frame.assign(event_name="order").to_parquet(tmp_path / "2.parquet")
    log = sf.read_events(tmp_path)
    assert sf.count_steps(log, ["view", "order"]).counts == (2, 2)
    assert "column-nested" in codes(log)
    assert log.aware
    assert len(sf.read_events(tmp_path / "1.parquet", attributes=[])) == 2


def test_json_of_tools_with_records_inside() -> None:
    mixpanel = "\n".join(
        json.dumps({"event": what, "properties": {"distinct_id": "a", "time": 1767607200 + i}})
        for i, what in enumerate(["view", "order"])
    )
    assert sf.count_steps(sf.read_events(mixpanel), ["view", "order"]).counts == (1, 1)
    ga4 = [
        {
            "event_name": "view",
            "event_timestamp": "1767607200000000",
            "user_pseudo_id": "a",
            "event_params": [{"key": "page", "value": {"string_value": "home"}}],
        }
    ]
    log = sf.read_events(json.dumps(ga4))
    assert log.attribute("event_params.page").values == ("home",)
    answer = {
        "next": "https://example.org/2",
        "results": [{"event": "a", "distinct_id": "x", "timestamp": "2026-01-05T10:00:00Z"}],
    }
    assert "events-page-unfinished" in codes(sf.read_events(json.dumps(answer)))
    broken = mixpanel + "\n{oops\n"
    fault = next(f for f in sf.read_events(broken).faults if f.code == "line-not-json")
    assert fault.row == 3


@pytest.mark.parametrize(
    ("cells", "unit", "first"),
    [
        (["1767607200", "1767607260"], "s", "2026-01-05T10:00"),
        (["1767607200123", "1767607260000"], "ms", "2026-01-05T10:00:00.123"),
        (["1767607200123456", "1767607260000000"], "us", "2026-01-05T10:00:00.123456"),
        (["1767607200123456789", "1767607260000000000"], "ns", "2026-01-05T10:00:00.123456"),
        (["1767607200.5", "1767607260"], "s", "2026-01-05T10:00:00.5"),
    ],
)
def test_numbers_since_1970_are_told_apart_and_said(
    cells: list[str], unit: str, first: str
) -> None:
    text = "user,event,ts\n" + "".join(f"a,x,{cell}\n" for cell in cells)
    log = sf.read_events(text)
    assert log.columns()["time"][0] == np.datetime64(first)
    fault = next(f for f in log.faults if f.code == "times-since-1970")
    assert (fault.value, fault.severity) == (unit, "info")
    assert log.aware


def test_units_side_by_side_are_a_warning_and_read_each_by_itself() -> None:
    log = sf.read_events("user,event,ts\na,x,1767607200\na,y,1767607260000\n")
    assert log.columns()["time"].tolist() == sorted(log.columns()["time"].tolist())
    assert [f.severity for f in log.faults if f.code == "times-since-1970"] == ["warning"] * 2


def test_a_zone_brings_moments_to_its_clocks() -> None:
    text = "user,event,time\na,x,2026-07-01T20:00:00Z\na,y,2026-01-01T20:00:00Z\n"
    log = sf.read_events(text, tz="Europe/Berlin")
    assert log.columns()["time"].tolist() == [
        np.datetime64("2026-07-01T22:00:00.000000").item(),
        np.datetime64("2026-01-01T21:00:00.000000").item(),
    ]
    assert not log.aware
    mixed = sf.read_events("user,event,time\na,x,2026-07-01T20:00:00Z\na,y,2026-07-01 21:00\n")
    assert "event-zones-mixed" in codes(mixed)
    with pytest.raises(ArgumentError, match="time zone"):
        sf.read_events(text, tz="Nowhere/Else")


def test_a_day_that_can_be_read_in_two_ways_is_settled_by_another() -> None:
    log = sf.read_events("user,event,time\na,x,03/04/2026\na,y,25/04/2026\n")
    assert log.columns()["time"][0] == np.datetime64("2026-04-03")
    assert "dates-day-first" in codes(log)
    alone = sf.read_events("user,event,time\na,x,03/04/2026\na,y,04/04/2026\nb,x,2026-01-01\n")
    assert codes(alone).count("time-ambiguous") == 1


def test_date_and_clock_in_two_columns_are_one_time() -> None:
    log = sf.read_events("date,time,user,event\n2026-01-05,10:05:00,a,x\n2026-01-05,10:04,a,y\n")
    assert log.columns()["time"][0] == np.datetime64("2026-01-05T10:05")
    assert "date-and-clock-joined" in codes(log)


def test_the_person_with_fewest_blanks_is_taken_and_others_are_said() -> None:
    text = "user_id,anonymous_id,event,timestamp\n,a,x,2026-01-05\nu,a,y,2026-01-06\n"
    log = sf.read_events(text)
    assert sf.count_steps(log, ["x", "y"]).counts == (1, 1)
    assert "events-other-entities" in codes(log)
    named = sf.read_events(text, columns={"entity": "user_id"})
    assert codes(named) == ["events-columns", "event-without-entity"]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("a,b,c\n1,2,3\n", "who (entity) and what (step) and when (time)"),
        ("event_type,users\nview,3\n", "who (entity) and when (time)"),
        ("user_id,event_type,price\n1,view,3\n", "when (time)"),
    ],
)
def test_a_missing_column_is_named_with_the_call_and_none_is_guessed(
    text: str, missing: str
) -> None:
    with pytest.raises(IntakeError) as caught:
        sf.read_events(text)
    assert missing in str(caught.value)
    assert "columns={'entity': " in str(caught.value)
    assert "did you mean" not in str(caught.value)


def test_a_file_without_a_header_is_read_by_positions() -> None:
    text = "1,2268318,2520377,pv,1511544070\n1,2333346,2520771,buy,1511561733\n"
    with pytest.raises(IntakeError, match="positions"):
        sf.read_events(text)
    log = sf.read_events(text, columns={"entity": 0, "step": 3, "time": 4})
    assert sf.count_steps(log, ["pv", "buy"]).counts == (1, 1)


def test_a_log_of_which_no_time_can_be_read_is_refused() -> None:
    with pytest.raises(IntakeError, match="no time that can be read"):
        sf.read_events("user,event,time\na,x,soon\nb,y,later\n")


def test_wrong_arguments_are_refused() -> None:
    calls: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"columns": {"who": "user"}}, ArgumentError),
        ({"columns": ["user"]}, ArgumentError),
        ({"columns": {"entity": "nobody"}}, UnknownNameError),
        ({"attributes": ["nothing"]}, UnknownNameError),
        ({"attributes": 3}, ArgumentError),
    ]
    for options, error in calls:
        with pytest.raises(error):
            sf.read_events(SHOP, **options)
    with pytest.raises(ArgumentError):
        sf.read_events(3)
    with pytest.raises(IntakeError):
        sf.read_events([])


def test_frames_and_records_know_the_usual_names_too() -> None:
    pandas = pytest.importorskip("pandas")
    import csv
    import io

    rows = list(csv.DictReader(io.StringIO(SHOP)))
    assert sf.count_steps(sf.EventLog.from_records(rows), STEPS).counts == (3, 2, 1)
    frame = pandas.DataFrame(rows)
    assert sf.count_steps(frame, STEPS).counts == (3, 2, 1)
    with pytest.raises(UnknownNameError) as caught:
        sf.count_steps(frame.rename(columns={"user_id": "quux"}), STEPS)
    assert "columns={'entity': ..., 'step': 'event_type', 'time': 'event_time'}" in str(
        caught.value
    )
    with pytest.raises((DataError, UnknownNameError)):
        sf.EventLog.from_records(rows, columns={"entity": "nobody"})


@pytest.mark.parametrize(
    "header",
    [
        "Benutzer-ID;Ereignis;Zeitstempel", "id_utilisateur;evenement;horodatage",
        "usuario;evento;fecha_hora", "usuário;ação;data_hora", "Пользователь;Событие;Время",
        "用户;行为;时间", "Kunden_ID;Aktion;Datum",
    ],
)  # fmt: skip
def test_headers_of_other_languages(header: str) -> None:
    log = sf.read_events(f"{header}\n1;a;2026-01-05 10:00\n1;b;2026-01-05 11:00\n")
    assert sf.count_steps(log, ["a", "b"]).counts == (1, 1)
