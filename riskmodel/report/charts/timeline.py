"""The two legs of one country over time, drawn as inline SVG: months not reported are gaps, never zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import polars as pl
from markupsafe import Markup, escape

from data_contracts.months import month_number, month_start
from riskmodel.report.charts.svg import nice_ticks, number
from riskmodel.report.words import LEG_WORDS, money, month

WIDTH, PANEL, GAP = 640, 128, 42
LEFT, RIGHT, TOP = 44, 12, 28
UNITS = ((1e9, "US$ billion"), (1e6, "US$ million"), (1e3, "US$ thousand"), (1.0, "US$"))


@dataclass(frozen=True)
class Point:
    """One month of one leg; `value` None is a month that was not reported."""

    month: int  # months since year 0
    value: float | None
    baseline: float | None


@dataclass(frozen=True)
class Axes:
    """Where months and dollars fall on one panel."""

    first: int
    last: int
    top: float
    y0: float

    def x(self, at: float) -> float:
        span = max(self.last - self.first, 1)
        return LEFT + (at - self.first) / span * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return self.y0 + PANEL * (1 - min(value, self.top) / self.top)


def timeline(
    series: pl.DataFrame, as_of: date | None, recent_months: int | None, name: str, mark: str = ""
) -> Markup:
    """Two panels on one time axis, inbound above onward, with baseline and the recent window.

    `series` holds one country's rows of `features.trade.series.SERIES`. A leg without a value gets the
    words "not reported", not a line of zeros. An empty frame gives empty markup. `mark` is printed into the
    picture (SIMULATED).
    """
    legs = {leg: _points(series, leg) for leg in ("inbound", "onward")}
    months = [p.month for points in legs.values() for p in points]
    if not months:
        return Markup("")
    first, last = min(months), max(months)
    if as_of is not None:
        last = max(last, month_number(as_of))
    body = []
    for place, (leg, points) in enumerate(legs.items()):
        y0 = TOP + place * (PANEL + GAP)
        reported = [v for p in points for v in (p.value, p.baseline) if v is not None]
        axes = Axes(first, last, nice_ticks(max(reported, default=0.0))[-1], y0)
        body.append(_panel(axes, leg, points, recent_months, as_of))
    height = TOP + 2 * PANEL + GAP + 24
    said = f'<text class="simmark" x="{WIDTH - RIGHT - 80}" y="14">{escape(mark)}</text>' if mark else ""
    label = escape(f"{name}: " + "; ".join(_describe(leg, points) for leg, points in legs.items()))
    return Markup(  # noqa: S704 - only numbers, fixed words and escaped labels
        f'<svg class="timeline" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {height}">'
        f"{''.join(body)}{_years(first, last, height)}{said}</svg>"
    )


def _panel(axes: Axes, leg: str, points: list[Point], recent: int | None, as_of: date | None) -> str:
    bottom = axes.y0 + PANEL
    size, unit = next(u for u in UNITS if axes.top >= u[0] or u[0] == 1.0)
    title = escape(f"{leg.capitalize()}: {LEG_WORDS[leg]}, {unit} a month")
    parts = [f'<text class="paneltitle" x="0" y="{number(axes.y0 - 13)}">{title}</text>']
    if recent and as_of is not None:
        newest = max((p.month for p in points if p.value is not None), default=None)
        if newest is not None:
            left, right = axes.x(max(newest - recent + 0.5, axes.first)), axes.x(min(newest + 0.5, axes.last))
            parts.append(
                f'<rect class="recent" x="{number(left)}" y="{number(axes.y0)}" '
                f'width="{number(right - left)}" height="{PANEL}"/>'
            )
    reported = any(p.value is not None for p in points)
    for tick in nice_ticks(axes.top) if reported else [0.0]:
        y = number(axes.y(tick))
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y}" dy="0.32em">{tick / size:,.4g}</text>')
    if not reported:
        middle = number((axes.x(axes.first) + axes.x(axes.last)) / 2)
        parts.append(
            f'<text class="unreported" x="{middle}" y="{number(bottom - PANEL / 2)}">not reported</text>'
        )
        return "".join(parts)
    parts += [
        _excess(axes, points, leg),
        _baseline(axes, points),
        _line(axes, points, leg),
        _gaps(axes, points),
    ]
    return "".join(parts)


def _excess(axes: Axes, points: list[Point], leg: str) -> str:
    """The area between value and baseline where the value lies above."""
    shapes = []
    for left, right in pairwise(points):
        if None in (left.value, right.value, left.baseline, right.baseline) or right.month != left.month + 1:
            continue
        tops = [max(p.value or 0.0, p.baseline or 0.0) for p in (left, right)]
        if tops == [left.baseline, right.baseline]:
            continue
        corners = [
            (left.month, left.baseline),
            (left.month, tops[0]),
            (right.month, tops[1]),
            (right.month, right.baseline),
        ]
        shapes.append(
            "M" + "L".join(f"{number(axes.x(m))} {number(axes.y(v or 0.0))}" for m, v in corners) + "Z"
        )
    return f'<path class="excess {leg}" d="{"".join(shapes)}"/>' if shapes else ""


def _baseline(axes: Axes, points: list[Point]) -> str:
    runs = _runs((p.month, p.baseline) for p in points)
    return "".join(f'<path class="baseline" d="{_path(axes, run)}"/>' for run in runs if len(run) > 1)


def _line(axes: Axes, points: list[Point], leg: str) -> str:
    parts = []
    for run in _runs((p.month, p.value) for p in points):
        if len(run) == 1:  # a month alone between two gaps would have no line to be seen by
            parts.append(
                f'<circle class="lone {leg}" r="2.2" cx="{number(axes.x(run[0][0]))}" '
                f'cy="{number(axes.y(run[0][1]))}"/>'
            )
        else:
            parts.append(f'<path class="leg {leg}" d="{_path(axes, run)}"/>')
    return "".join(parts)


def _gaps(axes: Axes, points: list[Point]) -> str:
    """A mark on the axis under every month that was not reported."""
    reported = {p.month for p in points if p.value is not None}
    half = (axes.x(axes.first + 1) - axes.x(axes.first)) / 2
    y = axes.y0 + PANEL
    parts = []
    for run in _runs((m, None if m in reported else 0.0) for m in range(axes.first, axes.last + 1)):
        left, right = max(axes.x(run[0][0]) - half, LEFT), min(axes.x(run[-1][0]) + half, WIDTH - RIGHT)
        parts.append(
            f'<rect class="gap" x="{number(left)}" y="{number(y - 4)}" width="{number(right - left)}" '
            f'height="4"/>'
        )
    return "".join(parts)


def _years(first: int, last: int, height: int) -> str:
    """January ticks with the year, or every month's when the series is short."""
    axes = Axes(first, last, 1.0, 0.0)
    step = 12 if last - first >= 18 else 3
    years = [m for m in range(first, last + 1) if m % step == 0] or [first]
    sparse = max(1, -(-len(years) // 14))
    parts = []
    for at in years:
        x = number(axes.x(at))
        for place in range(2):
            base = TOP + PANEL + place * (PANEL + GAP)
            parts.append(f'<line class="axis" x1="{x}" x2="{x}" y1="{base}" y2="{base + 4}"/>')
        if years.index(at) % sparse == 0:
            words = str(at // 12) if step == 12 else month(month_start(at))
            parts.append(f'<text class="year" x="{x}" y="{height - 6}">{words}</text>')
    return "".join(parts)


def _points(series: pl.DataFrame, leg: str) -> list[Point]:
    rows = series.filter(pl.col("leg") == leg).sort("period")
    return [
        Point(month_number(r["period"]), r["value_usd"], r["baseline_usd"])
        for r in rows.iter_rows(named=True)
        if r["period"] is not None
    ]


def _runs(values: Iterable[tuple[int, float | None]]) -> list[list[tuple[int, float]]]:
    """Unbroken stretches: a null or a missing month ends one."""
    runs: list[list[tuple[int, float]]] = []
    before: int | None = None
    for at, value in values:
        if value is None:
            before = None
            continue
        if before is None or at != before + 1:
            runs.append([])
        runs[-1].append((at, value))
        before = at
    return runs


def _path(axes: Axes, run: list[tuple[int, float]]) -> str:
    return "M" + "L".join(f"{number(axes.x(at))} {number(axes.y(value))}" for at, value in run)


def _describe(leg: str, points: list[Point]) -> str:
    """The panel in words, for those who do not see it."""
    values = [p.value for p in points if p.value is not None]
    if not values:
        return f"{leg} leg not reported"
    known = [p for p in points if p.value is not None]
    ends = [month(month_start(p.month)) for p in (known[0], known[-1])]
    return (
        f"{leg} leg from {ends[0]} to {ends[1]}, between {money(min(values))} and {money(max(values))} "
        f"a month, newest {money(known[-1].value)}"
    )
