"""Which dollars are to be added to which key of a table."""

from __future__ import annotations

import polars as pl

from features.reference.facts import RUSSIA
from riskmodel.worlds.planting.codes import declared_codes
from riskmodel.worlds.planting.view import TableView

KEY = ("reporter", "partner", "flow", "hs6", "hs_edition", "period")
WORLD = "WLD"


def additions_of(
    view: TableView, aliases: pl.DataFrame, shipments: pl.DataFrame, left: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The dollars to add, and what of the departures becomes public.

    Parameters
    ----------
    aliases: country, hs6, alias: goods declared as another code. shipments: `shipments.SHIPMENTS`.
    left: `onward.LEFT`.

    Returns
    -------
    (additions, declared): additions has `KEY` and value_usd > 0, one row for each key, sorted; declared has
    country, hs6, month, declared_usd, one row for each departure that the country's exports show.
    """
    codes = pl.concat([view.codes, declared_codes(aliases["alias"], view.codes["hs_edition"])]).unique()
    supplied = _aliased(shipments.drop_nulls("reporter"), aliases)
    sent = _booked(
        view,
        codes,
        supplied.with_columns(pl.col("country").alias("partner"), pl.col("sent_usd").alias("value_usd")),
        "X",
    )
    arrived = _booked(
        view,
        codes,
        supplied.with_columns(
            pl.col("country").alias("reporter"),
            pl.col("reporter").alias("partner"),
            pl.col("imported_usd").alias("value_usd"),
        ),
        "M",
    )
    onward = _booked(
        view,
        codes,
        _aliased(left, aliases).with_columns(
            pl.col("country").alias("reporter"),
            pl.lit(RUSSIA).alias("partner"),
            pl.col("shown_usd").alias("value_usd"),
        ),
        "X",
    )
    declared = onward.select("country", pl.col("good").alias("hs6"), "month", pl.col("value_usd"))
    added = pl.concat([frame.select(*KEY, "value_usd") for frame in (sent, arrived, onward)])
    added = added.group_by(KEY).agg(pl.col("value_usd").sum())
    world = _world_totals(view, added)
    return pl.concat([added, world]).sort(KEY), declared.rename({"value_usd": "declared_usd"})


def _aliased(flows: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """With the column `alias`: the code that a good is declared as, most often its own."""
    joined = flows.join(aliases, on=["country", "hs6"], how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("alias", "hs6").alias("alias"))


def _booked(view: TableView, codes: pl.DataFrame, flows: pl.DataFrame, flow: str) -> pl.DataFrame:
    """The flows that their reporter publishes, with the period, edition and code it books them under."""
    calendar = view.calendar.filter(flow=flow)
    return (
        flows.filter(pl.col("value_usd") > 0)
        .rename({"hs6": "good", "alias": "hs6"})
        .with_columns(pl.lit(flow).alias("flow"))
        .join(calendar.drop("flow"), on=["reporter", "month"], how="inner", maintain_order="left")
        .join(codes, on=["hs6", "hs_edition"], how="inner", maintain_order="left")
        .drop("hs6")
        .rename({"declared": "hs6"})
    )


def _world_totals(view: TableView, added: pl.DataFrame) -> pl.DataFrame:
    """What the reporter's own world totals of the same key rise by.

    Where the table has the total; or where it has no row of the good at all, though totals of others: then a
    total of the planted dollars alone is right.
    """
    of_world = [name for name in KEY if name != "partner"]
    rows, totals = view.trade.lazy(), view.trade.lazy().filter(pl.col("partner") == WORLD)
    sums = added.lazy().group_by(of_world).agg(pl.col("value_usd").sum())
    there = sums.join(totals.select(of_world).unique(), on=of_world, how="semi")
    absent = sums.join(rows.select(of_world).unique(), on=of_world, how="anti")
    with_totals = [name for name in of_world if name != "hs6"]
    begun = absent.join(totals.select(with_totals).unique(), on=with_totals, how="semi")
    return (
        pl.concat([there, begun])
        .with_columns(pl.lit(WORLD).alias("partner"))
        .select(*KEY, "value_usd")
        .collect()
    )
