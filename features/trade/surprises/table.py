"""All surprises of one as_of date: one row for each country."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from data_contracts.months import month_number
from features.trade.flows.windows import Windows
from features.trade.surprises.cells import (
    DIRECT,
    INBOUND,
    LEGS,
    ONWARD,
    Floats,
    Ints,
    LegRows,
    Lines,
    known_lines,
)
from features.trade.surprises.dates import earlier_dates
from features.trade.surprises.goods import other_goods, placebo_sets, size_classes
from features.trade.surprises.legs import (
    STATISTICS,
    YEAR,
    LegRises,
    leg_rises,
    months_since_baseline,
    stacked,
    traders_of,
    usable,
)
from features.trade.surprises.links import displaced_links, new_links
from features.trade.surprises.pairs import direct_fall, displaced_families, matched_families, shuffles
from features.trade.surprises.rises import amount_of, matched, mean_of
from features.trade.surprises.shares import SEED, Counts, other_places, other_places_on_both
from features.trade.surprises.spans import Span, earlier_spans, first_sent, newest_span, sender_end, span_sums
from features.trade.surprises.timing import moved_in_time

SPAN_MONTHS = 3
DATES_STEP, MOST_DATES = 2, 12
LEAST_PLACEBOS = 9  # of a kind that counts in the mean of a signal

# Signal and the kinds of placebo it is compared with.
KINDS: dict[str, tuple[str, ...]] = {
    **{
        f"{leg}_{statistic}": kinds
        for leg in ("inbound", "onward")
        for statistic, kinds in {
            "rise": ("places", "dates", "goods"),
            "lines": ("places", "dates", "goods"),
            "peak": ("places", "dates"),
            "line_peak": ("places", "dates"),
            "amount": ("places", "dates"),
        }.items()
    },
    "both_rise": ("places",),
    "both_line_peak": ("places",),
    "matched_lines": ("places", "dates", "goods", "families"),
    "displaced": ("places", "families"),
    "new_links": ("places", "dates", "goods"),
    "displaced_links": ("places", "links"),
    "timing": ("months",),
}
SIGNALS = tuple(KINDS)
COLUMNS = tuple(f"{signal}_{kind}" for signal, kinds in KINDS.items() for kind in kinds)


def surprise_table(
    rows: LegRows,
    windows: Windows,
    as_of: date,
    *,
    n_months: int = SPAN_MONTHS,
    with_counts: bool = True,
) -> pl.DataFrame:
    """Surprises as they were knowable on `as_of`.

    Parameters
    ----------
    rows: `leg_rows` of condensed flows. n_months: length of the recent span, at most 12.
    with_counts: also what the means are made of, which only people read; without, the means alone.

    Returns
    -------
    country; the mean of each signal's known surprises (`SIGNALS`) and every surprise (`COLUMNS`), Float64,
    higher is more suspicious, null where unknown; `<column>_placebos` and `<column>_as_extreme`, Int64, for
    wording. One row for each country with known listed trade on either leg, sorted.
    """
    lines = known_lines(rows, as_of)
    counts = _all_counts(lines, windows, as_of, n_months)
    shown = np.flatnonzero(traders_of(lines))
    columns: dict[str, Floats | Ints] = {}
    for signal, kinds in KINDS.items():
        surprises = np.array([counts[f"{signal}_{kind}"].surprises()[shown] for kind in kinds])
        # A share among fewer placebos cannot fall to one in ten: such a kind could only hold a signal down.
        telling = np.array([counts[f"{signal}_{kind}"].placebos[shown] >= LEAST_PLACEBOS for kind in kinds])
        columns[signal] = _mean_known(np.where(telling, surprises, np.nan))
        columns |= {f"{signal}_{kind}": values for kind, values in zip(kinds, surprises, strict=True)}
    names = pl.Series("country", [rows.countries[c] for c in shown], dtype=pl.String)
    if not with_counts:
        means = [pl.Series(name, columns[name], nan_to_null=True) for name in SIGNALS]
        return pl.DataFrame([names, *means])
    ordered = [*SIGNALS, *COLUMNS]
    for name in COLUMNS:
        columns[f"{name}_placebos"] = counts[name].placebos[shown]
        columns[f"{name}_as_extreme"] = counts[name].as_extreme[shown]
        ordered += [f"{name}_placebos", f"{name}_as_extreme"]
    frame = pl.DataFrame([names, *(pl.Series(name, columns[name]) for name in ordered)])
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None)).with_columns(
        pl.when(pl.col(name).is_not_null()).then(pl.col(f"{name}_{part}")).alias(f"{name}_{part}")
        for name in COLUMNS
        for part in ("placebos", "as_extreme")
    )


def _all_counts(lines: Lines, windows: Windows, as_of: date, n_months: int) -> dict[str, Counts]:
    now = newest_span(lines, windows, n_months)
    past = earlier_spans(lines, windows, n_months, DATES_STEP, MOST_DATES)
    horizon = months_since_baseline(lines, now, windows, n_months) / YEAR
    traders = traders_of(lines)
    legs = {
        leg: leg_rises(lines, now, past, leg, traders & usable(lines, now, leg, windows, as_of), n_months)
        for leg in (INBOUND, ONWARD)
    }
    counts: dict[str, Counts] = {}
    for leg, rises in legs.items():
        counts |= _of_leg(LEGS[leg], rises, horizon)
    counts |= _of_both(legs[INBOUND], legs[ONWARD], horizon)
    counts |= _of_displacement(lines, now, legs[INBOUND], n_months)
    counts |= _of_links(lines, legs[INBOUND], windows)
    first = max(month_number(windows.baseline_start) - lines.rows.first_month, first_sent(lines))
    timing = moved_in_time(lines, first, sender_end(lines, now), traders)
    return counts | {"timing_months": timing.only(traders & legs[ONWARD].known & legs[INBOUND].known)}


def _of_leg(name: str, rises: LegRises, horizon: float) -> dict[str, Counts]:
    counts = {}
    for statistic in STATISTICS:
        values, past = rises.measured(statistic)
        counts[f"{name}_{statistic}_places"] = other_places(values)
        counts[f"{name}_{statistic}_dates"] = earlier_dates(values, past, horizon)
    used = rises.used
    listed = rises.listed[used]
    sets = placebo_sets(size_classes(rises.size[used], listed), listed, SEED)
    for statistic, by_family in (("rise", rises.now.roots), ("lines", rises.now.lines)):
        counts[f"{name}_{statistic}_goods"] = other_goods(by_family[:, used], listed, sets)
    return counts


def _of_both(inbound: LegRises, onward: LegRises, horizon: float) -> dict[str, Counts]:
    counts = {}
    for statistic in ("rise", "line_peak"):
        first, second = (leg.measured(statistic)[0] for leg in (inbound, onward))
        counts[f"both_{statistic}_places"] = other_places_on_both(first, second)
    used = inbound.used & onward.used
    listed = inbound.listed & used
    first, second = inbound.now.lines, onward.now.lines
    both = matched(first, second)
    values = mean_of(both[:, listed])
    pairs = zip(inbound.past, onward.past, strict=True)
    past = [mean_of(matched(a.lines, b.lines)[:, listed]) for a, b in pairs]
    sets = placebo_sets(size_classes(inbound.size[used], listed[used]), listed[used], SEED)
    orders = shuffles(int(listed.sum()), SEED)
    return counts | {
        "matched_lines_places": other_places(values),
        "matched_lines_dates": earlier_dates(values, stacked(past, values), horizon),
        "matched_lines_goods": other_goods(both[:, used], listed[used], sets),
        "matched_lines_families": matched_families(first[:, listed], second[:, listed], orders),
    }


def _of_displacement(lines: Lines, now: Span, inbound: LegRises, n_months: int) -> dict[str, Counts]:
    direct = span_sums(lines, now, DIRECT)
    recent, before = direct.recent[0], direct.before[0]
    lost = np.clip(before - recent, 0, None) * YEAR / n_months
    above = inbound.by_family(inbound.now, "above")
    displaced = amount_of(np.minimum(above, lost)[:, inbound.listed & inbound.used])
    used = inbound.used & (inbound.listed | (before > 0))
    orders = shuffles(int(used.sum()), SEED)
    fall = direct_fall(recent, before, n_months)[used]
    known = inbound.known & bool(before.any())
    return {
        "displaced_places": other_places(displaced).only(known),
        "displaced_families": displaced_families(inbound.now.dollars[:, used], fall, orders).only(known),
    }


def _of_links(lines: Lines, inbound: LegRises, windows: Windows) -> dict[str, Counts]:
    now = newest_span(lines, windows, YEAR)
    past = earlier_spans(lines, windows, YEAR, DATES_STEP, MOST_DATES)
    listed = inbound.listed & inbound.used
    links, *before = (new_links(lines, span, inbound.known) for span in (now, *past))
    values = mean_of(links[:, listed])
    earlier = stacked([mean_of(each[:, listed]) for each in before], values)
    horizon = months_since_baseline(lines, now, windows, YEAR) / YEAR
    used = inbound.used
    sets = placebo_sets(size_classes(inbound.size[used], inbound.listed[used]), inbound.listed[used], SEED)
    places, moved = displaced_links(lines, now, used, inbound.known)
    return {
        "new_links_places": other_places(values),
        "new_links_dates": earlier_dates(values, earlier, horizon),
        "new_links_goods": other_goods(links[:, used], inbound.listed[used], sets),
        "displaced_links_places": places,
        "displaced_links_links": moved,
    }


def _mean_known(surprises: Floats) -> Floats:
    """Mean over the kinds of placebo that are known, shape (C,)."""
    known = ~np.isnan(surprises)
    n = known.sum(axis=0)
    return np.where(n > 0, np.where(known, surprises, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)
