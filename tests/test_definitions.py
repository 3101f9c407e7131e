"""Metric, KeyAction, Stage, Funnel, Transition: validation, named verbs, values."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DefinitionError, UnknownNameError
from salesfunnel.testing import funnels, key_actions, metrics, stages

SHOP = sf.Funnel(
    "shop",
    [
        sf.Stage("visit", "Visit", metrics=[sf.Metric("visits", step=True)]),
        sf.Stage(
            "cart",
            metrics=[sf.Metric("carts", step=True), sf.Metric("sum", unit="currency"),
                     sf.Metric("checkouts", step=True)],
        ),
        "order",
    ],
    name="Shop",
)  # fmt: skip


# -- validation ------------------------------------------------------------------------------------


def test_a_metric_tells_every_problem_at_once():
    with pytest.raises(DefinitionError) as caught:
        sf.Metric(" leads", 3, unit="people", better="more", step=True, aliases=["ok", 7])
    problems = caught.value.problems
    assert len(problems) == 6
    for part in ("'key'", "'name'", "'unit'", "'better'", "'count'", "'aliases'"):
        assert any(part in problem for problem in problems), part
    assert "found 6 problems" in str(caught.value)


def test_a_key_action_and_a_stage_tell_every_problem_at_once():
    with pytest.raises(DefinitionError) as caught:
        sf.KeyAction("", None, owner=3, within=timedelta(0))
    assert len(caught.value.problems) == 4
    with pytest.raises(DefinitionError) as caught:
        sf.Stage("s", 1, goal=None, actions=[3], metrics=["leads"], owner=2, aliases=[None])
    assert len(caught.value.problems) == 6
    with pytest.raises(DefinitionError) as caught:
        sf.Stage("s", actions=["a", "a"], metrics=[sf.Metric("m"), sf.Metric("m")])
    assert [p for p in caught.value.problems if "twice" in p] == list(caught.value.problems)


def test_a_funnel_tells_every_problem_at_once():
    metric = sf.Metric("leads", step=True)
    with pytest.raises(DefinitionError) as caught:
        sf.Funnel("", [sf.Stage("a", metrics=metric), sf.Stage("a", metrics=metric)], name=0)
    assert len(caught.value.problems) == 4
    with pytest.raises(DefinitionError, match="at least one stage"):
        sf.Funnel("f", [])
    with pytest.raises(DefinitionError, match="Stage or str"):
        sf.Funnel("f", [3])
    with pytest.raises(DefinitionError, match="metric keys must be unique"):
        sf.Funnel("f", [sf.Stage("a", metrics=metric), sf.Stage("b", metrics=metric)])


@given(
    st.sampled_from([sf.Metric, sf.KeyAction, sf.Stage, sf.Funnel]),
    st.one_of(st.none(), st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=2)),
    st.one_of(st.none(), st.integers(), st.text(max_size=3), st.lists(st.text(), max_size=2)),
)
@settings(max_examples=100)
def test_no_input_raises_anything_else(kind, first, second):
    try:
        made = kind(first, second)
    except DefinitionError:
        return
    assert made == kind(first, second)


# -- the chain -------------------------------------------------------------------------------------


def test_steps_volume_and_transitions():
    assert [m.key for m in SHOP.steps] == ["visits", "carts", "checkouts"]
    assert SHOP.stage("cart").volume.key == "checkouts"
    assert SHOP.stage("order").volume is None
    assert SHOP.transitions() == (sf.Transition("visit", "cart"), sf.Transition("cart", "order"))
    assert [str(t) for t in SHOP.transitions("step")] == ["visits→carts", "carts→checkouts"]
    assert SHOP.level_keys("step") == ("visits", "carts", "checkouts")
    assert SHOP.metric("sum").unit == "currency"
    assert SHOP.stage_of("sum").key == "cart"
    assert (len(SHOP), [s.key for s in SHOP], "cart" in SHOP) == (3, list(SHOP.keys), True)
    assert (SHOP.label, SHOP.stage("visit").label, SHOP.stage("cart").label) == (
        "Shop", "Visit", "cart",
    )  # fmt: skip


def test_what_is_not_there_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'order'"):
        SHOP.stage("ordr")
    for ask in (SHOP.metric, SHOP.stage_of, SHOP.index, SHOP.drop_stage):
        with pytest.raises(UnknownNameError):
            ask("nothing")
    with pytest.raises(ArgumentError, match="'level'"):
        SHOP.transitions("month")


# -- named verbs -----------------------------------------------------------------------------------


def test_insert_a_stage():
    assert SHOP.insert_stage("pay", after="cart").keys == ("visit", "cart", "pay", "order")
    assert SHOP.insert_stage("ad", before="visit").keys == ("ad", "visit", "cart", "order")
    assert SHOP.insert_stage(sf.Stage("repeat")).keys[-1] == "repeat"
    with pytest.raises(ArgumentError, match="'before' and 'after'"):
        SHOP.insert_stage("x", before="cart", after="cart")
    with pytest.raises(DefinitionError, match="unique"):
        SHOP.insert_stage("cart")
    assert SHOP.keys == ("visit", "cart", "order"), "the original stays"


def test_replace_drop_and_rename_a_stage():
    assert SHOP.replace_stage("cart", "basket").keys == ("visit", "basket", "order")
    assert SHOP.drop_stage("cart").keys == ("visit", "order")
    renamed = SHOP.rename_stage("cart", to="basket", name="Basket")
    assert renamed.stage("basket").metrics == SHOP.stage("cart").metrics
    assert renamed.stage("basket").name == "Basket"
    assert SHOP.rename_stage("cart", name="Basket").keys == SHOP.keys
    with pytest.raises(DefinitionError, match="unique"):
        SHOP.rename_stage("cart", to="visit")
    with pytest.raises(DefinitionError, match="at least one stage"):
        sf.Funnel("f", ["a"]).drop_stage("a")
    with pytest.raises(ArgumentError, match="'to' or 'name'"):
        SHOP.rename_stage("cart")


def test_join_two_funnels():
    after = sf.Funnel("care", ["second", "third"], name="Care")
    joined = SHOP.join(after)
    assert joined.keys == (*SHOP.keys, *after.keys)
    assert (joined.key, joined.name) == ("shop+care", "Shop + Care")
    assert SHOP.join(after, key="all", name="All").key == "all"
    with pytest.raises(DefinitionError, match="unique"):
        SHOP.join(SHOP)
    with pytest.raises(ArgumentError, match="'other'"):
        SHOP.join("care")
    whole = (
        sf.template("b2b")
        .drop_stage("repurchase")
        .join(sf.template("repurchase"), key="whole-life")
    )
    assert len(whole) == 10


def test_changes_inside_a_stage():
    stage = SHOP.stage("cart")
    assert stage.with_action("call").actions == (sf.KeyAction("call"),)
    twice = stage.with_action("call").with_action(sf.KeyAction("call", owner="Sales"))
    assert [a.owner for a in twice.actions] == ["Sales"]
    changed = stage.with_metric(sf.Metric("carts", "Carts filled", step=True))
    assert [m.key for m in changed.metrics] == [m.key for m in stage.metrics]
    assert changed.metrics[0].name == "Carts filled"
    assert stage.with_metric(sf.Metric("new")).metrics[-1].key == "new"
    with pytest.raises(DefinitionError):
        stage.replace(owner=3)
    assert sf.Metric("a").replace(name="A").label == "A"
    assert sf.KeyAction("a").replace(within=timedelta(hours=1)).within == timedelta(hours=1)


# -- values ----------------------------------------------------------------------------------------


@given(st.one_of(metrics(), key_actions(), stages(), funnels()))
@settings(max_examples=60)
def test_definitions_are_values(made):
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert hash(again) == hash(made)
    assert copy.deepcopy(made) == made
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.key = "other"


@given(funnels(min_stages=2))
@settings(max_examples=60)
def test_verbs_undo_each_other(funnel):
    new = "new stage"
    for at in funnel.keys:
        assert funnel.insert_stage(new, before=at).drop_stage(new) == funnel
        assert funnel.insert_stage(new, after=at).drop_stage(new) == funnel
        assert funnel.rename_stage(at, to=new).rename_stage(new, to=at) == funnel
        assert funnel.replace_stage(at, funnel.stage(at)) == funnel
    assert len(funnel.transitions()) == len(funnel) - 1
    assert len(funnel.transitions("step")) == max(len(funnel.steps) - 1, 0)
    head = sf.Funnel(funnel.key, funnel.stages[:1], name=funnel.name)
    tail = sf.Funnel("tail", funnel.stages[1:])
    assert head.join(tail, key=funnel.key, name=funnel.name) == funnel


# -- templates -------------------------------------------------------------------------------------

B2B = {
    "awareness": ("认知阶段", ["impressions", "clicks", "leads"]),
    "interest": ("兴趣阶段", ["content_downloads", "webinar_attendees", "page_depth",
                             "demos_booked"]),
    "intent": ("意向阶段", ["proposals_submitted", "need_clarity"]),
    "negotiation": ("谈判阶段", ["quotations_sent", "decision_maker_contacts",
                                "price_negotiations"]),
    "won": ("成交阶段", ["contracts_signed", "deal_amount", "sales_cycle"]),
    "repurchase": ("复购阶段", ["repurchasing_customers", "repurchase_amount", "satisfaction"]),
}  # fmt: skip


def test_the_b2b_template_is_the_one_of_the_method():
    en, zh = sf.template("b2b"), sf.template("b2b", locale="zh")
    assert {s.key: (z.name, [m.key for m in s.metrics]) for s, z in zip(en, zh, strict=True)} == B2B
    chain = ["impressions", "leads", "content_downloads", "demos_booked", "proposals_submitted",
             "quotations_sent", "contracts_signed", "repurchasing_customers"]  # fmt: skip
    assert [m.key for m in en.steps] == chain == [m.key for m in zh.steps]
    assert all(len(s.actions) == 3 for s in en)
    assert zh.metric("leads").name == "线索获取量"
    assert "Leads captured" in zh.metric("leads").aliases
    assert "线索获取量" in en.metric("leads").aliases


@pytest.mark.parametrize("name", [record.name for record in sf.templates() if record.builtin])
def test_every_template_holds_what_its_users_rely_on(name):
    from salesfunnel.testing import check_template

    check_template(lambda locale="en": sf.template(name, locale=locale))
    zh = sf.template(name, locale="zh")
    words = [w for s in zh for w in (s.name, s.goal, s.owner, *(m.name for m in s.metrics),
                                     *(a.name for a in s.actions))]  # fmt: skip
    assert all(any("一" <= c <= "鿿" for c in word) for word in words), "Chinese throughout"
    en = sf.template(name)
    assert all(
        word.isascii()
        for s in en
        for word in (s.name, s.goal, s.owner, *(m.name for m in s.metrics))
    )
    assert any(action.within is not None for stage in en for action in stage.actions)


def test_trades_differ_in_earnest():
    made = {r.name: sf.template(r.name) for r in sf.templates() if r.builtin}
    for a, first in made.items():
        for b, second in made.items():
            if a < b:
                assert len(set(first.keys) & set(second.keys)) <= 2, (a, b)


@pytest.mark.parametrize(("own", "other"), [("en", "zh"), ("zh", "en")])
@pytest.mark.parametrize("name", [record.name for record in sf.templates() if record.builtin])
def test_a_sheet_in_one_language_is_read_with_a_template_in_the_other(name, own, other):
    ours, theirs = sf.template(name, locale=own), sf.template(name, locale=other)
    counts = [(s, m) for s in theirs for m in s.metrics if m.unit == "count"]
    lines = [f"{s.name},{m.name},10,{100 - i}" for i, (s, m) in enumerate(counts)]
    text = "\n".join(["漏斗阶段,关键指标,目标值,实际值", *lines]) + "\n"
    sheet = sf.read_table(text, funnel=ours)
    assert [(row.stage, row.metric) for row in sheet.rows] == [(s.key, m.key) for s, m in counts]
    assert not sheet.faults_of("error")


def test_names_as_teams_write_them_are_known():
    known = {
        "线索获取量(留资表单)": "leads", "线索获取量": "leads", "曝光量": "impressions",
        "内容下载量(白皮书)": "content_downloads", "Demo预约数": "demos_booked",
        "方案提交数": "proposals_submitted", "报价单发送数": "quotations_sent",
        "合同签订数": "contracts_signed", "复购客户数": "repurchasing_customers",
    }  # fmt: skip
    for funnel in (sf.template("b2b"), sf.template("b2b", locale="zh")):
        names = {n: m.key for s in funnel for m in s.metrics for n in (m.name, *m.aliases)}
        assert {name: names[name] for name in known} == known
        stages = {n: s.key for s in funnel for n in (s.name, *s.aliases)}
        assert stages["认知"] == stages["认知阶段"] == stages["Awareness"] == "awareness"
