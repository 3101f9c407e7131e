"""CRMs without a Python client of their own: answers page by page, as their documents show them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, IntakeError

AS_OF = "2026-04-01"
DAY = 86_400_000
JAN_5 = 1767571200000  # 2026-01-05, in milliseconds


def codes(history):
    return {fault.code: fault for fault in history.faults}


def worst(history):
    return {fault.severity for fault in history.faults}


def get(address, **query):
    with urlopen(f"{address}?{urlencode(query)}") as answer:
        return json.load(answer)


def days(history, deal):
    row = history.deals.tolist().index(deal)
    return [None if np.isnat(t) else str(t)[:10] for t in history.entered[row]]


# Zoho


def zoho_deal(key, stage, **fields):
    return {
        "id": key, "Deal_Name": f"D{key}", "Stage": stage, "Amount": 900.5, "Currency": "INR",
        "Closing_Date": "2026-05-01", "Probability": 40, "Owner": {"name": "Ann", "id": "55"},
        "Account_Name": {"name": "Acme", "id": "66"}, "Pipeline": {"name": "Standard", "id": "1"},
        "Created_Time": "2026-01-05T13:30:00+05:30", "Modified_Time": "2026-03-20T13:30:00+05:30",
        "Stage_Modified_Time": "2026-01-20T13:30:00+05:30", "Lead_Source": "Web", "$approved": True,
        "$currency_symbol": "Rs.", "Region": ["EU", "US"], "Seats": 12, **fields,
    }  # fmt: skip


ZOHO = [
    zoho_deal("1", "Closed Won", Stage_Modified_Time="2026-02-01T13:30:00+05:30"),
    zoho_deal("2", "Closed-Lost to Competition", Amount=None),
    zoho_deal("3", "Security Review", Owner=None, Region=[]),
]
ZOHO_PIPELINE = {"pipeline": [{"id": "1", "display_value": "Standard", "default": True, "maps": [
    {"display_value": "Qualification", "actual_value": "Qualification", "sequence_number": 1,
     "forecast_type": "Open", "id": "11"},
    {"display_value": "Closed Won", "actual_value": "Closed Won", "sequence_number": 6,
     "forecast_type": "Closed Won", "id": "16"},
    {"display_value": "Security check", "actual_value": "Security Review", "sequence_number": 2,
     "forecast_type": "Open", "id": "12"},
    {"display_value": "Lost", "actual_value": "Closed-Lost to Competition", "sequence_number": 8,
     "forecast_type": "Closed Lost", "id": "18"}]}]}  # fmt: skip
ZOHO_HISTORY = [
    {"id": "h1", "Potential_Name": {"name": "D1", "id": "1"}, "Stage": "Qualification",
     "Modified_Time": "2026-01-05T13:30:00+05:30", "Moved_To__s": "Security Review", "Amount": 500},
    {"id": "h2", "Potential_Name": {"name": "D1", "id": "1"}, "Stage": "Security Review",
     "Modified_Time": "2026-01-12T13:30:00+05:30", "Moved_To__s": "Closed Won", "Amount": 900.5},
    {"id": "h3", "Potential_Name": {"name": "D1", "id": "1"}, "Stage": "Closed Won",
     "Modified_Time": "2026-02-01T13:30:00+05:30", "Moved_To__s": None, "Amount": 900.5},
]  # fmt: skip


def test_zoho_page_by_page(loopback, slice_of):
    def page(query, body, rest):
        number = int(query.get("page") or 1)
        found, after = slice_of(ZOHO, 2 * (number - 1), 2)
        info = {"per_page": 2, "count": len(found), "page": number, "more_records": bool(after)}
        return {"data": found, "info": info}

    loopback.routes["/crm/v8/Deals"] = page
    pages = [get(f"{loopback.url}/crm/v8/Deals", page=1)]
    partial = sf.source("zoho")(pages, as_of=AS_OF)
    assert codes(partial)["page-unfinished-open"].severity == "error"
    while pages[-1]["info"]["more_records"]:
        pages.append(get(f"{loopback.url}/crm/v8/Deals", page=len(pages) + 1))
    history = sf.source("zoho")(
        pages, changes={"data": ZOHO_HISTORY}, stages=ZOHO_PIPELINE, as_of=AS_OF, tz="Asia/Kolkata"
    )
    assert history.stages == ("Qualification", "Security Review", "Closed Won")
    assert history.outcome.tolist() == [1, 2, 0]
    assert days(history, "1") == ["2026-01-05", "2026-01-12", "2026-02-01"]
    assert history.attribute("owner_name").tolist() == ["Ann", "Ann", ""]
    assert history.attribute("Region").tolist() == ["EU;US", "EU;US", ""]
    assert history.attribute("Seats").tolist() == [12.0] * 3
    assert "$approved" not in history.attributes
    assert history.changes_of("amount")["to"].tolist()[:2] == [500.0, 900.5]
    assert "error" not in worst(history)
    bare = sf.source("zoho")(ZOHO, as_of=AS_OF)
    assert bare.outcome.tolist() == [1, 2, 0]
    assert "Security Review" in bare.stages


def test_zoho_objects_of_its_client():
    rows = [
        SimpleNamespace(get_key_values=lambda r=row: {**r, "Owner": SimpleNamespace(
            _MinifiedUser__name="Ann", _MinifiedUser__id=55)})
        for row in ZOHO[:2]
    ]  # fmt: skip
    info = SimpleNamespace(_Info__more_records=True, _Info__count=2)
    wrapper = SimpleNamespace(get_data=lambda: rows, get_info=lambda: info)
    history = sf.source("zoho")(wrapper, as_of=AS_OF)
    assert history.outcome.tolist() == [1, 2]
    assert codes(history)["page-unfinished-open"].severity == "error"
    assert history.attribute("owner").tolist() == ["55", "55"]


# Freshsales


def test_freshsales():
    def deal(key, stage, **fields):
        return {"id": key, "name": "D", "amount": "3000.0", "base_currency_amount": "3000.0",
                "currency_id": 3, "expected_close": "2026-05-01", "closed_date": None,
                "stage_updated_time": "2026-01-20T08:00:00Z", "probability": 50, "owner_id": 9,
                "created_at": "2026-01-05T08:00:00Z", "updated_at": "2026-03-01T08:00:00Z",
                "deal_pipeline_id": 17, "deal_stage_id": stage,
                "custom_field": {"cf_size": "small", "cf_seats": None}, **fields}  # fmt: skip

    answer = {"deals": [deal(1, 2, closed_date="2026-02-01"), deal(2, 3), deal(3, 1)],
              "meta": {"total_pages": 2, "total": 5}}  # fmt: skip
    stages = {"deal_stages": [
        {"id": 1, "name": "New", "position": 1, "forecast_type": "Open", "deal_pipeline_id": 17},
        {"id": 2, "name": "Yes", "position": 3, "forecast_type": "Closed Won",
         "deal_pipeline_id": 17},
        {"id": 3, "name": "No", "position": 4, "forecast_type": "Closed Lost",
         "deal_pipeline_id": 17}]}  # fmt: skip
    history = sf.source("freshsales")(answer, stages=stages, owners={9: "Ann"}, as_of=AS_OF)
    assert (history.stages, history.outcome.tolist()) == (("1", "2"), [1, 2, 0])
    assert history.value.tolist() == [3000.0] * 3
    assert history.attribute("cf_size").tolist() == ["small"] * 3
    assert history.attribute("owner_name").tolist() == ["Ann"] * 3
    assert str(history.closed[0])[:10] == "2026-02-01"
    assert dict(codes(history)["page-unfinished"].params)["missing"] == 2


# 悟空CRM


def wukong_deal(key, stage, end, **fields):
    return {
        "businessId": key, "typeId": 7, "typeName": "标准流程", "statusId": stage,
        "businessName": "商机", "customerId": 5, "customerName": "甲公司", "money": "12000.00",
        "dealDate": "2026-05-01", "createTime": "2026-01-05 09:00:00",
        "updateTime": "2026-03-01 09:00:00", "ownerUserId": 3, "ownerUserName": "张三",
        "isEnd": end, "field_abc": "华东", "statusRemark": None, **fields,
    }  # fmt: skip


WUKONG_STAGES = [
    {"status_id": 21, "type_id": 7, "name": "验证客户", "rate": 20, "order_num": 1},
    {"status_id": 22, "type_id": 7, "name": "方案/报价", "rate": 60, "order_num": 3},
    {"status_id": 23, "type_id": 7, "name": "需求分析", "rate": 40, "order_num": 2},
]


def test_wukong_page_by_page(loopback, slice_of):
    rows = [wukong_deal(1, 22, 1), wukong_deal(2, 23, 2), wukong_deal(3, 23, 0),
            wukong_deal(4, 21, 3)]  # fmt: skip

    def page(query, body, rest):
        found, _ = slice_of(rows, 3 * (int(query["page"]) - 1), 3)
        return {"code": 0, "data": {"list": found, "totalRow": 4, "pageNumber": 1}}

    loopback.routes["/crmBusiness/queryPageList"] = page
    address = f"{loopback.url}/crmBusiness/queryPageList"
    first, second = (get(address, page=number) for number in (1, 2))
    changes = [
        {"business_id": 1, "status_id": 21, "create_time": "2026-01-05 09:00:00"},
        {"business_id": 1, "status_id": 23, "create_time": "2026-01-10 09:00:00"},
        {"business_id": 1, "status_id": 22, "create_time": "2026-01-25 09:00:00"},
    ]
    read = sf.source("wukong")
    history = read([first, second], changes=changes, stages=WUKONG_STAGES, as_of=AS_OF,
                   tz="Asia/Shanghai")  # fmt: skip
    assert history.stages == ("21", "23", "22", "won")
    assert history.outcome.tolist() == [1, 2, 0, 2]
    assert days(history, "1")[:3] == ["2026-01-05", "2026-01-10", "2026-01-25"]
    assert str(history.created[0])[11:16] == "09:00"
    assert history.attribute("owner_name").tolist() == ["张三"] * 4
    assert history.attribute("field_abc").tolist() == ["华东"] * 4
    assert history.attribute("pipeline_name").tolist() == ["标准流程"] * 4
    assert "closed-without-time" in codes(history)
    part = read(first, stages=WUKONG_STAGES, as_of=AS_OF)
    assert dict(codes(part)["page-unfinished"].params) == {"rows": 3, "missing": 1, "total": 4}
    with pytest.raises(IntakeError):
        read([*rows, wukong_deal(9, 31, 0, typeId=8)], stages=WUKONG_STAGES, as_of=AS_OF)


# 纷享销客


def fxiaoke_deal(key, stage, label, status, words, **fields):
    return {
        "_id": key, "name": f"商机{key}", "amount": "5000.00", "close_date": JAN_5 + 90 * DAY,
        "account_id": "acc", "account_id__r": "甲公司", "sales_stage": stage,
        "sales_stage__r": label, "sales_status": status, "sales_status__r": words,
        "sales_process_id": "p1", "sales_process_id__r": "标准流程", "probability": 50,
        "owner": ["1453"], "owner__r": {"name": "蒋小川", "id": "1453"},
        "owner_department": "销售一部", "create_time": JAN_5,
        "last_modified_time": JAN_5 + 80 * DAY,
        "stg_changed_time": JAN_5 + 10 * DAY, "cost_time": "864000000", "life_status": "normal",
        "is_deleted": False, "record_type": "default__c", "field_rU4l5__c": "option1",
        "field_rU4l5__c__r": "大客户", "field_num1__c": 12, **fields,
    }  # fmt: skip


def test_fxiaoke():
    rows = [
        fxiaoke_deal("a", "s9", "赢单", "2", "赢单", stg_changed_time=JAN_5 + 27 * DAY),
        fxiaoke_deal("b", "s8", "输单", "3", "输单"),
        fxiaoke_deal("c", "s2", "方案报价", "1", "进行中", amount=None),
        fxiaoke_deal("d", "s1", "初步接洽", "1", "进行中", is_deleted=True),
    ]
    answer = {"errorCode": 0, "data": {"dataList": rows, "total": 6, "offset": 0, "limit": 4}}
    history = sf.source("fxiaoke")(answer, as_of=AS_OF, tz="Asia/Shanghai")
    assert history.deals.tolist() == ["a", "b", "c"]
    assert history.outcome.tolist() == [1, 2, 0]
    assert str(history.closed[0])[:10] == "2026-02-01"
    assert history.attribute("owner_name").tolist() == ["蒋小川"] * 3
    assert history.attribute("field_rU4l5__c").tolist() == ["option1"] * 3
    assert history.attribute("field_rU4l5__c_name").tolist() == ["大客户"] * 3
    assert history.attribute("field_num1__c").tolist() == [12.0] * 3
    assert dict(codes(history)["page-unfinished"].params)["missing"] == 2
    assert dict(codes(history)["deals-deleted"].params) == {"deals": 1}
    fields = [{"api_name": "field_rU4l5__c", "label": "客户规模"}]
    named = sf.source("fxiaoke")(rows, fields=fields, as_of=AS_OF)
    assert named.attribute("客户规模_name").tolist() == ["大客户"] * 3


# 销售易


def test_xiaoshouyi():
    def deal(key, stage, **fields):
        return {"id": key, "opportunityName": "商机", "entityType": "11", "ownerId": "7",
                "accountId": "8", "money": "8000.00", "saleStageId": stage, "lostStageId": None,
                "winRate": "40", "closeDate": str(JAN_5 + 90 * DAY), "createdAt": str(JAN_5),
                "updatedAt": str(JAN_5 + 50 * DAY), "stageUpdatedAt": str(JAN_5 + 20 * DAY),
                "dbcSelect1": "3", "sourceId": 2, **fields}  # fmt: skip

    stages = [{"id": "101", "name": "验证"}, {"id": "102", "name": "报价"},
              {"id": "109", "name": "赢单"}]  # fmt: skip
    answer = {"code": 200, "result": {"totalSize": 3, "count": 3, "records": [
        deal("1", "109"), deal("2", "110", lostStageId="102"), deal("3", "102")]}}  # fmt: skip
    history = sf.source("xiaoshouyi")(answer, stages=stages, won="109", as_of=AS_OF,
                                      tz="Asia/Shanghai")  # fmt: skip
    assert history.stages == ("101", "102", "109")
    assert history.outcome.tolist() == [1, 2, 0]
    assert days(history, "2")[1] is not None
    assert str(history.created[0]) == "2026-01-05T08:00:00.000000"
    assert history.attribute("dbcSelect1").tolist() == ["3"] * 3
    assert "page-unfinished" not in codes(history)


# 小满, 微伴, 卫瓴, 微盛, 励销


def test_okki():
    def deal(key, stage, **fields):
        return {"opportunity_id": key, "name": "询盘", "company_id": 5, "stage": stage,
                "amount": "3000.50", "currency": "USD", "account_date": "2026-05-01",
                "create_time": "2026-01-05 09:00:00", "handler": [3], "fail_type": 0,
                **fields}  # fmt: skip

    rows = [deal(1, 4, update_time="2026-02-01 09:00:00"), deal(2, 2, fail_type=5), deal(3, 2)]
    history = sf.source("okki")(rows, stages=[1, 2, 4], won="4", owners={3: "李雷"}, as_of=AS_OF)
    assert history.outcome.tolist() == [1, 2, 0]
    assert history.attribute("currency").tolist() == ["USD"] * 3
    assert history.attribute("owner_name").tolist() == ["李雷"] * 3
    with pytest.raises(IntakeError):  # nothing says when a deal began
        sf.source("okki")([{**rows[2], "create_time": None}], stages=[1, 2, 4], as_of=AS_OF)


def test_weiban():
    def deal(key, stage, name, **fields):
        return {"id": key, "serial_number": f"SN{key}", "name": "商机", "stage_id": stage,
                "stage": {"id": stage, "name": name}, "stage_group_id": 3,
                "stage_group_name": "默认流程", "stage_update_time": (JAN_5 + 20 * DAY) // 1000,
                "status": 1, "created_at": JAN_5 // 1000, "updated_at": (JAN_5 + 30 * DAY) // 1000,
                "end_time": None, "expect_amount": 500000, "expect_date": None, "fail_reason": [],
                "staff_id": 9, "staff": {"id": 9, "name": "王五"}, "deleted": False,
                **fields}  # fmt: skip

    rows = [deal(1, 13, "赢单"), deal(2, 12, "报价", fail_reason=["价格"]), deal(3, 12, "报价"),
            deal(4, 11, "初步沟通", deleted=True)]  # fmt: skip
    history = sf.source("weiban")(rows, stages={11: "初步沟通", 12: "报价", 13: "赢单"}, won="13",
                                  as_of=AS_OF, tz="Asia/Shanghai")  # fmt: skip
    assert history.outcome.tolist() == [1, 2, 0]
    assert str(history.created[0])[:10] == "2026-01-05"
    assert history.attribute("owner_name").tolist() == ["王五"] * 3
    assert np.isnan(history.value).all()  # the unit of expect_amount is not known
    assert history.attribute("expect_amount").tolist() == [500000.0] * 3
    single = {"errcode": 0, "errmsg": "ok", "opportunity": rows[0]}
    assert len(sf.source("weiban")([single, {**single, "opportunity": rows[2]}], as_of=AS_OF)) == 2


def test_weiling():
    def deal(key, stage, name, **fields):
        return {"business_id": key, "business_opp_number": f"SJ{key}", "business_name": "商机",
                "company_id": "c", "company_name": "甲公司", "stage": stage, "stage_name": name,
                "status": 0, "owner_id": "wo1", "except_amount": 11, "except_date": "2026-05-01",
                "create_time": JAN_5, "winning_amount": None, "winning_date": None,
                "update_time": JAN_5 + 40 * DAY, "fail_reason": 0, "fail_reason_desc": "",
                "business_custom": {"区域": "华东"}, **fields}  # fmt: skip

    answer = {"code": 0, "data": {"cursor": "", "business_list": [
        deal("a", 100, "赢单", winning_amount=239525, winning_date="2026-02-01"),
        deal("b", 101, "输单", fail_reason_desc="价格"), deal("c", 2, "方案")]}}  # fmt: skip
    history = sf.source("weiling")(answer, as_of=AS_OF, tz="Asia/Shanghai")
    assert history.outcome.tolist() == [1, 2, 0]
    assert history.value.tolist() == [239525.0, 11.0, 11.0]
    assert str(history.closed[0])[:10] == "2026-02-01"
    assert history.attribute("区域").tolist() == ["华东"] * 3


def test_wshoto():
    def deal(key, stage, name, **fields):
        return {"id": key, "name": "商机", "amount": 3998, "endTime": "1970-01-01 08:00:00",
                "phase_id": stage, "phase_name": name, "phase_time": "2026-01-20 11:40:05",
                "expected_time": "2026-05-19 00:00:00", "user_id": "wo1", "company_id": "188",
                "field_map": {"mf_2": "55", "mf_54": [{"name": "分类2", "id": "186"}]},
                "create_time": "2026-01-05 11:40:06", "follow_time": "2026-02-07 11:39:58",
                **fields}  # fmt: skip

    answer = {"code": 0, "msg": "请求成功", "data": {"total": 3, "records": [
        deal("1", "9", "赢单", endTime="2026-02-01 09:00:00"), deal("2", "8", "输单"),
        deal("3", "1", "需求确定")]}}  # fmt: skip
    history = sf.source("wshoto")(answer, as_of=AS_OF, tz="Asia/Shanghai")
    assert history.outcome.tolist() == [1, 2, 0]
    assert str(history.closed[0])[:10] == "2026-02-01"
    assert history.attribute("mf_54").tolist() == ["分类2"] * 3
    assert "time-sentinel" not in codes(history)


def test_lixiao():
    def deal(key, stage, name, **fields):
        return {"id": key, "title": "商机", "user_id": 254, "user_name": "周星", "stage": stage,
                "expect_amount": "120000.0", "sign_possibility": "10%", "stage_mapped": name,
                "expect_sign_date": "2026-05-10", "source": "1", "source_mapped": "展会",
                "customer_id": 14, "customer_name": "上海硕诚",
                "created_at": "2026-01-05 11:04", **fields}  # fmt: skip

    answer = {"code": 0, "data": {"opportunities": [
        deal(1, "3515", "赢单"), deal(2, "3516", "输单"), deal(3, "3511", "初步接洽")],
        "total_count": 4, "per_page": 15, "page": 1}}  # fmt: skip
    history = sf.source("lixiao")(answer, as_of=AS_OF, tz="Asia/Shanghai")
    assert history.outcome.tolist() == [1, 2, 0]
    assert history.attribute("channel_name").tolist() == ["展会"] * 3
    assert codes(history)["closing-unknown"].severity == "warning"
    assert np.isnat(history.closed).all()
    assert dict(codes(history)["page-unfinished"].params)["missing"] == 1


@pytest.mark.parametrize("name", [record.name for record in sf.sources()])
def test_what_is_no_list_of_deals_is_refused(name):
    for wrong in (7, None, [], [3, "x"], {"code": 0, "data": None}):
        with pytest.raises((IntakeError, ArgumentError)):
            sf.source(name)(wrong, stages=["a", "b"])
