"""FunnelNames as people write them: one form to compare, headers of a sheet, names of a funnel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Literal, get_args

import attrs

from salesfunnel._core.checks import nearest
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.metric import Metric
from salesfunnel.definitions.stage import Stage

Role = Literal[
    "stage", "metric", "target", "actual", "rate", "stated_rate", "attainment", "owner", "note",
    "period", "year", "segment", "unit",
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)

HEADERS: Mapping[Role, tuple[str, ...]] = {
    "stage": (
        "漏斗阶段", "阶段", "销售阶段", "阶段名称", "客户阶段", "环节", "漏斗环节", "漏斗层级",
        "阶段名", "流程", "流程环节", "节点",
        "lifecycle stage",
        "stage", "funnel stage", "sales stage", "stage name", "pipeline stage", "phase",
        "stage label", "schritt", "stufe", "etapa", "étape", "fase", "этап",
    ),
    "metric": (
        "关键指标", "指标", "指标名称", "考核指标", "核心指标",
        "数据指标", "指标项", "关键数据指标",
        "metric", "metrics", "key metric", "key metrics", "kpi", "indicator", "measure",
        "metric name", "key indicator", "step", "funnel step", "step name", "funnel stage name",
        "步骤", "漏斗步骤", "步骤名称", "转化步骤",
    ),
    "target": (
        "目标值", "目标", "计划值", "计划", "本月目标", "月度目标",
        "目标数", "目标数量", "指标值目标", "预算", "本月目标值", "当月目标", "月目标",
        "target", "target value", "goal", "plan", "planned", "budget", "monthly target", "quota",
    ),
    "actual": (
        "实际值", "实际", "完成值", "实际完成", "实际完成值",
        "完成量", "完成数", "实际数", "本月实际", "数量", "人数",
        "本月完成", "本月实际值", "本月完成值", "当月实际", "当月完成", "实际完成数", "实际完成量",
        "数值", "值", "实绩",
        "actual", "actuals", "actual value", "result", "results", "achieved", "count", "value",
        "number", "monthly actual", "customers", "volume",
    ),
    "rate": (
        "转化率", "转换率", "转化率百分比", "阶段转化率", "环比转化率", "上一步转化率",
        "conversion rate", "conversion", "rate", "cvr", "conv rate", "conv", "conversion percent",
        "step conversion", "conversion from previous",
    ),
    "stated_rate": (
        "原填转化率", "填报转化率", "原表转化率", "stated rate", "stated conversion rate",
    ),
    "attainment": (
        "达成率", "完成率", "目标达成率", "目标完成率", "达标率",
        "attainment", "achievement", "achievement rate", "percent of target", "of target",
        "target attainment", "vs target", "completion rate", "completion",
    ),
    "owner": (
        "负责人", "责任人", "跟进人", "责任部门", "负责部门", "负责人岗位", "担当",
        "owner", "responsible", "person in charge", "person responsible", "dri", "assignee",
        "accountable",
    ),
    "note": (
        "备注", "说明", "异常情况说明", "异常说明", "备注说明",
        "情况说明", "备注异常情况说明", "异常情况",
        "note", "notes", "remark", "remarks", "comment", "comments", "explanation",
    ),
    "period": (
        "月份", "月", "期间", "统计周期", "统计月份", "年月",
        "日期", "时间", "统计时间", "季度", "周次",
        "统计日期", "周期", "账期", "周", "日", "年月份", "所属月份", "月度",
        "month", "period", "date", "week", "quarter", "year month", "reporting period", "day",
        "month name", "month year", "week start", "week of", "week starting", "week beginning",
        "week number", "week no", "start date", "reporting month", "report date", "yyyymm", "ym",
        "datum", "monat", "woche", "kw", "fecha", "mes", "semana", "mois", "semaine", "месяц",
    ),
    "year": ("年", "年份", "年度", "year"),
    "segment": (
        "渠道", "细分", "分组", "区域", "地区", "大区", "团队", "产品线", "业务线",
        "segment", "channel", "region", "team", "product line", "group", "territory",
    ),
    "unit": ("单位", "计量单位", "unit", "units", "unit of measure"),
}  # fmt: skip
"""Names of the columns of tracking sheets."""

TOTALS = {
    "合计", "总计", "小计", "汇总", "共计", "总和", "total", "totals", "grandtotal", "subtotal",
    "sum", "gesamt", "gesamtsumme", "summe", "zwischensumme", "insgesamt", "suma", "sumatotal",
    "totales", "totalgeneral", "totalgénéral", "soustotal", "totalgeral", "somatotal", "итого",
    "average", "avg", "平均", "平均值", "均值", "人均", "durchschnitt", "mittelwert", "moyenne",
    "promedio", "среднее", "всего", "общийитог", "totale", "totaal", "overalltotal", "合計", "總計",
    "小計",
}  # fmt: skip
"""Names of rows and columns of totals, folded."""

_TRADITIONAL = str.maketrans(
    "階標實際轉負責備註達單區團隊產線業務計劃預數獲認內詢價簽約購買銷額總個訪談試驗體賬戶續費復薦紹場關鍵績電話郵應門員現會議報間時週環節層級項說異況網",
    "阶标实际转负责备注达单区团队产线业务计划预数获认内询价签约购买销额总个访谈试验体账户续费复荐绍场关键绩电话邮应门员现会议报间时周环节层级项说异况网",
)
_BRACKETS = re.compile(r"[(（\[【<《][^()（）\[\]【】<>《》]*[)）\]】>》]")
_ORDINAL = re.compile(
    r"\s*(?:\d{1,2}\s*[.、．)）:：](?!\d)|[(（]\d{1,2}[)）]|[一二三四五六七八九十]{1,3}[、.．]|[①-⑳])\s*"
)
ORDINALS = {"序号", "编号", "no", "nr", "id", "index", "unnamed0"}
"""Names of columns that only number the rows, folded."""
_STAGE_ENDING = re.compile(r"(阶段|階段|环节|stage|phase)$")
_NAMES = 4096
"""How many names are remembered: a sheet says the same ones in every row."""
_METRIC_ENDING = re.compile(r"(数量|個數|个数|人数|次数|总数|数|量|count|number)$")


@lru_cache(maxsize=_NAMES)
def fold(text: str) -> str:
    """Return a name without case, width, spaces and punctuation, in simplified characters."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    plain = wide if wide.isascii() else wide.translate(_TRADITIONAL)
    return "".join(char for char in plain if unicodedata.category(char)[0] in "LNM")


