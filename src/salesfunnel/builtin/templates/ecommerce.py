"""An online shop: from visit through cart and checkout to the repeat order."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.builtin.templates._words import Words
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import Stage

__all__ = ["ecommerce"]

TRAFFIC = ("Traffic team", "流量运营")
SHOP = ("Shop team", "店铺运营")
SERVICE = ("Customer service", "客服部")
CRM = ("Member team", "会员运营")


def ecommerce(locale: Locale = "en") -> Funnel:
    """Return the funnel of an online shop."""
    w = Words(locale)
    stages = (_visit(w), _view(w), _cart(w), _checkout(w), _order(w), _repeat(w))
    return w.funnel("ecommerce", "E-commerce", "电商", stages)


def _visit(w: Words) -> Stage:
    return w.stage(
        "visit", "Visit", "访问阶段", "traffic | session | 引流",
        goal=("Bring buyers into the shop", "为店铺引入目标流量"),
        owner=TRAFFIC,
        actions=(
            w.action("search_ads", "Search and feed advertising", "搜索与信息流投放", owner=TRAFFIC),
            w.action("live_streams", "Live streams", "直播带货", owner=TRAFFIC),
        ),
        metrics=(
            w.metric("ad_impressions", "Ad impressions", "广告展现量"),
            w.step("visits", "Visits", "访问数", "sessions | visitors | UV | 访客数 | 会话数"),
        ),
    )  # fmt: skip


def _view(w: Words) -> Stage:
    return w.stage(
        "view", "Product view", "浏览阶段", "product page | PDP | 商品浏览",
        goal=("Let visitors find what fits", "让访客找到合适的商品"),
        owner=SHOP,
        actions=(
            w.action("search_quality", "Improve search in the shop", "优化站内搜索", owner=SHOP),
            w.action("product_pictures", "Better pictures and reviews", "完善主图与评价", owner=SHOP),
        ),
        metrics=(
            w.step("product_views", "Visits with a product view", "商品浏览数", "product views | item views | 浏览商品访客数"),
            w.metric("view_time", "Time on product pages", "商品页停留时长", unit="duration"),
        ),
    )  # fmt: skip


def _cart(w: Words) -> Stage:
    return w.stage(
        "cart", "Cart", "加购阶段", "add to cart | basket | 购物车",
        goal=("Turn interest into a filled cart", "把兴趣转化为加购"),
        owner=SHOP,
        actions=(
            w.action("delivery_promise", "Show delivery date and cost early", "提前展示运费与时效", owner=SHOP),
            w.action("bundles", "Offer bundles", "组合优惠", owner=SHOP),
        ),
        metrics=(
            w.step("carts", "Visits with a cart", "加购数", "add-to-carts | adds to cart | 加购人数 | 加入购物车数"),
            w.metric("favourites", "Favourites", "收藏数"),
        ),
    )  # fmt: skip


def _checkout(w: Words) -> Stage:
    return w.stage(
        "checkout", "Checkout", "结算阶段", "begin checkout | 提交订单",
        goal=("Let nobody give up at the till", "减少结算环节流失"),
        owner=SHOP,
        actions=(
            w.action("guest_checkout", "Checkout without an account", "免注册结算", owner=SHOP),
            w.action("chat_help", "Answer questions in the chat", "在线客服答疑", owner=SERVICE, hours=0.1),
        ),
        metrics=(
            w.step("checkouts", "Checkouts started", "发起结算数", "checkouts started | begin checkout | 提交订单数"),
            w.metric("payment_failures", "Failed payments", "支付失败数", better="lower"),
        ),
    )  # fmt: skip


def _order(w: Words) -> Stage:
    return w.stage(
        "order", "Order", "成交阶段", "purchase | paid | won | 支付",
        goal=("Collect the payment and deliver as promised", "完成支付并按时发货"),
        won=True,
        owner=SHOP,
        actions=(
            w.action("cart_reminder", "Remind of open orders", "未付款催付", owner=SERVICE, hours=1),
            w.action("dispatch", "Dispatch", "发货", owner=SHOP, hours=24),
        ),
        metrics=(
            w.step("orders", "Orders paid", "支付订单数", "purchases | transactions | 订单数 | 成交订单数"),
            w.metric("order_amount", "Order amount", "成交金额", "GMV | revenue | 销售额", unit="currency"),
            w.metric("return_rate", "Return rate", "退货率", unit="rate", better="lower"),
        ),
    )  # fmt: skip


def _repeat(w: Words) -> Stage:
    return w.stage(
        "repeat", "Repeat order", "复购阶段", "repurchase | retention | 回购",
        goal=("Win the buyer back as a member", "把买家转化为会员复购"),
        owner=CRM,
        actions=(
            w.action("membership", "Invite to the membership", "邀请入会", owner=CRM, hours=24 * 3),
            w.action("replenishment", "Reminder to refill", "补货提醒", owner=CRM),
        ),
        metrics=(
            w.step("repeat_buyers", "Repeat buyers", "复购买家数", "repeat orders | returning buyers | 复购人数"),
            w.metric("member_share", "Share of members", "会员占比", unit="rate"),
        ),
    )  # fmt: skip
