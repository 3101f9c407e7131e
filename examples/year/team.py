"""A company that does not exist, and a team that fills in and edits its workbooks for a year.

From February 2026 on more needs are answered late, and a late answer costs most of the chance of a
negotiation. The team carries out two measures from April: one ends the late answers within days,
one does nothing. docs/guide/year.md walks through it.
"""

from __future__ import annotations

import io
from datetime import date, timedelta

import numpy as np

import salesfunnel as sf

FIRST, YEAR = (2024, 10), 2026
LATE_FROM, MENDED_FROM = "2026-02-01", "2026-04-06"
STAGE_OF = {
    "impressions": "awareness", "leads": "awareness", "content_downloads": "interest",
    "demos_booked": "interest", "proposals_submitted": "intent", "need_clarity": "intent",
    "quotations_sent": "negotiation", "contracts_signed": "won",
}  # fmt: skip
TARGETS = {
    "impressions": 500_000, "leads": 400, "content_downloads": 200, "demos_booked": 200,
    "proposals_submitted": 200, "need_clarity": 4.2, "quotations_sent": 100,
    "contracts_signed": 36,
}  # fmt: skip
WORDS = {
    "en": {
        "owners": {"impressions": "Marketing specialist", "content_downloads": "Content manager",
                   "demos_booked": "Head of sales", "proposals_submitted": "Sales team",
                   "quotations_sent": "Head of sales", "contracts_signed": "Sales director"},
        "heads": ("Period", "Stage", "Metric", "Target", "Actual", "Owner", "Notes"),
        "plan": ("Bottleneck", "Problem analysis", "Measure", "Owner", "Due", "State", "Remark",
                 "Key"),
        "sheet": "Plan", "accepted": "accepted", "proposed": "proposed", "late": "response",
        "step": "Negotiation → Closed won", "own": "Send a gift after the deal",
        "note": "round {}: not now", "mine": "our own idea", "calls": "Calls made",
        "renamed": {3: ("proposals_submitted", "Offers out"), 7: ("quotations_sent", "Quotes")},
        "people": ("Ann", "Bo"),
    },
    "zh": {
        "owners": {"impressions": "市场部专员", "content_downloads": "内容部经理",
                   "demos_booked": "销售部主管", "proposals_submitted": "销售部团队",
                   "quotations_sent": "销售部主管", "contracts_signed": "销售总监"},
        "heads": ("期间", "漏斗阶段", "关键指标", "目标值", "实际值", "负责人", "备注"),
        "plan": ("瓶颈阶段", "问题分析", "优化措施", "责任人", "完成时间", "状态", "备注", "编号"),
        "sheet": "优化方案", "accepted": "已采纳", "proposed": "拟定", "late": "响应",
        "step": "谈判阶段 → 成交阶段", "own": "成交后赠送纪念品", "note": "第{}次例会：暂缓",
        "mine": "自拟", "calls": "电话量",
        "renamed": {3: ("proposals_submitted", "提交方案"), 7: ("quotations_sent", "报价数")},
        "people": ("赵敏", "王磊"),
    },
}  # fmt: skip


def months(last):
    """Return the months from the first one to a last one, as 2026-05."""
    year, month = FIRST
    found = []
    while (label := f"{year}-{month:02d}") <= last:
        found.append(label)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def calendar(count):
    """Return month and day of so many rounds: the third of the month after it."""
    judged = months(f"{YEAR}-12")
    judged = judged[judged.index(f"{YEAR - 1}-12") :][:count]
    days = [date(int(m[:4]) + (m[5:] == "12"), int(m[5:]) % 12 + 1, 3) for m in judged]
    return list(zip(judged, days, strict=True))


def deals(seed=5, each=400):
    """Return every deal until the end of the year, with all its dates."""
    rng = np.random.default_rng(seed)
    rows = []
    for month in months(f"{YEAR}-12"):
        start = date(int(month[:4]), int(month[5:]), 1)
        for i in range(int(rng.poisson(each))):
            day = start + timedelta(days=int(rng.integers(0, 28)))
            late = rng.random() < (0.8 if LATE_FROM <= str(day) < MENDED_FROM else 0.12)
            hours = rng.uniform(30, 90) if late else rng.uniform(1, 20)
            dates = [day]
            for chance, days in zip((0.5, 0.2 if late else 0.58, 0.36), (5, 8, 14), strict=True):
                if rng.random() > chance:
                    break
                day += timedelta(days=1 + int(rng.gamma(2, days / 2)))
                dates.append(day)
            won = len(dates) == 4
            rows.append({
                "deal": f"{month}-{i:03d}", "dates": dates, "won": won,
                "closed": day if won else day + timedelta(days=3 + int(rng.gamma(2, 8))),
                "value": int(rng.integers(20, 60)) * 1000, "hours": round(float(hours), 1),
                "channel": str(rng.choice(["fair", "referral", "search"])),
                "owner": str(rng.choice(["Ann", "Bo", "Cem", "Dee"])),
            })  # fmt: skip
    return rows


def export(rows, today):
    """Return the export of the CRM on a day: what has not happened yet is not in it."""
    lines = [
        "deal,interest,intent,negotiation,won,closed,outcome,value,channel,owner,response_hours"
    ]
    for row in rows:
        if row["dates"][0] >= today:
            continue
        seen = [str(day) if day < today else "" for day in row["dates"]]
        over = row["closed"] < today
        lines.append(",".join([
            row["deal"], *seen, *[""] * (4 - len(seen)), str(row["closed"]) if over else "",
            ("won" if row["won"] else "lost") if over else "open", str(row["value"]),
            row["channel"], row["owner"], str(row["hours"]),
        ]))  # fmt: skip
    return "\n".join(lines) + "\n"


