"""How unusual the rise of each country's goods is, among the same goods in the other countries."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from scipy.stats import rankdata

from features.trade.flows.windows import Windows
from features.trade.surprises.cells import INBOUND, LEGS, ONWARD, Bools, Floats, LegRows, known_lines
from features.trade.surprises.legs import leg_rises, traders_of, usable
from features.trade.surprises.shares import DECIMALS, Counts
from features.trade.surprises.spans import newest_span
from features.trade.surprises.table import LEAST_PLACEBOS, SPAN_MONTHS

PARTS: dict[str, pl.DataType] = {
    "surprise": pl.Float64(),
    "placebos": pl.Int64(),
    "as_extreme": pl.Int64(),
}
PRODUCT_SURPRISES: dict[str, pl.DataType] = {
    "country": pl.String(),
    "family": pl.String(),
    **{f"{LEGS[leg]}_{part}": dtype for leg in (INBOUND, ONWARD) for part, dtype in PARTS.items()},
}


def product_surprises(rows: LegRows, windows: Windows, as_of: date) -> pl.DataFrame:
    """Surprise of each listed family on each leg as it was knowable on `as_of`.

    A rise is S^(1/4) - (g B)^(1/4) of the family, US$ a year, as in `rises.Rises.roots`; the placebos are the
    same family in every other country whose leg is known, a country without the goods having a rise of 0.

    Returns
    -------
    A frame of `PRODUCT_SURPRISES`: `<leg>_surprise` = -log10((as_extreme + 1) / (placebos + 1)), at least 0,
    higher is more suspicious; the three columns of a leg are null where it is not known, or where fewer than
    nine placebos are. One row for each listed family of a country with known listed trade, sorted.
    """
    lines = known_lines(rows, as_of)
    span, traders = newest_span(lines, windows, SPAN_MONTHS), traders_of(lines)
    country, family = np.nonzero(traders[:, None] & rows.listed[None])
    columns = [
        pl.Series("country", [rows.countries[c] for c in country], dtype=pl.String),
        pl.Series("family", [rows.families[f] for f in family], dtype=pl.String),
    ]
    for leg in (INBOUND, ONWARD):
        known = traders & usable(lines, span, leg, windows, as_of)
        rises = leg_rises(lines, span, [], leg, known, SPAN_MONTHS)
        counts = same_goods_elsewhere(rises.now.roots, rises.known)
        given = pl.Series(counts.placebos[country, family] >= LEAST_PLACEBOS)
        found = (counts.surprises(), counts.placebos, counts.as_extreme)
        columns += [
            pl.Series(f"{LEGS[leg]}_{part}", values[country, family], dtype=dtype).set(~given, None)
            for (part, dtype), values in zip(PARTS.items(), found, strict=True)
        ]
    return pl.DataFrame(columns)


def same_goods_elsewhere(rises: Floats, known: Bools) -> Counts:
    """Other known countries, and those whose rise of the same family is at least as large, shape (C, K).

    Parameters
    ----------
    rises: shape (C, K), no NaN in rows that are known. known: shape (C,).
    """
    reached = np.zeros(rises.shape, dtype=np.int64)
    # The largest rank among ties of a value counts all values at least as large, its own included.
    reached[known] = rankdata(-np.round(rises[known], DECIMALS), method="max", axis=0) - 1
    others = np.where(known, known.sum() - 1, 0)[:, None]
    return Counts(np.broadcast_to(others, rises.shape).astype(np.int64), reached)
