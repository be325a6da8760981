"""A world keeps the canonical schemas, names no impossible country, and is the same every time."""

import dataclasses

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_contracts.tables import ARTICLES, GOODS, LISTINGS, MENTIONS, TRADE_FLOWS
from features.reference.facts import coalition
from riskmodel.errors import WrongUsage
from riskmodel.worlds.corridors.cast import all_goods, all_places
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.plan import draw_plan
from riskmodel.worlds.corridors.truth import TRUTH, TRUTH_MONTHLY
from riskmodel.worlds.corridors.world import CorridorWorld, simulate_world
from tests.tiny_world import tiny


@pytest.mark.parametrize(
    ("table", "schema"),
    [
        ("trade_flows", TRADE_FLOWS),
        ("articles", ARTICLES),
        ("mentions", MENTIONS),
        ("listings", LISTINGS),
        ("goods", GOODS),
        ("truth", TRUTH),
        ("truth_monthly", TRUTH_MONTHLY),
    ],
)
def test_tables_have_the_canonical_columns_and_hold_rows(
    world: CorridorWorld, table: str, schema: dict
) -> None:
    frame = getattr(world, table)
    assert dict(frame.schema) == schema
    assert frame.height > 0


def test_the_same_seed_gives_the_same_world_and_another_seed_another(world: CorridorWorld) -> None:
    again, other = simulate_world(tiny()), simulate_world(tiny(6))
    for field in dataclasses.fields(CorridorWorld):
        value = getattr(world, field.name)
        if isinstance(value, pl.DataFrame):
            assert_frame_equal(value, getattr(again, field.name))
    assert not world.trade_flows.equals(other.trade_flows)


def test_a_row_is_unique_by_key_and_vintage_and_known_after_its_month(world: CorridorWorld) -> None:
    flows = world.trade_flows
    key = ["reporter", "partner", "flow", "hs6", "period", "known_at"]
    assert not flows.select(key).is_duplicated().any()
    assert flows.filter(pl.col("known_at") <= pl.col("period").dt.month_end()).is_empty()
    assert flows["value_usd"].min() > 0
    assert set(flows["source"]) == {"simulated"}


def test_no_two_listings_of_one_list_fall_on_one_day(world: CorridorWorld) -> None:
    assert not world.listings.select("country", "listed_on", "jurisdiction", "list").is_duplicated().any()


def test_later_vintages_exist_and_change_the_value(world: CorridorWorld) -> None:
    key = ["reporter", "partner", "flow", "hs6", "period"]
    vintages = world.trade_flows.group_by(key).agg(pl.len(), pl.col("value_usd").n_unique().alias("values"))
    revised = vintages.filter(pl.col("len") == 2)
    share = revised.height / vintages.height
    assert 0.01 < share < 0.03
    assert (revised["values"] == 2).mean() > 0.95


def test_no_coalition_member_nor_russia_nor_belarus_is_a_transit_country(world: CorridorWorld) -> None:
    never = set(coalition(world.params.last)) | {"RUS", "BLR", "UKR"}
    assert not never & {*world.transit, *world.news_only}
    pools = all_places()
    assert not never & set(pools.filter(pl.col("pool") != "coalition")["country"])
    assert set(pools.filter(pl.col("pool") == "coalition")["country"]) <= set(
        coalition(world.params.first)
    ) | {
        "JPN",
        "KOR",
        "TWN",
        "CHE",
    }


def test_goods_are_the_fifty_priority_codes_with_their_tiers() -> None:
    from features.reference.facts import priority_list

    listed = all_goods().filter(pl.col("tier").is_not_null()).select("hs6", "tier").sort("hs6")
    assert listed.equals(priority_list().select("hs6", "tier").sort("hs6"))
    unlisted = all_goods().filter(pl.col("tier").is_null())
    headings = set(listed["hs6"].str.head(4))
    assert set(unlisted["hs6"].str.head(4)) <= headings


def test_new_codes_stand_in_the_new_edition_only(world: CorridorWorld) -> None:
    goods = all_goods()
    changed = goods.filter(pl.col("hs6") != pl.col("hs2017"))
    flows = world.trade_flows
    in_old = flows.filter(pl.col("hs_edition") == "HS2017")
    in_new = flows.filter(pl.col("hs_edition") == "HS2022")
    assert not set(in_old["hs6"]) & set(changed["hs6"])
    assert not set(in_new["hs6"]) & set(changed["hs2017"])
    assert set(in_old["hs6"]) & set(changed["hs2017"])
    assert in_new["period"].min().year == 2022


def test_roles_differ_from_seed_to_seed() -> None:
    diverters = {tuple(e.country for e in draw_plan(tiny(seed)).roles.episodes) for seed in range(5)}
    assert len(diverters) == 5


def test_bad_parameters_are_refused_in_one_sentence() -> None:
    with pytest.raises(WrongUsage, match="whole number, 0 or more"):
        WorldParams.small(-1)
    with pytest.raises(WrongUsage, match="do not fit 10 transit countries"):
        WorldParams.small(1, n_transit=10)
    with pytest.raises(WrongUsage, match="2022-12-01 or later"):
        WorldParams.small(1, last=WorldParams.small(1).first)