def figures(rows, month):
    """Return what the team counts in a month, by metric."""
    rng = np.random.default_rng(int(month.replace("-", "")))

    def entered(k):
        return sum(len(r["dates"]) > k and str(r["dates"][k])[:7] == month for r in rows)

    late = "2026-02" <= month <= "2026-04"
    return {
        "impressions": int(rng.normal(480_000, 9_000)) // 1000 * 1000, "leads": entered(0),
        "content_downloads": int(entered(0) * 0.5) + int(rng.integers(-6, 7)),
        "demos_booked": entered(1) + int(rng.integers(0, 4)), "proposals_submitted": entered(1),
        "need_clarity": round(float(rng.normal(3.4 if late else 4.1, 0.08)), 2),
        "quotations_sent": entered(2), "contracts_signed": entered(3),
    }  # fmt: skip


def names_of(locale):
    """Return key → name of the stages and metrics of the template."""
    funnel = sf.template("b2b", locale=locale)
    names = {metric.key: metric.label for stage in funnel for metric in stage.metrics}
    return names | {stage.key: stage.label for stage in funnel}


def cell(metric, value, locale):
    """Return a figure as the team writes it: 48.3万, 4.1/5."""
    if metric == "need_clarity":
        return f"{value}/5"
    return f"{value / 10_000:g}万" if metric == "impressions" and locale == "zh" else value


def history(rows, last, locale="en"):
    """Return the sheet of all months until a last one, as the team kept it before."""
    words, names = WORDS[locale], names_of(locale)
    lines = [",".join(words["heads"])]
    for month in months(last):
        for metric, value in figures(rows, month).items():
            aim, came = cell(metric, TARGETS[metric], locale), cell(metric, value, locale)
            owner = words["owners"].get(metric, "")
            cells = (month, names[STAGE_OF[metric]], names[metric], aim, came, owner, "")
            lines.append(",".join(map(str, cells)))
    return "\n".join(lines) + "\n"


class Team:
    """Fills in a workbook and edits its plan, and remembers what it wrote.

    It renames metrics, adds one of its own, writes 万, moves rows, notes why it waits, adds a
    measure in its own words, and deletes the column of keys.
    """

    def __init__(self, rows, locale="en"):
        self.rows, self.locale, self.words = rows, locale, WORDS[locale]
        self.metrics = {name: key for key, name in names_of(locale).items()}
        self.typed, self.accepted, self.notes, self.own = {}, {}, {}, {}

    def fill(self, book, month, number, *, accept=False):
        """Return the workbook as it comes back for a month."""
        import openpyxl

        work = openpyxl.load_workbook(io.BytesIO(book))
        sheet = work.worksheets[0]
        heads = {str(c.value): c.column for c in sheet[1]}
        period, stage, metric, target, actual = (heads[h] for h in self.words["heads"][:5])
        values, calls = figures(self.rows, month), self.words["calls"]
        self.typed = {}
        for row in range(2, sheet.max_row + 1):
            name = sheet.cell(row, metric).value
            key = self.metrics.get(name)
            if name == calls:
                self.typed[name] = sheet.cell(row, actual).value = 400 + number
            elif key in values:
                self.typed[name] = values[key]
                sheet.cell(row, actual).value = cell(key, values[key], self.locale)
        for row in range(2, sheet.max_row + 1):  # a metric gets the name that everybody uses
            key, new = self.words["renamed"].get(number, ("", ""))
            name = sheet.cell(row, metric).value
            if key and self.metrics.get(name) == key:
                sheet.cell(row, metric).value = new
                self.metrics[new] = self.metrics.pop(name)
                self.typed[new] = self.typed.pop(name)
        if number == 2:  # a metric of its own, from now on in every sheet
            row = sheet.max_row + 1
            cells = {period: month, stage: names_of(self.locale)["negotiation"], metric: calls,
                     target: 420, actual: 402}  # fmt: skip
            for column, value in cells.items():
                sheet.cell(row, column).value = value
            self.typed[calls] = 402
        self._plan(work[self.words["sheet"]], month, number, accept=accept)
        out = io.BytesIO()
        work.save(out)
        return out.getvalue()

    def _plan(self, page, month, number, *, accept):
        words = self.words
        heads = {str(c.value): c.column for c in page[1]}
        step, problem, measure, owner, due, state, note, key = (heads[h] for h in words["plan"])
        listed = [r for r in range(2, page.max_row + 1) if page.cell(r, measure).value]
        for row in listed:
            title = str(page.cell(row, measure).value).split("\n")[0]
            asked = words["late"] in str(page.cell(row, problem).value)
            if accept and asked and title not in self.accepted:
                page.cell(row, state).value = words["accepted"]
                page.cell(row, owner).value = self.accepted[title] = words["people"][0]
            elif page.cell(row, state).value == words["proposed"] and number % 2:
                page.cell(row, note).value = self.notes[title] = words["note"].format(number)
        if accept:  # a measure in the team's own words, that will do nothing
            listed.append(max(listed, default=1) + 1)
            day = date(int(month[:4]), int(month[5:]), 20)
            cells = {step: words["step"], measure: words["own"], owner: words["people"][1],
                     due: day, state: words["accepted"], note: words["mine"]}  # fmt: skip
            for column, value in cells.items():
                page.cell(listed[-1], column).value = value
            self.own[words["own"]] = words["people"][1]
        if number in {4, 8} and len(listed) > 1:  # rows are moved
            for column in range(1, page.max_column + 1):
                one, other = page.cell(listed[0], column), page.cell(listed[-1], column)
                one.value, other.value = other.value, one.value
        if number in {3, 5, 9}:  # somebody deletes the column of keys
            page.delete_cols(key)
