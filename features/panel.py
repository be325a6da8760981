"""The signals panel: one row for each country and as_of date.

Columns: `as_of` Date, `country` String, every signal of the catalogue (money as Int64, the rest as
Float64 of 12 significant digits; null means unknown), and the coverage columns, from which the grade is made.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.signals.contract import SIGNALS_PANEL
from features.articles.rates import ZERO_WITHOUT_STORY
from features.catalogue import signals_of
from features.exact import DIGITS
from features.reference.facts import coalition


def panel_schema() -> dict[str, pl.DataType]:
    """Columns and types of the panel, in order."""
    return dict(SIGNALS_PANEL)


def build_panel(
    as_of: date,
    trade: pl.DataFrame | None,
    articles: pl.DataFrame | None,
    listings: pl.DataFrame | None,
) -> pl.DataFrame:
    """Join the signals of one date.

    Parameters
    ----------
    trade: `TradeSignals.countries`. articles: `article_signals` output. listings: `listing_history` output.
        None means that no such input was given: its signals are null. A country without a row in a
        given article or listing table has a true zero there (`Signal.zero_without_row`); without a trade row
        its trade is unknown.

    Returns
    -------
    A frame of `panel_schema()`, one row for each transit country that any input speaks of, sorted by country.
    """
    given = [trade, articles, listings]
    named = [frame.select("country") for frame in given if frame is not None]
    if not named:
        return pl.DataFrame(schema=panel_schema())
    outside = sorted(coalition(as_of) | NEVER_SCORED)
    panel = pl.concat(named).unique().filter(~pl.col("country").is_in(outside)).sort("country")
    if trade is not None:
        panel = panel.join(trade, on="country", how="left")
    if articles is not None:
        zeros = list(ZERO_WITHOUT_STORY)
        # Without stories a country does as usual, where the table reaches back far enough to say so.
        if articles["article_burst"].is_not_null().any():
            zeros.append("article_burst")
        panel = panel.join(articles, on="country", how="left").with_columns(pl.col(zeros).fill_null(0))
    if listings is not None:
        names = [signal.name for signal in signals_of("listings")]
        zeros = [signal.name for signal in signals_of("listings") if signal.zero_without_row]
        panel = panel.join(listings.select("country", *names), on="country", how="left").with_columns(
            pl.col(zeros).fill_null(0)
        )
    schema = panel_schema()
    absent = {name: dtype for name, dtype in schema.items() if name not in panel.columns}
    floats = [name for name, dtype in schema.items() if dtype == pl.Float64 and name in panel.columns]
    return panel.with_columns(
        # Before anything is derived from them: last bits depend on the order of sums and on the processor.
        pl.col(floats).cast(pl.Float64).round_sig_figs(DIGITS),
        pl.lit(as_of).alias("as_of"),
        *(pl.lit(None, dtype=dtype).alias(name) for name, dtype in absent.items() if name != "as_of"),
    ).select(pl.col(name).cast(dtype) for name, dtype in schema.items())
