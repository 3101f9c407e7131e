"""What errors say, in Chinese: they have one form, and are recognised by it.

The forms stand in the catalogs: ``command.said.*`` whole messages, ``command.rule.*`` what an
argument must be, ``command.value.*`` what it was, ``command.feature.*`` what needs an extra.
"""

from __future__ import annotations

import re
from functools import cache

from salesfunnel.i18n import catalog, text

__all__ = ["VALUE", "translated"]

SAID, RULE, VALUE, FEATURE = (
    "command.said.", "command.rule.", "command.value.", "command.feature.",
)  # fmt: skip
_INNER = (("feature", FEATURE), ("rule", RULE), ("value", VALUE), ("why", VALUE), ("message", SAID))
"""Figures that are words themselves, and where their Chinese stands."""
_FREE = {"message", "hint", "rule", "value", "why", "names", "example"}


@cache
def _patterns(prefix: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what to look for and the key of what is said instead, the most telling first."""
    english = catalog("en")
    keys = [key for key in english if key.startswith(prefix)]
    found = []
    for key in sorted(keys, key=lambda key: (-len(re.sub(r"\{\w+\}", "", english[key])), key)):
        parts = re.split(r"\{(\w+)\}", english[key])
        look = "".join(
            re.escape(part) if i % 2 == 0 else f"(?P<{part}>.+{'' if part in _FREE else '?'})"
            for i, part in enumerate(parts)
        )
        found.append((re.compile(f"^{look}$", re.DOTALL), key))
    return tuple(found)


def translated(message: str, prefix: str = SAID) -> str | None:
    """Return a message in Chinese, None where no pattern knows it."""
    for pattern, key in _patterns(prefix):
        match = pattern.match(message)
        if match is None:
            continue
        figures = match.groupdict()
        for name, of in _INNER:
            if name in figures:
                other = f"“{figures[name]}”" if name == "rule" else figures[name]
                figures[name] = translated(figures[name], of) or other
        if "field" in figures:
            figures["field"] = _FIELDS.get(figures["field"], figures["field"])
        if figures.get("what") in _KINDS:
            figures["what"] = _KINDS[figures["what"]]
        if "owners" in figures:
            figures["owners"] = "、".join(
                _KINDS.get(one, one) for one in re.split(r", | and ", figures["owners"])
            )
        return text(key, "zh", **figures)
    return None


_FIELDS = {"source": "FILE", "file": "文件", "folder": "文件夹"}
_KINDS = {
    "a sheet": "月度表", "sheet": "月度表", "sheets": "月度表", "deals": "商机", "events": "事件",
    "a folder": "文件夹", "counts of events": "事件的统计",
}  # fmt: skip
