"""The panel of the target `listing`: the signals panel, more countries, and the signals of `listing.toml`."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.articles.officials import officials_pressure
from features.catalogue import BY_NAME, LISTING_SIGNALS
from features.listings import listing_history, listing_measures, named_by_listings
from features.panel import build_panel, panel_schema

OWN_SIGNALS = tuple(signal.name for signal in LISTING_SIGNALS if signal.name not in BY_NAME)


def listing_panel(
    as_of: date,
    trade: pl.DataFrame | None,
    articles: pl.DataFrame | None,
    listings: pl.DataFrame | None,
    official_days: pl.DataFrame | None,
    everyone: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """`panel.build_panel` with further columns: `OWN_SIGNALS`, null where their input was not given.

    Parameters
    ----------
    trade, articles: as for `build_panel`. listings: canonical, all of them. official_days: of
        `officials.official_days`; None where no articles were given. everyone: `country` of all that shall
        have a row, whatever the inputs speak of.

    Returns
    -------
    One row, sorted, for each transit country with a listing, a neighbour with one, an article or trade.
    """
    panel = build_panel(as_of, trade, articles, _history(listings, as_of, everyone))
    countries = panel["country"].to_list()
    if listings is None:
        names = [name for name in OWN_SIGNALS if name != "officials_pressure"]
        panel = panel.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in names)
    else:
        measures = listing_measures(listings, as_of, countries)
        panel = panel.join(measures, on="country", how="left", maintain_order="left")
    pressed = None if official_days is None else officials_pressure(official_days, as_of)
    values = [None if pressed is None else pressed.get(country, 0.0) for country in countries]
    panel = panel.with_columns(pl.Series("officials_pressure", values, dtype=pl.Float64))
    return panel.select(*panel_schema(), *OWN_SIGNALS)


def is_listing_panel(panel: pl.DataFrame) -> bool:
    """Whether a panel is of the target `listing`."""
    return set(OWN_SIGNALS) <= set(panel.columns)


def _history(
    listings: pl.DataFrame | None, as_of: date, everyone: pl.DataFrame | None
) -> pl.DataFrame | None:
    """`listing_history`, with a row of zero for every further country that listings speak of."""
    if listings is None:
        return None
    speak_of = pl.DataFrame({"country": named_by_listings(listings, as_of)}, schema={"country": pl.String()})
    named = speak_of if everyone is None else everyone.select("country")
    history = listing_history(listings, as_of)
    return named.join(history, on="country", how="left", maintain_order="left").with_columns(
        pl.col("listing_history", "n_listed").fill_null(0)
    )
