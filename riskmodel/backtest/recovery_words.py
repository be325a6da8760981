"""A recovery curve in words and as a chart."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from riskmodel.backtest.recovery_results import Interval, Recovery, RecoveryLine
from riskmodel.report.charts.svg import number
from riskmodel.report.words import money

WIDTH, HEIGHT = 460, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 96, 14, 44


def recovery_lines(found: Recovery) -> list[str]:
    """What was found, how soon, and the alarms without it: a few sentences for terminal and page."""
    months = found.lines[0].after[-1].months if found.lines and found.lines[0].after else 12
    said = [_floor(found, months)]
    for line in found.lines:
        said.append(_line(line))
    last = found.untouched[-1]
    flagged = last.elevated + last.high
    said.append(
        f"Alarms without any planting: of {last.scored} countries scored on {last.as_of}, {flagged} are in the "
        f"band elevated or high, {last.high} in high. Which of them are false, a real table does not say."
    )
    return said


def _floor(found: Recovery, months: int) -> str:
    if found.floor_usd is None:
        return f"No planted size was found in at least 80% of the cases after {months} months."
    return (
        f"From {money(found.floor_usd)} on, planted diversion was in the band elevated or high in at least 80% "
        f"of the cases after {months} months."
    )


def _line(line: RecoveryLine) -> str:
    already = f"; {line.already} more were in the band without it" if line.already else ""
    if line.elevated is None or line.high is None:
        return f"{money(line.amount_usd)}: not judged{already}."
    soon = "" if line.first_months is None else f", first seen after {line.first_months:g} months (median)"
    return (
        f"{money(line.amount_usd)}: {line.elevated:.0%} elevated or high, {line.high:.0%} high, of "
        f"{line.planted} planted{soon}{already}."
    )


def recovery_chart(lines: Sequence[RecoveryLine]) -> Markup:
    """Share found against the planted amount, one line for each band, with 90 % intervals as bars.

    Amounts stand at equal distances, since they are about three times the one before. Lines are named at
    their ends, so that they can be told apart without colour.
    """
    known = [line for line in lines if line.elevated is not None and line.high is not None]
    if not known:
        return Markup("")
    xs = _places(len(known))
    grid = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(at)}" y2="{_y(at)}"/>'
        f'<text x="{LEFT - 6}" y="{_y(at)}" dy="4" text-anchor="end">{at:.0%}</text>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    grid += "".join(
        f'<text x="{number(x)}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
        f"{escape(money(line.amount_usd))}</text>"
        for x, line in zip(xs, known, strict=True)
    )
    drawn = _band(xs, [(line.elevated, line.elevated_90) for line in known], 0, -3.0)
    drawn += _band(xs, [(line.high, line.high_90) for line in known], 1, 3.0)
    drawn += _names(xs[-1], known[-1])
    said = "; ".join(
        f"{money(line.amount_usd)}: {line.elevated:.0%} elevated or high, {line.high:.0%} high"
        for line in known
    )
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="chart" role="img" aria-label="{escape("Recovery: " + said)}" width="{WIDTH}" '
        f'height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">{grid}{drawn}'
        f'<text x="{number((LEFT + WIDTH - RIGHT) / 2)}" y="{HEIGHT - 8}" text-anchor="middle">'
        "planted, US$ sent to the country over twelve months</text></svg>"
    )


def _places(count: int) -> list[float]:
    room = WIDTH - LEFT - RIGHT - 40
    return [LEFT + 20 + (room * i / (count - 1) if count > 1 else room / 2) for i in range(count)]


def _y(share: float) -> str:
    return number(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM))


def _band(
    xs: Sequence[float], values: Sequence[tuple[float | None, Interval | None]], colour: int, aside: float
) -> str:
    """Line, dots and intervals of one band; intervals stand a little aside so that two do not overlap."""
    points = [(x, share, ends) for x, (share, ends) in zip(xs, values, strict=True) if share is not None]
    line = " ".join(f"{number(x)},{_y(share)}" for x, share, _ in points)
    bars = "".join(
        f'<line class="c{colour}" x1="{number(x + aside)}" x2="{number(x + aside)}" y1="{_y(ends[0])}" '
        f'y2="{_y(ends[1])}"/>'
        for x, _, ends in points
        if ends is not None
    )
    dots = "".join(
        f'<rect class="c{colour}" x="{number(x - 2.5)}" y="{number(float(_y(share)) - 2.5)}" width="5" '
        'height="5"/>'
        for x, share, _ in points
    )
    return f'<polyline class="c{colour}" points="{line}"/>{bars}{dots}'


def _names(x: float, last: RecoveryLine) -> str:
    """Names of the two lines at their right ends, at least a line of text apart."""
    upper, lower = float(_y(last.elevated or 0.0)), float(_y(last.high or 0.0))
    lower = max(lower, upper + 13)
    return "".join(
        f'<text x="{number(x + 10)}" y="{number(y)}" dy="4">{name}</text>'
        for name, y in (("elevated or high", upper), ("high", lower))
    )
