"""The largest routes as a picture: coalition to country to Russia, by tier of the goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from riskmodel.explain.figures import money
from riskmodel.report.charts.svg import number

WIDTH, TOP, LANE, GAP = 760, 34, 40, 10
LEFT, MIDDLE, RIGHT = 110, 330, 620
BAR, NAME = 12, 130
MOST = 8


@dataclass(frozen=True)
class Route:
    """One country's excess of one tier, US$; `onward` None was not reported."""

    tier: str
    inbound: int
    onward: int | None


@dataclass(frozen=True)
class CountryRoutes:
    """The routes of a country, one for each tier."""

    name: str
    anchor: str
    routes: tuple[Route, ...]

    @property
    def inbound(self) -> int:
        """US$ in excess from the coalition."""
        return sum(route.inbound for route in self.routes)


def routes_chart(countries: Sequence[CountryRoutes], tiers: Sequence[str], mark: str = "") -> Markup:
    """Bands as wide as the excess over the baseline: left what comes in, right what goes on to Russia.

    `tiers` sets the order of the shades. Where a country does not report its exports the right side says so.
    Empty markup without an excess.
    """
    shown = [country for country in countries if country.inbound > 0][:MOST]
    if not shown:
        return Markup("")
    largest = max(max(c.inbound, sum(r.onward or 0 for r in c.routes)) for c in shown)
    height = TOP + len(shown) * (LANE + GAP) + 22
    lanes = "".join(_lane(country, i, largest, tiers) for i, country in enumerate(shown))
    heads = (
        ("Coalition", LEFT - 10, "end"),
        ("country", MIDDLE + NAME / 2, "middle"),
        ("Russia", RIGHT + 18, "start"),
    )
    head = "".join(
        f'<text class="paneltitle" x="{number(x)}" y="16" text-anchor="{a}">{w}</text>' for w, x, a in heads
    )
    said = f'<text class="simmark" x="4" y="{height - 6}">{escape(mark)}</text>' if mark else ""
    words = "; ".join(f"{c.name}: {money(c.inbound)} in, {_onward(c)}" for c in shown)
    label = escape(f"Largest routes, excess over the baseline. {mark} {words}")
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="routes" role="group" aria-label="{label}" viewBox="0 0 {WIDTH} {height}">'
        f"{head}{lanes}{said}</svg>"
    )


def _onward(country: CountryRoutes) -> str:
    if all(route.onward is None for route in country.routes):
        return "exports to Russia not reported"
    return f"{money(sum(route.onward or 0 for route in country.routes))} on to Russia"


def _lane(country: CountryRoutes, place: int, largest: int, tiers: Sequence[str]) -> str:
    y = TOP + place * (LANE + GAP)
    middle = y + LANE / 2
    parts = []
    size = LANE / max(largest, 1)
    inbound = country.inbound * size
    onward = sum(route.onward or 0 for route in country.routes) * size
    left, right = middle - inbound / 2, middle - onward / 2
    for route in country.routes:
        shade = f"tier{tiers.index(route.tier) % 6 if route.tier in tiers else 5}"
        tip = f"<title>{escape(country.name)}, tier {escape(route.tier)}: {money(route.inbound)} in, "
        tip += f"{'not reported' if route.onward is None else money(route.onward)} on to Russia</title>"
        if route.inbound:
            parts.append(_band(LEFT, MIDDLE, left, route.inbound * size, shade, tip))
            left += route.inbound * size
        if route.onward:
            parts.append(_band(MIDDLE + NAME, RIGHT, right, route.onward * size, shade, tip))
            right += route.onward * size
    parts.append(
        f'<a href="#{escape(country.anchor)}"><text class="name" x="{MIDDLE + NAME / 2:g}" '
        f'y="{number(middle + 4)}" '
        f'text-anchor="middle">{escape(country.name[:20])}</text></a>'
    )
    parts.append(
        f'<text x="{LEFT - 10}" y="{number(middle + 4)}" text-anchor="end">'
        f"{escape(money(country.inbound))}</text>"
    )
    unknown = all(route.onward is None for route in country.routes)
    onward_words = "not reported" if unknown else money(sum(route.onward or 0 for route in country.routes))
    parts.append(f'<text x="{RIGHT + 18}" y="{number(middle + 4)}">{escape(onward_words)}</text>')
    if unknown:
        parts.append(
            f'<line class="unknown" x1="{MIDDLE + NAME}" x2="{RIGHT}" y1="{number(middle)}" '
            f'y2="{number(middle)}"/>'
        )
    return "".join(parts)


def _band(x0: float, x1: float, y: float, height: float, shade: str, tip: str) -> str:
    return (
        f'<rect class="flow {shade}" x="{number(x0)}" y="{number(y)}" width="{number(x1 - x0)}" '
        f'height="{number(max(height, 0.6))}">{tip}</rect>'
    )
