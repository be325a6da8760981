"""One country over time: its risk with interval, and how unusual each leg was; unknown dates are gaps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.explain.figures import one_in, percent
from riskmodel.report.charts.svg import number
from riskmodel.report.words import month

WIDTH, HEIGHT, LEFT, FOOT = 640, 130, 44, 18
RARE = ("100%", "10%", "1%", "0.1%")  # share of placebos at surprise 0, 1, 2, 3


@dataclass(frozen=True)
class PastScore:
    """The score of one date; None where the score abstained."""

    as_of: date
    risk: float | None
    low: float | None
    high: float | None
    inbound: float | None = None  # surprise of the rise of each leg, -log10 of a share
    onward: float | None = None


def score_chart(scores: Sequence[PastScore], name: str, mark: str = "") -> Markup:
    """Scores, oldest first; empty markup with fewer than two dates."""
    if len(scores) < 2:
        return Markup("")
    step = (WIDTH - LEFT - 14) / (len(scores) - 1)

    def at(place: int, value: float) -> str:
        return f"{number(LEFT + place * step)} {number(8 + (1 - value) * (HEIGHT - FOOT - 8))}"

    lines = "".join(
        f'<path class="grid" d="M{at(0, bound)}L{at(len(scores) - 1, bound)}"/>'
        f'<text class="tick" x="{LEFT - 6}" y="{number(12 + (1 - bound) * (HEIGHT - FOOT - 8))}">'
        f"{percent(bound)}</text>"
        for bound in (*LOWER_BOUNDS.values(), 1.0)
        if bound not in (0.0, 0.05)
    )
    body = ""
    for run in _runs([score.risk for score in scores]):
        upper = [at(i, scores[i].high or 0.0) for i in run]
        lower = [at(i, scores[i].low or 0.0) for i in reversed(run)]
        body += f'<path class="between" d="M{"L".join(upper + lower)}Z"/>'
        body += f'<path class="line" d="M{"L".join(at(i, scores[i].risk or 0.0) for i in run)}"/>'
        for i in run:
            x, y = at(i, scores[i].risk or 0.0).split()
            body += f'<circle class="dot" cx="{x}" cy="{y}" r="2.4"/>'
    words = ", ".join(f"{month(s.as_of)} {percent(s.risk)}" for s in scores)
    label = escape(f"{name}, score over time. {mark} {words}")
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="timeline past" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"{lines}{body}{_foot(scores, step, mark)}</svg>"
    )


def surprise_chart(scores: Sequence[PastScore], name: str, mark: str = "") -> Markup:
    """How unusual the rise of each leg was, oldest first; empty markup where fewer than two dates know one.

    The axis is the surprise itself, so that each step up is ten times as rare; onward is dashed and has dots.
    """
    legs = {leg: [getattr(score, leg) for score in scores] for leg in ("inbound", "onward")}
    if len(scores) < 2 or max(sum(v is not None for v in values) for values in legs.values()) < 2:
        return Markup("")
    top = max(2, math.ceil(max(v for values in legs.values() for v in values if v is not None)))
    step = (WIDTH - LEFT - 14) / (len(scores) - 1)

    def y(value: float) -> str:
        return number(8 + (1 - value / top) * (HEIGHT - FOOT - 8))

    body = "".join(
        f'<path class="grid" d="M{LEFT} {y(tick)}H{WIDTH - 14}"/>'
        f'<text class="tick" x="{LEFT - 6}" y="{y(tick)}" dy="0.32em">{RARE[min(tick, 3)]}</text>'
        for tick in range(min(top, 3) + 1)
    )
    for leg, values in legs.items():
        for run in _runs(values):
            points = [f"{number(LEFT + i * step)} {y(min(values[i] or 0.0, top))}" for i in run]
            body += f'<path class="leg {leg}" d="M{"L".join(points)}"/>'
            if leg == "onward" or len(run) == 1:
                body += "".join(
                    f'<circle class="{leg}" cx="{at.split()[0]}" cy="{at.split()[1]}" r="2.4"/>'
                    for at in points
                )
    said = "; ".join(
        f"{leg} " + ", ".join(f"{month(s.as_of)} {_rare(v)}" for s, v in zip(scores, values, strict=True))
        for leg, values in legs.items()
    )
    label = escape(f"{name}, how unusual the rise of each leg was. {mark} {said}")
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="timeline past" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"{body}{_foot(scores, step, mark)}</svg>"
    )


def _rare(value: float | None) -> str:
    return "unknown" if value is None else one_in(value)


def _foot(scores: Sequence[PastScore], step: float, mark: str) -> str:
    """First and last month, and the mark of a simulated run."""
    ends = "".join(
        f'<text x="{number(LEFT + place * step)}" y="{HEIGHT - 3}" text-anchor="{anchor}">'
        f"{month(scores[place].as_of)}</text>"
        for place, anchor in ((0, "start"), (len(scores) - 1, "end"))
    )
    said = f'<text class="simmark" x="{WIDTH / 2:g}" y="{HEIGHT - 3}">{escape(mark)}</text>' if mark else ""
    return ends + said


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    """Unbroken stretches of known values, as places."""
    runs: list[list[int]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
