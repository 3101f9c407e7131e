"""analyze where leads have stopped coming: one rate a step, and no picture of 0 to 152."""

from __future__ import annotations

import datetime as dt

import salesfunnel as sf


def history(months: int = 6) -> sf.StageHistory:
    rows = []
    number = 0
    for month in range(1, months + 1):
        for i in range(60):
            number += 1
            day = dt.date(2026, month, 1 + i % 28)
            steps = [("New", 0), ("Working", 3 + i % 20)]
            steps += [("Contacted", 20 + i % 25)] if i % 5 else []
            steps += [("Won", 40 + i % 30)] if i % 3 == 0 and i % 5 else []
            rows += [
                {"deal": str(number), "stage": stage, "time": str(day + dt.timedelta(days))}
                for stage, days in steps
            ]
    return sf.read_stage_history(
        rows, stages=["New", "Working", "Contacted", "Won"], as_of="2026-08-02"
    )


def test_the_last_month_in_which_anybody_entered_is_judged() -> None:
    found = sf.analyze(history())
    assert found.period == "2026-06"
    fault = next(f for f in found.faults if f.code == "nobody-entered")
    assert fault.column == "New"
    assert fault.value == "2026-07"
    assert "in Jul 2026:" in found.to_text(width=200)
    assert "2026年7月" in found.to_text(locale="zh", width=200)
    asked = sf.analyze(history(), period="2026-07")
    assert asked.period == "2026-07"


def test_the_picture_shows_the_rates_of_the_table() -> None:
    found = sf.analyze(history())
    words = found.to_text(locale="en", width=110)
    picture = words[words.find("Funnel, Jun 2026") :].partition("Conversion rates")[0]
    for row in found.bottlenecks:
        if row.window == 1:
            assert f"{row.rate * 100:.2f}" in picture
