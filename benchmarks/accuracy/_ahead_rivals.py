"""What others would forecast for open deals: a logistic of snapshots, and the ways of a CRM."""

from __future__ import annotations

import numpy as np

DAY = np.timedelta64(1, "D")
EVERY, BACK = 30, 18


def _days(span):
    return span / DAY


def _standing(history, at, ahead):
    """Return open deals at a moment: rows, stage, age, and whether they were won in time."""
    closed = np.asarray(history.closed)
    known = (history.created <= at) & ~(closed <= at)
    entered = np.where(history.entered <= at, history.entered, np.datetime64("NaT", "us"))
    seen = ~np.isnat(entered)
    rows = np.flatnonzero(known & seen.any(1))
    S = entered.shape[1]
    stage = S - 1 - np.argmax(seen[rows][:, ::-1], axis=1)
    age = _days(at - entered[rows, stage])
    won = (history.outcome[rows] == 1) & (closed[rows] > at) & (closed[rows] <= at + ahead * DAY)
    return rows, stage, age, won


def _design(history, rows, stage, age):
    S = len(history.stages)
    log_age = np.log1p(age) - 3
    value = np.log(history.value[rows])
    value = (value - value.mean()) / value.std()
    owners, code = np.unique(history.attribute("owner"), return_inverse=True)
    here = np.eye(S)[stage]
    columns = [here, here * log_age[:, None], here * log_age[:, None] ** 2, value[:, None]]
    return np.concatenate([*columns, np.eye(owners.size)[code[rows]]], axis=1)


def logistic(history, ahead):
    """Return rows and chances of the open deals, by a ridge logistic of 30-day snapshots."""
    parts = []
    at = history.as_of
    for k in range(BACK):
        then = at - (ahead + EVERY * k) * DAY
        if then <= history.created.min():
            break
        rows, stage, age, won = _standing(history, then, ahead)
        if rows.size > 5:
            parts.append((_design(history, rows, stage, age), won))
    X = np.concatenate([x for x, _ in parts])
    y = np.concatenate([won for _, won in parts]).astype(float)
    beta = np.zeros(X.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-X @ beta))
        H = X.T @ (X * (p * (1 - p))[:, None]) + np.eye(beta.size)
        step = np.linalg.solve(H, X.T @ (y - p) - beta)
        beta += np.clip(step, -2, 2)
    rows, stage, age, _ = _standing(history, at, ahead)
    return rows, 1 / (1 + np.exp(-_design(history, rows, stage, age) @ beta))


def crm(history, ahead):
    """Return win rate × open value, and what was won in the same time before."""
    over = history.outcome > 0
    rate = (history.outcome == 1).sum() / over.sum()
    recent = (history.outcome == 1) & (history.closed > history.as_of - ahead * DAY)
    return float(rate * history.value[~over].sum()), float(history.value[recent].sum())