def without_notes(text: str) -> str:
    """Return a name without what is in brackets, as in ``线索获取量(留资表单)``."""
    while True:
        bare = _BRACKETS.sub(" ", text)
        if bare == text:
            return bare
        text = bare


TARGETS = {
    "target", "targets", "goal", "goals", "quota", "budget", "目标", "目标值", "计划", "任务",
    "预算", "soll", "zielwert", "objectif", "objetivo", "план",
}  # fmt: skip
"""Names of rows of targets among those of people, folded."""


def has_chinese(text: str) -> bool:
    """Whether there is a Han character in it."""
    return any("\u4e00" <= char <= "\u9fff" for char in text)


@cache
def _header_index() -> Mapping[str, Role]:
    return {fold(name): role for role, names in HEADERS.items() for name in names}


def role_of(header: str) -> Role | None:
    """Return what a column holds, by its header; None where we do not know it."""
    index = _header_index()
    for form in (fold(header), fold(without_notes(header))):
        if form in index:
            return index[form]
    return None


@lru_cache(maxsize=_NAMES)
def nearest_header(header: str) -> str | None:
    """Return the known header most like this one."""
    return nearest(without_notes(header).strip(), [n for names in HEADERS.values() for n in names])


@attrs.frozen
class FunnelNames:
    """The names by which a funnel's stages and metrics are known.

    Parameters
    ----------
    stages : mapping
        From a folded name to the keys of the stages that bear it.
    metrics : mapping
        From a folded name to the (stage, metric) keys that bear it.
    shown : tuple of str
        FunnelNames of metrics, as written in the funnel.
    shown_stages : tuple of str
        FunnelNames of stages, as written in the funnel.
    """

    stages: Mapping[str, tuple[str, ...]]
    metrics: Mapping[str, tuple[tuple[str, str], ...]]
    shown: tuple[str, ...]
    shown_stages: tuple[str, ...]

    @classmethod
    def of(cls, funnel: Funnel, *translations: Funnel) -> FunnelNames:
        """Index a funnel; `translations` are the same funnel in other languages."""
        versions = (funnel, *translations)
        own = [(s.key, m.key) for s in funnel for m in s.metrics]
        stages: dict[str, list[Stage]] = {key: [] for key in funnel.keys}
        metrics: dict[tuple[str, str], list[Metric]] = {place: [] for place in own}
        for stage in (stage for version in versions for stage in version):
            if stage.key in stages:
                stages[stage.key].append(stage)
            for metric in stage.metrics:
                if (stage.key, metric.key) in metrics:
                    metrics[stage.key, metric.key].append(metric)
        return cls(
            _index(stages, _STAGE_ENDING),
            _index(metrics, _METRIC_ENDING),
            tuple(
                dict.fromkeys(n for ms in metrics.values() for m in ms for n in (m.label, m.key))
            ),
            tuple(dict.fromkeys(n for ss in stages.values() for s in ss for n in (s.label, s.key))),
        )

    def stage(self, text: str) -> str | None:
        """Return the key of the stage with this name, None where none or several have it."""
        for form in _asked(text, _STAGE_ENDING):
            found = self.stages.get(form, ())
            if len(found) == 1:
                return found[0]
        return None

    def metric(self, text: str, stage: str | None) -> tuple[str, str] | None:
        """Return stage and metric with this name; `stage` decides where several bear it."""
        for form in _asked(text, _METRIC_ENDING):
            found = self.metrics.get(form, ())
            here = [place for place in found if place[0] == stage]
            if len(here) == 1:
                return here[0]
            if len(found) == 1:
                return found[0]
        return None

    def nearest_metric(self, text: str) -> str | None:
        """Return the name of the metric most like this one."""
        return nearest(without_notes(text).strip(), self.shown)

    def nearest_stage(self, text: str) -> str | None:
        """Return the name of the stage most like this one."""
        return nearest(without_notes(text).strip(), self.shown_stages)


