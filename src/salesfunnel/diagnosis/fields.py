"""Field and Column: what a rule wants to know, and the user's own column that says it."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.frozen import as_items
from salesfunnel._kernels.causes.coding import Texts, text_levels
from salesfunnel.diagnosis.header_names import fold_column_name, header_keys

__all__ = ["CHANNEL", "DEMO", "OWNER", "PLACES", "Column", "Field", "fold_column_name", "match"]

Bool = npt.NDArray[np.bool_]
Float = npt.NDArray[np.float64]
Text = npt.NDArray[np.str_]

YES = frozenset(
    "yes y true t 1 1.0 x on 是 有 已 对 √ ✓ 已使用 已发送".split()  # noqa: SIM905 - a list of words
)
NO = frozenset(
    "no n false f 0 0.0 off none 否 无 没有 未 × ✗ 没 未使用 未发送".split()  # noqa: SIM905 - as above
)
NOTHING = frozenset(
    ("none", "no", "n", "false", "0", "nil", "-", "—", "/", "no competitor", "not applicable",
     "n/a", "na", "无", "没有", "否", "无竞品", "未提及")
)  # fmt: skip
_UNKNOWN = frozenset({"", "nan", "nat", "null", "?", "unknown", "not recorded", "未知", "未记录"})


@attrs.frozen
class Field:
    """Something a rule wants to know of every deal.

    Parameters
    ----------
    key : str
        Its name; ``diagnose(..., columns={"response_hours": "my column"})`` maps it.
    names : iterable of str
        Names in any language under which it is recognised, besides the key. Case, spaces and
        ``_-./`` do not matter.
    kind : {"text", "number", "flag", "time"}
        How its values are read.

    Examples
    --------
    >>> Field("competitor", ("rival", "竞争对手")).key
    'competitor'
    """

    key: str
    names: tuple[str, ...] = attrs.field(default=(), converter=as_items)
    kind: Literal["text", "number", "flag", "time"] = attrs.field(default="text", kw_only=True)

    @classmethod
    def of(cls, value: Field | str) -> Field:
        """Return a field, made from its key where it is a str."""
        return value if isinstance(value, Field) else cls(value)


def match(field: Field, known: Iterable[str], columns: Mapping[str, str]) -> str | None:
    """Return the column that holds a field: the mapped one, else the first recognised name."""
    names = tuple(known)
    if field.key in columns:
        wanted = columns[field.key]
        return wanted if wanted in names else None
    by_key: dict[str, str] = {}
    for depth in range(4):  # a header as it stands comes before one whose wrapping was taken off
        for name in names:
            keys = header_keys(name)
            if depth < len(keys):
                by_key.setdefault(keys[depth], name)
    for word in (field.key, *field.names):
        if fold_column_name(word) in by_key:
            return by_key[fold_column_name(word)]
    return None


@attrs.frozen(eq=False, repr=False)
class Column:
    """The values of one field for the deals of a case, in their order.

    Parameters
    ----------
    name : str
        The user's own name of the column.
    raw : ndarray, shape (deals,)
        Its values: str, or float with NaN for missing.
    """

    name: str
    raw: npt.NDArray[Any]

    @property
    def _levels(self) -> Texts:
        """The values as stripped text, each once, and which deal has which."""
        if self.raw.dtype.kind == "f":
            numbers, codes = np.unique(self.raw, return_inverse=True)
            shown = ["" if math.isnan(v) else f"{v:g}" for v in numbers.tolist()]
            return Texts(codes.ravel().astype(np.int32), np.array(shown, dtype=np.str_))
        texts = text_levels(self.raw.astype(np.str_, copy=False))
        values = np.char.strip(texts.values)
        blank = np.isin(np.char.lower(values), list(_UNKNOWN))
        return Texts(texts.codes, np.where(blank, "", values))

    @property
    def text(self) -> Text:
        """The values as stripped text; ``""`` where missing."""
        levels = self._levels
        found: Text = levels.values[levels.codes]
        return found if found.size else np.empty(0, dtype="<U1")

    @property
    def known(self) -> Bool:
        """Where there is a value."""
        if self.raw.dtype.kind == "f":
            return np.asarray(np.isfinite(self.raw))
        levels = self._levels
        return np.asarray((levels.values != "")[levels.codes])

    @property
    def numbers(self) -> Float:
        """The values as float; NaN where missing or not a number. ``80 %`` is 0.8."""
        if self.raw.dtype.kind == "f":
            return self.raw.astype(np.float64)
        levels = self._levels
        read = np.array([_number(str(v)) for v in levels.values], dtype=np.float64)
        return read[levels.codes] if read.size else np.empty(0)

    @property
    def times(self) -> npt.NDArray[np.datetime64]:
        """The values as datetime64[us]; NaT where missing or not an ISO time."""
        levels = self._levels
        read = np.array([_time(str(v)) for v in levels.values], dtype="datetime64[us]")
        return read[levels.codes]

    def flags(self) -> tuple[Bool, Bool]:
        """Return (yes, known): words of both languages for yes and no; others are not known."""
        levels = self._levels
        lower = np.char.lower(levels.values)
        yes, no = np.isin(lower, list(YES)), np.isin(lower, list(NO))
        return yes[levels.codes], (yes | no)[levels.codes]

    def named(self) -> tuple[Bool, Bool, bool]:
        """Return (named, known, blank_means_no) of a column that names something.

        Where no value says "none", a blank is taken as none, and the caller says so.
        """
        levels = self._levels
        none = np.isin(np.char.lower(levels.values), list(NOTHING))
        named = ((levels.values != "") & ~none)[levels.codes]
        if none[levels.codes].any():
            return named, (levels.values != "")[levels.codes], False
        return named, np.ones(named.size, dtype=np.bool_), True


def _number(value: str) -> float:
    value = unicodedata.normalize("NFKC", value).replace(",", "").strip()
    percent = value.endswith("%")
    try:
        read = float(value.rstrip("%").strip())
    except ValueError:
        return float("nan")
    return read / 100 if percent else read


def _time(value: str) -> np.datetime64:
    value = value.strip().replace("/", "-").replace("Z", "")
    try:
        return np.datetime64(value, "us")
    except ValueError:
        return np.datetime64("NaT", "us")


CHANNEL = Field(
    "channel",
    ("source", "lead_source", "leadsource", "acquisition channel", "utm_source", "utm_medium",
     "origin", "source_id", "sourceid", "source channel", "marketing channel", "lead channel",
     "original source", "analytics_source", "hs_analytics_source", "original traffic source",
     "latest source", "campaign source", "medium", "medium_id", "how did you hear about us", "渠道",
     "来源", "线索来源", "获客渠道", "渠道来源", "客户来源", "商机来源", "来源渠道", "推广渠道",
     "source_mapped", "origin_list"),
)  # fmt: skip
OWNER = Field(
    "owner",
    ("sales_agent", "sales rep", "rep", "owner_id", "hubspot_owner_id", "ownerid", "salesperson",
     "sales person", "seller", "account executive", "account manager", "ae", "user_id", "user",
     "deal owner", "opportunity owner", "owner name", "owner_name", "owner id", "assigned to",
     "assigned_to", "assigned_by_id", "responsible", "responsible person", "creator", "handler",
     "owner_user_id", "user_name", "staff_id", "负责人", "销售", "销售人员", "业务员", "跟进人",
     "客户经理", "销售代表", "商机负责人", "所有人", "商机所有人", "归属人", "销售负责人"),
)  # fmt: skip
DEMO = Field(
    "demo_video",
    ("demo video sent", "demo sent", "video sent", "demo", "product video sent", "demo video shown",
     "sent demo video", "演示视频", "是否发送演示视频", "是否有演示视频", "已发演示视频",
     "发送演示视频", "产品演示视频"),
    kind="flag",
)  # fmt: skip
TEAM = Field(
    "team",
    ("sales team", "team_id", "hubspot_team_id", "department", "owner department", "manager",
     "regional office", "office", "business unit", "owner_department", "dimdepart", "团队", "部门",
     "销售团队", "所属部门", "负责人部门", "事业部", "分公司", "主管"),
)  # fmt: skip
REGION = Field(
    "region",
    ("territory", "area", "country", "country/region", "state/province", "province", "city",
     "market", "geography", "sales region", "billing country", "country_id", "zone", "大区", "区域",
     "地区", "省份", "城市", "国家", "销售区域", "所在地区", "省", "市"),
)  # fmt: skip
PRODUCT = Field(
    "product",
    ("product name", "product line", "product family", "product interest", "plan", "package", "sku",
     "edition", "line of business", "deal type", "dealtype", "opportunity type", "record type",
     "type", "产品", "产品名称", "产品线", "意向产品", "套餐", "版本", "产品类型", "商机类型"),
)  # fmt: skip
SIZE = Field(
    "company_size",
    ("employees", "number of employees", "numberofemployees", "headcount", "annual revenue",
     "annualrevenue", "company size", "tier", "公司规模", "企业规模", "员工人数", "客户规模",
     "客户等级", "客户级别"),
)  # fmt: skip
PLACES = (OWNER, TEAM, REGION, PRODUCT, CHANNEL, SIZE)
"""Fields that say who, where and what: an effect in one of them is a place where it fell."""
