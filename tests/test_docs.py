"""Every Python block of README and docs runs, and prints what the comment below it says."""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import types
from itertools import pairwise
from pathlib import Path

import pytest

import salesfunnel as sf

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(
    r"^(?P<skip><!-- skip: (?P<reason>[^\n]+) -->\n+)?```python\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def blocks(page):
    text = page.read_text("utf-8")
    return [
        (text.count("\n", 0, match.start("code")) + 1, match["code"])
        for match in BLOCK.finditer(text)
        if not match["skip"]
    ]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page)], ids=lambda page: str(page.relative_to(ROOT))
)
def test_blocks_run(page, monkeypatch, tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    for line, code in blocks(page):
        for node in ast.parse("\n" * line + code).body:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(ast.Module([node], []), str(page), "exec"), names)
            below = "\n".join(code.split("\n")[node.end_lineno - line :])
            said = re.match(r"(# .*\n)*", below).group()
            figures = re.findall(r"\d[\d.,%]*\d|\d", said) if out.getvalue() else []
            missing = [figure for figure in figures if figure not in out.getvalue()]
            assert missing == [], f"{page.name}, below line {node.end_lineno}: {out.getvalue()}"


def test_readme_gives_the_commands_that_ci_runs():
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in ("run-command", "test-command"):
        part = readme.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]
        assert part.count("```") == 2
        assert "\n" not in part.split("```")[1].partition("\n")[2].strip(), "one line"


def test_links_between_pages_lead_somewhere():
    broken = []
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)\s#]+)", text)
        broken += [f"{page.name}: {to}" for to in targets if not _leads(page, to)]
    assert not broken


def _leads(page, to):
    """Whether a link leads to a file, or, from a Chinese page, to an English page of the site."""
    place = Path(os.path.normpath(page.parent / to))
    if page.is_relative_to(ROOT / "docs/zh") and to.endswith("/"):
        return place.with_suffix(".md").exists() or (place / "index.md").exists()
    return place.exists()


def test_every_public_name_has_its_place_in_the_reference():
    named = [
        name
        for page in sorted((ROOT / "docs/reference").glob("*.md"))
        for name in re.findall(r"^::: salesfunnel\.(\S+)$", page.read_text("utf-8"), re.MULTILINE)
    ]
    modules = {name for name in sf.__all__ if isinstance(getattr(sf, name), types.ModuleType)}
    inner = {f"{module}.{name}" for module in modules for name in getattr(sf, module).__all__}
    assert sorted(named) == sorted((set(sf.__all__) - modules - {"__version__"}) | inner)


def test_every_page_can_be_found():
    for config, folder in (("mkdocs.yml", ROOT / "docs"), ("mkdocs.zh.yml", ROOT / "docs/zh")):
        site = (ROOT / config).read_text("utf-8")
        listed = re.findall(r"^ +- (?:[^:\n]+: )?(\S+\.md)$", site, re.MULTILINE)
        pages = {page.relative_to(folder).as_posix() for page in folder.rglob("*.md")}
        pages = {page for page in pages if not page.startswith("zh/")}
        assert sorted(listed) == sorted(pages)
    for start in ("README.md", "README.zh.md", "docs/index.md"):
        text = (ROOT / start).read_text("utf-8")
        guides = {f"guide/{page.name}" for page in (ROOT / "docs/guide").glob("*.md")}
        assert {guide for guide in guides if guide not in text} == set(), start


def test_every_public_name_has_an_example_that_runs():
    """In its docstring (run by test_doctests.py) or under its name in the reference (run here)."""
    bare = []
    for page in sorted((ROOT / "docs/reference").glob("*.md")):
        parts = re.split(r"^::: salesfunnel\.(\S+)$", page.read_text("utf-8"), flags=re.MULTILINE)
        for name, below in zip(parts[1::2], parts[2::2], strict=True):
            home, _, inner = name.rpartition(".")
            value = getattr(getattr(sf, home) if home else sf, inner)
            if ">>>" not in (value.__doc__ or "") and "```python" not in below:
                bare.append(name)
    assert bare == []


def test_every_column_of_a_table_has_a_name():
    """Which a reader aloud says before each cell: axe-core asks for it on every page."""
    nameless = []
    for page in PAGES:
        lines = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL).splitlines()
        for header, rule in pairwise(lines):
            if re.fullmatch(r"\|[-:| ]+\|", rule) and any(
                not cell.strip() for cell in re.split(r"(?<!\\)\|", header)[1:-1]
            ):
                nameless.append(f"{page.name}: {header}")
    assert nameless == []
