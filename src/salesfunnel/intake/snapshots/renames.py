"""Stages that were renamed between two exports, and ids that are written in two ways."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from salesfunnel.fault import Fault

__all__ = ["one_way_of_writing", "renamed_stages"]

SHARE, MOVED = 0.80, 0.50
"""Share of a stage's deals with a new name that carry this one, and of all its deals."""
_SALESFORCE = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?", re.ASCII)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

Texts = npt.NDArray[np.str_]


def renamed_stages(
    labels: Sequence[Texts],
    deals: Sequence[Texts],
    days: Sequence[np.datetime64],
    given: Mapping[str, str],
) -> tuple[dict[str, str], list[Fault]]:
    """Return the last name of every stage that was renamed.

    A name that leaves every row at the date at which a new one appears is taken as renamed if 80%
    of its deals whose name is new carry that one, and they are at least half of its deals and of
    those with the new name: the others moved in the meantime.

    Parameters
    ----------
    labels, deals : sequence of ndarray of str
        The stage of each row of each export, and its deal.
    days : sequence of datetime64
        Their dates.
    given : mapping of str to str
        Renames that the caller knows, old name to new.
    """
    names = dict(given)
    faults: list[Fault] = []
    before: set[str] = set()
    for k in range(1, len(labels)):
        old_names, new_names = set(labels[k - 1].tolist()), set(labels[k].tolist())
        before |= old_names
        left = sorted(old_names - new_names - {""} - set(names))
        came = sorted(new_names - before - {""} - set(names.values()))
        if not left or not came:
            continue
        now = dict(zip(deals[k].tolist(), labels[k].tolist(), strict=True))
        then = dict(zip(deals[k - 1].tolist(), labels[k - 1].tolist(), strict=True))
        for old in left:
            mine = [name for name, label in then.items() if label == old and name in now]
            for new in came:
                same = sum(now[name] == new for name in mine)
                fresh = sum(now[name] in came for name in mine)
                known = sum(label == new for name, label in now.items() if name in then)
                sure = same >= SHARE * fresh and same >= MOVED * max(len(mine), known)
                if same and sure:
                    names[old] = new
                    faults.append(
                        Fault.of(
                            "stage-renamed", old=old, new=new, share=same / len(mine),
                            day=str(days[k])[:10],
                        )
                    )  # fmt: skip
                    break
    return {old: _final(names, old) for old in names}, faults


def _final(names: Mapping[str, str], old: str) -> str:
    seen = {old}
    while names.get(old) is not None and names[old] not in seen:
        old = names[old]
        seen.add(old)
    return old


def one_way_of_writing(
    ids: Sequence[Texts], files: Sequence[str]
) -> tuple[list[Texts], list[Fault]]:
    """Return ids in one way of writing: Salesforce ids of 15 letters, numbers without zeros before.

    Zeros are dropped only if one whole file has none where another pads its numbers with them.
    """
    faults: list[Fault] = []
    found = []
    for column, file in zip(ids, files, strict=True):
        short, changed = _salesforce(column)
        found.append(short)
        if changed:
            faults.append(Fault.of("ids-reformatted", file=file, example=changed))
    padded = [_padded(column) for column in found]
    if any(padded) and not all(padded):
        numbers = [bool(c.size) and all(text.isdigit() for text in c.tolist()) for c in found]
        if all(numbers):
            for k, column in enumerate(found):
                if padded[k]:
                    bare = np.array([text.lstrip("0") or "0" for text in column.tolist()])
                    if np.unique(bare).size == np.unique(column).size:
                        example = next(text for text in column.tolist() if text.startswith("0"))
                        faults.append(Fault.of("ids-reformatted", file=files[k], example=example))
                        found[k] = bare
    return found, faults


def _padded(column: Texts) -> bool:
    return any(text.startswith("0") and len(text) > 1 for text in column.tolist())


def _salesforce(column: Texts) -> tuple[Texts, str]:
    """Return ids of 18 letters as those of 15, and one example."""
    example = ""
    texts = column.tolist()
    if not texts or not all(_SALESFORCE.fullmatch(text) for text in texts):
        return column, ""
    short = []
    for text in texts:
        if len(text) == 18 and _checksum(text[:15]) == text[15:]:
            example = example or text
            short.append(text[:15])
        else:
            short.append(text)
    return np.array(short, dtype=np.str_), example


def _checksum(text: str) -> str:
    """Return the three letters that make a case-sensitive id of 15 one of 18."""
    parts = []
    for start in (0, 5, 10):
        bits = sum(letter.isupper() << k for k, letter in enumerate(text[start : start + 5]))
        parts.append(_LETTERS[bits])
    return "".join(parts)