def _index(
    items: Mapping[Any, Sequence[Stage] | Sequence[Metric]], ending: re.Pattern[str]
) -> dict[str, tuple[Any, ...]]:
    """Return the keys by every folded name; looser forms only where no exact name claims them."""
    index: dict[str, dict[Any, None]] = {}
    named = [(key, item) for key, held in items.items() for item in held]
    names = [(key, n) for key, item in named for n in (item.key, item.name, *item.aliases)]
    for key, name in names:
        if fold(name):
            index.setdefault(fold(name), {})[key] = None
    exact = set(index)
    for key, name in names:
        for loose in {fold(without_notes(name)), ending.sub("", fold(name))} - exact - {""}:
            index.setdefault(loose, {})[key] = None
    return {form: tuple(keys) for form, keys in index.items()}


@lru_cache(maxsize=_NAMES)
def _asked(text: str, ending: re.Pattern[str]) -> tuple[str, ...]:
    """Return the forms to look up, the strictest first."""
    bare = fold(without_notes(text))
    plain = fold(without_notes(_ORDINAL.sub("", text, count=1) if _ORDINAL.match(text) else text))
    forms = (fold(text), bare, ending.sub("", bare), plain, ending.sub("", plain))
    return tuple(dict.fromkeys(form for form in forms if form))
