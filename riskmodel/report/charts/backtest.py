"""Charts of a backtest as inline SVG: numbers in, safe markup out. Colours come from the page's style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup, escape

from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.report.charts.svg import number
from riskmodel.report.words import percent

WIDTH, HEIGHT, EDGE = 320, 240, 34
Points = Sequence[tuple[float, float]]


def _x(value: float) -> str:
    return number(EDGE + value * (WIDTH - EDGE - 8))


def _y(value: float) -> str:
    return number(HEIGHT - EDGE - value * (HEIGHT - EDGE - 8))


def _frame(label: str, across: str, up: str, inside: str) -> Markup:
    ticks = "".join(
        f'<line class="grid" x1="{_x(at)}" x2="{_x(at)}" y1="{_y(0)}" y2="{_y(1)}"/>'
        f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(at)}" y2="{_y(at)}"/>'
        f'<text x="{_x(at)}" y="{HEIGHT - EDGE + 14}" text-anchor="middle">{at:g}</text>'
        f'<text x="{EDGE - 4}" y="{_y(at)}" dy="4" text-anchor="end">{at:g}</text>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="chart" role="img" aria-label="{escape(label)}" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{ticks}{inside}'
        f'<text x="{_x(0.5)}" y="{HEIGHT - 4}" text-anchor="middle">{escape(across)}</text>'
        f'<text x="10" y="{_y(0.5)}" text-anchor="middle" '
        f'transform="rotate(-90 10 {_y(0.5)})">{escape(up)}</text></svg>'
    )


def reliability_chart(bins: Sequence[tuple[int, float, float]]) -> Markup:
    """Mean probability against the share of events of each bin (rows, risk, events)."""
    dots = "".join(
        f'<circle class="c0" cx="{_x(risk)}" cy="{_y(events)}" r="3.5">'
        f"<title>{n} rows: {escape(percent(risk))} predicted, {events:.0%} happened</title></circle>"
        for n, risk, events in bins
    )
    diagonal = f'<line class="even" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
    said = "; ".join(f"{percent(risk)} predicted, {events:.0%} happened" for _, risk, events in bins)
    return _frame(f"Reliability: {said}", "predicted", "happened", diagonal + dots)


def curves_chart(curves: Mapping[str, Points]) -> Markup:
    """Precision against recall, one line for each method; the order of `curves` sets the colours."""
    lines = "".join(
        f'<polyline class="c{i}" points="{" ".join(f"{_x(r)},{_y(p)}" for r, p in points)}">'
        f"<title>{escape(name)}</title></polyline>"
        for i, (name, points) in enumerate(curves.items())
    )
    return _frame(f"Precision against recall: {', '.join(curves)}", "recall", "precision", lines)


def risk_timeline(name: str, days: Sequence[date], risks: Sequence[float], events: Sequence[bool]) -> Markup:
    """One country over time: risk as a line, dates whose six months ahead held the event as dots."""
    width, height, edge = 300, 70, 6
    step = (width - 2 * edge) / max(len(days) - 1, 1)

    def y(value: float) -> str:
        return number(height - 16 - value * (height - 24))

    points = " ".join(f"{number(edge + i * step)},{y(risk)}" for i, risk in enumerate(risks))
    dots = "".join(
        f'<circle class="event" cx="{number(edge + i * step)}" cy="{y(risk)}" r="3"/>'
        for i, (risk, event) in enumerate(zip(risks, events, strict=True))
        if event
    )
    bound = LOWER_BOUNDS["high"]
    label = f"{name}, {days[0]} to {days[-1]}: risk {', '.join(f'{risk:.2f}' for risk in risks)}"
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="chart" role="img" aria-label="{escape(label)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">'
        f'<line class="even" x1="{edge}" x2="{width - edge}" y1="{y(bound)}" y2="{y(bound)}"/>'
        f'<line class="grid" x1="{edge}" x2="{width - edge}" y1="{y(0)}" y2="{y(0)}"/>'
        f'<polyline class="c0" points="{points}"/>{dots}'
        f'<text x="{edge}" y="{height - 3}">{days[0]:%Y-%m}</text>'
        f'<text x="{width - edge}" y="{height - 3}" text-anchor="end">{days[-1]:%Y-%m}</text></svg>'
    )
