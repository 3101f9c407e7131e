"""Words in headers that tell groups, steps, counts, money and rates from each other."""

from __future__ import annotations

import re
from functools import cache

from salesfunnel.intake.sheet.names import HEADERS, fold, without_notes

__all__ = ["LABELS", "MEASURES", "is_money_or_rate", "is_segment_name"]

_SEGMENTS = (
    "部门|业务员|销售|销售员|销售人员|销售代表|销售顾问|客户经理|销售经理|门店|店铺|店铺名称|店名|门店名称"
    "|产品|产品名称|产品线|品类|类目|品牌|来源|客户来源|线索来源|流量来源|设备|设备类型|终端|国家|城市|省份"
    "|平台|活动|活动名称|项目|项目组|小组|组别|组|姓名|员工|顾问|人员|跟进人员|媒介|广告计划|投放渠道"
    "|渠道名称|一级渠道|二级渠道|客户类型|客户类别|行业|用户类型|新老客|分公司|事业部|代理商|经销商|队伍"
    "|device|device type|device category|source|traffic source|lead source|source medium|medium"
    "|campaign|campaign name|utm source|utm medium|utm campaign|product|product name"
    "|product category|category|brand|country|city|state|province|market|rep|rep name"
    "|sales rep|sales person"
    "|salesperson|salesman|sales agent|seller|agent|employee|employee name|account executive|ae|sdr"
    "|bdr|advisor|consultant|store|store name|shop|branch|office|location|department|dept|platform"
    "|landing page|page|variant|variation|experiment group|test group|cohort|plan|user type"
    "|customer type|visitor type|industry|vertical|vendor|partner|language|browser|os"
    "|operating system|gender|age group|tier|business unit|division|acquisition channel"
    "|marketing channel|channel name|channel group|name|full name|verkäufer|mitarbeiter|kanal|land"
    "|gerät|quelle|produkt|filiale|vendedor|canal|país|pais|dispositivo|origen|producto|tienda"
    "|vendeur|canal d'acquisition|pays|appareil|produit|magasin|менеджер|канал|источник"
)
LABELS = (
    r"\bsteps?\b|_steps?\b|\bsteps?_|stage|\bevents?\b|event_|_event|action|phase|funnel|activity"
    r"|schritt|stufe|ereignis|etapa|étape|etape|fase|этап|шаг|步骤|阶段|环节|事件|漏斗|节点|流程|动作|状态"
)
"""Words in the name of a column of steps."""
_MEASURES = (
    # folded: people, then visits, then things, then whatever happened
    "users|user|usercount|uniqueusers|distinctusers|numberofusers|numusers|nusers|totalusers"
    "|uniquevisitors|visitors|people|persons|customers|uniquecustomers|uv|用户数|人数|客户数"
    "|独立用户数|访客数|独立访客|去重用户数|用户量|nutzer|usuarios|utilisateurs|entered|in"
    ";sessions|visits|会话数|访问数|访问次数"
    ";deals|leads|opportunities|prospects|contacts|accounts|商机数|线索数|商机数量|线索数量"
    ";events|eventcount|totalevents|total|totalcount|hits|clicks|pv|次数|事件数|总次数|总数"
    "|occurrences"
)
MEASURES = tuple(frozenset(words.split("|")) for words in _MEASURES.split(";"))
"""Names of what a funnel counts, folded, the likeliest first."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_COUNTS = re.compile(
    r"revenue|turnover|amount"
    r"|\b(?:sales|orders?|deals?|cart|basket|contract|pipeline|booking) value|\bnps\b|\bcsat\b"
    r"|headcount|\bfte\b|\bper (?:visit|session|user|customer|order)"
    r"|gmv|\barpu\b|\baov\b|\bltv\b|\bcac\b"
    r"|\bcpa\b|\bcpc\b|\bcpl\b"
    r"|cost|spend|spent|budget|price|profit|margin|income|\bfees?\b|\b(?:usd|eur|gbp|cny|rmb)\b"
    r"|\brate\b|_rate|\bratio|percent|pct|%|\bcvr\b|\bctr\b|\broi\b|\broas\b|conversion(?!s)|probability|\bshare\b"
    r"|average|\bavg\b|\bmean\b|median|score|rating|\bage\b|duration|\bdays\b|hours|minutes|seconds"
    r"|time[ _]spent|drop[ _-]?off|dropped|\blost\b|churn|abandon|bounce"
    r"|umsatz|betrag|kosten|preis|quote|ingresos|importe|monto|plazo|meses|coste|precio|tasa|chiffre|montant|taux|prix"
    r"|金额|收入|营收|营业额|流水|花费|费用|成本|消耗|预算|单价|客单价|价格|利润|毛利|率$|占比|比例|百分比"
    r"|平均|均值|中位|得分|评分|分数|天数|时长|时间|周期|流失|元\)|元）|（元|\(元",
    re.IGNORECASE,
)


_NOT_STEPS = re.compile(
    r"(?:revenue|turnover|amount|gmv|cost|costs|spend|budget|profit|margin|price|fees?|\(usd\)|\(eur\)"
    r"|\brate|_rate|ratio|percent|%|\bcvr|\bctr|\broi|\broas|\bcac|\baov|\bltv|\barpu|score|duration"
    r"|\bdays|\bhours|\blost|churned|dropped|umsatz|kosten|betrag|ingresos|importe|montant"
    r"|金额|收入|营收|营业额|流水|费用|成本|消耗|预算|单价|客单价|利润|毛利|率|占比|比例|得分|评分|分数"
    r"|天数|时长|周期|流失|流失数|流失客户|流失人数)\s*(?:[(（][^)）]*[)）])?$"
    r"|^(?:average|avg|mean|median|平均)",
    re.IGNORECASE,
)


@cache
def _segment_names() -> frozenset[str]:
    return frozenset(fold(name) for name in (*_SEGMENTS.split("|"), *HEADERS["segment"]))


def is_segment_name(header: str) -> bool:
    """Whether a header names what groups are distinguished by: person, store, device, source."""
    return any(form in _segment_names() for form in (fold(header), fold(without_notes(header))))


def is_money_or_rate(name: str, *, label: bool = False) -> bool:
    """Whether a name speaks of money, a rate or a mean, which are not steps of a funnel.

    Parameters
    ----------
    name : str
        The name of a metric.
    label : bool
        Whether it is one of many rows, where steps may be called "Price quote sent" or
        "Conversion": only the end of the name tells then.
    """
    pattern = _NOT_STEPS if label else _NOT_COUNTS
    return any(pattern.search(text) for text in (name, _CAMEL.sub(" ", name).replace("_", " ")))
