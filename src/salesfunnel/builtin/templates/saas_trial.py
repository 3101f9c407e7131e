"""Software with a free trial: from visit over activation to a subscription that grows."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.builtin.templates._words import Words
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import Stage

__all__ = ["saas_trial"]

GROWTH = ("Growth", "增长团队")
PRODUCT = ("Product", "产品部")
SALES = ("Sales", "销售部")
SUCCESS = ("Customer success", "客户成功部")


def saas_trial(locale: Locale = "en") -> Funnel:
    """Return the funnel of software that is tried before it is bought."""
    w = Words(locale)
    stages = (_visit(w), _trial(w), _activation(w), _evaluation(w), _paid(w), _expansion(w))
    return w.funnel("saas-trial", "SaaS with a free trial", "SaaS 免费试用", stages)


def _visit(w: Words) -> Stage:
    return w.stage(
        "visit", "Visit", "访问阶段", "traffic | acquisition | 获客",
        goal=("Bring the right people to the site", "让目标用户访问网站"),
        owner=GROWTH,
        actions=(
            w.action("search_pages", "Pages that answer what people search for", "搜索内容页", owner=GROWTH),
            w.action("comparison_pages", "Comparisons with alternatives", "竞品对比页", owner=GROWTH),
        ),
        metrics=(
            w.step("visitors", "Visitors", "访客数", "unique visitors | website visitors | 访问用户数"),
            w.metric("bounce_rate", "Bounce rate", "跳出率", unit="rate", better="lower"),
        ),
    )  # fmt: skip


def _trial(w: Words) -> Stage:
    return w.stage(
        "trial", "Trial", "试用阶段", "signup | sign-up | registration | 注册",
        goal=("Start a trial with little effort", "低门槛开始试用"),
        owner=GROWTH,
        actions=(
            w.action("short_form", "Short sign-up form", "简化注册表单", owner=PRODUCT),
            w.action("welcome_message", "Welcome message with the first task", "欢迎邮件与首个任务", owner=GROWTH, hours=1),
        ),
        metrics=(
            w.step("trials_started", "Trials started", "开通试用数", "signups | sign-ups | registrations | 试用数 | 注册数"),
            w.metric("cost_per_trial", "Cost per trial", "单个试用成本", unit="currency", better="lower"),
        ),
    )  # fmt: skip


def _activation(w: Words) -> Stage:
    return w.stage(
        "activation", "Activation", "激活阶段", "activated | aha | 首次价值",
        goal=("Let the user reach the first result", "让用户尽快获得首个成果"),
        owner=PRODUCT,
        actions=(
            w.action("checklist", "Checklist in the product", "产品内引导清单", owner=PRODUCT),
            w.action("help_offer", "Offer help to users who are stuck", "主动帮助卡住的用户", owner=SUCCESS, hours=24),
        ),
        metrics=(
            w.step("activated_accounts", "Activated accounts", "激活账户数", "activated users | 激活用户数"),
            w.metric("time_to_value", "Time to the first result", "首次价值时长", unit="duration", better="lower"),
        ),
    )  # fmt: skip


def _evaluation(w: Words) -> Stage:
    return w.stage(
        "evaluation", "Evaluation", "评估阶段", "qualified | product-qualified | PQL | 高意向",
        goal=("Turn use into the intention to buy", "把使用转化为购买意向"),
        owner=SALES,
        actions=(
            w.action("usage_call", "Call accounts with high use", "联系高活跃账户", owner=SALES, hours=24),
            w.action("team_invites", "Invite the team", "引导邀请团队成员", owner=PRODUCT),
        ),
        metrics=(
            w.step("qualified_accounts", "Product-qualified accounts", "产品合格账户数", "PQLs | product-qualified leads"),
            w.metric("seats_invited", "Colleagues invited", "邀请成员数"),
        ),
    )  # fmt: skip


def _paid(w: Words) -> Stage:
    return w.stage(
        "paid", "Paid", "付费阶段", "subscribed | customer | won | 订阅 | 成交",
        goal=("Convert the trial before it ends", "在试用到期前完成付费"),
        won=True,
        owner=SALES,
        actions=(
            w.action("plan_advice", "Advice on the plan", "套餐建议", owner=SALES, hours=48),
            w.action("expiry_reminder", "Reminder before the trial ends", "到期提醒", owner=GROWTH),
        ),
        metrics=(
            w.step("subscriptions", "New subscriptions", "新增订阅数", "paying customers | paid accounts | 付费客户数"),
            w.metric("new_mrr", "New monthly recurring revenue", "新增月经常性收入", "MRR", unit="currency"),
        ),
    )  # fmt: skip


def _expansion(w: Words) -> Stage:
    return w.stage(
        "expansion", "Expansion", "扩展阶段", "renewal | retention | 续费 | 增购",
        goal=("Renew and grow the subscription", "续费并扩大使用"),
        owner=SUCCESS,
        actions=(
            w.action("quarterly_review", "Quarterly review of results", "季度价值回顾", owner=SUCCESS, hours=24 * 90),
            w.action("churn_alert", "Act on falling use", "用量下降预警跟进", owner=SUCCESS, hours=72),
        ),
        metrics=(
            w.step("expanded_accounts", "Accounts that grew", "增购账户数", "expansions | upgrades | 升级客户数"),
            w.metric("net_retention", "Net revenue retention", "净收入留存", unit="score"),
            w.metric("churned_accounts", "Accounts lost", "流失账户数", better="lower"),
        ),
    )  # fmt: skip
