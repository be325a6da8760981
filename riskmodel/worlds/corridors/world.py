"""A whole simulated world in memory."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.worlds.corridors.cast import goods_list
from riskmodel.worlds.corridors.flows import trade_table
from riskmodel.worlds.corridors.listings import draw_listings
from riskmodel.worlds.corridors.news import News, draw_news
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.plan import CorridorPlan, draw_plan
from riskmodel.worlds.corridors.truth import controls_table, monthly_truth, truth_table


@dataclass(frozen=True)
class CorridorWorld:
    """Canonical tables of a simulated world, and what is true in it.

    trade_flows, articles, mentions, listings, goods: schemas of `data_contracts.tables`; all trade is
    there, also what becomes known after the last month (`known_at` says when).
    mentions: what a mention engine could find in `articles`, with noise, so that training needs no text.
    truth: one row for each episode and decoy. truth_monthly: dollars moved by month and code.
    controls: hs6, controlled_from. transit: the countries with trade that can be scored; news_only: those
    with articles and no trade row.
    """

    params: WorldParams
    trade_flows: pl.DataFrame
    articles: pl.DataFrame
    mentions: pl.DataFrame
    listings: pl.DataFrame
    goods: pl.DataFrame
    truth: pl.DataFrame
    truth_monthly: pl.DataFrame
    controls: pl.DataFrame
    transit: tuple[str, ...]
    news_only: tuple[str, ...]


def simulate_world(params: WorldParams) -> CorridorWorld:
    """Simulate a world; the same parameters give the same world, byte for byte.

    >>> world = simulate_world(WorldParams.small(7, n_coalition=2))
    >>> set(world.trade_flows["source"])
    {'simulated'}
    """
    return build_world(draw_plan(params))


def build_world(plan: CorridorPlan, with_trade: bool = True) -> CorridorWorld:
    """All tables of a plan; `with_trade=False` leaves the trade table empty (it is written in parts)."""
    news: News = draw_news(plan)
    trade = trade_table(plan) if with_trade else pl.DataFrame(schema=TRADE_FLOWS)
    return CorridorWorld(
        params=plan.params,
        trade_flows=trade,
        articles=news.articles,
        mentions=news.mentions,
        listings=draw_listings(plan, news),
        goods=goods_list(plan.cast, plan.params),
        truth=truth_table(plan),
        truth_monthly=monthly_truth(plan),
        controls=controls_table(plan),
        transit=plan.cast.transit,
        news_only=plan.cast.news_only,
    )
