"""Small inline SVG pieces: numbers in, safe markup out. Colours come from the page's style sheet."""

from __future__ import annotations

import math

from markupsafe import Markup, escape

from riskmodel.report.words import interval, percent


def number(value: float) -> str:
    """A coordinate with one decimal, the same on every machine."""
    return f"{value + 0.0:.1f}"


def risk_bar(risk: float | None, low: float | None, high: float | None, width: int = 132) -> Markup:
    """A probability from 0 to 1 as a tick on a track, its interval as a bar behind it."""
    if risk is None:
        return Markup("")
    edge, height = 3.0, 16

    def x(share: float) -> float:
        return edge + min(max(share, 0.0), 1.0) * (width - 2 * edge)

    ticks = "".join(f"M{number(x(at))} 5V11" for at in (0.0, 0.25, 0.5, 0.75, 1.0))
    band = ""
    if low is not None and high is not None:
        band = (
            f'<rect class="interval" x="{number(x(low))}" y="4" '
            f'width="{number(max(x(high) - x(low), 1.0))}" height="8" rx="2"/>'
        )
    label = escape(f"Risk {percent(risk)}, interval {interval(low, high)}")
    return Markup(  # noqa: S704 - only numbers and an escaped label
        f'<svg class="riskbar" role="img" aria-label="{label}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><path class="track" d="M{number(x(0))} 8H{number(x(1))}{ticks}"/>'
        f'{band}<rect class="point" x="{number(x(risk) - 1.5)}" y="1" width="3" '
        f'height="14"/></svg>'
    )


def contribution_bar(value: float, scale: float, name: str, width: int = 180) -> Markup:
    """One driver's contribution, right of the middle when it raises the risk, left when it lowers it.

    `scale` is the largest absolute contribution of the chart, so that all bars of a country compare.
    """
    height, middle = 16, width / 2
    length = 0.0 if scale <= 0 or not math.isfinite(value) else min(abs(value) / scale, 1.0) * (middle - 2)
    start = middle if value >= 0 else middle - length
    kind = "raises" if value >= 0 else "lowers"
    label = escape(f"{name} {kind} the score, contribution {value:+.2f}")
    return Markup(  # noqa: S704 - only numbers and an escaped label
        f'<svg class="contribution" role="img" aria-label="{label}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><rect class="{kind}" x="{number(start)}" y="3" '
        f'width="{number(length)}" height="10"/><line class="track" x1="{number(middle)}" '
        f'x2="{number(middle)}" y1="0" y2="{height}"/></svg>'
    )


def nice_ticks(top: float, parts: int = 3) -> list[float]:
    """Round axis values from 0 to at least `top`.

    >>> nice_ticks(7.3), nice_ticks(0)
    ([0.0, 2.5, 5.0, 7.5], [0.0, 1.0])
    """
    if top <= 0:
        return [0.0, 1.0]
    size = 10.0 ** math.floor(math.log10(top / parts))
    step = next(m * size for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * size * parts >= top * 0.999999)
    return [step * i for i in range(math.ceil(top / step - 1e-6) + 1)]
