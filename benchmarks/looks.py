"""Pictures of everything a person looks at, folded into sheets that a screen shows at once.

    python benchmarks/looks.py FOLDER                      # everything but the site
    python benchmarks/looks.py FOLDER report results       # some parts
    python benchmarks/looks.py FOLDER site --site site/html --axe   # every page of it
    python benchmarks/looks.py FOLDER site --only zh/guide --widths 390 1280 --themes dark
    python benchmarks/looks.py FOLDER report --widths 390 1280 --themes light --locales zh
    python benchmarks/looks.py FOLDER results --axe        # what axe-core finds, too

Parts: `report` (the example company, a monthly sheet, nothing fell, 10,000 segments), `results`
(the page of every kind of result), `charts` (every kind of picture), `notebooks` (the results of
the three example notebooks, in the rules of each host), `site` (every page of a site that
docs/build.py made, from a server on loopback), `print` (A4, as a PDF and as pictures; needs
pdftoppm). A test asserts what a machine can see; this is for eyes: run it after a change to words,
style or a picture, and look at every sheet. `--no-pictures` only checks: console, requests, what
is wider than the window, pictures that do not load, and with `--axe` what axe-core finds.
"""

from __future__ import annotations

import argparse
import ast
import functools
import html
import http.server
import itertools
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
PARTS = ("report", "results", "charts", "notebooks", "print")
WIDTHS, THEMES, LOCALES = (390, 768, 1280, 1920), ("light", "dark"), ("en", "zh")
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
TALLEST = 16_000
"""Pixels down to which a page is drawn: a browser paints no more of it at once."""
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


def _page(
    path: Path, parts: Sequence[str], style: str = "", root: str = '<html lang="en">'
) -> tuple[str, str]:
    """Write a bare page; return its name and address."""
    path.write_text(
        f'<!doctype html>{root}<meta charset="utf-8"><title>{path.stem}</title>'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f"<style>svg{{max-width:100%}}{style}</style>{''.join(parts)}",
        "utf-8",
    )
    return path.stem, path.as_uri()


PAINT = {
    "jupyterlab": "body,body .jp-Notebook{background:#fff;color:#000;width:auto;padding:0}"
    "body[data-jp-theme-light=false],body[data-jp-theme-light=false] .jp-Notebook"
    "{--jp-layout-color0:#111;background:#111;color:#fff}",
    "vscode": "body{font:13px system-ui;background:#fff}"
    "body.vscode-dark{background:#1e1e1e;color:#ccc}",
    "colab": "body{font:14px Roboto;background:#fff}"
    "html[theme=dark] body{background:#383838;color:#fff}",
}
"""What each host paints around an output, besides the rules that the tests hold."""


