"""Keeps a document of every type that is written today and not kept yet.

``python tests/keep_documents.py`` adds files to ``tests/documents/v1``, and changes none there.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "documents" / "v1"


def types_in(document):
    """Yield the names of all types that a document holds, its own first."""
    if isinstance(document, dict):
        if isinstance(document.get("type"), str):
            yield document["type"]
        document = document.values()
    for part in document:
        if isinstance(part, dict | list):
            yield from types_in(part)


def kept():
    """Return the names of all types in the documents that are kept."""
    documents = (json.loads(file.read_text("utf-8")) for file in FOLDER.glob("*.json"))
    return {name for document in documents for name in types_in(document)}


def written():
    """Return type → the shortest document that holds it, of everything public that becomes one."""
    from salesfunnel._core.result import ResultMixin
    from test_result_protocol import MADE

    texts = {value.to_json() for value in MADE.values() if isinstance(value, ResultMixin)}
    found = {}
    for text in sorted(texts, key=lambda text: (len(text), text)):
        for name in types_in(json.loads(text)):
            found.setdefault(name, text)
    return found


def main():
    for name, text in sorted(written().items()):
        if name not in kept():
            own = json.loads(text)["type"]
            file = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", own).lower()
            while (FOLDER / f"{file}.json").exists():
                file += "_again"
            (FOLDER / f"{file}.json").write_text(text + "\n", encoding="utf-8")
            sys.stdout.write(f"{file}.json, {len(text)} characters\n")


if __name__ == "__main__":
    main()
