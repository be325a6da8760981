"""Worlds of this family: roles, routes and decoys are drawn for countries, and planted routes carry goods on.

`docs/simulator.md` describes the mechanism.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.streams import stream
from riskmodel.worlds.corridors.world import CorridorWorld, simulate_world
from riskmodel.worlds.world import DIVERTED, ROLES, World


def make_world(seed: int) -> World:
    """The world of a seed; amounts, noise, reporting and decoys vary widely from seed to seed."""
    params = draw_params(seed)
    world = simulate_world(params)
    draw = stream(seed, "given")
    return World(
        maker="corridors",
        seed=seed,
        first=params.first,
        last=params.last,
        trade_flows=world.trade_flows,
        goods=world.goods,
        mentions=None if draw.random() < 1 / 3 else world.mentions,
        listings=None if draw.random() < 1 / 3 else world.listings,
        diverted=diverted(world),
        roles=roles(world),
    )


def draw_params(seed: int) -> WorldParams:
    """Parameters of a world: each of the ranges below is a published case or wider (`docs/simulator.md`)."""
    draw = stream(seed, "corridors")

    def between(low: float, high: float) -> float:
        return float(np.exp(draw.uniform(np.log(low), np.log(high))))

    params = WorldParams.small(
        seed,
        n_diverters=int(draw.integers(3, 8)),
        n_chains=int(draw.integers(0, 3)),
        lump_sd=between(0.5, 1.6),
        lot_usd=between(3_000, 30_000),
        pair_sd=between(1.2, 2.6),
        drift_sd=between(0.01, 0.035),
        missing_share=between(0.04, 0.2),
        sparse_share=between(0.05, 0.2),
        late_share=between(0.05, 0.25),
        underreported_share=between(0.1, 0.5),
        n_hubs=int(draw.integers(1, 5)),
        n_industry=int(draw.integers(1, 5)),
        n_relocation=int(draw.integers(0, 3)),
        n_projects=int(draw.integers(1, 5)),
        n_own_goods=int(draw.integers(1, 4)),
        n_ghost=int(draw.integers(0, 3)),
        n_attention=int(draw.integers(1, 5)),
        stories_per_month=between(0.8, 4),
        false_stories=between(0.005, 0.05),
        extraction_noise=between(0.05, 0.3),
    )
    if draw.random() < 0.5:  # small economies with steep growth
        params = replace(params, inbound_usd_per_year=(2e6, 2e8), growth=(1.5, 12.0))
    return params


def diverted(world: CorridorWorld) -> pl.DataFrame:
    """What left each country for Russia, or for the next country of a chain: columns `DIVERTED`.

    Ghost trade never comes in and is not part of it. The first country of a chain declares nothing to
    Russia.
    """
    ghosts = world.truth.filter(pl.col("kind") == "ghost_trade")["episode_id"].to_list()
    moved = world.truth_monthly.filter(~pl.col("episode_id").is_in(ghosts))
    declared = _declared(world, moved)
    chained = pl.col("via").is_not_null()
    own = declared.filter(~chained).select(
        "country", "hs6", "period", pl.col("onward_usd").alias("value_usd"), "declared_usd"
    )
    last = declared.filter(chained).select(
        pl.col("via").alias("country"),
        "hs6",
        "period",
        pl.col("onward_usd").alias("value_usd"),
        "declared_usd",
    )
    first = declared.filter(chained).select(
        "country",
        "hs6",
        "period",
        pl.col("between_usd").alias("value_usd"),
        pl.lit(0, dtype=pl.Int64).alias("declared_usd"),
    )
    key = ["country", "hs6", "period"]
    return (
        pl.concat([own, last, first])
        .group_by(key)
        .agg(pl.col("value_usd", "declared_usd").sum())
        .filter(pl.col("value_usd") > 0)
        .select(pl.col(name).cast(dtype) for name, dtype in DIVERTED.items())
        .sort(key)
    )


def _declared(world: CorridorWorld, moved: pl.DataFrame) -> pl.DataFrame:
    """`moved` with `declared_usd` 0 in months that the last country never published."""
    published = (
        world.trade_flows.filter(pl.col("flow") == "X")
        .select(pl.col("reporter").alias("last_country"), "period", pl.lit(True).alias("published"))
        .unique()
    )
    return (
        moved.with_columns(pl.coalesce("via", "country").alias("last_country"))
        .join(published, on=["last_country", "period"], how="left")
        .with_columns(
            pl.when(pl.col("published").is_null())
            .then(0)
            .otherwise(pl.min_horizontal("declared_usd", "onward_usd"))
            .alias("declared_usd")
        )
    )


def roles(world: CorridorWorld) -> pl.DataFrame:
    """`diverter` where goods are diverted, else the first decoy that concerns a country: columns `ROLES`."""
    diverters = set(diverted(world)["country"])
    decoys: dict[str, str] = {}
    for country, kind in world.truth.sort("country", "kind").select("country", "kind").iter_rows():
        if kind != "diversion" and country not in diverters:
            decoys.setdefault(country, kind)
    rows = [(c, "diverter" if c in diverters else decoys.get(c, "ordinary"), None) for c in world.transit]
    return pl.DataFrame(rows, schema=ROLES, orient="row").sort("country")
