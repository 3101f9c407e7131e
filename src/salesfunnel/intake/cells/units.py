"""Units before and after the digits of a number: currency, counters, time, percent."""

from __future__ import annotations

from decimal import Context, Decimal

from salesfunnel._core.vocabulary import Unit

SHORT = Context(prec=40)
_CURRENCY = (
    "人民币", "美元", "欧元", "港元", "港币", "日元", "英镑", "元", "圆", "块",
    "¥", "￥", "us$", "hk$",
    "$", "€", "£", "₹", "₽", "₩", "rmb", "cny", "usd", "eur", "gbp", "hkd", "jpy", "chf", "inr",
)  # fmt: skip
_COUNTERS = sorted((
    "人次", "人", "个客户", "位客户", "客户", "个", "個", "次", "份", "家", "单", "位", "条", "场",
    "名", "户", "笔", "件", "组", "台", "套", "家企业", "家客户", "组客户", "名客户", "条线索",
    "个线索", "线索", "通", "封", "customers", "leads", "deals", "pcs", "people", "users",
    "visits", "visitors", "orders", "contracts", "calls", "meetings", "demos",
    "个订单", "订单", "份合同", "合同", "times",
), key=len, reverse=True)  # fmt: skip
_DAYS = {
    "天": 1, "日": 1, "day": 1, "days": 1, "d": 1, "周": 7, "星期": 7, "week": 7, "weeks": 7,
}  # fmt: skip
_HOURS = ("小时", "個小時", "hours", "hour", "hrs", "h")
_MINUTES = ("分钟", "minutes", "minute", "mins", "min")
RATES = {"%": 2, "‰": 3, "percent": 2, "per cent": 2, "pct": 2}


def strip_money(text: str) -> tuple[str, bool]:
    """Return the text without a currency, and whether there was one."""
    for sign in _CURRENCY:
        if text.startswith(sign):
            return text.removeprefix(sign).lstrip(), True
        if text.endswith(sign):
            return text.removesuffix(sign).rstrip(), True
    return text, False


def strip_counter(body: str) -> tuple[str, Unit | None, Decimal]:
    """Return the digits without what they count, and the unit and factor of a time."""
    for ending in _COUNTERS:
        if body.endswith(ending):
            return body.removesuffix(ending).rstrip(), None, Decimal(1)
    for ending in _HOURS:
        if body.endswith(ending) and body[:1].isdigit():
            return body.removesuffix(ending).removesuffix("个").rstrip(), "duration", _HOUR
    for ending in _MINUTES:
        if body.endswith(ending) and body[:1].isdigit():
            return body.removesuffix(ending).rstrip(), "duration", _MINUTE
    for ending, days in sorted(_DAYS.items(), key=lambda item: -len(item[0])):
        if body.endswith(ending) and body[:1].isdigit():
            return body.removesuffix(ending).removesuffix("个").rstrip(), "duration", Decimal(days)
    return body, None, Decimal(1)


_HOUR = SHORT.divide(Decimal(1), Decimal(24))
_MINUTE = SHORT.divide(Decimal(1), Decimal(1440))
