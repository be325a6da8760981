"""The rows behind a surprise, for people who want to see, recompute or contest it.

The numbers are those that `surprise_table` compares with placebos; nothing is computed in another way.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from features.trade.flows.windows import Windows
from features.trade.surprises.cells import DIRECT, INBOUND, LEGS, ONWARD, Floats, Lines, known_lines
from features.trade.surprises.cells import LegRows as LegRows
from features.trade.surprises.legs import YEAR, LegRises, leg_rises, traders_of, usable
from features.trade.surprises.links import link_sums
from features.trade.surprises.spans import earlier_spans, newest_span, span_sums
from features.trade.surprises.table import COLUMNS, DATES_STEP, KINDS, LEAST_PLACEBOS, MOST_DATES, SPAN_MONTHS

PLACEBOS: dict[str, pl.DataType] = {
    "country": pl.String(),
    "signal": pl.String(),
    "kind": pl.String(),
    "placebos": pl.Int64(),
    "as_extreme": pl.Int64(),
    "surprise": pl.Float64(),
    "counted": pl.Boolean(),
}
FAMILY_ROWS: dict[str, pl.DataType] = {
    "country": pl.String(),
    "leg": pl.String(),
    "family": pl.String(),
    "recent_usd": pl.Int64(),
    "expected_usd": pl.Int64(),
    "above_noise_usd": pl.Int64(),
    "no_longer_direct_usd": pl.Int64(),
    "lines": pl.Int64(),
    "lines_before": pl.Float64(),
    "rise": pl.Float64(),
    "rise_of_lines": pl.Float64(),
    "log_ratio": pl.Float64(),
}
LINK_ROWS: dict[str, pl.DataType] = {
    "country": pl.String(),
    "reporter": pl.String(),
    "family": pl.String(),
    "lines": pl.Int64(),
    "is_new": pl.Boolean(),
    "no_longer_direct_usd": pl.Int64(),
}


def placebo_counts(surprises: pl.DataFrame) -> pl.DataFrame:
    """The counts of `surprise_table` as rows: a frame of `PLACEBOS`, sorted by country and signal.

    A signal is the mean of `surprise` = -log10((as_extreme + 1) / (placebos + 1)) over the rows with
    `counted` (at least nine placebos); kinds that are unknown have no row.
    """
    parts = [pl.DataFrame(schema=PLACEBOS)]
    for signal, kinds in KINDS.items():
        for kind in kinds:
            name = f"{signal}_{kind}"
            assert name in COLUMNS
            parts.append(
                surprises.filter(pl.col(name).is_not_null()).select(
                    "country",
                    pl.lit(f"{signal}_surprise").alias("signal"),
                    pl.lit(kind).alias("kind"),
                    pl.col(f"{name}_placebos").alias("placebos"),
                    pl.col(f"{name}_as_extreme").alias("as_extreme"),
                    pl.col(name).alias("surprise"),
                    (pl.col(f"{name}_placebos") >= LEAST_PLACEBOS).alias("counted"),
                )
            )
    return pl.concat(parts).sort("country", "signal", "kind")


def rows_behind(rows: LegRows, windows: Windows, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Listed families and links behind the surprises as of a day: frames of `FAMILY_ROWS` and `LINK_ROWS`.

    Families: US$ a year of the newest three months and what baseline and the median growth of the other
    countries lead to expect; `rise` and `rise_of_lines` are what the rise and lines statistics are means of
    (families without a row count as 0), `log_ratio` what the peak is made of. Links: a sender and a family of
    the newest twelve months that are new, or that rose where the sender's trade with Russia fell.
    """
    lines = known_lines(rows, as_of)
    now = newest_span(lines, windows, SPAN_MONTHS)
    past = earlier_spans(lines, windows, SPAN_MONTHS, DATES_STEP, MOST_DATES)
    traders = traders_of(lines)
    direct = span_sums(lines, now, DIRECT)
    lost = np.clip(direct.before[0] - direct.recent[0], 0, None) * YEAR / SPAN_MONTHS
    parts, known = [pl.DataFrame(schema=FAMILY_ROWS)], np.zeros(len(rows.countries), dtype=bool)
    for leg in (INBOUND, ONWARD):
        fresh = traders & usable(lines, now, leg, windows, as_of)
        rises = leg_rises(lines, now, past, leg, fresh, SPAN_MONTHS)
        sums = span_sums(lines, now, leg)
        parts.append(_families(rows, rises, leg, sums.lines, sums.lines_before, lost))
        known = rises.known if leg == INBOUND else known
    families = pl.concat(parts).sort("country", "leg", "family")
    return families, _links(lines, windows, known)


def _families(
    rows: LegRows, rises: LegRises, leg: int, lines: Floats, before: Floats, lost: Floats
) -> pl.DataFrame:
    now = rises.now
    country, family = np.nonzero(now.traded & (rises.listed & rises.used)[None])
    at = (country, family)
    above = rises.by_family(now, "above")
    gone = lost[family] if leg == INBOUND else np.full(family.size, np.nan)
    columns = {
        "country": [rows.countries[c] for c in country],
        "leg": [LEGS[leg]] * country.size,
        "family": [rows.families[f] for f in family],
        "recent_usd": _whole(now.recent[at]),
        "expected_usd": _whole(now.expected[at]),
        "above_noise_usd": _whole(above[at]),
        "no_longer_direct_usd": _whole(gone),
        "lines": _whole(lines[at]),
        "lines_before": np.round(before[at], 6).tolist(),
        "rise": np.round(now.roots[at], 9).tolist(),
        "rise_of_lines": np.round(now.lines[at], 9).tolist(),
        "log_ratio": np.round(now.dollars[at], 9).tolist(),
    }
    return pl.DataFrame(columns, schema=FAMILY_ROWS)


def _links(lines: Lines, windows: Windows, known: np.ndarray) -> pl.DataFrame:
    rows, span = lines.rows, newest_span(lines, windows, YEAR)
    recent, before = link_sums(lines, span, INBOUND, count=True)
    usd, usd_before = (each[0] for each in link_sums(lines, span, DIRECT, count=False))
    gone = np.clip(usd_before - usd, 0, None)
    is_new = (recent > 0) & (before == 0)
    chosen = (is_new | ((recent > before) & (gone > 0)[None])) & rows.listed & known[:, None, None]
    country, sender, family = np.nonzero(chosen)
    senders = [rows.reporters[r] for r in np.flatnonzero(rows.members & (lines.sent > 0))]
    columns = {
        "country": [rows.countries[c] for c in country],
        "reporter": [senders[s] for s in sender],
        "family": [rows.families[f] for f in family],
        "lines": _whole(recent[chosen]),
        "is_new": is_new[chosen].tolist(),
        "no_longer_direct_usd": _whole(gone[sender, family]),
    }
    return pl.DataFrame(columns, schema=LINK_ROWS).sort("country", "reporter", "family")


def _whole(values: Floats) -> list[int | None]:
    return [None if np.isnan(value) else int(value) for value in np.floor(values + 0.5)]
