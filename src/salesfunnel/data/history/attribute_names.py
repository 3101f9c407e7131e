"""Names of attributes: as the header has them, or by what they are: ``owner`` for "Deal owner"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache

from salesfunnel._core.checks import check_known

__all__ = ["attribute_name"]

_WRAPPED = re.compile(
    r"^(?:deal|opportunity|opp|lead|record|trato|negocio|negócio|geschäft|сделка|商机|销售机会)"
    r"(?:\s*[-–:]\s*|\s+|_|(?=[A-Z]|[\u4e00-\u9fff]))|(?:__c|__r)$",
    re.IGNORECASE,
)
_MEANT: Mapping[str, str] = {
    "owner": "owner|owner name|assigned to|sales rep|rep|salesperson|sales person|sales agent"
    "|account executive|account owner|负责人|所有人|归属人|销售|业务员|销售员|销售人员|跟进人"
    "|propietario|responsable|proprietário|responsável|propriétaire|besitzer|zuständiger|zuständig"
    "|verantwortlicher|ответственный|владелец",
    "channel": "channel|source|lead source|original source|deal source|渠道|来源|线索来源"
    "|客户来源|canal|fuente|fuente original|quelle|herkunft|origem|origine|источник",
    "region": "region|area|territory|区域|地区|大区|región|região|région|gebiet|регион",
    "product": "product|product name|产品|产品名称|producto|produto|produit|produkt|продукт",
    "industry": "industry|sector|行业|客户行业|所属行业|industria|setor|secteur|branche|отрасль",
    "team": "team|sales team|团队|部门|equipo|equipe|équipe|команда",
    "pipeline": "pipeline|sales process|销售流程|管道|embudo|funil|воронка",
}
"""What columns are called whose meaning a caller may name."""


def _fold(name: str) -> str:
    wide = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in wide if unicodedata.category(char)[0] in "LNM")


@lru_cache(maxsize=1)
def _meanings() -> Mapping[str, frozenset[str]]:
    return {key: frozenset(map(_fold, words.split("|"))) for key, words in _MEANT.items()}


def _forms(name: str) -> tuple[str, str]:
    bare = unicodedata.normalize("NFKC", name).strip()
    return _fold(bare), _fold(_WRAPPED.sub("", bare))


def attribute_name(field: str, name: str, known: Collection[str]) -> str:
    """Return the name of an attribute as it is kept.

    As it is written; without case, spaces and signs; without what a vendor puts around it; or by
    what it is, in the languages of exports. Where several columns would do, none does.

    Parameters
    ----------
    field : str
        The argument that names it.
    name : str
        What the caller wrote.
    known : collection of str
        The names that there are.

    Raises
    ------
    UnknownNameError
        If there is none, or several.

    Examples
    --------
    >>> attribute_name("by", "owner", ["Deal owner", "Amount"])
    'Deal owner'
    >>> attribute_name("by", "deal_owner", ["Deal owner", "Amount"])
    'Deal owner'
    """
    if name in known or not isinstance(name, str):
        check_known(field, name, tuple(known))
        return name
    asked = set(_forms(name)) - {""}
    forms = {other: _forms(other) for other in known}
    found = [other for other, (whole, _) in forms.items() if whole in asked]
    found = found or [other for other, (_, bare) in forms.items() if bare in asked]
    for meaning in _meanings().values():
        if not found and asked & meaning:
            found = [other for other, both in forms.items() if {*both} & meaning]
    if len(found) != 1:
        check_known(field, name, tuple(known))
    return found[0]
