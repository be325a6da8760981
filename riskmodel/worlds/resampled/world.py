"""From a seed and a background to a world."""

from __future__ import annotations

import polars as pl

from data_contracts.tables import GOODS, TRADE_FLOWS
from features.reference.facts import priority_list
from riskmodel.worlds.planting.episodes import Episode
from riskmodel.worlds.planting.inject import Injection, plant
from riskmodel.worlds.planting.months import first_day
from riskmodel.worlds.planting.view import view_of
from riskmodel.worlds.resampled.background import Background
from riskmodel.worlds.resampled.cast import ResampledCast, draw_cast
from riskmodel.worlds.resampled.decoys import with_decoys
from riskmodel.worlds.resampled.diversion import draw_diversion
from riskmodel.worlds.resampled.flows import legal_flows
from riskmodel.worlds.resampled.listing import make_listings
from riskmodel.worlds.resampled.news import make_mentions
from riskmodel.worlds.resampled.params import Params, draw_params
from riskmodel.worlds.resampled.reporting import SOURCE, draw_habits, published_rows, with_re_exports
from riskmodel.worlds.world import ROLES, World

MAKER = "resampled"


def resampled_world(seed: int, background: Background, params: Params | None = None) -> World:
    """The world of a seed and a background; equal arguments give equal bytes.

    `params` None: those of the seed.
    """
    params = params or draw_params(seed)
    cast = draw_cast(seed, params, background)
    habits = draw_habits(seed, params, cast)
    table, starts = with_decoys(legal_flows(seed, params, cast, background), seed, params, cast)
    legal = published_rows(table, habits, seed, params, cast)
    episodes = draw_diversion(view_of(legal, cast.listed), seed, params, cast)
    planted = plant(legal, cast.listed, episodes, seed)
    # A mark on planted rows would give the answer away: here all rows are simulated alike.
    flows = with_re_exports(planted.trade_flows.with_columns(pl.lit(SOURCE).alias("source")), habits, seed)
    return World(
        maker=MAKER,
        seed=seed,
        first=first_day(params.first),
        last=first_day(params.last),
        trade_flows=flows.select(*TRADE_FLOWS).sort(*list(TRADE_FLOWS)[:6], "known_at"),
        goods=_goods(cast),
        mentions=make_mentions(seed, params, cast, episodes, starts),
        listings=make_listings(seed, params, cast, episodes),
        diverted=planted.diverted,
        roles=_roles(planted, params, cast, episodes, starts),
    )


def _goods(cast: ResampledCast) -> pl.DataFrame:
    listed = priority_list().filter(pl.col("hs6").is_in(cast.listed))
    return listed.select(pl.col(name).cast(dtype) for name, dtype in GOODS.items()).sort("hs6")


def _roles(
    planted: Injection,
    params: Params,
    cast: ResampledCast,
    episodes: tuple[Episode, ...],
    starts: dict[str, int],
) -> pl.DataFrame:
    """Roles of the countries that have trade; what a diverter does is said by its episode."""
    traded = {*planted.roles["country"], *planted.diverted["country"]}
    diverters = {episode.country: episode for episode in episodes}
    rows = []
    for country, role in zip(cast.countries, cast.roles, strict=True):
        if country not in traded:
            continue
        note = None
        if country in diverters:
            one = diverters[country]
            note = f"from {one.first_month:%Y-%m} for {one.duration} months, US$ {one.amount_usd:,} inbound"
        elif country in starts:
            note = f"from {first_day(params.first + starts[country]):%Y-%m}"
        rows.append((country, role, note))
    return pl.DataFrame(rows, schema=ROLES, orient="row").sort("country")
