"""One country's score over time: risk as a line, its interval as an area, dates without a score as gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from riskmodel.explain.bands import LOWER_BOUNDS
from riskmodel.explain.figures import percent
from riskmodel.report.charts.svg import number
from riskmodel.report.words import month

WIDTH, HEIGHT, LEFT, FOOT = 640, 130, 44, 18


@dataclass(frozen=True)
class PastScore:
    """The score of one date; None where the score abstained."""

    as_of: date
    risk: float | None
    low: float | None
    high: float | None


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
    for run in _runs(scores):
        upper = [at(i, scores[i].high or 0.0) for i in run]
        lower = [at(i, scores[i].low or 0.0) for i in reversed(run)]
        body += f'<path class="between" d="M{"L".join(upper + lower)}Z"/>'
        body += f'<path class="line" d="M{"L".join(at(i, scores[i].risk or 0.0) for i in run)}"/>'
        for i in run:
            x, y = at(i, scores[i].risk or 0.0).split()
            body += f'<circle class="dot" cx="{x}" cy="{y}" r="2.4"/>'
    ends = "".join(
        f'<text x="{number(LEFT + place * step)}" y="{HEIGHT - 3}" text-anchor="{anchor}">'
        f"{month(scores[place].as_of)}</text>"
        for place, anchor in ((0, "start"), (len(scores) - 1, "end"))
    )
    said = f'<text class="simmark" x="{WIDTH / 2:g}" y="{HEIGHT - 3}">{escape(mark)}</text>' if mark else ""
    words = ", ".join(f"{month(s.as_of)} {percent(s.risk)}" for s in scores)
    label = escape(f"{name}, score over time. {mark} {words}")
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="timeline past" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"{lines}{body}{ends}{said}</svg>"
    )


def _runs(scores: Sequence[PastScore]) -> list[list[int]]:
    runs: list[list[int]] = []
    for place, score in enumerate(scores):
        if score.risk is None:
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