def notebooks(folder: Path, locales: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each example notebook as each host lays it out, in both themes of the host."""
    from test_browser_report import HOSTS, jupyterlab

    for book in sorted((ROOT / "examples" / "notebooks").glob("*.ipynb")):
        for locale in locales:
            cells = list(_cells(book, locale))
            for host, theme in itertools.product(PAINT, THEMES):
                rules, before, after = jupyterlab(theme) if host == "jupyterlab" else HOSTS[host]
                light = str(theme == "light").lower()
                start = f'<body class="vscode-{theme}">' if host == "vscode" else "<body>"
                if host == "jupyterlab":
                    start = f'<body data-jp-theme-name="x" data-jp-theme-light="{light}">'
                parts = [
                    before.replace("vscode-light", "") + shown + after if output
                    else f'<pre tabindex="0">{html.escape(shown)}</pre>'
                    for shown, output in cells
                ]  # fmt: skip
                page = _page(
                    folder / f"{book.stem}.{host}-{theme}.{locale}.html",
                    [start, "<main><h1>Notebook</h1>", *parts, "</main>"],
                    rules
                    + "</style><style>"
                    + PAINT[host]
                    + "main{background:inherit;overflow:hidden}"
                    f":root{{color-scheme:{theme}}}pre{{overflow:auto;margin:8px 0}}",
                    f'<html lang="{locale}" theme="{theme}">',
                )
                yield page


def _cells(book: Path, locale: Any) -> Iterator[tuple[str, bool]]:
    """Run a notebook; yield each cell, and each output with True."""
    from salesfunnel.render import to_fragment

    names: dict[str, Any] = {}
    for cell in json.loads(book.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if locale == "zh":
            source = re.sub(r"""(\.chart\("\w+"|template\("b2b"|analyze\([^)]*)""",
                            r'\1, locale="zh"', source)  # fmt: skip
        yield source, False
        if cell["cell_type"] != "code":
            continue
        *lines, last = ast.parse(source).body
        exec(compile(ast.Module(lines, []), str(book), "exec"), names)
        if not isinstance(last, ast.Expr):
            exec(compile(ast.Module([last], []), str(book), "exec"), names)
            continue
        shown = eval(compile(ast.Expression(last.value), str(book), "eval"), names)
        ours = type(shown).__module__.startswith("salesfunnel")
        yield (to_fragment(shown, locale=locale) if ours else repr(shown)), ours


def site(base: Path, locales: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield every page of a built site, from a server on loopback."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *parts: object) -> None:
            """Say nothing."""

    where = functools.partial(Quiet, directory=base)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), where) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a page that is left
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for file in sorted(base.rglob("*.html")):
            path = file.relative_to(base).as_posix()
            if path != "404.html" and ("zh" if path.startswith("zh/") else "en") in locales:
                yield (
                    path.removesuffix("index.html").removesuffix(".html").strip("/") or "home",
                    f"http://127.0.0.1:{server.server_port}/{path.removesuffix('index.html')}",
                )
        server.shutdown()


UNSEEN = """() => [...document.images].filter(i => i.loading !== 'lazy' && !i.naturalWidth)
  .map(i => i.getAttribute('src'))"""
"""Pictures of a page that did not load."""


def shoot(
    browser: Any, path: Path, address: str, wide: int, theme: str, *, axe: bool, picture: bool
) -> None:
    """Take a picture of a whole page, and tell what a machine sees is wrong with it."""
    from test_browser_report import violations

    page = browser.new_page(viewport={"width": wide, "height": 900}, color_scheme=theme)
    here = ("file:", "data:", "blob:", "http://127.0.0.1:")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(here)
            else said.append(f"asks for {asked.url}"))  # fmt: skip
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if axe:
        said += map(str, violations(page))
    if (needed := page.evaluate("document.documentElement.scrollWidth")) > wide:
        said.append(f"{needed} px wide")
    said += [f"no picture {source}" for source in page.evaluate(UNSEEN)]
    for words in said:
        print(f"{path.stem}: {words}", flush=True)
    if picture:
        tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        page.screenshot(
            path=path, full_page=True, clip={"x": 0, "y": 0, "width": wide, "height": tall}
        )
        fold(path)
    page.close()


def fold(path: Path) -> None:
    """Lay a tall picture in columns beside each other, as many sheets as it takes."""
    with Image.open(path) as whole:
        wide, tall = whole.size
        columns = max(1, SIDE // (wide + 8))
        side = max(SIDE, wide)
        starts = range(0, tall, side)
        for number in range(0, len(starts), columns):
            some = starts[number : number + columns]
            sheet = Image.new("RGB", (len(some) * (wide + 8), min(side, tall - some[0])), "red")
            for place, top in enumerate(some):
                part = whole.crop((0, top, wide, min(top + side, tall)))
                sheet.paste(part, (place * (wide + 8), 0))
            sheet.save(path.with_name(f"{path.stem}.sheet{number // columns}.png"))


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
    parser.add_argument("--no-pictures", action="store_true", help="check, and draw nothing")
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
                    path = folder / f"{name.replace('/', '-')}.{wide}.{theme}.png"
                    shoot(browser, path, address, wide, theme,
                          axe=given.axe, picture=not given.no_pictures)  # fmt: skip
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
