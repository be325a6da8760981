"""The rows behind every driver of a run, gathered from the parts that computed the signals."""

from __future__ import annotations

from datetime import date

import polars as pl

from data_contracts.tables import LISTINGS
from features.articles.rates import ArticleWindows, stories_behind
from features.listings import HALF_LIFE_DAYS
from features.trade.flows.windows import Windows
from features.trade.moves import leg_moves
from features.trade.signals import TradeSignals
from features.trade.surprises.behind import FAMILY_ROWS, LINK_ROWS, PLACEBOS, placebo_counts, rows_behind
from riskmodel.report.findings import Findings
from riskmodel.report.view import COVERAGE, DriverRows

STORIES: dict[str, pl.DataType] = {
    "country": pl.String(),
    "story_id": pl.String(),
    "published_on": pl.Date(),
    "p_diversion": pl.Float64(),
    "polarity": pl.Float64(),
    "source": pl.String(),
    "weight": pl.Float64(),
}
LISTED: dict[str, pl.DataType] = {
    **{
        name: LISTINGS[name]
        for name in ("country", "listed_on", "jurisdiction", "list", "n_entities", "goods_diversion")
    },
    "weight": pl.Float64(),
    "source_file": pl.String(),
    "source_row": pl.Int64(),
    "entities": pl.String(),
}


def driver_rows(
    trade: TradeSignals | None,
    mentions: pl.DataFrame | None,
    listings: pl.DataFrame | None,
    countries: pl.DataFrame,
    windows: Windows,
    articles: ArticleWindows,
    as_of: date,
) -> DriverRows:
    """All rows behind the drivers of `countries` (column country), of what was known on `as_of`."""
    placebos, families, links = (pl.DataFrame(schema=s) for s in (PLACEBOS, FAMILY_ROWS, LINK_ROWS))
    if trade is not None:
        placebos = placebo_counts(trade.surprises)
        families, links = rows_behind(trade.lines, windows, as_of)
    stories = pl.DataFrame(schema=STORIES)
    if mentions is not None:
        stories = stories_behind(mentions, as_of, articles).select(
            pl.col(n).cast(t) for n, t in STORIES.items()
        )
    listed = pl.DataFrame(schema=LISTED) if listings is None else _listed(listings, as_of)
    frames = (placebos, families, links, stories, listed)
    kept = (frame.join(countries, on="country", how="semi", maintain_order="left") for frame in frames)
    return DriverRows(*kept)


def findings_of(trade: TradeSignals | None) -> Findings:
    """When each leg rose and where the flow moved next; empty without trade."""
    return Findings() if trade is None else Findings(trade.breaks, leg_moves(trade.cells, trade.reported))


def _listed(listings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Listings that `listing_history` sums: ln(1 + sum of weights); those not about goods have no weight."""
    age = (pl.lit(as_of) - pl.col("listed_on")).dt.total_days()
    weight = pl.col("n_entities") * (2.0 ** (-age / HALF_LIFE_DAYS))
    return (
        listings.filter(pl.col("listed_on") <= as_of)
        .with_columns(
            pl.when(pl.col("goods_diversion") != "false").then(weight).otherwise(0.0).alias("weight")
        )
        .select(pl.col(name).cast(dtype) for name, dtype in LISTED.items())
        .sort(
            ["country", "listed_on", "list", "source_file", "source_row"],
            descending=[False, True] + [False] * 3,
        )
    )


def leg_coverage(trade: TradeSignals | None, windows: Windows) -> pl.DataFrame:
    """Which reporter gave which months of which leg: a frame of `COVERAGE`, from the baseline's first month.

    A reporter that never traded listed goods on a leg has no rows there.
    """
    if trade is None:
        return pl.DataFrame(schema=COVERAGE)
    sums = trade.cells.group_by("leg", "reporter", "period").agg(pl.col("value_usd").sum())
    months = trade.reported.filter(pl.col("period") >= windows.baseline_start)
    return (
        sums.select("leg", "reporter")
        .unique()
        .join(months, on="reporter")
        .join(sums, on=["leg", "reporter", "period"], how="left")
        .with_columns(pl.col("value_usd").fill_null(0))
        .sort("leg", "reporter", "period")
        .select(pl.col(name).cast(dtype) for name, dtype in COVERAGE.items())
    )


def newest_dates(
    trade: TradeSignals | None,
    articles: pl.LazyFrame | None,
    listings: pl.DataFrame | None,
    as_of: date,
) -> dict[str, date]:
    """Newest month of each leg, and newest day of articles and listings, of what was known on `as_of`."""
    found: dict[str, date | None] = {}
    if trade is not None:
        newest = trade.cells.group_by("leg").agg(pl.col("period").max()).sort("leg")
        found |= dict(newest.iter_rows())
    if articles is not None:
        day = pl.col("published_at").dt.date()
        known = articles.filter(day <= as_of).select(day.max())
        found["articles"] = known.collect(engine="streaming").item()
    if listings is not None:
        listed = listings.filter(pl.col("listed_on") <= as_of).select(pl.col("listed_on").max())
        found["listings"] = listed.item()
    return {name: day for name, day in found.items() if isinstance(day, date)}
