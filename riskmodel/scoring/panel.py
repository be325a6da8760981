"""The panel that a model reads, of what was known on one day."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.articles.officials import official_days
from features.listing_panel import listing_panel
from features.listings import listing_history
from features.panel import build_panel
from riskmodel.model.estimator import Model
from riskmodel.model.listing import ListingModel
from riskmodel.scoring.request import Inputs


def official_days_for(model: Model, inputs: Inputs) -> pl.DataFrame | None:
    """`official_days` of the articles where the model reads them, else None."""
    return (
        official_days(inputs.articles.lazy()) if isinstance(model, ListingModel) and inputs.articles else None
    )


def why_empty(inputs: Inputs) -> str:
    """Why no country can be scored, and what is needed, as a sentence."""
    if inputs.trade is not None:
        flows = inputs.trade.lazy().select(pl.col("flow").unique()).collect(engine="streaming")
        if flows["flow"].to_list() == ["M"]:
            return (
                "The trade table holds imports only (flow M), and trade signals are made of exports; give "
                "the exports (flow X) of coalition members to the countries and to Russia, and those of the "
                "countries to Russia."
            )
    return (
        "No transit country appears in the inputs, so there is nothing to score; check that the files "
        "are the right ones and that their rows were public on the as-of date."
    )


def panel_for(
    model: Model,
    as_of: date,
    trade: pl.DataFrame | None,
    articles: pl.DataFrame | None,
    listings: pl.DataFrame | None,
    days: pl.DataFrame | None,
) -> pl.DataFrame:
    """The panel of the signals alone, or of the target `listing`.

    Parameters
    ----------
    trade: trade signals. articles: article signals. listings: accepted listings. days: of
        `official_days_for`. None: not given.
    """
    if isinstance(model, ListingModel):
        return listing_panel(as_of, trade, articles, listings, days)
    return build_panel(as_of, trade, articles, None if listings is None else listing_history(listings, as_of))
