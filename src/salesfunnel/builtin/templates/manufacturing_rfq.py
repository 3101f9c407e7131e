"""Industrial goods: from the request for quotation over sample and audit to serial orders."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.builtin.templates._words import Words
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import Stage

__all__ = ["manufacturing_rfq"]

SALES = ("Technical sales", "技术销售")
ENGINEERING = ("Engineering", "工程部")
COSTING = ("Costing", "成本核算")
QUALITY = ("Quality", "质量部")
LOGISTICS = ("Order management", "订单管理")


def manufacturing_rfq(locale: Locale = "en") -> Funnel:
    """Return the funnel of a supplier of industrial goods."""
    w = Words(locale)
    stages = (_request(w), _feasibility(w), _quotation(w), _sample(w), _order(w), _serial(w))
    return w.funnel("manufacturing-rfq", "Industrial goods on request", "制造业询报价", stages)


def _request(w: Words) -> Stage:
    return w.stage(
        "request", "Request", "询盘阶段", "RFQ | enquiry | inquiry | 询价",
        goal=("Receive requests that fit the plant", "获取与产能匹配的询盘"),
        owner=SALES,
        actions=(
            w.action("supplier_portals", "Entries in supplier portals", "供应商平台入驻", owner=SALES),
            w.action("first_reply", "First reply", "首次回复", owner=SALES, hours=24),
        ),
        metrics=(
            w.step("requests", "Requests for quotation", "询盘数", "RFQs | enquiries | 询价数"),
        ),
    )  # fmt: skip


def _feasibility(w: Words) -> Stage:
    return w.stage(
        "feasibility", "Feasibility", "评审阶段", "technical review | 可行性",
        goal=("Say no early to what cannot be made", "尽早筛除无法制造的需求"),
        owner=ENGINEERING,
        actions=(
            w.action("drawing_review", "Review of drawings", "图纸评审", owner=ENGINEERING, hours=72),
            w.action("open_points", "Clear open points with the customer", "澄清技术疑点", owner=SALES, hours=48),
        ),
        metrics=(
            w.step("feasible_requests", "Requests found feasible", "可行询盘数", "qualified RFQs | 评审通过数"),
            w.metric("review_time", "Time of review", "评审时长", unit="duration", better="lower"),
        ),
    )  # fmt: skip


def _quotation(w: Words) -> Stage:
    return w.stage(
        "quotation", "Quotation", "报价阶段", "quote | offer | 核价",
        goal=("Quote fast and with the right costs", "快速准确报价"),
        owner=COSTING,
        actions=(
            w.action("costing", "Calculation", "成本核算", owner=COSTING, hours=72),
            w.action("quote_follow_up", "Follow up the quotation", "报价跟进", owner=SALES, hours=24 * 7),
        ),
        metrics=(
            w.step("quotations", "Quotations sent", "报价数", "quotes | offers | 报价单数"),
            w.metric("quoted_amount", "Amount quoted", "报价金额", unit="currency"),
        ),
    )  # fmt: skip


def _sample(w: Words) -> Stage:
    return w.stage(
        "sample", "Sample", "打样阶段", "prototype | 样品 | 试样",
        goal=("Prove the quality on a sample", "用样品验证质量"),
        owner=QUALITY,
        actions=(
            w.action("sample_build", "Make the sample", "样品制作", owner=ENGINEERING, hours=24 * 14),
            w.action("test_report", "Test report", "检测报告", owner=QUALITY),
        ),
        metrics=(
            w.step("samples_approved", "Samples approved", "样品通过数", "approved samples | 样品确认数"),
            w.metric("sample_rounds", "Rounds until approval", "打样轮次", better="lower"),
        ),
    )  # fmt: skip


def _order(w: Words) -> Stage:
    return w.stage(
        "order", "First order", "订单阶段", "won | purchase order | PO | 成交 | 首单",
        goal=("Win the order and start production", "获得订单并投产"),
        won=True,
        owner=SALES,
        actions=(
            w.action("terms", "Agree price, terms and delivery", "商定价格与交期", owner=SALES),
            w.action("order_confirmation", "Confirm the order", "订单确认", owner=LOGISTICS, hours=24),
        ),
        metrics=(
            w.step("orders", "Customers with an order", "下单客户数", "purchase orders | orders won | 订单数"),
            w.metric("order_amount", "Order amount", "订单金额", unit="currency"),
        ),
    )  # fmt: skip


def _serial(w: Words) -> Stage:
    return w.stage(
        "serial", "Serial supply", "批量阶段", "repeat order | repurchase | 返单 | 复购",
        goal=("Become the regular supplier", "成为稳定供应商"),
        owner=LOGISTICS,
        actions=(
            w.action("delivery_review", "Review of delivery and quality", "交付与质量回顾", owner=QUALITY, hours=24 * 90),
            w.action("forecast_sharing", "Share the demand forecast", "需求预测共享", owner=LOGISTICS),
        ),
        metrics=(
            w.step("serial_customers", "Customers with serial orders", "批量客户数", "repeat customers | 返单客户数"),
            w.metric("on_time_delivery", "Deliveries on time", "准时交付率", unit="rate"),
            w.metric("complaints", "Complaints", "客诉数", better="lower"),
        ),
    )  # fmt: skip
