"""A company whose year is known, and a team that fills in and edits its workbooks.

From February 2026 on more needs are answered late, and a late answer costs most of the chance of a
negotiation. The team carries out two measures from April: one ends the late answers within two
weeks, one does nothing.
"""

from __future__ import annotations

import io
from datetime import date, timedelta

import numpy as np

FIRST, YEAR = (2024, 1), 2026
LATE_FROM, MENDED_FROM = "2026-02-01", "2026-04-10"
STAGES = ("interest", "intent", "negotiation", "won")
TARGETS = {
    "曝光量": 500_000, "线索获取量": 450, "内容下载量": 225, "Demo预约数": 225,
    "方案提交数": 225, "报价单发送数": 115, "合同签订数": 40,
}  # fmt: skip
OWNERS = {
    "曝光量": "市场部专员", "内容下载量": "内容部经理", "Demo预约数": "销售部主管",
    "方案提交数": "销售部团队", "报价单发送数": "销售部主管", "合同签订数": "销售总监",
}  # fmt: skip
STAGE_OF = {"曝光量": "认知阶段", "线索获取量": "认知阶段", "内容下载量": "兴趣阶段",
            "Demo预约数": "兴趣阶段", "方案提交数": "意向阶段", "客户需求明确度评分": "意向阶段",
            "报价单发送数": "谈判阶段", "合同签订数": "成交阶段"}  # fmt: skip


def months(last):
    """Return the months from the first one to a last one, as 2026-05."""
    year, month = FIRST
    found = []
    while (label := f"{year}-{month:02d}") <= last:
        found.append(label)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def late_share(day):
    return 0.8 if LATE_FROM <= str(day) < MENDED_FROM else 0.12


