"""Worlds of the maker `firms`: the same for the same seed, clean, and true to what they say is true."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache

import numpy as np
import polars as pl
import pytest

from data_contracts.checking.check import validate
from data_contracts.registry import CONTRACTS
from features.reference.facts import NEVER_SCORED, coalition, control_candidates, priority_list
from riskmodel.worlds.firms import make_world
from riskmodel.worlds.firms.build import FirmEconomy, make_economy, published
from riskmodel.worlds.firms.places import DECOYS, draw_places
from riskmodel.worlds.firms.products import BEFORE_2022
from riskmodel.worlds.firms.settings import draw_settings, ranges
from riskmodel.worlds.world import World

SEEDS = (0, 3, 7)


@cache
def world(seed: int) -> World:
    return published(economy(seed))


@cache
def economy(seed: int) -> FirmEconomy:
    return make_economy(seed)


def newest(frame: pl.DataFrame) -> pl.DataFrame:
    key = ["reporter", "partner", "flow", "hs6", "hs_edition", "period"]
    return frame.sort("known_at").unique(key, keep="last")


def complete_and_small(seed: int) -> bool:
    settings = draw_settings(seed)
    return settings.with_mentions and settings.with_listings and settings["n_scored"] < 55


def test_the_same_seed_gives_the_same_world() -> None:
    one, two = world(3), make_world(3)
    for name in ("trade_flows", "goods", "mentions", "listings", "diverted", "roles"):
        first, second = getattr(one, name), getattr(two, name)
        assert (first is None) == (second is None)
        assert first is None or first.equals(second)
    assert not one.trade_flows.equals(world(0).trade_flows)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        make_world(-1)


def test_tables_pass_the_contracts() -> None:
    seed = next(seed for seed in range(200) if complete_and_small(seed))
    made = world(seed)
    for name, frame in (
        ("trade_flows", made.trade_flows),
        ("mentions", made.mentions),
        ("listings", made.listings),
        ("goods", made.goods),
    ):
        checked = validate(CONTRACTS[name], frame)
        assert checked.quarantined.height == 0, name
        assert not checked.report.critical_failures, name
        bad = {result.rule for result in checked.report.results if not result.passed}
        assert not bad & {
            "hs6_exists_in_its_edition",
            "one_edition_per_month",
            "partner_is_not_the_reporter",
            "parts_within_world_total",
        }


@pytest.mark.parametrize("seed", SEEDS)
def test_truth_adds_up(seed: int) -> None:
    made = world(seed)
    true = made.diverted
    assert true.height > 0
    assert true.filter((pl.col("value_usd") <= 0) | (pl.col("declared_usd") > pl.col("value_usd"))).is_empty()
    assert true["period"].min() >= date(2022, 3, 1)
    assert true["period"].max() <= made.last
    assert true.equals(true.sort("country", "hs6", "period"))
    assert set(true["country"]) == set(made.roles.filter(pl.col("role") == "diverter")["country"])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_declared_stands_in_published_exports(seed: int) -> None:
    made = world(seed)
    exports = newest(made.trade_flows).filter(pl.col("flow") == "X", pl.col("partner") == "RUS")
    published = exports.group_by(pl.col("reporter").alias("country"), "period").agg(pl.col("value_usd").sum())
    declared = made.diverted.group_by("country", "period").agg(pl.col("declared_usd").sum())
    both = declared.filter(pl.col("declared_usd") > 0).join(published, on=["country", "period"], how="left")
    assert both.filter(pl.col("value_usd").fill_null(0) < pl.col("declared_usd")).is_empty()
    assert sum(world(one).diverted["declared_usd"].sum() for one in SEEDS) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_diverted_goods_came_in_first(seed: int) -> None:
    made = economy(seed)
    moved = made.evading
    came = moved.group_by(place="dest", hs="hs").agg(came=pl.col("usd").sum(), first=pl.col("came").min())
    left = (
        moved.filter("diverted")
        .group_by(place="origin", hs="hs")
        .agg(left=pl.col("usd").sum(), begun=pl.col("left").min())
    )
    both = left.join(came, on=["place", "hs"], how="left")
    assert both["came"].null_count() == 0
    assert (both["first"] <= both["begun"]).all()
    assert (both["left"] <= both["came"] * made.settings["markup_high"] + 1000).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_ghosts_are_never_true(seed: int) -> None:
    made = economy(seed)
    assert made.ghosts.filter(pl.col("diverted") | pl.col("seen_in")).is_empty()
    only_ghost = set(made.places.with_decoy("ghost_destination")) - set(made.places.diverters)
    codes = {str(made.places.codes[place]) for place in only_ghost}
    assert not codes & set(world(seed).diverted["country"])


def test_roles_are_drawn() -> None:
    roles: dict[str, set[str]] = defaultdict(set)
    for seed in range(40):
        places = draw_places(draw_settings(seed))
        diverters = set(places.codes[places.diverters])
        for code, decoy in zip(places.codes[places.scored], places.decoy, strict=True):
            roles[str(code)].add("diverter" if code in diverters else str(decoy))
    several = [code for code, found in roles.items() if len(found) > 1]
    assert len(several) > 0.9 * len(roles)
    assert sum("diverter" in found for found in roles.values()) > 0.5 * len(roles)


def test_no_member_and_no_party_is_scored() -> None:
    for seed in range(25):
        settings = draw_settings(seed)
        places = draw_places(settings)
        scored = set(places.codes[places.scored].tolist())
        assert not scored & (coalition(settings.last) | NEVER_SCORED)
        assert len(scored & set(control_candidates(settings.last))) >= 6
        assert 40 <= len(scored) <= 110
        assert 0.04 <= len(places.diverters) / len(scored) <= 0.21


def test_every_decoy_occurs() -> None:
    for seed in SEEDS:
        assert {event.name for event in economy(seed).events} == set(DECOYS)
        assert set(DECOYS) - {"seat_move"} <= set(world(seed).roles["role"]) | {
            event.name for event in economy(seed).events if event.place in set(economy(seed).places.diverters)
        }


def test_decoys_move_trade() -> None:
    for event in (event for seed in SEEDS for event in economy(seed).events):
        if event.name != "ghost_destination":
            assert event.shipments["usd"].sum() > 50_000, event
            assert not event.shipments["diverted"].any()


def test_worlds_have_the_size_asked_for() -> None:
    for seed in SEEDS:
        made = world(seed)
        assert 80_000 <= made.trade_flows.height <= 400_000
        assert 25 <= made.goods.height <= 50
        assert set(made.goods["hs6"]) <= set(priority_list()["hs6"])
        assert set(made.trade_flows["flow"].unique()) == {"X", "M", "RX"}


def test_about_a_third_lacks_mentions_and_a_third_listings() -> None:
    drawn = [draw_settings(seed) for seed in range(300)]
    for lacking in (sum(not s.with_mentions for s in drawn), sum(not s.with_listings for s in drawn)):
        assert 70 <= lacking <= 130


def test_direct_exports_of_listed_goods_fall() -> None:
    for seed in SEEDS:
        made = world(seed)
        codes = set(made.goods["hs6"]) | set(BEFORE_2022.values())
        direct = newest(made.trade_flows).filter(
            pl.col("flow") == "X",
            pl.col("partner") == "RUS",
            pl.col("reporter").is_in(coalition(made.last)),
            pl.col("hs6").is_in(codes),
        )
        before = direct.filter(pl.col("period").dt.year() == 2021)["value_usd"].sum() / 12
        late = pl.col("period").is_between(date(2024, 1, 1), date(2024, 4, 1))
        after = direct.filter(late)["value_usd"].sum() / 4
        assert 0.6 <= 1 - after / before <= 0.995, seed


def test_diverters_forward_between_thousands_and_half_a_billion_a_year() -> None:
    every = pl.concat([world(seed).diverted.with_columns(seed=pl.lit(seed)) for seed in SEEDS])
    by_year = every.group_by("seed", "country", pl.col("period").dt.year())
    yearly = by_year.agg(pl.col("value_usd").sum())["value_usd"]
    assert yearly.max() < 800e6
    assert yearly.max() / yearly.median() > 3
    assert 2e5 < yearly.median() < 1e8


def test_trade_is_lumpy_and_granular() -> None:
    for seed in SEEDS:
        rows = newest(world(seed).trade_flows).filter(
            pl.col("flow") == "X", ~pl.col("partner").is_in(["RUS", "WLD"])
        )
        cells = rows.group_by("reporter", "partner", "hs6").agg(months=pl.col("period").n_unique())
        assert cells["months"].median() < 18
        values = np.sort(rows["value_usd"].to_numpy())[::-1]
        assert values[: len(values) // 100].sum() > 0.15 * values.sum()


def test_reports_come_late_stop_and_are_revised() -> None:
    made = world(7)
    rows = made.trade_flows
    lag = (rows["known_at"] - rows["period"]).dt.total_days()
    assert lag.min() >= 30
    assert lag.quantile(0.95) > 150
    key = ["reporter", "partner", "flow", "hs6", "hs_edition", "period"]
    vintages = rows.group_by(key).len()["len"]
    low, high = next((low, high) for name, low, high, _ in ranges() if name == "revised_share")
    assert low * 0.8 < (vintages == 2).mean() < high * 1.2
    assert vintages.max() == 2
    russia = rows.filter(pl.col("reporter") == "RUS")["period"]
    assert russia.is_empty() or russia.max() < date(2022, 2, 1)
    silent = set(world(7).roles["country"]) - set(rows["reporter"])
    assert silent


def test_imports_are_dearer_by_freight() -> None:
    rows = newest(world(3).trade_flows).filter(pl.col("period") < date(2022, 1, 1))
    sums = rows.pivot("flow", index=["hs6", "period"], values="value_usd", aggregate_function="sum")
    assert sums.height > 0
    pair = ["reporter", "partner"]
    sent = rows.filter(pl.col("flow") == "X").group_by(pair).agg(sent=pl.col("value_usd").sum(), n=pl.len())
    came = rows.filter(pl.col("flow") == "M").group_by(pair).agg(came=pl.col("value_usd").sum())
    both = sent.join(came, left_on=pair, right_on=["partner", "reporter"])
    ratio = both.filter(pl.col("n") > 60)["came"] / both.filter(pl.col("n") > 60)["sent"]
    assert 0.9 < ratio.median() < 1.2


def test_mentions_and_listings_speak_of_diverters_more_than_of_others() -> None:
    named_in_press, listed = [], []
    for seed in SEEDS:
        made = world(seed)
        true = set(made.diverted["country"])
        if made.mentions is not None:
            about = made.mentions.filter("is_diversion")
            named_in_press.append(about["country"].is_in(true).mean())
        if made.listings is not None:
            named = made.listings.filter(pl.col("goods_diversion") == "true")
            listed.append(named["country"].is_in(true).mean())
    assert named_in_press
    assert listed
    assert 0.3 < np.mean(named_in_press) < 0.97
    assert 0.3 < np.mean(listed) < 0.97
