"""Random records: only our own errors, and no deal lost without a fault."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.errors import SalesFunnelError

FIELDS = {
    "hubspot": (
        *("id", "hs_object_id", "properties", "propertiesWithHistory", "dealstage", "createdate"),
        *("closedate", "amount", "hs_is_closed_won", "hs_v2_date_entered_a", "hs_date_entered_b"),
        *("hs_v2_date_entered_current_stage", "hs_v2_date_entered_lost"),
    ),
    "salesforce": (
        *("Id", "OpportunityId", "StageName", "CreatedDate", "Field", "OldValue", "NewValue"),
        *("Amount", "IsClosed", "IsWon", "IsDeleted", "OwnerId"),
    ),
    "pipedrive": (
        *("id", "deal_id", "add_time", "stage_id", "stage_change_time", "status", "won_time"),
        *("lost_time", "close_time", "value", "owner_id", "is_deleted", "field_key", "old_value"),
        *("new_value", "time", "log_time", "data", "is_bulk_update_flag"),
    ),
    "odoo": (
        *("id", "res_id", "model", "create_date", "stage_id", "date_last_stage_update"),
        *("date_closed", "probability", "active", "user_id", "won_status", "field_id", "field"),
        *("old_value_integer", "new_value_integer", "mail_message_id", "expected_revenue"),
    ),
}
MORE = {"hubspot": (), "salesforce": ("opportunities",), "pipedrive": ("changes",),
        "odoo": ("tracking", "messages")}  # fmt: skip
STAGES = ["a", "b", "c"]
WORDS = st.sampled_from(
    [*STAGES, "lost", "won", "open", "StageName", "stage_id", "Stage (crm.lead)", "1", "2", ""]
)
TIMES = st.sampled_from(
    [
        *("2026-01-05T08:00:00Z", "2026-02-30", "03/04/2026", "1767780000000", "9999-12-31"),
        *("2026-01-09 08:00:00", 1e300, float("nan"), -1),
        datetime(2026, 1, 2, tzinfo=timezone.utc),
        datetime.max.replace(tzinfo=timezone.utc),
    ]
)
ANY = st.one_of(
    WORDS,
    TIMES,
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(),
    st.text(max_size=5),
    st.lists(WORDS, max_size=2),
    st.dictionaries(WORDS, WORDS, max_size=2),
)


def records(fields):
    one = st.dictionaries(st.sampled_from(fields), ANY, max_size=len(fields))
    nested = st.fixed_dictionaries({"properties": one, "id": WORDS}) | st.fixed_dictionaries(
        {"data": one, "id": WORDS}
    )
    return st.lists(one | nested | ANY, max_size=4)


@pytest.mark.parametrize("name", FIELDS)
@given(data=st.data())
@settings(max_examples=40)
def test_random_records_raise_only_our_errors_and_what_is_read_is_a_history(name, data):
    extra = {
        key: data.draw(st.none() | records(FIELDS[name]), label=key)
        for key in MORE[name]
        if data.draw(st.booleans())
    }
    given_records = data.draw(records(FIELDS[name]) | ANY, label="records")
    options = {"stages": STAGES, "as_of": data.draw(st.sampled_from([None, "2026-03-01"]))}
    try:
        history = sf.source(name)(given_records, **options, **extra)
    except SalesFunnelError:
        return
    assert sf.StageHistory.from_dict(history.to_dict()) == history
    assert history.to_text(locale="zh")


@pytest.mark.parametrize("name", FIELDS)
@given(data=st.data())
@settings(max_examples=30)
def test_likely_records_with_any_cell_give_a_history_and_its_words(name, data):
    """One record that can be read among random ones, so that there is a history to look at."""
    key = {"hubspot": "hs_object_id", "salesforce": "OpportunityId"}.get(name, "id")
    when = "2026-01-05 08:00:00"
    good = {key: "good", "dealstage": "a", "StageName": "a", "stage_id": "a", "createdate": when}
    good |= {"CreatedDate": when, "add_time": when, "create_date": when, "active": True}
    extra = {one: data.draw(st.none() | records(FIELDS[name]), label=one) for one in MORE[name]}
    rows = data.draw(records(FIELDS[name]), label="records")
    history = sf.source(name)([good, *rows], stages=STAGES, as_of="2026-03-01", **extra)
    assert "good" in history.deals
    assert sf.StageHistory.from_dict(history.to_dict()) == history
    for fault in history.faults:
        assert fault.message
        assert "{" not in fault.message.replace(fault.value or "", "")
    for locale in ("en", "zh"):
        assert history.to_text(locale=locale)


@pytest.mark.parametrize("name", FIELDS)
@given(data=st.data())
@settings(max_examples=30)
def test_each_deal_is_read_or_told_of(name, data):
    """Deals with an id are in the history, or some fault stands on their row."""
    key = {"hubspot": "hs_object_id", "salesforce": "OpportunityId"}.get(name, "id")
    fields = [field for field in FIELDS[name] if field not in {"id", "properties", "data"}]
    if name == "salesforce":
        fields = ["StageName", "CreatedDate", "Amount"]
    cells = data.draw(
        st.lists(st.dictionaries(st.sampled_from(fields), WORDS | TIMES), min_size=1, max_size=4)
    )
    rows = [{**cell, key: f"d{number}"} for number, cell in enumerate(cells, 1)]
    try:
        history = sf.source(name)(rows, stages=STAGES, as_of="2026-03-01")
    except SalesFunnelError as error:
        faults, deals = error.faults, []
    else:
        faults, deals = history.faults, history.deals.tolist()
    told = {one.row for one in faults}
    late = sum(dict(one.params).get("deals", 0) for one in faults if one.code == "after-as-of")
    silent = [n for n in range(1, len(rows) + 1) if f"d{n}" not in deals and n not in told]
    gone = sum(dict(one.params)["deals"] for one in faults if one.code == "deals-deleted")
    assert len(silent) <= late + gone, (rows, faults)
