"""Tables with very many columns are read in time that grows as their columns do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

import salesfunnel as sf
from salesfunnel.errors import IntakeError

READERS: dict[str, tuple[Callable[[str], Any], str, str]] = {
    "deals": (
        lambda text: sf.read_deals(text, as_of="2026-02-01"),
        "id,stage,created",
        "1,Lead,2026-01-01",
    ),
    "events": (sf.read_events, "user,event,time", "1,view,2026-01-01"),
    "purchases": (sf.read_purchases, "customer,date,amount", "1,2026-01-01,3"),
    "table": (sf.read_table, "month,leads,won", "2026-01,10,5"),
}


def wide(reader: str, columns: int, cell: str = "a", header: str = "c{}") -> str:
    _, names, cells = READERS[reader]
    more = ",".join(header.format(i) for i in range(columns))
    return f"{names},{more}\n{cells},{','.join([cell] * columns)}\n"


def seconds(call: Callable[[], Any]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["text", "numbers", "alike", "beyond", "nothing"])
@pytest.mark.parametrize("reader", READERS)
def test_four_times_the_columns_take_about_four_times_as_long(reader: str, kind: str) -> None:
    read, names, cells = READERS[reader]

    def text(columns: int) -> str:
        if kind == "beyond":
            return f"{names}\n{cells}{',1' * columns}\n"
        if kind == "nothing":
            return ",".join(f"c{i}" for i in range(columns)) + "\n" + ",".join("a" * columns)
        header = "c" if kind == "alike" else "c{}"
        return wide(reader, columns, "1" if kind == "numbers" else "a", header)

    def take(columns: int) -> float:
        source = text(columns)

        def call() -> None:
            try:
                read(source)
            except IntakeError:
                assert kind == "nothing"

        return seconds(call)

    take(50)
    # The better of two on both sides: a collection of all garbage of the process may fall into one.
    small, large = (min(take(columns) for _ in range(2)) for columns in (1_500, 6_000))
    # Quadratic time would be sixteen times as long.
    assert large <= 10 * small + 0.1


def test_columns_of_a_wide_table_keep_their_values() -> None:
    history = sf.read_deals(wide("deals", 300, "x"), as_of="2026-02-01")
    assert history.attribute("c299").tolist() == ["x"]
    log = sf.read_events(wide("events", 300, "x"))
    assert log.columns()["c299"].tolist() == ["x"]
    sheet = sf.read_table(wide("table", 300, "x"))
    assert len(sheet.rows) == 2
    unknown = [fault for fault in sheet.faults if fault.code == "unknown-column"]
    assert len(unknown) == 300
    assert {fault.column for fault in unknown} == {f"c{i}" for i in range(300)}
