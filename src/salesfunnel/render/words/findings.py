"""Words for findings, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesfunnel._core.vocabulary import Locale
from salesfunnel.diagnosis.finding import Finding
from salesfunnel.i18n import has, text
from salesfunnel.render.words.causes import COLUMN, cause_text, cause_title

_WATCHED = {"rate": "percent", "currency": "money", "count": "count"}
LEAST = 0.05
"""Deals below which a figure would be shown as nothing."""


def finding_title(
    code: str,
    locale: Locale,
    title: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
    actions: Mapping[str, str] | None = None,
) -> str:
    """Return the name of a cause: its own words, the catalog's, else its code.

    A cause that comes several times names its own: which reason of loss, which key action.
    """
    if title:
        return str(title.get(locale) or title.get("en") or code)
    which = dict(params or {})
    if code.startswith(COLUMN):
        return cause_title(code, locale, which)
    if "action" in which:
        which["name"] = (actions or {}).get(str(which["action"]), which.get("name"))
    if which.get("reason") or which.get("name"):
        own = text(f"finding.{code}.title-of", locale, default="", **which)
        if own:
            return own
    return text(f"finding.{code}.title", locale, default=code)


def title_of(finding: Finding, locale: Locale, actions: Mapping[str, str] | None = None) -> str:
    """Return the name of the cause that a finding is about."""
    return finding_title(finding.code, locale, finding.title, finding.params, actions)


def collect_words(
    names: Iterable[str], locale: Locale, actions: Mapping[str, str] | None = None
) -> str:
    """Return the columns to collect, in words; `actions` names the key actions."""
    words = []
    for name in names:
        if actions and name in actions:
            words.append(text("finding.field-of-action", locale, name=actions[name]))
        else:
            words.append(text(f"finding.field.{name}", locale, default=name))
    return ("、" if locale == "zh" else ", ").join(words)


def actions_of(finding: Finding) -> dict[str, str]:
    """Return the key action that a finding asks about, with its name."""
    action, name = finding.params.get("action"), finding.params.get("name")
    return {str(action): str(name)} if action and name else {}


def _group(name: object, locale: Locale) -> str:
    return text("finding.group.other", locale) if name == "…" else str(name)


def finding_text(finding: Finding, locale: Locale, names: Mapping[str, str] | None = None) -> str:
    """Return what a finding says; `names` are those of key actions and metrics."""
    e, params = finding.evidence, dict(finding.params)
    words: dict[str, Any] = {**params, "field": e.field or "", "code": finding.code}
    if "metric" in words:
        words["metric"] = (names or {}).get(str(words["metric"]), words["metric"])
    if "group" in words:
        words["group"] = _group(words["group"], locale)
    if not finding.measured:
        key = "none" if finding.collect else "nothing"
        known = {**actions_of(finding), **(names or {})}
        collect = collect_words(finding.collect, locale, known)
        return text(f"finding.{key}", locale, collect=collect)
    if finding.explains and e.method == "model":
        return cause_text(finding, locale)
    own = f"finding.{finding.code}.text"
    if e.method in {"quality", "queue"} and has(own):
        return text(own, locale, **words)
    return text(f"finding.{_form(finding)}", locale, **{**words, **_figures(finding)})


def _form(finding: Finding) -> str:
    """Return which sentence fits."""
    method, contribution = finding.evidence.method, finding.contribution
    if method == "mantel-haenszel":
        if finding.evidence.difference is None:
            return "not-comparable"
        if contribution is None and finding.evidence.exposure_before is None:
            return "mantel-haenszel-standing"
        if contribution is None:
            standing = (finding.potential or 0.0) >= LEAST
            return "mantel-haenszel-same" if standing else "mantel-haenszel-as-before"
        if contribution >= LEAST:
            return "mantel-haenszel"
        standing = (finding.potential or 0.0) >= LEAST
        return "mantel-haenszel-same" if standing else "mantel-haenszel-more"
    if method == "kitagawa":
        if contribution is None:
            return "kitagawa-as-before" if finding.evidence.groups else "not-comparable"
        return "kitagawa" if contribution > 0 else "kitagawa-more"
    if method == "aggregate":
        return "aggregate-bad" if finding.params.get("bad") else "aggregate-good"
    if method == "watch":
        return f"watch.{_WATCHED.get(str(finding.params.get('unit')), 'number')}"
    return method if method in {"shares", "quality", "note"} else "other"


def _figures(finding: Finding) -> dict[str, Any]:
    e = finding.evidence
    return {
        "before": e.exposure_before,
        "now": e.exposure,
        "points": None if e.difference is None else round(-e.difference * 100, 1),
        "strata": e.strata,
        "contribution": finding.contribution,
        "gain": None if finding.contribution is None else abs(finding.contribution),
        "potential": finding.potential,
    }


def notice_words(notices: tuple[str, ...], locale: Locale, topic: str = "finding") -> list[str]:
    """Return the notices as sentences; codes of strangers as they are."""
    return [text(f"{topic}.notice.{code}", locale, default=code) for code in notices]
