"""Pictures of everything a person looks at, folded into sheets that a screen shows at once.

    python benchmarks/looks.py FOLDER                      # everything but the site
    python benchmarks/looks.py FOLDER report results       # some parts
    python benchmarks/looks.py FOLDER site --site site/html
    python benchmarks/looks.py FOLDER report --widths 390 1280 --themes light --locales zh
    python benchmarks/looks.py FOLDER results --axe        # what axe-core finds, too

Parts: `report` (the example company, a monthly sheet, nothing fell, 10,000 segments), `results`
(the page of every kind of result), `charts` (every kind of picture), `notebooks` (the results of
the three example notebooks), `site` (a site that docs/build.py made), `print` (A4, as a PDF and as
pictures; needs pdftoppm). A test asserts what a machine can see; this is for eyes: run it after a
change to words, style or a picture, and look at every sheet.
"""

from __future__ import annotations

import argparse
import ast
import html
import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
PARTS = ("report", "results", "charts", "notebooks", "print")
WIDTHS, THEMES, LOCALES = (390, 768, 1280, 1920), ("light", "dark"), ("en", "zh")
SITE = {
    "en": ("", "start/", "guide/analyze/", "guide/sheets/", "guide/bottlenecks/",
           "guide/pictures/", "guide/command/", "reference/bottlenecks/"),
    "zh": ("zh/", "zh/start.html", "zh/guide/analyze.html", "zh/guide/bottlenecks.html",
           "zh/guide/pictures.html", "zh/guide/ahead.html", "zh/glossary.html"),
}  # fmt: skip
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
SIDE = 1600
"""Pixels of a sheet, each way: what is larger is shrunk where it is shown."""


