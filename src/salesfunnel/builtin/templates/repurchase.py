"""Existing customers: the lifecycle from the first order to the customer who recommends."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.builtin.templates._words import Words
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import Stage

__all__ = ["repurchase"]

SERVICE = ("Customer service", "客服部")
SUCCESS = ("Customer success", "客户成功部")
SALES = ("Sales", "销售部")
MARKETING = ("Marketing", "市场部")
DAY = 24


def repurchase(locale: Locale = "en") -> Funnel:
    """Return the lifecycle of an existing customer."""
    w = Words(locale)
    stages = (_first_order(w), _second_order(w), _regular(w), _grown(w), _advocate(w))
    return w.funnel("repurchase", "Existing customers", "老客户复购", stages)


def _first_order(w: Words) -> Stage:
    return w.stage(
        "first_order", "First order", "首购阶段", "new customer | first purchase | 新客",
        goal=("Make the first delivery a success", "让首次交付成功"),
        owner=SERVICE,
        actions=(
            w.action("welcome", "Welcome call and named contact", "欢迎回访并指定对接人", owner=SERVICE, hours=2 * DAY),
            w.action("onboarding", "Help with first use", "首次使用辅导", owner=SUCCESS, hours=7 * DAY),
        ),
        metrics=(
            w.step("first_orders", "Customers with a first order", "首购客户数", "new customers | 新客户数"),
            w.metric("delivery_on_time", "Deliveries on time", "准时交付率", unit="rate"),
            w.metric("first_satisfaction", "Satisfaction after delivery", "交付满意度评分", unit="score"),
        ),
    )  # fmt: skip


def _second_order(w: Words) -> Stage:
    return w.stage(
        "second_order", "Second order", "二购阶段", "repeat order | second purchase | 复购",
        goal=("Bring the customer back within the usual interval", "在常规周期内促成第二次购买"),
        won=True,
        owner=SALES,
        actions=(
            w.action("due_reminder", "Call when the next order is due", "到期复购提醒", owner=SALES, hours=3 * DAY),
            w.action("usage_review", "Review of use and needs", "使用情况与需求回顾", owner=SUCCESS),
        ),
        metrics=(
            w.step("second_orders", "Customers with a second order", "二购客户数", "repeat customers | 复购客户数"),
            w.metric("days_between_orders", "Days between orders", "复购间隔", unit="duration", better="lower"),
            w.metric("second_amount", "Amount of second orders", "二购金额", unit="currency"),
        ),
    )  # fmt: skip


def _regular(w: Words) -> Stage:
    return w.stage(
        "regular", "Regular customer", "稳定阶段", "loyal | habit | 常客 | 老客户",
        goal=("Make buying here a habit", "使客户形成稳定采购"),
        owner=SALES,
        actions=(
            w.action("regular_visits", "Regular visits", "定期回访", owner=SALES, hours=90 * DAY),
            w.action("framework_agreement", "Framework agreement", "框架协议", owner=SALES),
        ),
        metrics=(
            w.step("regular_customers", "Regular customers", "稳定客户数", "loyal customers | 活跃老客户数"),
            w.metric("churned_customers", "Customers lost", "流失客户数", better="lower"),
            w.metric("repurchase_amount", "Repurchase amount", "复购金额", unit="currency"),
        ),
    )  # fmt: skip


def _grown(w: Words) -> Stage:
    return w.stage(
        "grown", "Grown customer", "增购阶段", "expansion | upsell | cross-sell | 增值 | 交叉购买",
        goal=("Sell more and other things to customers who are satisfied", "向满意客户增购与交叉销售"),
        owner=SUCCESS,
        actions=(
            w.action("needs_workshop", "Workshop on further needs", "深度需求研讨", owner=SUCCESS),
            w.action("value_added_services", "Offer value-added services", "推荐增值服务", owner=SALES),
        ),
        metrics=(
            w.step("grown_customers", "Customers who bought more", "增购客户数", "expanded customers | 交叉购买客户数"),
            w.metric("expansion_amount", "Amount of additional sales", "增购金额", unit="currency"),
        ),
    )  # fmt: skip


def _advocate(w: Words) -> Stage:
    return w.stage(
        "advocate", "Advocate", "推荐阶段", "referral | reference | 转介绍 | 口碑",
        goal=("Win new customers through satisfied ones", "通过满意客户带来新客户"),
        owner=MARKETING,
        actions=(
            w.action("success_stories", "Success stories", "成功案例分享", owner=MARKETING),
            w.action("referral_programme", "Referral programme", "转介绍激励计划", owner=MARKETING),
        ),
        metrics=(
            w.step("advocates", "Customers who recommend", "推荐客户数", "referrers | 转介绍客户数"),
            w.metric("referred_leads", "Leads through recommendation", "转介绍线索数"),
            w.metric("satisfaction", "Customer satisfaction score", "客户满意度评分", "csat | 满意度", unit="score"),
        ),
    )  # fmt: skip
