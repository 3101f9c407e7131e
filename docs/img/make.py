"""Draw the picture of the README from the example sheet: python docs/img/make.py."""

from __future__ import annotations

from pathlib import Path

import salesfunnel as sf
from salesfunnel.render.backends.funnel_svg import funnel_svg
from salesfunnel.render.documents.tracking import pictures

ROOT = Path(__file__).parents[2]

for locale in ("en", "zh"):
    sheet = sf.read_table(
        ROOT / "examples" / f"tracking_{locale}.csv", funnel=sf.template("b2b", locale=locale)
    )
    (picture,) = pictures(sheet, locale)
    drawn = funnel_svg(picture).replace(
        "<title>", '<rect width="100%" height="100%" fill="#fff"/><title>', 1
    )
    drawn = drawn.replace("<svg ", '<svg color="#1d2733" ', 1)
    (Path(__file__).parent / f"funnel_{locale}.svg").write_text(drawn + "\n", encoding="utf-8")
