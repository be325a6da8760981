"""Which reporter gave which months of which leg, as a picture: a gap is a month that was not reported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
from markupsafe import Markup, escape

from data_contracts.months import month_number, month_start
from riskmodel.report.charts.svg import number
from riskmodel.report.words import LEG_WORDS

WIDTH, LEFT, ROW = 760, 150, 11
MOST = 40


def coverage_chart(coverage: pl.DataFrame, as_of: date, names: Mapping[str, str], mark: str = "") -> Markup:
    """One line for each reporter of each leg, filled where the month was reported; empty without rows.

    `coverage`: leg, reporter, period. The 40 reporters with the fewest months of each leg are drawn, since
    what is missing is what a reader must know; the rest are counted.
    """
    if coverage.is_empty():
        return Markup("")
    periods = [month_number(day) for day in coverage["period"].unique()]
    first, last = min(periods), max(month_number(as_of), *periods)
    width = (WIDTH - LEFT) / (last - first + 1)
    y, parts, said = 4.0, [], []
    for leg in ("inbound", "direct", "onward"):
        mine = coverage.filter(pl.col("leg") == leg)
        if mine.is_empty():
            continue
        by_reporter = mine.group_by("reporter").agg(pl.col("period").unique().sort())
        ordered = by_reporter.sort(pl.col("period").list.len(), "reporter")
        y += 16
        parts.append(f'<text class="paneltitle" x="0" y="{number(y)}">{escape(LEG_WORDS[leg])}</text>')
        y += 5
        for reporter, months in ordered.head(MOST).iter_rows():
            parts.append(
                _line(names.get(reporter, reporter), [month_number(m) for m in months], first, width, y)
            )
            y += ROW
        more = ordered.height - MOST
        if more > 0:
            y += 9
            words = f"and {more} more reporters that gave at least as many months"
            parts.append(f'<text class="tick" x="{LEFT}" y="{number(y)}">{words}</text>')
        full = last - first + 1
        said.append(
            f"{LEG_WORDS[leg]}: {ordered.height} reporters, {mine.height} of {ordered.height * full} months"
        )
    height = y + 22
    years = "".join(
        f'<text class="year" x="{number(LEFT + (at - first) * width)}" y="{number(height - 6)}">'
        f"{month_start(at).year}</text>"
        for at in range(first, last + 1)
        if at % 12 == 0
    )
    stamp = f'<text class="simmark" x="4" y="{number(height - 6)}">{escape(mark)}</text>' if mark else ""
    label = escape(f"Coverage. {mark} {'; '.join(said)}")
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="coverage" role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {number(height)}">'
        f"{''.join(parts)}{years}{stamp}</svg>"
    )


def _line(name: str, months: list[int], first: int, width: float, y: float) -> str:
    """The months of one reporter as runs, so that a line costs few elements."""
    runs: list[list[int]] = []
    for at in months:
        if runs and runs[-1][1] == at - 1:
            runs[-1][1] = at
        else:
            runs.append([at, at])
    bars = "".join(
        f'<rect class="given" x="{number(LEFT + (start - first) * width)}" y="{number(y)}" '
        f'width="{number((end - start + 1) * width)}" height="{ROW - 3}"/>'
        for start, end in runs
    )
    label = (
        f'<text class="tick" x="{LEFT - 6}" y="{number(y + 8)}" text-anchor="end">{escape(name[:24])}</text>'
    )
    return label + bars