def deals(seed=5, each=450):
    """Return every deal until the end of the year as rows of text, and its dates."""
    rng = np.random.default_rng(seed)
    rows = []
    for month in months(f"{YEAR}-12"):
        start = date(int(month[:4]), int(month[5:]), 1)
        for i in range(int(rng.poisson(each))):
            day = start + timedelta(days=int(rng.integers(0, 28)))
            late = rng.random() < late_share(day)
            hours = rng.uniform(30, 90) if late else rng.uniform(1, 20)
            chances = (0.5, 0.2 if late else 0.58, 0.36)
            dates, lag = [day], (5, 8, 14)
            for chance, days in zip(chances, lag, strict=True):
                if rng.random() > chance:
                    break
                day = day + timedelta(days=1 + int(rng.gamma(2, days / 2)))
                dates.append(day)
            won = len(dates) == 4
            closed = day if won else day + timedelta(days=3 + int(rng.gamma(2, 8)))
            rows.append({
                "deal": f"{month}-{i:03d}", "dates": dates, "closed": closed, "won": won,
                "value": int(rng.integers(20, 60)) * 1000, "hours": round(float(hours), 1),
                "channel": str(rng.choice(["展会", "推荐", "搜索"])),
                "owner": str(rng.choice(["赵敏", "刘洋", "陈静", "王磊"])),
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
        seen += [""] * (4 - len(seen))
        over = row["closed"] < today
        outcome = ("won" if row["won"] else "lost") if over else "open"
        lines.append(",".join([
            row["deal"], *seen, str(row["closed"]) if over else "", outcome, str(row["value"]),
            row["channel"], row["owner"], str(row["hours"]),
        ]))  # fmt: skip
    return "\n".join(lines) + "\n"


def figures(rows, month):
    """Return what the team counts in a month, by the metric's name."""
    rng = np.random.default_rng(int(month.replace("-", "")))

    def entered(k):
        return sum(len(r["dates"]) > k and str(r["dates"][k])[:7] == month for r in rows)

    leads = entered(0)
    late = "2026-02" <= month <= "2026-04"
    return {
        "曝光量": int(rng.normal(480_000, 9_000)) // 1000 * 1000,
        "线索获取量": leads, "内容下载量": int(leads * 0.5) + int(rng.integers(-6, 7)),
        "Demo预约数": entered(1) + int(rng.integers(0, 4)), "方案提交数": entered(1),
        "客户需求明确度评分": round(float(rng.normal(3.4 if late else 4.1, 0.08)), 2),
        "报价单发送数": entered(2), "合同签订数": entered(3),
    }  # fmt: skip


def history(rows, last):
    """Return the sheet of all months until a last one, as the team kept it before."""
    lines = ["期间,漏斗阶段,关键指标,目标值,实际值,负责人,备注"]
    for month in months(last):
        for name, value in figures(rows, month).items():
            shown = f"{value / 10_000:g}万" if value > 100_000 else value
            score = name.endswith("评分")
            lines.append(
                f"{month},{STAGE_OF[name]},{name},{'4.2/5' if score else TARGETS[name]},"
                f"{f'{value}/5' if score else shown},{OWNERS.get(name, '')},"
            )
    return "\n".join(lines) + "\n"


class Team:
    """Fills in a workbook and edits its plan; remembers what it wrote.

    Parameters
    ----------
    rows : list
        The deals.
    rename : dict
        Round → {metric: new name}.
    """

    def __init__(self, rows):
        self.rows = rows
        self.names = {}
        self.typed = {}
        self.accepted = {}
        self.notes = {}
        self.own = {}
        self.calls = {}

    def fill(self, book, month, number, accept=()):
        """Return the workbook as it comes back for a month; `accept` is words of problems."""
        import openpyxl

        work = openpyxl.load_workbook(io.BytesIO(book))
        sheet = work.worksheets[0]
        heads = {cell.value: cell.column for cell in sheet[1]}
        at, actual = heads["关键指标"], heads["实际值"]
        values = figures(self.rows, month)
        self.typed = {}
        for row in range(2, sheet.max_row + 1):
            name = sheet.cell(row, at).value
            if name is None:
                continue
            original = next((old for old, new in self.names.items() if new == name), name)
            if original in values:
                value = values[original]
                self.typed[name] = value
                text = f"{value / 10_000:g}万" if original == "曝光量" else value
                sheet.cell(row, actual).value = f"{value}/5" if original.endswith("评分") else text
            elif name == "电话量":
                self.typed[name] = sheet.cell(row, actual).value = 400 + number
        last = sheet.max_row
        if number == 2:  # a metric of its own, from now on in every sheet
            sheet.cell(last + 1, heads["漏斗阶段"]).value = "谈判阶段"
            sheet.cell(last + 1, at).value = "电话量"
            sheet.cell(last + 1, heads["目标值"]).value = 420
            sheet.cell(last + 1, actual).value = 402
            sheet.cell(last + 1, heads["期间"]).value = month
            self.typed["电话量"] = 402
        if number == 3:  # a metric gets the name that everybody uses
            self._rename(sheet, at, "方案提交数", "提交方案")
        if number == 7:
            self._rename(sheet, at, "报价单发送数", "报价数")
        self._plan(work["优化方案"], month, number, accept)
        out = io.BytesIO()
        work.save(out)
        return out.getvalue()

    def _rename(self, sheet, at, old, new):
        for row in range(2, sheet.max_row + 1):
            if sheet.cell(row, at).value == old:
                sheet.cell(row, at).value = new
                self.typed[new] = self.typed.pop(old)
                self.names[old] = new

    def _plan(self, page, month, number, accept):
        heads = {cell.value: cell.column for cell in page[1]}
        column = {
            role: heads[name]
            for role, name in {
                "step": "瓶颈阶段", "problem": "问题分析", "measure": "优化措施", "owner": "责任人",
                "due": "完成时间", "state": "状态", "note": "备注",
            }.items()
        }  # fmt: skip
        key = next(c for name, c in heads.items() if name in {"编号", "键"})
        listed = [r for r in range(2, page.max_row + 1) if page.cell(r, column["measure"]).value]
        for row in listed:
            title = str(page.cell(row, column["measure"]).value).split("\n")[0]
            problem = str(page.cell(row, column["problem"]).value)
            if any(word in problem for word in accept) and title not in self.accepted:
                page.cell(row, column["state"]).value = "已采纳"
                page.cell(row, column["owner"]).value = "赵敏"
                self.accepted[title] = "赵敏"
            elif page.cell(row, column["state"]).value == "拟定" and number % 2:
                note = f"第{number}次例会：暂缓"
                page.cell(row, column["note"]).value = note
                self.notes[title] = note
        if number == 5:  # a measure in the team's own words, that will do nothing
            row = (max(listed) if listed else 1) + 1
            year, index = int(month[:4]), int(month[5:])
            cells = {
                "step": "谈判阶段 → 成交阶段", "measure": "成交后赠送纪念品", "owner": "王磊",
                "due": date(year, index, 20), "state": "已采纳", "note": "自拟",
            }  # fmt: skip
            for role, value in cells.items():
                page.cell(row, column[role]).value = value
            self.own["成交后赠送纪念品"] = "王磊"
            listed.append(row)
        if number in {4, 8} and len(listed) > 1:  # rows are moved
            first, second = listed[0], listed[-1]
            for col in range(1, page.max_column + 1):
                a, b = page.cell(first, col), page.cell(second, col)
                a.value, b.value = b.value, a.value
        if number in {3, 5, 9}:  # somebody deletes the column of keys
            page.delete_cols(key)
