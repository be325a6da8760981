"""Charts of a backtest as inline SVG: numbers in, safe markup out. Colours come from the page's style."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.report.charts.svg import number
from riskmodel.report.words import percent

WIDTH, HEIGHT, EDGE = 560, 420, 48
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class FamilyMarks:
    """Average precision in one author's worlds: the model, the best yardstick, chance, who knew."""

    name: str
    model: float | None
    rule: float | None
    chance: float | None
    oracle: float | None

    @property
    def words(self) -> str:
        """The marks as text, for those who do not see them."""
        parts = {
            "model": self.model,
            "yardstick": self.rule,
            "chance": self.chance,
            "who knew": self.oracle,
        }
        known = ", ".join(f"{name} {value:.2f}" for name, value in parts.items() if value is not None)
        return f"{self.name}: {known}"


def _x(value: float) -> str:
    return number(EDGE + value * (WIDTH - EDGE - 8))


def _y(value: float) -> str:
    return number(HEIGHT - EDGE - value * (HEIGHT - EDGE - 8))


def _frame(label: str, across: str, up: str, inside: str) -> Markup:
    ticks = "".join(
        f'<line class="grid" x1="{_x(at)}" x2="{_x(at)}" y1="{_y(0)}" y2="{_y(1)}"/>'
        f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(at)}" y2="{_y(at)}"/>'
        f'<text x="{_x(at)}" y="{HEIGHT - EDGE + 16}" text-anchor="middle">{at:g}</text>'
        f'<text x="{EDGE - 6}" y="{_y(at)}" dy="4" text-anchor="end">{at:g}</text>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="chart" role="img" aria-label="{escape(label)}" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{ticks}{inside}'
        f'<text x="{_x(0.5)}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>'
        f'<text x="12" y="{_y(0.5)}" text-anchor="middle" '
        f'transform="rotate(-90 12 {_y(0.5)})">{escape(up)}</text></svg>'
    )


def reliability_chart(bins: Sequence[tuple[int, float, float]]) -> Markup:
    """Mean probability against the share of events of each bin (rows, risk, events)."""
    dots = "".join(
        f'<circle class="c0" cx="{_x(risk)}" cy="{_y(events)}" r="5">'
        f"<title>{n} rows: {escape(percent(risk))} predicted, {events:.0%} happened</title></circle>"
        for n, risk, events in bins
    )
    diagonal = f'<line class="even" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
    said = "; ".join(f"{percent(risk)} predicted, {events:.0%} happened" for _, risk, events in bins)
    return _frame(f"Reliability: {said}", "predicted", "happened", diagonal + dots)


def curves_chart(curves: Mapping[str, Points]) -> Markup:
    """Precision against recall, one line for each method; the order of `curves` sets colour and dashes."""
    lines = "".join(
        f'<polyline class="c{i}" points="{" ".join(f"{_x(r)},{_y(p)}" for r, p in points)}">'
        f"<title>{escape(name)}</title></polyline>"
        for i, (name, points) in enumerate(curves.items())
    )
    return _frame(f"Precision against recall: {', '.join(curves)}", "recall", "precision", lines)


def line_sample(place: int) -> Markup:
    """A piece of the line that `curves_chart` draws for the method at this place, for a legend."""
    return Markup(  # noqa: S704 - a number only
        f'<svg class="chart sample" aria-hidden="true" width="44" height="10" viewBox="0 0 44 10">'
        f'<polyline class="c{place:d}" points="1,5 43,5"/></svg>'
    )


def families_chart(lines: Sequence[FamilyMarks]) -> Markup:
    """Average precision in the worlds of each author: the model, the best yardstick, chance, who knew."""
    left, top, step = 110, 26, 44
    height = top + step * len(lines) + 34

    def x(value: float) -> str:
        return number(left + value * (WIDTH - left - 16))

    grid = "".join(
        f'<line class="grid" x1="{x(at)}" x2="{x(at)}" y1="{top}" y2="{height - 34}"/>'
        f'<text x="{x(at)}" y="{height - 18}" text-anchor="middle">{at:g}</text>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    rows = "".join(_family_row(line, left, top + step * (i + 0.5), x) for i, line in enumerate(lines))
    said = "; ".join(line.words for line in lines)
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="chart" role="img" aria-label="{escape("Author by author: " + said)}" width="{WIDTH}" '
        f'height="{height}" viewBox="0 0 {WIDTH} {height}">{grid}{rows}'
        f'<text x="{x(0.5)}" y="{height - 4}" text-anchor="middle">average precision</text></svg>'
    )


def _family_row(line: FamilyMarks, left: int, y: float, x: Callable[[float], str]) -> str:
    """A bar to the model's value, a diamond for the yardstick, a tick for chance and one for who knew."""
    said = escape(line.name)
    marks = f'<text class="name" x="{left - 10}" y="{number(y)}" dy="4" text-anchor="end">{said}</text>'
    if line.model is not None:
        marks += (
            f'<rect class="c0" x="{x(0)}" y="{number(y - 8)}" height="16" '
            f'width="{number(float(x(line.model)) - float(x(0)))}"/>'
        )
    if line.chance is not None:
        ends = f'y1="{number(y - 15)}" y2="{number(y + 15)}"'
        marks += f'<line class="chance" x1="{x(line.chance)}" x2="{x(line.chance)}" {ends}/>'
    if line.rule is not None:
        at = float(x(line.rule))
        marks += f'<path class="c1" d="M{number(at)} {number(y - 9)}l7 9l-7 9l-7 -9Z"/>'
    if line.oracle is not None:
        marks += f'<circle class="oracle" cx="{x(line.oracle)}" cy="{number(y)}" r="6"/>'
    return f"<g>{marks}<title>{escape(line.words)}</title></g>"


def risk_timeline(name: str, days: Sequence[date], risks: Sequence[float], events: Sequence[bool]) -> Markup:
    """One country over time: risk as a line, dates whose six months ahead held the event as dots."""
    width, height, edge = 420, 110, 8
    step = (width - 2 * edge) / max(len(days) - 1, 1)

    def y(value: float) -> str:
        return number(height - 16 - value * (height - 24))

    points = " ".join(f"{number(edge + i * step)},{y(risk)}" for i, risk in enumerate(risks))
    dots = "".join(
        f'<circle class="event" cx="{number(edge + i * step)}" cy="{y(risk)}" r="4.5"/>'
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
