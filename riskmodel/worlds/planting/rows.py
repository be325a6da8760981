"""Adding dollars to the rows of a table, and taking them away again."""

from __future__ import annotations

import numpy as np
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.worlds.planting.additions import KEY
from riskmodel.worlds.planting.view import TableView, stream

SOURCE = "simulated_planted"  # begins as every simulated source does, so that a run on the table says so
UNEVEN_WEIGHT = 0.2  # standard deviation of the logarithm of a row's unit value
PLANTED: dict[str, pl.DataType] = {
    "reporter": pl.String(),
    "partner": pl.String(),
    "flow": pl.String(),
    "hs6": pl.String(),  # as declared
    "hs_edition": pl.String(),
    "period": pl.Date(),
    "value_usd": pl.Int64(),  # added, in every vintage of the row
    "net_kg": pl.Int64(),  # added likewise; null: the row has no weight
    "new_row": pl.Boolean(),  # True: the row was not in the table before
}


def with_additions(view: TableView, additions: pl.DataFrame, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The table with `additions` (`KEY` and value_usd), and what was planted (`PLANTED`, sorted).

    Rows of a key in the table rise in each of their vintages by the same amount and keep their place. A key
    that is not there gets rows at the end, with the vintages of another key, drawn at random, of the same
    reporter, flow, edition and period. Weights rise by about the unit value of the code where the row, or the
    drawn one, has a weight.
    """
    weighed = additions.join(_unit_values(view.trade, additions), on="hs6", how="left", maintain_order="left")
    uneven = pl.Series(np.exp(UNEVEN_WEIGHT * stream(seed, "weights").standard_normal(additions.height)))
    kg = (pl.col("value_usd") * pl.col("kg_per_usd") * uneven).round().cast(pl.Int64)
    weighed = weighed.select(*KEY, "value_usd", kg.alias("kg"))
    there = view.trade.group_by(KEY).agg(pl.col("net_kg").is_not_null().all().alias("has_kg"))
    split = weighed.join(there, on=list(KEY), how="left", maintain_order="left")
    raised = split.filter(pl.col("has_kg").is_not_null())
    new = _new_rows(view, split.filter(pl.col("has_kg").is_null()).drop("has_kg"), seed)
    table = pl.concat([_raised(view.trade, raised), new.select(*TRADE_FLOWS)])
    kept = pl.when("has_kg").then("kg")
    planted = pl.concat(
        [
            raised.select(*KEY, "value_usd", kept.alias("net_kg"), pl.lit(False).alias("new_row")),
            new.unique(KEY).select(*KEY, "value_usd", "net_kg", pl.lit(True).alias("new_row")),
        ]
    )
    return table, planted.select(*PLANTED).sort(KEY)


def without_additions(table: pl.DataFrame, planted: pl.DataFrame) -> pl.DataFrame:
    """The table as it was before: planted rows out, planted dollars, weights and marks taken away again."""
    marked = table.join(
        planted.rename({"value_usd": "_usd", "net_kg": "_kg"}),
        on=list(KEY),
        how="left",
        maintain_order="left",
    )
    source = pl.col("source")
    kept = marked.filter(~pl.col("new_row").fill_null(False))
    return kept.with_columns(
        pl.col("value_usd") - pl.col("_usd").fill_null(0),
        pl.col("net_kg") - pl.col("_kg").fill_null(0),
        pl.when(source != SOURCE).then(source.str.strip_prefix(f"{SOURCE}+")).alias("source"),
    ).select(*TRADE_FLOWS)


def _raised(trade: pl.DataFrame, raised: pl.DataFrame) -> pl.DataFrame:
    """The table's rows in their order, those of raised keys larger and marked."""
    joined = trade.join(
        raised.rename({"value_usd": "_usd", "kg": "_kg"}), on=list(KEY), how="left", maintain_order="left"
    )
    hit = pl.col("_usd").is_not_null()
    heavier = pl.col("net_kg") + pl.when("has_kg").then("_kg").fill_null(0)
    mark = pl.coalesce(pl.concat_str(pl.lit(f"{SOURCE}+"), pl.col("source")), pl.lit(SOURCE))
    return joined.with_columns(
        pl.col("value_usd") + pl.col("_usd").fill_null(0),
        pl.when(hit).then(heavier).otherwise("net_kg").alias("net_kg"),
        pl.when(hit).then(mark).otherwise("source").alias("source"),
    ).select(*TRADE_FLOWS)


def _new_rows(view: TableView, new: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Rows of keys that the table lacks: one for each vintage of the key that was drawn; sorted."""
    place = ["reporter", "flow", "hs_edition", "period"]
    donors = (
        view.trade.join(new.select(place).unique(), on=place, how="semi")
        .group_by(KEY)
        .agg(pl.col("known_at").unique().sort(), pl.col("net_kg").is_not_null().all().alias("has_kg"))
        .sort(KEY)
        .with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).over(place).alias("at"))
        .select(*place, "at", "known_at", "has_kg")
    )
    sizes = donors.group_by(place).agg(pl.len().alias("n"))
    draw = pl.Series("u", stream(seed, "vintages").random(new.height))
    drawn = (
        new.with_columns(draw)
        .join(sizes, on=place, how="left", maintain_order="left")
        .with_columns((pl.col("u") * pl.col("n")).floor().cast(pl.UInt32).alias("at"))
        .join(donors, on=[*place, "at"], how="left", maintain_order="left")
    )
    return (
        drawn.explode("known_at")
        .with_columns(pl.when("has_kg").then("kg").alias("net_kg"), pl.lit(SOURCE).alias("source"))
        .sort(*KEY, "known_at")
    )


def _unit_values(trade: pl.DataFrame, additions: pl.DataFrame) -> pl.DataFrame:
    """hs6, kg_per_usd over all rows of the table that have a weight; sums are of whole numbers."""
    return (
        trade.lazy()
        .filter(
            pl.col("hs6").is_in(additions["hs6"].unique().implode())
            & (pl.col("net_kg") > 0)
            & (pl.col("value_usd") > 0)
        )
        .group_by("hs6")
        .agg((pl.col("net_kg").sum() / pl.col("value_usd").sum()).alias("kg_per_usd"))
        .collect()
    )
