"""Every Python block of README and docs runs, a page in one namespace, beside the examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
        exec(compile("\n" * line + code, str(page), "exec"), names)


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
        broken += [f"{page.name}: {to}" for to in targets if not (page.parent / to).exists()]
    assert not broken
