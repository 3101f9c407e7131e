"""Make the example sheets of fifteen months: one CSV in English, one workbook in Chinese.

    python examples/make_tracking_months.py

The counts are drawn at random from steady rates, with one change put in: from September 2026 on,
fewer proposals lead to a quotation (54 % before, 36 % after). The owner changed the price list.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

import salesfunnel as sf

HERE = Path(__file__).parent
RATES = [0.0088, 0.43, 0.36, 0.43, 0.54, 0.60, 0.31]
TARGETS = [500_000, 5000, 2000, 800, 300, 200, 100, 30]
MONTHS = [f"{2025 + m // 12}-{m % 12 + 1:02d}" for m in range(7, 22)]
NOTES = {
    ("2026-02", "impressions"): ("fewer ads over the holiday", "春节期间投放减少"),
    ("2026-09", "quotations_sent"): ("new price list since the first", "本月起执行新价格表"),
    ("2026-10", "quotations_sent"): ("customers ask for the old prices", "客户要求按原价报价"),
}


def rows(locale):
    rng = np.random.default_rng(20261101)
    funnel = sf.template("b2b", locale=locale)
    for month in MONTHS:
        season = 0.7 if month.endswith("-02") else 1.0
        count = round(480_000 * season * rng.uniform(0.94, 1.06))
        for i, metric in enumerate(funnel.steps):
            if i:
                late = metric.key == "quotations_sent" and month >= "2026-09"
                count = int(rng.binomial(count, 0.36 if late else RATES[i - 1]))
            stage = funnel.stage_of(metric.key)
            note = NOTES.get((month, metric.key), ("", ""))[locale == "zh"]
            yield sf.TrackingRow(
                period=month, stage=stage.key, metric=metric.key,
                target=TARGETS[i], actual=count, owner=stage.owner, note=note,
            )  # fmt: skip


def main():
    english = sf.Tracking(rows=rows("en"), funnel=sf.template("b2b", locale="en"))
    english.to_csv(HERE / "tracking_months_en.csv", locale="en")
    chinese = sf.Tracking(rows=rows("zh"), funnel=sf.template("b2b", locale="zh"))
    (HERE / "tracking_months_zh.xlsx").write_bytes(chinese.to_xlsx(locale="zh"))
    book = io.BytesIO((HERE / "tracking_months_zh.xlsx").read_bytes())
    for sheet in (sf.read_table(HERE / "tracking_months_en.csv"), sf.read_table(book)):
        print(sheet, sheet.panel().counts[-1, 0].tolist())


if __name__ == "__main__":
    main()
