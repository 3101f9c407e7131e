"""A second StageHistory in plain Python, deal by deal and row by row: no numpy, no shared code.

Times are whole minutes since the base; a loss is the stage "lost".
"""

from __future__ import annotations

from datetime import datetime, timedelta

BASE = datetime(2025, 11, 20)  # noqa: DTZ001 - a history is naive
MISSING = "(missing)"


def moment(minute):
    return BASE + timedelta(minutes=minute)


def label(when, by):
    year, week, _ = when.isocalendar()
    return {
        "day": f"{when:%Y-%m-%d}",
        "week": f"{year}-W{week:02d}",
        "month": f"{when:%Y-%m}",
        "quarter": f"{when.year}-Q{1 + (when.month - 1) // 3}",
        "year": f"{when.year:04d}",
    }[by]


def deals_of(changes, stages, as_of):
    """Walk through the changes of each deal: {deal: what became of it}."""
    order = {stage: k for k, stage in enumerate((*stages, "lost"))}
    found = {}
    for deal in sorted({deal for deal, _, _ in changes}):
        mine = sorted({(t, order[stage], stage) for d, stage, t in changes if d == deal})
        one = {
            "entered": {},
            "time_in_stage": {},
            "outcome": "open",
            "closed": None,
            "reopened": False,
        }
        one.update(back=False, undone=False)
        now, since, state_since = None, None, None
        for t, _, stage in mine:
            if stage == now:
                continue
            if now in stages:
                one["time_in_stage"][now] = one["time_in_stage"].get(now, 0) + t - since
            if now == "lost":
                one["reopened"] = True
            if now == stages[-1]:
                one["undone"] = True
            if now in stages and stage in stages and order[stage] < order[now]:
                one["back"] = True
            if stage in stages:
                one["entered"].setdefault(stage, t)
            now, since, state_since = stage, t, t
        if now == "lost":
            one.update(outcome="lost", closed=state_since)
        elif now == stages[-1]:
            one.update(outcome="won", closed=state_since)
            one["time_in_stage"][now] = one["time_in_stage"].get(now, 0)
        else:
            one["time_in_stage"][now] = one["time_in_stage"].get(now, 0) + as_of - since
        # a skipped stage counts as passed, a step back never un-reaches
        one["reached"] = [
            min((t for s, t in one["entered"].items() if order[s] >= k), default=None)
            for k in range(len(stages))
        ]
        visited = [order[stage] for stage in one["entered"]]
        one["skipped"] = bool(visited) and len(visited) < 1 + max(visited) - min(visited)
        found[deal] = one
    return found


def panel_of(deals, stages, as_of, *, by, mode, window, words):
    """Count deal by deal: ({(period, segment, stage): n}, {(period, segment): immature})."""
    counts, immature = {}, {}

    def add(table, key):
        table[key] = table.get(key, 0) + 1

    for deal, one in deals.items():
        start = one["reached"][0]
        if start is None:
            continue
        group = " / ".join(word or MISSING for word in words[deal]) if words[deal] else "all"
        home = (label(moment(start), by), group)
        if mode == "period":
            for stage, t in zip(stages, one["reached"], strict=True):
                if t is not None:
                    add(counts, (label(moment(t), by), group, stage))
        elif window is None:
            if one["outcome"] == "open" and one["reached"][-1] is None:
                add(immature, home)
            for stage, t in zip(stages, one["reached"], strict=True):
                if t is not None:
                    add(counts, (*home, stage))
        elif start + window > as_of:
            add(immature, home)
        else:
            for stage, t in zip(stages, one["reached"], strict=True):
                if t is not None and t <= start + window:
                    add(counts, (*home, stage))
    return counts, immature