def reports(folder: Path, locales: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the name and the address of every report."""
    import salesfunnel as sf
    from results import results
    from test_browser_report import _many

    months = {f"2026-{m:02d}": [900, 300, 100] for m in range(1, 10)}
    steady = sf.Panel.from_counts(months, steps=("lead", "offer", "won"))
    made = {
        "company": results()["analysis"], "sheet": results()["analysis of a sheet"],
        "steady": sf.analyze(steady), "many": _many(),
    }  # fmt: skip
    for name, locale in itertools.product(made, locales):
        path = folder / f"{name}.{locale}.html"
        made[name].to_html(path, locale=locale)
        yield path.stem, path.as_uri()


def kinds(folder: Path, locales: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the page of one result of every type."""
    from results import results

    for locale in locales:
        seen: set[type] = set()
        for name, result in results().items():
            if type(result) not in seen and name != "analysis":
                seen.add(type(result))
                path = folder / f"{name.replace(' ', '-')}.{locale}.html"
                path.write_text(result.to_html(locale=locale), "utf-8")
                yield path.stem, path.as_uri()


def pictures(folder: Path, locales: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield pages with every kind of picture: the file that `to_svg` makes, eight a page."""
    from results import results

    for locale in locales:
        seen: set[tuple[str, type]] = set()
        shown = []
        for name, result in results().items():
            for kind in getattr(result, "charts", ()):
                if (kind, type(result)) not in seen:
                    seen.add((kind, type(result)))
                    svg = result.chart(kind, locale=locale).to_svg(theme="auto")
                    words = f"{html.escape(name)} · {kind}"
                    shown.append(f"<section><small>{words}</small><br>{svg}</section>")
        for part in range(0, len(shown), 8):
            path = folder / f"charts{part:02d}.{locale}.html"
            yield _page(path, shown[part : part + 8], "section{float:left;margin:4px}")


def _page(path: Path, parts: Sequence[str], style: str = "") -> tuple[str, str]:
    """Write a bare page; return its name and address."""
    path.write_text(
        '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f"<style>svg{{max-width:100%}}{style}</style>{''.join(parts)}",
        "utf-8",
    )
    return path.stem, path.as_uri()


def notebooks(folder: Path, _: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each example notebook as JupyterLab lays it out, in the style of its package."""
    from test_browser_report import jupyterlab

    style, before, after = jupyterlab()
    for book in sorted((ROOT / "examples" / "notebooks").glob("*.ipynb")):
        names: dict[str, Any] = {}
        parts = []
        for cell in json.loads(book.read_text("utf-8"))["cells"]:
            source = "".join(cell["source"])
            parts.append(f"<pre>{html.escape(source)}</pre>")
            if cell["cell_type"] != "code":
                continue
            *lines, last = ast.parse(source).body
            exec(compile(ast.Module(lines, []), str(book), "exec"), names)
            if not isinstance(last, ast.Expr):
                exec(compile(ast.Module([last], []), str(book), "exec"), names)
                continue
            shown = eval(compile(ast.Expression(last.value), str(book), "eval"), names)
            draw = getattr(shown, "_repr_html_", None)
            parts.append(before + (draw() if draw else html.escape(repr(shown))) + after)
        dark = '<script>matchMedia("(prefers-color-scheme:dark)").matches && (document.body.dataset'
        dark += '.jpThemeLight="false", document.body.style.background="#111")</script>'
        yield _page(
            folder / f"{book.stem}.en.html", ["<body>", *parts, dark], style + "pre{overflow:auto}"
        )


def site(base: Path, locales: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield pages of a built site."""
    for locale in locales:
        for address in SITE[locale]:
            file = base / address / ("" if address.endswith("html") else "index.html")
            name = address.removeprefix("zh/").removesuffix(".html").strip("/").replace("/", "-")
            yield f"{name or 'home'}.{locale}", file.resolve().as_uri()


def shoot(
    browser: Any, folder: Path, name: str, address: str, wide: int, theme: str, *, axe: bool = False
) -> Path:
    """Take a picture of a whole page, and tell what a machine sees is wrong with it."""
    from test_browser_report import violations

    page = browser.new_page(viewport={"width": wide, "height": 900}, color_scheme=theme)
    noise = ("from origin 'null'", "ERR_FAILED")  # a site that is read from a disk, not served
    page.on("console", lambda message: None if any(word in message.text for word in noise)
            else print(f"{name}: {message.text}"))  # fmt: skip
    page.on("pageerror", lambda error: print(f"{name}: {error}"))
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:", "blob:"))
            else print(f"{name} asks for {asked.url}"))  # fmt: skip
    page.goto(address)
    if axe:
        for found in violations(page):
            print(f"{name}.{wide}.{theme}: {found}")
    page.wait_for_timeout(150)
    path = folder / f"{name}.{wide}.{theme}.png"
    if (needed := page.evaluate("document.documentElement.scrollWidth")) > wide:
        print(f"{path.name}: {needed} px wide")
    page.screenshot(path=path, full_page=True)
    page.close()
    return path


def fold(path: Path) -> list[Path]:
    """Lay a tall picture in columns beside each other, as many sheets as it takes."""
    with Image.open(path) as whole:
        wide, tall = whole.size
        columns = max(1, SIDE // (wide + 8))
        side = max(SIDE, wide)
        starts = range(0, tall, side)
        sheets = []
        for number in range(0, len(starts), columns):
            some = starts[number : number + columns]
            sheet = Image.new("RGB", (len(some) * (wide + 8), min(side, tall - some[0])), "red")
            for place, top in enumerate(some):
                part = whole.crop((0, top, wide, min(top + side, tall)))
                sheet.paste(part, (place * (wide + 8), 0))
            target = path.with_name(f"{path.stem}.sheet{number // columns}.png")
            sheet.save(target)
            sheets.append(target)
    return sheets


def printed(browser: Any, folder: Path, name: str, address: str) -> None:
    """Print a page on A4 and make pictures of the pages."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    path = folder / f"{name}.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    page.close()
    if shutil.which("pdftoppm"):
        subprocess.run(["pdftoppm", "-r", "90", "-png", path, folder / name], check=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Draw what is asked for."""
    parser = argparse.ArgumentParser(description="Pictures of everything a person looks at.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART")
    parser.add_argument("--site", type=Path, default=ROOT / "site" / "html")
    parser.add_argument("--widths", nargs="+", type=int, default=WIDTHS)
    parser.add_argument("--themes", nargs="+", default=THEMES)
    parser.add_argument("--locales", nargs="+", default=LOCALES)
    parser.add_argument("--axe", action="store_true", help="check each page with axe-core, too")
    parser.add_argument("--only", default="", help="only pages whose name begins with this")
    given = parser.parse_args(argv)
    from playwright.sync_api import sync_playwright

    from conftest import CHROMIUM

    makers = {"report": reports, "print": reports, "results": kinds, "charts": pictures,
              "notebooks": notebooks}  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for part in given.parts:
            folder = given.folder / part
            folder.mkdir(parents=True, exist_ok=True)
            pages = (
                site(given.site, given.locales)
                if part == "site"
                else makers[part](folder, given.locales)
            )
            for name, address in pages:
                if not name.startswith(given.only):
                    continue
                if part == "print":
                    printed(browser, folder, name, address)
                    continue
                for wide, theme in itertools.product(given.widths, given.themes):
                    fold(shoot(browser, folder, name, address, wide, theme, axe=given.axe))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
