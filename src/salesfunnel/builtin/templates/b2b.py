"""B2B sales: the six stages of the method, from first touch to repurchase."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.builtin.templates._words import Words
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import Stage

__all__ = ["b2b"]

MARKETING = ("Marketing", "市场部")
CONTENT = ("Content manager", "内容部经理")
SALES = ("Sales", "销售部")
SALES_HEAD = ("Sales manager", "销售部主管")
DIRECTOR = ("Sales director", "销售总监")
FINANCE = ("Finance", "财务部")
SERVICE = ("Customer service", "客服部")


def b2b(locale: Locale = "en") -> Funnel:
    """Return the B2B funnel of the method."""
    w = Words(locale)
    stages = (
        _awareness(w),
        _interest(w),
        _intent(w),
        _negotiation(w),
        _won(w),
        _repurchase(w),
    )
    return w.funnel("b2b", "B2B sales", "B2B 销售", stages)


def _awareness(w: Words) -> Stage:
    return w.stage(
        "awareness", "Awareness", "认知阶段", "awareness | attention | reach | 认知 | 曝光阶段",
        goal=("Widen the exposure of brand and product", "扩大品牌与产品的曝光"),
        owner=MARKETING,
        actions=(
            w.action("advertising", "Advertising", "广告投放", owner=MARKETING),
            w.action("content_marketing", "Content marketing: white papers, cases",
                     "内容营销(白皮书、案例)", owner=MARKETING),
            w.action("trade_fairs", "Trade fairs", "行业展会", owner=MARKETING),
        ),
        metrics=(
            w.step("impressions", "Impressions", "曝光量",
                   "exposure | exposures | views | reach | ad impressions | 曝光 | 曝光数 | 曝光次数"
                   " | 展示量 | 展现量 | 广告曝光量"),
            w.metric("clicks", "Clicks", "点击量", "ad clicks | click count | 点击 | 点击数 | 点击次数"),
            w.step("leads", "Leads captured", "线索获取量",
                   "leads | lead count | leads (forms submitted) | leads captured (forms submitted)"
                   " | forms submitted | new leads | 线索 | 线索量 | 线索数 | 线索数量 | 留资量"
                   " | 留资数 | 线索获取量(留资表单) | 留资表单数 | 获取线索数"),
        ),
    )  # fmt: skip


def _interest(w: Words) -> Stage:
    return w.stage(
        "interest", "Interest", "兴趣阶段", "interest | consideration | 兴趣",
        goal=("Lead prospects to look into the product themselves", "引导潜在客户主动了解产品"),
        owner=CONTENT,
        actions=(
            w.action("product_pages", "Product pages", "产品页面介绍", owner=CONTENT),
            w.action("webinars", "Online seminars", "线上研讨会", owner=MARKETING),
            w.action("free_trial", "Answer requests for a free trial", "响应免费试用申请",
                     owner=SALES, hours=24),
        ),
        metrics=(
            w.step("content_downloads", "Content downloads", "内容下载量",
                   "downloads | white-paper downloads | white paper downloads"
                   " | content downloads (white paper) | 下载量 | 内容下载 | 内容下载数 | 白皮书下载量"
                   " | 内容下载量(白皮书) | 资料下载量"),
            w.metric("webinar_attendees", "Webinar attendees", "研讨会参与人数",
                     "webinar participants | seminar attendees | 研讨会参会人数 | 直播参与人数"),
            w.metric("page_depth", "Depth of product-page visits", "产品页面访问深度",
                     "pages per visit | visit depth | 页面访问深度 | 访问深度", unit="score"),
            w.step("demos_booked", "Demos booked", "Demo预约数",
                   "demos | demo bookings | demo requests | booked demos | demo appointments"
                   " | 演示预约数 | 预约演示数 | Demo预约量 | Demo预约 | DEMO预约数 | 产品演示预约数"),
        ),
    )  # fmt: skip


def _intent(w: Words) -> Stage:
    return w.stage(
        "intent", "Intent", "意向阶段", "intent | evaluation | qualification | 意向",
        goal=("Pin down the needs of high-potential prospects", "明确高潜客户的具体需求"),
        owner=SALES_HEAD,
        actions=(
            w.action("needs_survey", "Needs survey", "需求调研", owner=SALES, hours=24),
            w.action("product_demo", "Product demo", "产品演示", owner=SALES, hours=72),
            w.action("tailored_proposal", "Tailored proposal", "定制化方案", owner=SALES, hours=120),
        ),
        metrics=(
            w.step("proposals_submitted", "Proposals submitted", "方案提交数",
                   "proposals | proposals sent | proposal count | 方案数 | 方案提交量 | 提交方案数"
                   " | 方案提交"),
            w.metric("need_clarity", "Clarity-of-need score", "客户需求明确度评分",
                     "need clarity | 需求明确度 | 需求明确度评分", unit="score"),
        ),
    )  # fmt: skip


def _negotiation(w: Words) -> Stage:
    return w.stage(
        "negotiation", "Negotiation", "谈判阶段", "negotiation | proposal | quotation | 谈判 | 商务谈判",
        goal=("Bring the customer to a decision", "推动客户做出购买决策"),
        owner=SALES_HEAD,
        actions=(
            w.action("quotation", "Quotation", "报价", owner=SALES, hours=48),
            w.action("contract_terms", "Agree the contract terms", "合同条款协商", owner=SALES_HEAD),
            w.action("objections", "Handle objections", "异议处理", owner=SALES, hours=24),
        ),
        metrics=(
            w.step("quotations_sent", "Quotations sent", "报价单发送数",
                   "quotes | quotes sent | quotations | 报价数 | 报价单数 | 报价单发送量 | 报价单发送"
                   " | 发送报价单数"),
            w.metric("decision_maker_contacts", "Contacts with key decision makers",
                     "关键决策人接触次数", "decision-maker contacts | 决策人接触次数"),
            w.metric("price_negotiations", "Price negotiations", "价格谈判次数",
                     "price talks | 议价次数", better="lower"),
        ),
    )  # fmt: skip


def _won(w: Words) -> Stage:
    return w.stage(
        "won", "Closed won", "成交阶段", "won | closed-won | closed | closing | deal | signed | 成交 | 赢单",
        goal=("Sign the contract and get paid", "签订合同并完成回款"),
        won=True,
        owner=DIRECTOR,
        actions=(
            w.action("contract_signing", "Contract signing", "合同签订", owner=SALES),
            w.action("order_entry", "Order entry", "订单录入", owner=FINANCE, hours=24),
            w.action("handover", "Hand over to service", "服务交接", owner=SERVICE, hours=72),
        ),
        metrics=(
            w.step("contracts_signed", "Contracts signed", "合同签订数",
                   "contracts | signed contracts | deals won | deals | orders | wins | 合同数 | 签约数"
                   " | 签单数 | 成交数 | 成交量 | 合同签订量 | 合同签订 | 成交客户数"),
            w.metric("deal_amount", "Deal amount", "成交金额",
                     "revenue | amount | deal value | sales amount | 成交额 | 合同金额 | 签约金额",
                     unit="currency"),
            w.metric("sales_cycle", "Mean sales cycle", "平均成交周期",
                     "sales cycle | average sales cycle | 成交周期 | 销售周期",
                     unit="duration", better="lower"),
        ),
    )  # fmt: skip


def _repurchase(w: Words) -> Stage:
    return w.stage(
        "repurchase", "Repurchase", "复购阶段", "repurchase | retention | repeat purchase | 复购 | 回购",
        goal=("Keep the customer and sell again", "维系客户并促成再次购买"),
        owner=SERVICE,
        actions=(
            w.action("regular_visits", "Regular visits", "定期回访", owner=SERVICE, hours=24 * 30),
            w.action("value_added_services", "Value-added services", "增值服务", owner=SERVICE),
            w.action("success_stories", "Success stories", "成功案例分享", owner=MARKETING),
        ),
        metrics=(
            w.step("repurchasing_customers", "Repurchasing customers", "复购客户数",
                   "repeat customers | repurchases | returning customers | 复购数 | 复购客户 | 复购人数"
                   " | 老客户复购数"),
            w.metric("repurchase_amount", "Repurchase amount", "复购金额",
                     "repeat revenue | repurchase revenue | 复购额", unit="currency"),
            w.metric("satisfaction", "Customer satisfaction score", "客户满意度评分",
                     "satisfaction | satisfaction score | csat | 满意度 | 客户满意度 | 满意度评分",
                     unit="score"),
        ),
    )  # fmt: skip
