"""List every file of the package with what it holds: python docs/developer/list_files.py."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

HERE = Path(__file__).parent
SRC = HERE.parents[1] / "src" / "salesfunnel"

HEAD = """# Every file

What each file of `src/salesfunnel/` holds, from the first sentence of its own docstring, and
the numbers that it decides by (constants at its head). Search this page for a word of the change:
*onset*, *amount*, *interval*. `python docs/developer/list_files.py` writes it; a test holds it.
"""


def number(node: ast.expr | None) -> str | None:
    """Return a number as it is written, or None for anything else."""
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inner = node.operand if negative else node
    if isinstance(inner, ast.Constant) and type(inner.value) in (int, float):
        return ast.unparse(node)
    return None


def numbers(tree: ast.Module) -> list[str]:
    """Return the numeric constants of a module, as `NAME = 8`."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Assign):
            targets = node.targets
        else:
            continue
        for target in targets:
            many = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            pairs = (
                zip(target.elts, node.value.elts, strict=True) if many else [(target, node.value)]
            )
            for name, value in pairs:
                said = number(value)
                if isinstance(name, ast.Name) and name.id.isupper() and said is not None:
                    found.append(f"`{name.id} = {said}`")
    return found


def page() -> str:
    """Return the page: a table for each room, a line for each file."""
    lines, room = [HEAD.strip()], ""
    for path in sorted(
        SRC.rglob("*.py"), key=lambda path: (path.parent != SRC, path.relative_to(SRC).parts)
    ):
        inside = path.relative_to(SRC)
        if inside.name == "__main__.py" or (inside.name == "__init__.py" and len(inside.parts) > 1):
            continue
        first = inside.parts[0] if len(inside.parts) > 1 else "files of the root"
        if first != room:
            room = first
            lines += ["", f"## {room}", "", "| file | what it holds | numbers |", "|---|---|---|"]
        tree = ast.parse(path.read_text("utf-8"))
        words = " ".join((ast.get_docstring(tree) or "").split("\n\n")[0].split())
        words = (
            words.replace("``", "`")
            .replace("|", "\\|")
            .removesuffix(" Arguments are already validated.")
        )
        lines.append(f"| `{inside.as_posix()}` | {words} | {', '.join(numbers(tree))} |")
    lines += [
        "",
        "## Words and vocabularies",
        "",
        "`src/salesfunnel/i18n/<language>/<topic>.json` holds the words of a topic:",
    ]
    lines += [
        " · ".join(f"`{path.stem}`" for path in sorted((SRC / "i18n" / "en").glob("*.json"))) + "."
    ]
    lines.append(
        "`src/salesfunnel/intake/deals/vocabulary/<language>.json` holds the headers and values "
        "of deal lists."
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "files.md"
    target.write_text(page(), "utf-8")
