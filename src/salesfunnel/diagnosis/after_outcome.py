"""Names of columns that are written only when a deal ends, and of values that are blanks."""

from __future__ import annotations

from collections.abc import Iterable

from salesfunnel.diagnosis.fields import fold_column_name

__all__ = ["BLANK", "ID_WORDS", "written_after"]

BLANK = frozenset(
    ("", "nan", "nat", "null", "none.", "?", "unknown", "not recorded", "n/a", "na", "#n/a", "-",
     "--", "—", "/", "(blank)", "(empty)", "undefined", "not set", "not specified", "tbd",
     "未知", "未记录", "未填写", "未填", "不详", "空", "待定", "暂无")
)  # fmt: skip
"""Values, in lower case, that say nothing."""

ID_WORDS = ("id", "no", "number", "code", "phone", "mobile", "uuid", "编号", "电话", "手机", "号码")

_EXACT = frozenset(
    ("won", "lost", "closed", "outcome", "result", "stage", "status", "probability",
     "close", "closedate", "closeddate", "closedat", "closetime", "closingdate", "endtime",
     "dateclosed", "wontime", "losttime", "windate", "lostdate", "datewon", "datelost",
     "actualclosedate", "actualclosingdate", "actualvalue", "actualrevenue", "expectedclosedate",
     "expectedclosingdate", "estimatedclosedate", "estclosedate", "expectedclose", "datedeadline",
     "forecastcategory", "forecastcategoryname", "forecast", "forecastamount", "weightedvalue",
     "expectedrevenue", "isclosed", "iswon", "islost", "hsisclosed", "hsisclosedwon",
     "hsisclosedlost", "dealstage", "stagename", "stageid", "salesstage", "salesstagecode",
     "stepname", "phase", "phasename", "pipelinephase", "dealstatus", "statecode", "statuscode",
     "statustype", "salesstatus", "wonstatus", "stagesemanticid", "statusid", "closeprobability",
     "winprobability", "winrate", "confidence", "signpossibility", "hsdealstageprobability",
     "hsforecastprobability", "active", "isdeleted", "isend", "bizstatus", "lifestatus",
     "结果", "状态", "阶段", "概率", "赢率", "成交日期", "成交时间", "成交金额", "关闭", "关闭时间",
     "关闭日期", "结束时间", "结束日期", "实际成交日期", "实际成交金额", "预计成交日期",
     "预计成交时间", "预计签单日期", "销售阶段", "商机阶段", "商机状态", "跟进状态", "当前阶段",
     "成交概率", "成单概率", "预测类别", "是否成交", "是否关闭", "是否赢单", "是否输单", "签约日期",
     "签单日期", "回款金额", "回款日期")
)  # fmt: skip
_PARTS = (
    "lostreason", "lossreason", "reasonlost", "reasonforloss", "closereason", "closedreason",
    "closedlost", "closedwon", "wonreason", "winreason", "rejectreason", "failreason",
    "lastmodified", "lastactivity", "lastupdate", "lastfollow", "lastcontact", "lastcall",
    "lastviewed", "updatetime", "updatedat", "modifiedon", "modifiedtime", "datemodify",
    "notesupdated", "noteslastupdated", "daysinstage", "timeinstage", "stageduration",
    "daystoclose", "timetoclose", "dayssince", "salescycleduration", "overallsalesduration",
    "stagechange", "stagechangetime", "stageupdated", "stagemodified", "datelaststageupdate",
    "dateentered", "dateexited", "movedtime", "handovernote", "contractsigned", "signedon",
    "signeddate", "datesigned", "signdate", "invoicedate", "invoiced", "paidat",
    "输单", "丢单", "赢单", "战败", "关闭原因", "流失原因", "失败原因", "成交原因", "最后修改",
    "最近修改", "更新时间", "修改时间", "最后更新", "最近更新", "最后跟进", "最近跟进",
    "最近联系", "最后联系", "最近活动", "最后活动", "停留天数", "停留时长", "阶段变更", "阶段更新",
    "阶段时长", "成交周期", "销售周期", "未跟进天数",
)  # fmt: skip
_STATES = frozenset(
    ("open", "new", "active", "inactive", "pending", "draft", "inprogress", "won", "lost", "closed",
     "closedwon", "closedlost", "cancelled", "canceled", "deleted", "done", "进行中", "赢单",
     "输单", "丢单", "成交", "关闭", "已关闭")
)  # fmt: skip
"""What a column "state" holds if it is that of a deal: "Texas" is a place."""


def written_after(name: str, values: Iterable[str] = ("open",)) -> bool:
    """Whether a column of this name is written only when a deal ends or moves.

    Parameters
    ----------
    name : str
        The header.
    values : iterable of str
        What stands in it: a "state" is that of a deal, or a place.

    Examples
    --------
    >>> written_after("State"), written_after("State", ("Ohio", "Texas"))
    (True, False)
    >>> written_after("Closed Lost Reason"), written_after("阶段"), written_after("Lead Source")
    (True, True, False)
    """
    plain = fold_column_name(name)
    if plain == "state":
        return any(fold_column_name(value) in _STATES for value in values)
    bare = plain.removeprefix("deal").removeprefix("opportunity").removeprefix("hs")
    return plain in _EXACT or bare in _EXACT or any(part in plain for part in _PARTS)
