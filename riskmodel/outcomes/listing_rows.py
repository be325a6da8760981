"""Rows of the target `listing`: every transit country at month ends, and what was listed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.months import end_of_month
from features.articles.rates import DEFAULTS, ArticleWindows, article_signals
from features.listing_panel import listing_panel
from features.reference.facts import coalition, country_names
from features.trade.flows.windows import Windows
from features.trade.signals import trade_panel
from riskmodel.outcomes.labels import HORIZON_MONTHS, listing_labels
from riskmodel.outcomes.rows import month_ends

# Controls toward Russia, and listings for supplying it, begin with the invasion of February 2022.
FIRST_ORIGIN = date(2022, 2, 28)
HISTORY_MONTHS = 1  # before the first origin, so that somebody may have been listed


@dataclass(frozen=True)
class ListingTables:
    """What was given: canonical tables, None where there is none.

    `end` is the last day that the listings cover; `official_days` is of `features.articles.officials`.
    """

    listings: pl.DataFrame
    end: date
    trade: pl.DataFrame | pl.LazyFrame | None = None
    goods: pl.DataFrame | None = None
    mentions: pl.DataFrame | None = None
    official_days: pl.DataFrame | None = None
    article_windows: ArticleWindows = DEFAULTS


def listing_origins(listings: pl.DataFrame, end: date) -> list[date]:
    """Month ends from a month after the first listing, not before `FIRST_ORIGIN`, to `end`."""
    first = listings["listed_on"].min()
    if not isinstance(first, date):
        return []
    start = max(end_of_month(first, HISTORY_MONTHS), FIRST_ORIGIN)
    return [day for day in month_ends(start, end) if day <= end] if start <= end else []


def labelled_listings(tables: ListingTables, origins: Sequence[date], windows: Windows) -> pl.DataFrame:
    """Panel and label of every transit country at each origin, sorted by date and country.

    Columns of `features.listing_panel`, then target (null where the six months end after `tables.end`),
    why_null, past_event (the event in the six months before), onset (nothing in the twelve months before),
    past_onward_usd (null: not used), world (`real`). Every country of the reference list counts, listed
    before or not: signals of a country that no input speaks of are true zeros of what was given.
    """
    trade = None
    if tables.trade is not None and tables.goods is not None:
        trade = trade_panel(tables.trade, tables.goods, windows, origins, allow_hindsight=True)
    return pl.concat([_at(tables, as_of, trade) for as_of in sorted(origins)])


def _at(tables: ListingTables, as_of: date, trade: pl.DataFrame | None) -> pl.DataFrame:
    mine = None if trade is None else trade.filter(pl.col("as_of") == as_of).drop("as_of")
    outside = coalition(as_of) | NEVER_SCORED
    countries = [code for code in sorted(country_names()) if code not in outside]
    panel = _whole(tables, as_of, mine, countries)

    def labels_at(months: int) -> pl.Series:
        day = end_of_month(as_of, months)
        return listing_labels(tables.listings, day, countries, tables.end)["target"].fill_null(False)

    past, before = labels_at(-HORIZON_MONTHS), labels_at(-2 * HORIZON_MONTHS)
    labels = listing_labels(tables.listings, as_of, countries, tables.end)
    return panel.with_columns(
        labels["target"],
        labels["why_null"],
        past.alias("past_event"),
        (~past & ~before).alias("onset"),
        pl.lit(0, dtype=pl.Int64).alias("past_onward_usd"),
        pl.lit("real").alias("world"),
    )


def _whole(
    tables: ListingTables, as_of: date, trade: pl.DataFrame | None, countries: Sequence[str]
) -> pl.DataFrame:
    """The panel of `as_of` for all `countries`, in their order."""
    articles = None
    if tables.mentions is not None:
        articles = article_signals(tables.mentions, as_of, tables.article_windows)
    everyone = pl.DataFrame({"country": countries})
    return listing_panel(as_of, trade, articles, tables.listings, tables.official_days, everyone).join(
        everyone, on="country", how="semi", maintain_order="left"
    )
