"""A shop in the street: from passers-by to members who come again."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.builtin.templates._words import Words
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import Stage

__all__ = ["retail_store"]

MANAGER = ("Store manager", "店长")
STAFF = ("Shop assistants", "导购")
DISPLAY = ("Visual merchandising", "陈列组")
MEMBERS = ("Member team", "会员专员")


def retail_store(locale: Locale = "en") -> Funnel:
    """Return the funnel of a store."""
    w = Words(locale)
    stages = (_passing(w), _entry(w), _consultation(w), _fitting(w), _purchase(w), _membership(w))
    return w.funnel("retail-store", "Retail store", "零售门店", stages)


def _passing(w: Words) -> Stage:
    return w.stage(
        "passing", "Passing by", "客流阶段", "footfall outside | passers-by | 过店",
        goal=("Be seen from the street", "吸引过路客流的注意"),
        owner=DISPLAY,
        actions=(
            w.action("window", "Window display", "橱窗陈列", owner=DISPLAY, hours=24 * 14),
            w.action("street_promotion", "Promotion at the door", "门口促销引流", owner=STAFF),
        ),
        metrics=(w.step("passers_by", "Passers-by", "过店人数", "footfall outside | 过店客流"),),
    )  # fmt: skip


def _entry(w: Words) -> Stage:
    return w.stage(
        "entry", "Entry", "进店阶段", "walk-in | footfall | 入店",
        goal=("Bring passers-by into the store", "把客流变为进店顾客"),
        owner=MANAGER,
        actions=(
            w.action("greeting", "Greet every visitor", "迎宾问候", owner=STAFF, hours=0.01),
            w.action("entrance", "Keep the entrance clear", "保持入口通畅", owner=MANAGER),
        ),
        metrics=(
            w.step("visitors", "Visitors in the store", "进店人数", "footfall | walk-ins | 进店客流 | 入店人数"),
            w.metric("dwell_time", "Time in the store", "停留时长", unit="duration"),
        ),
    )  # fmt: skip


def _consultation(w: Words) -> Stage:
    return w.stage(
        "consultation", "Consultation", "接待阶段", "service | advice | 咨询",
        goal=("Learn what the visitor needs", "了解顾客需求"),
        owner=STAFF,
        actions=(
            w.action("open_question", "Ask an open question", "开放式提问", owner=STAFF),
            w.action("two_choices", "Show two fitting articles", "推荐两款合适商品", owner=STAFF),
        ),
        metrics=(
            w.step("consultations", "Visitors advised", "接待人数", "customers served | 深度接待人数"),
            w.metric("wait_time", "Waiting time", "等待时长", unit="duration", better="lower"),
        ),
    )  # fmt: skip


def _fitting(w: Words) -> Stage:
    return w.stage(
        "fitting", "Trying on", "试穿阶段", "trial | fitting room | 体验 | 试用",
        goal=("Let the visitor try the article", "促成试穿或体验"),
        owner=STAFF,
        actions=(
            w.action("fitting_room", "Prepare the fitting room", "备好试衣间", owner=STAFF),
            w.action("matching", "Bring matching pieces", "搭配连带推荐", owner=STAFF),
        ),
        metrics=(w.step("fittings", "Visitors who tried on", "试穿人数", "try-ons | 体验人数"),),
    )  # fmt: skip


def _purchase(w: Words) -> Stage:
    return w.stage(
        "purchase", "Purchase", "成交阶段", "sale | checkout | won | 买单",
        goal=("Close the sale at the till", "促成买单"),
        won=True,
        owner=MANAGER,
        actions=(
            w.action("add_on", "Offer an add-on", "收银台连带销售", owner=STAFF),
            w.action("short_queue", "Open a second till when people wait", "排队时加开收银台", owner=MANAGER, hours=0.05),
        ),
        metrics=(
            w.step("receipts", "Buyers", "成交人数", "receipts | transactions | 成交笔数 | 小票数"),
            w.metric("basket_value", "Value per receipt", "客单价", unit="currency"),
            w.metric("items_per_receipt", "Articles per receipt", "连带率", unit="score"),
        ),
    )  # fmt: skip


def _membership(w: Words) -> Stage:
    return w.stage(
        "membership", "Membership", "会员阶段", "loyalty | repeat | 入会 | 复购",
        goal=("Make buyers come again", "让顾客成为会员并再次到店"),
        owner=MEMBERS,
        actions=(
            w.action("enrol", "Invite to the membership at the till", "收银时邀请入会", owner=STAFF),
            w.action("follow_up", "Message after the purchase", "购后回访", owner=MEMBERS, hours=72),
        ),
        metrics=(
            w.step("repeat_members", "Members who bought again", "会员复购人数", "returning members | 回头客"),
            w.metric("new_members", "New members", "新增会员数"),
        ),
    )  # fmt: skip
