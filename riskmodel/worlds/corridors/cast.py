"""The places and goods that worlds are made of, read from `reference/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from data_contracts.tables import GOODS
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.streams import stream

REFERENCE = Path(__file__).parent / "reference"


@cache
def all_places() -> pl.DataFrame:
    """Columns country, pool (`coalition`, `control`, `transit`), name, in_text, adjective, capital."""
    return pl.read_csv(REFERENCE / "places.csv")


@cache
def all_goods() -> pl.DataFrame:
    """Columns hs6 (HS2022), tier (null: unlisted), family, hs2017, usd_per_kg, scale, small_world, word."""
    return pl.read_csv(
        REFERENCE / "goods.csv", schema_overrides={"hs6": pl.String, "hs2017": pl.String, "family": pl.String}
    )


@dataclass(frozen=True)
class CorridorCast:
    """Who and what is in one world; all tuples sorted, so that positions are array indices.

    transit: no coalition member, nor Russia, nor Belarus. receivers: transit then control.
    news_only: countries that articles name and no trade row does.
    """

    coalition: tuple[str, ...]
    transit: tuple[str, ...]
    control: tuple[str, ...]
    news_only: tuple[str, ...]
    goods: pl.DataFrame

    @property
    def receivers(self) -> tuple[str, ...]:
        return self.transit + self.control

    @property
    def listed(self) -> list[bool]:
        """One flag for each row of `goods`: on the priority list or not."""
        return self.goods["tier"].is_not_null().to_list()


def draw_cast(params: WorldParams) -> CorridorCast:
    """Draw the countries of a world: labels only, nothing else of the real country is used."""
    places = all_places()
    pools = {}
    for pool, size in (
        ("coalition", params.n_coalition),
        ("control", params.n_control),
        ("transit", params.n_transit),
    ):
        names = places.filter(pl.col("pool") == pool)["country"].sort().to_list()
        order = stream(params.seed, "cast", pool).permutation(len(names))
        pools[pool] = tuple(names[i] for i in sorted(order[:size]))
    left_out = order[params.n_transit : params.n_transit + params.n_news_only]
    news_only = tuple(names[i] for i in sorted(left_out))
    goods = all_goods() if params.all_goods else all_goods().filter(pl.col("small_world") == 1)
    return CorridorCast(pools["coalition"], pools["transit"], pools["control"], news_only, goods.sort("hs6"))


def goods_list(cast: CorridorCast, params: WorldParams) -> pl.DataFrame:
    """The goods list of the world in the canonical GOODS columns, valid from its first month on.

    So a world can be scored at any date; when each code came under control is in `CorridorWorld.controls`.
    """
    return (
        cast.goods.filter(pl.col("tier").is_not_null())
        .select(
            "hs6",
            "tier",
            "family",
            valid_from=pl.lit(params.first),
            valid_to=pl.lit(None, pl.Date),
            source=pl.lit("simulated world, codes and tiers of the Common High Priority List"),
        )
        .cast(GOODS)  # type: ignore[arg-type]
    )
