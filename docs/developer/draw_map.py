"""Draw the map of rooms from the code's own imports: python docs/developer/draw_map.py."""

from __future__ import annotations

import ast
import sys
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SRC = ROOT / "src" / "salesfunnel"

WIDE, HIGH, GAP, LEFT = 128, 34, 34, 16


def rooms() -> tuple[tuple[str, ...], ...]:
    """Return the floors, ground first, as the architecture test holds them."""
    tree = ast.parse((ROOT / "tests" / "test_architecture.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "ROOMS":
            return ast.literal_eval(node.value)
    raise SystemExit("tests/test_architecture.py has no ROOMS")


def arrows(known: set[str]) -> dict[str, set[str]]:
    """Return, for each room, the rooms it imports from."""
    found: dict[str, set[str]] = {room: set() for room in known}
    for path in SRC.rglob("*.py"):
        room = path.relative_to(SRC).parts[0].removesuffix(".py")
        if room not in known:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        typed = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        for node in ast.walk(tree):
            if id(node) in typed:
                continue
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("salesfunnel."):
                other = node.module.split(".")[1]
                if other in known and other != room:
                    found[room].add(other)
    return found


def reduced(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Leave out an arrow if its end is reached through another arrow as well."""

    def below(room: str) -> set[str]:
        return graph[room] | {far for near in graph[room] for far in below(near)}

    reach = {room: below(room) for room in graph}
    return {
        room: {end for end in ends if not any(end in reach[other] for other in ends - {end})}
        for room, ends in graph.items()
    }


def draw(floors: tuple[tuple[str, ...], ...], graph: dict[str, set[str]]) -> str:
    """Return the picture: ground below, arrows point to what a room imports."""
    widest = max(map(len, floors))
    width = LEFT * 2 + widest * (WIDE + GAP) - GAP
    height = len(floors) * (HIGH + GAP) + GAP
    place = {}
    for floor, names in enumerate(floors):
        y = height - (floor + 1) * (HIGH + GAP)
        start = (width - len(names) * (WIDE + GAP) + GAP) / 2
        for i, name in enumerate(names):
            place[name] = (start + i * (WIDE + GAP), y)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            'font-family="system-ui, sans-serif" font-size="13">'
        ),
        "<title>Rooms of salesfunnel and what they import</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for room, ends in sorted(reduced(graph).items()):
        x1, y1 = place[room][0] + WIDE / 2, place[room][1] + HIGH
        for end in sorted(ends):
            x2, y2 = place[end][0] + WIDE / 2, place[end][1]
            middle = (y1 + y2) / 2
            parts.append(
                f'<path d="M{x1:.0f} {y1:.0f} C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} '
                f'{x2:.0f} {y2:.0f}" fill="none" stroke="#9aa7b4" stroke-width="1.2"/>'
            )
    for name, (x, y) in place.items():
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDE}" height="{HIGH}" rx="5" '
            'fill="#eef3f8" stroke="#2c5d8a"/>'
            f'<text x="{x + WIDE / 2:.0f}" y="{y + HIGH / 2 + 5:.0f}" text-anchor="middle" '
            f'fill="#1d2733">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Write map.svg beside this file, or to the path that is given."""
    present = {path.stem if path.suffix == ".py" else path.name for path in SRC.iterdir()}
    floors = tuple(tuple(n for n in floor if n in present and n != "__main__") for floor in rooms())
    floors = tuple(floor for floor in floors if floor)
    graph = arrows({name for floor in floors for name in floor})
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "map.svg"
    target.write_text(draw(floors, graph), encoding="utf-8")
    print(f"{sum(map(len, floors))} rooms, {sum(map(len, graph.values()))} arrows")


if __name__ == "__main__":
    main()
