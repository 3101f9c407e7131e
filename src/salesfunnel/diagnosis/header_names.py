"""Map headers to fields: vendor prefixes removed, including fields without a rule."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["fold_column_name", "header_keys"]

_SIGNS = re.compile(r"[\s_\-./()（）:：%\[\]【】#?？*]+")
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_HAN = re.compile("[\u4e00-\u9fff]")
_BEFORE = re.compile(
    r"^(?:deal|opportunity|opp|lead|商机|交易)\s+[-–:]\s+"  # Pipedrive's list: "Deal - Owner"
    r"|^(?:x_studio_|x_|cf_|property_|properties\.|custom_fields\.|custom_|hs_|cr[0-9a-f]{3,5}_|new_)",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"(?:__c|__r|__pc|_c__c)$", re.IGNORECASE)
_HOURS = re.compile(
    r"[(（\[【]\s*(?:h|hr|hrs|hour|hours|小时|小時|时|std|heures?|horas?)\s*[)）\]】]",
    re.IGNORECASE,
)
"""A unit that makes a name one of a length: first response time (h) is not a moment."""
_UNITS = re.compile(r"[\s_]+(?:h|hr|hrs|hours|d|days|min|minutes|小时|天|分钟)$", re.IGNORECASE)


def fold_column_name(name: str) -> str:
    """Return a column name without case, width, spaces and signs, so that spellings meet."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", name).casefold())


@lru_cache(maxsize=4096)
def header_keys(name: str) -> tuple[str, ...]:
    """Return the folded forms under which a header is looked up, the plainest last.

    Wrappings of vendors are taken off: ``Deal - Owner`` (Pipedrive), ``Response_Hours__c``
    (Salesforce), ``x_studio_response_hours`` (Odoo), ``cf_response_hours`` (Freshsales),
    ``new_responsehours`` (Dynamics), ``property_response_hours`` (warehouses), units in brackets.

    Examples
    --------
    >>> header_keys("Response_Hours__c")
    ('responsehoursc', 'responsehours', 'response')
    >>> header_keys("首次响应时间(h)")
    ('首次响应时间h', '首次响应时间小时', '首次响应时间')
    """
    plain = unicodedata.normalize("NFKC", name).strip()
    forms = [plain]
    bare = _BEHIND.sub("", _BEFORE.sub("", plain))
    forms.append(bare)
    forms.append(_HOURS.sub("小时" if _HAN.search(bare) else " hours", bare))
    short = _BRACKETS.sub("", bare).strip()
    forms += [short, _UNITS.sub("", short)]
    return tuple(dict.fromkeys(key for key in map(fold_column_name, forms) if key))
