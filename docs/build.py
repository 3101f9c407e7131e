"""Build the site: English, Chinese beside it, and every version of it that is kept.

Run: python docs/build.py [FOLDER]                     the site as it is now, into site/html
     python docs/build.py FOLDER --version 0.1         a version of its own, into FOLDER/0.1, and
                                                       FOLDER/ leads to the newest of all
     python docs/build.py --check FOLDER               only the links of what was built
The generator is Zensical in strict mode: a warning ends the build. Why: docs/developer/site.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = {"mkdocs.yml": "", "mkdocs.zh.yml": "zh"}
START = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>salesfunnel</title>'
    '<meta http-equiv="refresh" content="0; url={0}/"><a href="{0}/">salesfunnel {0}</a></html>\n'
)


MENU = """window.salesfunnelVersions = {{
  root: document.currentScript.src.replace(/versions\\.js$/, ""),
  names: {0}
}};
dispatchEvent(new Event("salesfunnel-versions"));
"""
"""What versions.js says; docs/assets/extra.js makes the menu of it."""


class _Links(HTMLParser):
    """Collect what a page leads to and loads, and the anchors it has."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = {"", "top"}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given.get("id", ""), given.get("name", "") if tag == "a" else ""}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in {"img", "script", "iframe", "source"} and given.get("src"):
            self.loads.append(given["src"])
        elif tag == "link" and given.get("rel") in {"stylesheet", "icon", "modulepreload"}:
            self.loads.append(given.get("href", ""))


def pages(site: Path) -> dict[Path, _Links]:
    """Return every page of a built site with its links and anchors."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        parsed = _Links()
        parsed.feed(path.read_text("utf-8"))
        found[path.resolve()] = parsed
    return found


def broken_links(site: Path) -> Iterator[str]:
    """Yield every link, picture, script and anchor of a built site that is not there."""
    known = pages(site)
    for path, page in known.items():
        where = path.relative_to(site.resolve()).as_posix()
        if path.name == "404.html":  # its links are absolute: it is shown at any address
            continue
        outside = [link for link in page.loads if re.match(r"(https?:)?//", link)]
        yield from (f"{where}: loads {link} from outside" for link in outside)
        for link in (*page.links, *page.loads):
            if wrong := _wrong(link, path, known):
                yield f"{where}: {link} {wrong}"


def _wrong(link: str, path: Path, known: dict[Path, _Links]) -> str:
    """Return what is wrong with a link of a page, or nothing."""
    parts = urlsplit(link)
    if parts.scheme or link.startswith("//"):
        return ""
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return "leads nowhere"
    anchors = known[target].anchors if target in known else {parts.fragment}
    return "" if unquote(parts.fragment) in anchors else "has no such place"


def build(folder: Path, *, generator: str = "zensical") -> None:
    """Build both languages into a folder, from nothing; a warning ends it."""
    shutil.rmtree(folder, ignore_errors=True)
    if importlib.util.find_spec(generator) is None:
        raise SystemExit(f"{generator} is not installed: pip install --group docs")
    command = [sys.executable, "-m", generator, "build", "--strict"]
    made = ROOT / "site" / f"build-{os.getpid()}"  # the generator writes below the project only
    for config, part in LANGUAGES.items():
        copy = ROOT / f".build-{os.getpid()}-{config}"  # beside the original, whose paths it keeps
        target = (made / part).relative_to(ROOT).as_posix()
        text = (ROOT / config).read_text("utf-8")
        copy.write_text(re.sub(r"(?m)^site_dir: .*$", f"site_dir: {target}", text), "utf-8")
        try:
            subprocess.run([*command, "-f", str(copy)], check=True, cwd=ROOT)
        finally:
            copy.unlink()
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(made, folder)


def release(folder: Path, version: str) -> None:
    """Put a version into a folder of versions, and let the folder lead to the newest."""
    build(folder / version)
    listed = folder / "versions.json"
    known = json.loads(listed.read_text("utf-8")) if listed.exists() else []
    names = {one["version"] for one in known} | {version}
    newest = sorted(names, key=_order, reverse=True)
    entries = [
        {"version": name, "title": name, "aliases": ["latest"] if name == newest[0] else []}
        for name in newest
    ]
    listed.write_text(json.dumps(entries, indent=2) + "\n", "utf-8")
    (folder / "versions.js").write_text(MENU.format(json.dumps(newest)), "utf-8")
    (folder / "index.html").write_text(START.format(newest[0]), "utf-8")
    add_menu(folder / version)


def add_menu(site: Path) -> None:
    """Let every page of a version load the list of all versions, which lies beside them.

    A script and no request, so that the menu works from a folder on a disk as well; versions of
    before show the newer ones, for the list is one file of all.
    """
    for path in sorted(site.rglob("*.html")):
        if path.name == "404.html":  # it is shown at any address
            continue
        up = "../" * len(path.relative_to(site).parts)
        text = path.read_text("utf-8")
        start, end, rest = text.rpartition("</body>")
        path.write_text(f'{start}<script src="{up}versions.js"></script>{end}{rest}', "utf-8")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def main(argv: Sequence[str] | None = None) -> int:
    """Build or check; 1 if a link leads nowhere."""
    parser = argparse.ArgumentParser(description="Build the site in both languages.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "site" / "html")
    parser.add_argument("--version", help="the name of a version that is kept")
    parser.add_argument("--check", action="store_true", help="check the links, build nothing")
    given = parser.parse_args(argv)
    if given.version:
        release(given.folder, given.version)
    elif not given.check:
        build(given.folder)
    broken = list(broken_links(given.folder))
    print("\n".join([*broken, f"{len(broken)} broken links"]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
