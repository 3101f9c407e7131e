"""Read the header of a column: its possible roles, and the kind of date."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from salesfunnel.intake.cells.read_number import clean
from salesfunnel.intake.deals.vocabulary.lookup import headers, languages, pattern_of, vendors

__all__ = ["currency_of_header", "date_kind", "fold_header", "roles_of", "stage_of_header"]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MARKS = re.compile(
    r"[_:*\u201c\u201d\"'\u2018\u2019`#\[\]{}|]+|(?<=\w)[.\-/](?=\w)|\s[-\u2013\u2014]\s"
)
_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")
_OWN_FIELD = re.compile(r"__[cr]$", re.IGNORECASE)
_MONEY = (
    "usd|eur|gbp|cny|rmb|jpy|inr|brl|mxn|cad|aud|nzd|chf|sek|nok|dkk|pln|czk|rub|hkd|sgd|twd|krw"
    "|thb|idr|vnd|myr|php|aed|sar|ils|zar|ngn|kes|egp|ars|clp|cop"
)
_UNIT = re.compile(
    rf"[(（\[]\s*([^()（）\[\]]{{1,12}})\s*[)）\]]|[_ ]({_MONEY}|[$€£₹₽])$", re.IGNORECASE
)
_IN_MONEY = re.compile(rf"(?<=\w) ?(?: (?:{_MONEY})|[$€£₹₽])$")
"""A currency behind the name of an amount, folded: "deal value usd", "importe eur"."""
_TALK = re.compile(
    r"gespräch|termin|besprechung|(?<!\w)(call|meeting|interview|reuni|llamada|rendez|appel)"
    r"|встреч|звон|会议|会谈|面谈|通话"
)
"""A talk about closing closes nothing."""
_KEPT_BY_LOADERS = re.compile(
    r"_?(?:fivetran|airbyte|sdc|dlt|stitch|meltano|systemmodstamp)(?:_|$)"
)
"""Columns that loaders of warehouses add: times at which rows were copied."""
_STAGE = r"[\"“”'«‘「]*(?P<stage>.+?)[\"“”'»’」]*"
_DATE = r"(?:(?:date|time|zeit|datum|fecha|data|дата)\s+)?"
_TAIL = r"(?:\s+(?:date|time|at|on))?"
_INTO = (
    "eingetreten in|datum des eintritts in|eintritt in|fecha de entrada en|fecha de entrada a"
    "|entró en|date d['’]entrée dans|date d['’]entrée en|entrée dans|data de entrada em"
    "|data de entrada na|data de entrada no|entrou em|дата входа в|дата входа на|进入"
)
_OUT_OF = (
    "verlassen von|datum des austritts aus|austritt aus|fecha de salida de|salió de"
    "|date de sortie de|sortie de|data de saída de|saiu de|дата выхода из|дата выхода с|离开"
)
_ENTERED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_DATE}entered\s+{_STAGE}{_TAIL}",
        rf"(?:entry date|date of entry|entered|entry)\s*(?:to|into|in|:|-|–)\s*{_STAGE}",
        rf"(?:{_INTO})\s*[:：]?\s*{_STAGE}(?:的?(?:时间|日期))?",
        r"(?:hs_)?(?:v2_)?date_entered_(?P<stage>.+)",
    )
)
_LEFT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_DATE}(?:exited|left)\s+{_STAGE}{_TAIL}",
        rf"(?:{_OUT_OF})\s*[:：]?\s*{_STAGE}(?:的?(?:时间|日期))?",
        r"(?:hs_)?(?:v2_)?date_exited_(?P<stage>.+)",
    )
)
_NO_STAGE = {
    "stage",
    "current stage",
    "at",
    "on",
    "date",
    "time",
    "by",
    "phase",
    "system",
    "current_stage",
}
_NAMES = 1 << 17
"""How many headers are remembered."""
_KINDS = ("since", "expected", "activity", "lost_at", "won_at", "closed", "created")


def fold_header(name: str) -> str:
    """Return a header in lower case, one kind of space, without marks and camel case."""
    text = _CAMEL.sub(" ", _OWN_FIELD.sub("", name.strip()))
    return " ".join(_MARKS.sub(" ", clean(text)).split())


@cache
def _prefixes() -> tuple[str, ...]:
    return tuple(sorted(vendors().prefixes, key=len, reverse=True))


@lru_cache(maxsize=_NAMES)
def _readings(name: str) -> tuple[str, ...]:
    """Return the ways to read a header, the most literal first."""
    literal = " ".join(clean(name).split())
    found = [literal, fold_header(name)]
    short = fold_header(_BRACKETS.sub("", name.strip()))
    found.append(short)
    rest = _IN_MONEY.sub("", short)
    found.append(rest)
    while True:
        for prefix in _prefixes():
            wide = not prefix.isascii() and not rest.startswith(prefix + " ")
            if rest.startswith(prefix if wide and len(rest) > len(prefix) else prefix + " "):
                rest = rest.removeprefix(prefix).strip()
                break
        else:
            break
        found.append(rest)
    found += [text.replace(" ", "") for text in found]
    return tuple(dict.fromkeys(text for text in found if text))


@lru_cache(maxsize=_NAMES)
def is_other(name: str) -> bool:
    """Whether the header tells of an organisation, a person or something else than the deal."""
    head, mark, _ = clean(name).partition(" - ")
    return bool(mark) and head.strip() in vendors().others


@lru_cache(maxsize=_NAMES)
def roles_of(name: str) -> dict[str, tuple[int, int]]:
    """Return the roles that a header can have, each with (reading, rank): the least is the best.

    Examples
    --------
    >>> roles_of("Deal - Won time"), roles_of("StageName"), roles_of("创建时间")
    ({'won_at': (2, 0)}, {'stage': (0, 1)}, {'created': (0, 0)})
    """
    if is_other(name):
        return {}
    found: dict[str, tuple[int, int]] = {}
    known = headers()
    for at, reading in enumerate(_readings(name)):
        for role, rank in known.get(reading, {}).items():
            found.setdefault(role, (at, rank))
    return found


@cache
def _date_words() -> dict[str, re.Pattern[str]]:
    """Return by kind of date the pattern that tells it."""
    return {
        kind: re.compile(
            pattern_of(stem for one in languages() for stem in one.dates.get(kind, ()))
        )
        for kind in _KINDS
    }


@cache
def date_kind(name: str) -> str | None:
    """Return what the words of a date's header say: activity, expected, closed, created, ...

    None if they say nothing, so that the column may be the time of a stage.
    """
    if _KEPT_BY_LOADERS.match(name.strip().lower()):
        return "activity"
    text = " " + fold_header(name) + " "
    kind = next((kind for kind in _KINDS if _date_words()[kind].search(text)), None)
    return None if kind in {"closed", "created"} and _TALK.search(text) else kind


@cache
def stage_of_header(name: str) -> tuple[str, str] | None:
    """Return ("entered" or "left", stage) of a header such as ``Date entered "Offer (Sales)"``."""
    text = name.strip()
    for side, patterns in (("left", _LEFT), ("entered", _ENTERED)):
        for pattern in patterns:
            match = pattern.fullmatch(text)
            if match is None:
                continue
            stage = match["stage"].strip(" \"'“”")
            if clean(stage).replace("_", " ") not in {one.replace("_", " ") for one in _NO_STAGE}:
                return side, stage
    return None


_CODES = {
    "€": "EUR", "£": "GBP", "us$": "USD", "$": "USD", "元": "CNY", "人民币": "CNY", "rmb": "CNY",
    "万元": "CNY", "₹": "INR", "₽": "RUB", "руб": "RUB", "руб.": "RUB", "r$": "BRL",
    "hk$": "HKD", "₩": "KRW", "美元": "USD", "欧元": "EUR", "港元": "HKD", "港币": "HKD",
    "日元": "JPY", "英镑": "GBP",
}  # fmt: skip


def currency_of_header(name: str) -> str:
    """Return the currency in the header of an amount, "" if there is none.

    Examples
    --------
    >>> currency_of_header("Amount (EUR)"), currency_of_header("金额（元）")
    ('EUR', 'CNY')
    """
    match = _UNIT.search(name)
    if match is None:
        return ""
    unit = clean(match[1] or match[2])
    if unit in _CODES:
        return _CODES[unit]
    return (
        unit.upper()
        if re.fullmatch(r"[a-z]{3}", unit) and unit not in {"max", "net", "avg", "sum"}
        else ""
    )
