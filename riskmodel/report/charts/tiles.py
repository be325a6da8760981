"""The world as tiles: one square for each country, its band by colour, pattern and letter."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

SIDE, GAP = 22, 2
STEP = SIDE + GAP
LETTERS = {"high": "H", "elevated": "E", "guarded": "G", "low": "L"}
PATTERNS = ("elevated", "guarded")


@dataclass(frozen=True)
class Tile:
    """What one square shows. kind: a band, `silent` (not scored), `coalition` or `outside` (never scored)."""

    kind: str
    title: str
    anchor: str | None = None


@cache
def places() -> dict[str, tuple[int, int]]:
    """ISO alpha-3 to column and row of the map."""
    path = Path(__file__).parent / "tiles.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {row["code"]: (int(row["column"]), int(row["row"])) for row in rows}


def world_map(tiles: Mapping[str, Tile], mark: str = "") -> Markup:
    """The map; countries of `tiles` without a place are left to the tables, places without a tile are faint.

    `mark` is printed into the picture (SIMULATED).
    """
    columns = max(column for column, _ in places().values()) + 1
    rows = max(row for _, row in places().values()) + 1
    width, height = columns * STEP, rows * STEP
    squares = "".join(_square(code, at, tiles.get(code)) for code, at in sorted(places().items()))
    shown = sum(code in places() for code in tiles)
    label = escape(
        f"Map of the world as tiles, {shown} countries; the tables hold the same as text. {mark}".strip()
    )
    said = f'<text class="simmark" x="4" y="{height - 8}">{escape(mark)}</text>' if mark else ""
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="map" role="group" aria-label="{label}" viewBox="0 0 {width} {height}">'
        f"<defs>{''.join(_pattern(kind) for kind in PATTERNS)}</defs>{squares}{said}</svg>"
    )


def _pattern(kind: str) -> str:
    mark = (
        '<path class="ink" d="M0 6L6 0M-1 1L1 -1M5 7L7 5"/>'
        if kind == "elevated"
        else '<circle class="ink" cx="3" cy="3" r="1"/>'
    )
    return (
        f'<pattern id="p-{kind}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect class="ground {kind}" width="6" height="6"/>{mark}</pattern>'
    )


def _square(code: str, at: tuple[int, int], tile: Tile | None) -> str:
    x, y = at[0] * STEP + GAP // 2, at[1] * STEP + GAP // 2
    kind = "empty" if tile is None else tile.kind
    fill = f' fill="url(#p-{kind})"' if kind in PATTERNS else ""
    letter = LETTERS.get(kind, "")
    middle = x + SIDE / 2
    body = f'<rect class="tile {escape(kind)}"{fill} x="{x}" y="{y}" width="{SIDE}" height="{SIDE}" rx="2"/>'
    if letter:
        body += f'<rect class="plate {kind}" x="{x + 1}" y="{y + 2}" width="{SIDE - 2}" height="{SIDE - 4}"/>'
    body += f'<text class="code {escape(kind)}" x="{middle:g}" y="{y + (10 if letter else 14)}">'
    body += f"{escape(code)}</text>"
    if letter:
        body += f'<text class="letter {escape(kind)}" x="{middle:g}" y="{y + 19}">{letter}</text>'
    title = escape(tile.title if tile else f"{code}: nothing of it in these inputs")
    if tile is not None and tile.anchor:
        return f'<a href="#{escape(tile.anchor)}" aria-label="{title}"><title>{title}</title>{body}</a>'
    return f"<g><title>{title}</title>{body}</g>"
