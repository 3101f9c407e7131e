"""Rules on the data themselves: empty fields, copies, batches, skipped stages."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.periods import label_of
from salesfunnel.diagnosis import Case, Column, Evidence, Field, Finding

__all__ = ["batch_entry", "duplicate_deals", "missing_fields", "stage_skipped"]

ACCOUNT = Field(
    "account",
    ("account_name", "company", "customer", "customer name", "client", "客户", "客户名称", "公司",
     "公司名称", "企业名称"),
)  # fmt: skip
NAME = Field("deal_name", ("dealname", "opportunity name", "title", "商机名称", "项目名称"))
AFFECTED = 0.10
"""From this share of the judged deals on, faulty data veto the bottleneck."""
NEVER, MIN_KIND = 0.05, 10
"""Deals of a kind with fewer values than this share cannot have the column; least of a kind."""
SURELY = 0.95
BURST = 0.5
"""A day with more than this share of a period's entries is a batch."""

Bool = npt.NDArray[np.bool_]


def _quality(
    case: Case, code: str, affected: int, *, field: str | None = None, **params: object
) -> Finding:
    """Return a finding on the data themselves; it vetoes from 10% of the judged deals on."""
    n = int(case.now.sum())
    share = affected / n if n else 0.0
    return case.finding(
        code,
        dimension="data",
        params={"affected": affected, "affected_share": share, "entered": n, **params},
        confidence=1.0,
        coverage=1.0,
        grade="strong" if n >= 20 else "weak",
        evidence=Evidence(method="quality", field=field, entered=n, exposed=affected, known=n),
        rule_set="data",
        veto=share >= AFFECTED and n >= 10,
    )


def kinds_of_deals(case: Case) -> npt.NDArray[np.intp]:
    """Return the kind of each deal: how it ended, and how far it came."""
    reached = np.asarray(case.data.reached)[case.deals]
    ended = np.where(case.advanced & (case.outcome == 0), 1, case.outcome)
    kind = ended.astype(np.int64) * (len(case.data.stages) + 1) + reached + 1
    return np.asarray(np.unique(kind, return_inverse=True)[1]).ravel()


def can_have(kind: npt.NDArray[np.intp], known: Bool) -> Bool:
    """Return the deals that can have a value in a column: of a kind of which some do.

    Kinds are made by how a deal ended and how far it came. A kind in which hardly any deal has a
    value, where more than half of another kind do, is not asked: a reason of loss is asked of lost
    deals, the number of a quotation of those that came so far.
    """
    n = np.bincount(kind)
    share = np.bincount(kind, weights=known) / n
    big = n >= MIN_KIND
    if not (big & (share > 0.5)).any():
        return np.ones(kind.size, dtype=np.bool_)
    asked: Bool = (share >= NEVER)[kind]
    return asked


def missing_fields(case: Case) -> Finding | None:
    """Name the columns that are filled for too few of the judged deals."""
    if not case.now.any():
        return None
    shares: dict[str, float] = {}
    kind = kinds_of_deals(case)
    some = np.flatnonzero(case.now)
    some = some[:: max(some.size // 1000, 1)]
    for name in sorted(case.data.attributes):
        values = np.asarray(case.data.attributes[name])
        if Column(name, values[case.deals[some]]).known.mean() > SURELY:
            continue  # a sample is enough to see that it is filled
        known = Column(name, values[case.deals]).known
        asked = case.now & can_have(kind, known)
        if known.any() and asked.any():
            shares[name] = float(known[asked].mean())
    thin = {name: share for name, share in shares.items() if share < 0.8}
    if not thin:
        return None
    worst = min(thin, key=lambda name: (thin[name], name))
    found = _quality(
        case, "missing-fields", 0, field=worst, columns=len(thin), column=worst, filled=thin[worst]
    )
    return attrs.evolve(found, grade="weak", collect=tuple(sorted(thin)))


def duplicate_deals(case: Case) -> Finding | None:
    """Count judged deals that are copies: same name, or same account, value and day of entry."""
    account, name = case.find(ACCOUNT), case.find(NAME)
    if account is None:
        return None
    now = np.flatnonzero(case.now)
    days = case.time[now].astype("datetime64[D]").astype(np.int64).astype(np.str_)
    account = Column(account.name, account.raw[now])
    value = case.value.numbers[now]
    if name is None:
        usable, extra = account.known & np.isfinite(value) & (value > 0), value.astype(np.str_)
    else:
        name = Column(name.name, name.raw[now])
        usable, extra = account.known & name.known, name.text
    keys = np.char.add(
        np.char.add(np.char.add(account.text, "\x1f"), extra), np.char.add("\x1f", days)
    )
    seen = keys[usable]
    copies = int(seen.size - np.unique(seen).size)
    return _quality(case, "duplicate-deals", copies, field=account.name) if copies else None


def batch_entry(case: Case) -> Finding | None:
    """Find a day on which more than half of a period's entries were made: a batch update."""
    if case.by in {"day", "week"}:
        return None
    days = case.time.astype("datetime64[D]")
    affected, when, where = 0, "", ""
    for period in np.unique(case.period[case.now]):
        here = days[case.now & (case.period == period)]
        names, counts = np.unique(here, return_counts=True)
        top = int(counts.argmax())
        if here.size >= 10 and counts[top] > BURST * here.size and counts[top] > affected:
            affected, when = int(counts[top]), str(names[top])
            where = label_of(int(period), case.by)
    return _quality(case, "batch-entry", affected, day=when, in_period=where) if affected else None


def stage_skipped(case: Case) -> list[Finding]:
    """Count judged deals without a date for the step, or with dates in the wrong order."""
    entered = case.data.entered[case.deals]
    here, later = entered[:, case.source], entered[:, case.target]
    skipped = np.isnat(here)
    with np.errstate(invalid="ignore"):
        backward = ~np.isnat(here) & ~np.isnat(later) & (later < here)
    found = []
    if (skipped & case.now).any():
        found.append(_quality(case, "stage-skipped", int((skipped & case.now).sum())))
    if (backward & case.now).any():
        found.append(_quality(case, "stage-backward", int((backward & case.now).sum())))
    old, new = skipped[~case.now], skipped[case.now]
    if old.size >= 20 and new.size >= 20 and abs(float(old.mean() - new.mean())) > 0.2:
        change = _quality(
            case, "definition-changed", round(abs(float(old.mean() - new.mean())) * new.size),
            skipped_before=float(old.mean()), skipped_now=float(new.mean()),
        )  # fmt: skip
        found.append(change)
    return found
