"""Rows to learn from and to be judged on: the panel on many dates, with what happened afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import polars as pl

from data_contracts.months import end_of_month, month_number, start_of_month
from data_contracts.signals.contract import COVERAGE
from features.articles.rates import DEFAULTS, ArticleWindows, article_signals
from features.catalogue import MODEL_SIGNALS, SIGNALS
from features.listings import listing_history
from features.panel import build_panel, panel_schema
from features.trade.flows.windows import Windows
from features.trade.signals import trade_panel
from riskmodel.outcomes.labels import (
    HORIZON_MONTHS,
    Legs,
    final_legs,
    listing_labels,
    transit_labels,
)

Target = Literal["transit", "listing"]

# Months from the end of a month to the day when most reporters' figures of it are public.
PUBLICATION_LAG_MONTHS = 3
GAP_MONTHS = HORIZON_MONTHS + PUBLICATION_LAG_MONTHS

# Signals that the model does not read, but baselines do.
PLAIN_MEASURES = tuple(signal.name for signal in SIGNALS if signal.in_panels and not signal.in_model)

FRAME: dict[str, pl.DataType] = {
    **{
        name: panel_schema()[name]
        for name in ("as_of", "country", *MODEL_SIGNALS, *PLAIN_MEASURES, *COVERAGE)
    },
    "target": pl.Boolean(),
    "why_null": pl.String(),
    "past_event": pl.Boolean(),  # the event as published, in the newest six months that were public on as_of
    "onset": pl.Boolean(),  # no event in the twelve months before as_of, as finally known
    "past_onward_usd": pl.Int64(),  # listed goods to Russia in the newest twelve such months
    "world": pl.String(),  # `real`, or the simulated world's name
}


@dataclass(frozen=True)
class Tables:
    """Canonical tables to learn from; None means that no such input was given.

    `trade` may be a query, of which no more than the condensed rows are held.
    `undeclared` is for simulated worlds only (`target.transit_labels`). `listings_end` is the last day that
    the listings cover. `article_windows`: how far back the article signals look.
    """

    trade: pl.DataFrame | pl.LazyFrame
    goods: pl.DataFrame
    mentions: pl.DataFrame | None = None
    listings: pl.DataFrame | None = None
    listings_end: date | None = None
    undeclared: pl.DataFrame | None = None
    article_windows: ArticleWindows = DEFAULTS


def labelled_frame(
    tables: Tables, as_of_dates: Sequence[date], windows: Windows, target: Target, world: str = "real"
) -> pl.DataFrame:
    """Panel, label and what the simple baselines need: a frame of `FRAME`, sorted by as_of and country.

    Signals see only what was known on as_of; the goods list may be younger than as_of (training looks
    back). Labels and the two `past_` columns use final vintages, the latter only of months that end at
    least three months before as_of.
    """
    trade = trade_panel(tables.trade, tables.goods, windows, as_of_dates, allow_hindsight=True)
    legs = final_legs(tables.trade, tables.goods, max(as_of_dates), windows)
    # What was not declared is no part of what was known: the persistence baseline does not see it.
    hidden = tables.undeclared
    published = tables if hidden is None else replace(tables, undeclared=hidden.clear())

    def labels_at(day: date, countries: Sequence[str], given: Tables) -> pl.Series:
        return _labels(given, legs, day, countries, windows, target)["target"].fill_null(False)

    frames = []
    for as_of in sorted(as_of_dates):
        panel = _panel(tables, trade, as_of)
        countries = panel["country"].to_list()
        labels = _labels(tables, legs, as_of, countries, windows, target)
        past = labels_at(start_of_month(as_of, -GAP_MONTHS), countries, published)
        year = [labels_at(start_of_month(as_of, -months), countries, tables) for months in (6, 12)]
        onward = _past_onward(legs, as_of)
        frames.append(
            panel.with_columns(
                labels["target"],
                labels["why_null"],
                past.alias("past_event"),
                (~year[0] & ~year[1]).alias("onset"),
                pl.Series("past_onward_usd", [onward.get(c, 0) for c in countries], dtype=pl.Int64),
                pl.lit(world).alias("world"),
            )
        )
    return pl.concat(frames).select(pl.col(name).cast(dtype) for name, dtype in FRAME.items())


def _panel(tables: Tables, trade: pl.DataFrame, as_of: date) -> pl.DataFrame:
    mine = trade.filter(pl.col("as_of") == as_of).drop("as_of")
    listings = None if tables.listings is None else listing_history(tables.listings, as_of)
    articles = None
    if tables.mentions is not None:
        articles = article_signals(tables.mentions, as_of, tables.article_windows)
    return build_panel(as_of, mine, articles, listings)


def _labels(
    tables: Tables, legs: Legs, as_of: date, countries: Sequence[str], windows: Windows, target: Target
) -> pl.DataFrame:
    if target == "transit":
        return transit_labels(legs, as_of, countries, windows, tables.undeclared)
    if tables.listings is None or tables.listings_end is None:
        raise ValueError("target listing needs a listings table and the last day it covers")
    return listing_labels(tables.listings, as_of, countries, tables.listings_end)


def _past_onward(legs: Legs, as_of: date) -> dict[str, int]:
    first, last = (start_of_month(as_of, -PUBLICATION_LAG_MONTHS - months) for months in (11, 0))
    known = (pl.col("leg") == "onward") & pl.col("period").is_between(first, last)
    sums = legs.trade.filter(known).group_by("country").agg(pl.col("value_usd").sum())
    return dict(sums.iter_rows())


def month_ends(first: date, last: date, step: int = 1) -> list[date]:
    """Last days of every `step`-th month from `first` to `last`, whose six months ahead begin after it.

    >>> month_ends(date(2022, 6, 1), date(2022, 9, 30), 2)
    [datetime.date(2022, 6, 30), datetime.date(2022, 8, 31)]
    """
    count = month_number(last) - month_number(first) + 1
    return [end_of_month(first, after) for after in range(0, count, step)]
