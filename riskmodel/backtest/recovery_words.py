"""A recovery curve in words and as a chart."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from riskmodel.backtest.recovery_results import BandFound, Recovery, RecoveryLine
from riskmodel.report.charts.svg import number
from riskmodel.report.words import money

WIDTH, HEIGHT = 460, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 96, 14, 44


def recovery_lines(found: Recovery) -> list[str]:
    """What was found, how soon, and the alarms without it: a few sentences for terminal and page."""
    last = found.untouched[-1]
    return [
        _floor("elevated or high", found.floor_elevated_usd),
        _floor("high", found.floor_high_usd),
        *(_line(line) for line in found.lines),
        f"Alarms without any planting: of {last.scored} countries scored on {last.as_of}, "
        f"{last.elevated + last.high} are in the band elevated or high, {last.high} in high. Which of them "
        "are false, a real table does not say.",
    ]


def _floor(band: str, floor_usd: int | None) -> str:
    if floor_usd is None:
        return (
            f"No planted size was found in the band {band} in at least 80% of the cases after twelve months."
        )
    return (
        f"Planted diversion from {money(floor_usd)} on was in the band {band} in at least 80% of the cases "
        "after twelve months."
    )


def _line(line: RecoveryLine) -> str:
    bands = (("elevated or high", line.elevated), ("high", line.high))
    return f"{money(line.amount_usd)}: " + "; ".join(_band_words(name, found) for name, found in bands) + "."


def _band_words(name: str, found: BandFound) -> str:
    already = f" ({found.already} more were there without it)" if found.already else ""
    if found.share is None:
        return f"{name} not judged{already}"
    seen = found.share > 0 and found.first_months is not None
    soon = f", first after {found.first_months:g} months (median)" if seen else ""
    return f"{name} {found.share:.0%} of {found.planted} planted{soon}{already}"


def recovery_chart(lines: Sequence[RecoveryLine]) -> Markup:
    """Share found against the planted amount, one line for each band, with 90 % intervals as bars.

    Amounts are at equal distances, since each is about three times the one before. Lines are named at
    their ends, so that they can be read without colour.
    """
    known = [line for line in lines if line.elevated.share is not None or line.high.share is not None]
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
    drawn = _band(xs, [line.elevated for line in known], 0, -3.0)
    drawn += _band(xs, [line.high for line in known], 1, 3.0)
    drawn += _names(xs, known)
    said = " ".join(_line(line) for line in known)
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


def _band(xs: Sequence[float], found: Sequence[BandFound], colour: int, aside: float) -> str:
    """Line, dots and intervals of one band; intervals lie a little aside so that two do not overlap."""
    points = [(x, one.share, one.share_90) for x, one in zip(xs, found, strict=True) if one.share is not None]
    line = " ".join(f"{number(x)},{_y(share)}" for x, share, _ in points)
    bars = "".join(
        f'<line class="c{colour}" x1="{number(x + aside)}" x2="{number(x + aside)}" y1="{_y(ends[0])}" '
        f'y2="{_y(ends[1])}"/>'
        for x, _, ends in points
        if ends is not None
    )
    dots = "".join(
        f'<circle class="c{colour}" cx="{number(x)}" cy="{_y(share)}" r="3"/>' for x, share, _ in points
    )
    return f'<polyline class="c{colour}" points="{line}"/>{bars}{dots}'


def _names(xs: Sequence[float], lines: Sequence[RecoveryLine]) -> str:
    """Names of the two lines at their right ends, a line of text apart; of a line that is there."""
    ends: list[tuple[float, float, str]] = []
    for name, found in (
        ("elevated or high", [line.elevated for line in lines]),
        ("high", [line.high for line in lines]),
    ):
        known = [(x, one.share) for x, one in zip(xs, found, strict=True) if one.share is not None]
        if known:
            x, share = known[-1]
            lowest = ends[-1][1] + 13 if ends else 0.0
            ends.append((x, max(float(_y(share)), lowest), name))
    return "".join(f'<text x="{number(x + 10)}" y="{number(y)}" dy="4">{name}</text>' for x, y, name in ends)
