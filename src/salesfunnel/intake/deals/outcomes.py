"""Which words and codes mean won, lost and open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import attrs

from salesfunnel._core.errors import ArgumentError
from salesfunnel.intake.cells.read_number import clean
from salesfunnel.intake.deals.vocabulary.lookup import languages, outcome_words, pattern_of, vendors

__all__ = [
    "OUTCOMES",
    "OutcomeWords",
    "fold_label",
    "is_closed_label",
    "names_the_end",
    "stage_outcome",
]

OUTCOMES = {"open": 0, "won": 1, "lost": 2}
_NUMBERED = re.compile(
    r"^(?:(?:stage|step|phase|etapa|étape|этап|阶段|第)?"
    r"\s*\(?[a-z]?\d{1,2}(?:[.)\]:、\-–—]|\s*[-–—])+\s*|\d{1,3}%\s*[-–—]?\s*|c\d+:)"
)
_BRACKETED = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]\s*")
_PERCENT = re.compile(r"\s*[-–—(]?\s*\d{1,3}\s*%\s*\)?$")
_CLOSED = {
    *("closed", "close", "complete", "completed", "done", "finished", "concluded", "inactive"),
    *("已关闭", "关闭", "结束", "已结束", "已完成", "完成", "关单", "结单", "已结单"),
    *(
        "abgeschlossen",
        "geschlossen",
        "beendet",
        "cerrado",
        "cerrada",
        "fermé",
        "fermée",
        "clôturé",
    ),
    *(
        "clôturée",
        "fechado",
        "fechada",
        "encerrado",
        "encerrada",
        "закрыта",
        "закрыто",
        "завершена",
    ),
    *(
        "cierre",
        "clos",
        "archived",
        "chiuso",
        "chiusa",
        "gesloten",
        "zamknięta",
        "完了",
        "クローズ",
    ),
}
"""Words that say that a deal has ended, but not how."""
_OPEN_AFTER_ALL = {"close", "complete", "clos"}
"""Of these the ones that may begin the name of a stage that is open."""


def fold_label(label: str) -> str:
    """Return the name of a stage or outcome without numbering, chances and the pipeline's name.

    Examples
    --------
    >>> fold_label("1 - Qualify (Sales)"), fold_label("C2:WON"), fold_label("Offer - 40%")
    ('qualify', 'won', 'offer')
    """
    text = clean(label).replace("_", " ")
    text = _PERCENT.sub("", _NUMBERED.sub("", text))
    bare = _BRACKETED.sub(" ", text)
    return " ".join((bare if bare.strip() else text).split())


def _after_closed(label: str) -> str | None:
    """Return what stands behind "closed" in a label; None if it does not begin so."""
    text = fold_label(label)
    words = re.split(r"[\s:/–—-]+", text)
    if text in _CLOSED:
        return ""
    if words[0] in _CLOSED - _OPEN_AFTER_ALL and len(words) > 1:
        return " ".join(
            word for word in words[1:] if word not in {"as", "und", "and", "y", "et", "e"}
        )
    return None


def is_closed_label(label: str) -> bool:
    """Whether a label says that a deal has ended, but not how.

    Examples
    --------
    >>> [is_closed_label(x) for x in ("Closed", "Closed - Filled", "Closed Won", "Closing")]
    [True, True, False, False]
    """
    return _after_closed(label) is not None and stage_outcome(label) is None


@cache
def _stems() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of won, lost, and of what turns them round."""
    known = languages()
    return (
        re.compile(pattern_of(stem for one in known for stem in one.won_stems)),
        re.compile(pattern_of(stem for one in known for stem in one.lost_stems)),
        re.compile(pattern_of((word for one in known for word in one.turns), end=r"(?!\w)")),
    )


@cache
def stage_outcome(label: str) -> int | None:
    """Return 1 if the name of a stage means won, 2 if it means lost, None otherwise.

    Examples
    --------
    >>> [stage_outcome(x) for x in ("Closed Won", "7 - Lost: price", "Offer", "Not lost")]
    [1, 2, None, None]
    """
    folded = fold_label(label)
    literal = " ".join(clean(label).replace("_", " ").split())
    known = outcome_words()
    for text in (literal, folded):
        code = known.get(text, vendors().outcome_ids.get(text.replace(" ", "")))
        if code:
            return code
    rest = _after_closed(label)
    if rest and known.get(rest):
        return known[rest]
    won, lost, turned = _stems()
    for text in (folded, literal):
        hits = {code for code, pattern in ((1, won), (2, lost)) if pattern.search(text)}
        if len(hits) == 1 and not turned.search(text):
            return hits.pop()
    return None


def names_the_end(label: str) -> bool:
    """Whether a label has a word such as "won" or "lost" in it, not only one that may mean it.

    Examples
    --------
    >>> [names_the_end(x) for x in ("Closed Won", "Booked", "输单")]
    [True, False, True]
    """
    won, lost, _ = _stems()
    text = fold_label(label)
    return won.search(text) is not None or lost.search(text) is not None


@attrs.frozen(kw_only=True)
class OutcomeWords:
    """The outcomes of words: those that were given, those of the column's vendor, known ones.

    Parameters
    ----------
    given : mapping of str to int
        By folded word, from ``outcomes=``.
    codes : mapping of str to int
        Codes of the vendor of the column.
    """

    given: Mapping[str, int] = attrs.field(factory=dict)
    codes: Mapping[str, int] = attrs.field(factory=dict)

    @classmethod
    def of(cls, outcomes: Mapping[Any, Any] | None, header: str = "") -> OutcomeWords:
        """Check ``outcomes=``, and add the codes of the header's vendor."""
        given: dict[str, int] = {}
        if outcomes is not None and not isinstance(outcomes, Mapping):
            raise ArgumentError(
                f"'outcomes' must be a mapping of words to outcomes, got {outcomes!r}",
                hint='outcomes={"churned": "lost"}',
            )
        for word, meaning in (outcomes or {}).items():
            code = (
                meaning if type(meaning) is int else OUTCOMES.get(str(meaning).strip().casefold())
            )
            if code not in {0, 1, 2}:
                raise ArgumentError(
                    f"'outcomes' must map words to 'open', 'won' or 'lost', got {meaning!r} for"
                    f" {word!r}"
                )
            given[clean(str(word))] = code
            given.setdefault(fold_label(str(word)), code)
        return cls(given=given, codes=vendors().codes.get(header, {}))

    def status(self, word: str) -> int | None:
        """Return the outcome that a word of an outcome column means, None if it is not known."""
        literal = " ".join(clean(word).split())
        folded = fold_label(word)
        for table in (self.given, self.codes, outcome_words()):
            for text in (literal, literal.replace("_", " "), literal.replace("-", " "), folded):
                if text in table:
                    return table[text]
        return stage_outcome(word)

    def stage(self, label: str) -> int | None:
        """Return 1 or 2 if a stage means won or lost, None if it is a stage like others."""
        literal = " ".join(clean(label).split())
        for text in (literal, fold_label(label)):
            if text in self.given:
                return self.given[text] or None
        return stage_outcome(label)

    def unused(self, words: Iterable[str]) -> list[str]:
        """Return the given words that none of `words` is."""
        there = {text for word in words for text in (clean(word), fold_label(word))}
        return [word for word in self.given if word not in there]
