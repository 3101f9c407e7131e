"""Archives of office documents without the moment of writing: equal content, equal bytes."""

from __future__ import annotations

import io
import re
import zipfile

__all__ = ["fixed_zip"]

_STAMP = (1980, 1, 1, 0, 0, 0)
_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</)")


def fixed_zip(content: bytes) -> bytes:
    """Return an archive (docx, pptx, xlsx) with one time for all its parts and its properties."""
    done = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(done, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = _DATES.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", part)
            entry = zipfile.ZipInfo(name, date_time=_STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, part)
    return done.getvalue()
