"""Worlds of the family `resampled`, from a made-up background: rules of the tables, truth, habits, decoys."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data_contracts.checking.check import validate
from data_contracts.registry import CONTRACTS
from features.reference.facts import NEVER_SCORED, coalition, country_names
from riskmodel.errors import InputUnreadable, WrongUsage
from riskmodel.outcomes.background import background_in
from riskmodel.scoring.manifest import is_simulated
from riskmodel.worlds.resampled import Background, background_of, resampled_world
from riskmodel.worlds.resampled.background import mark
from riskmodel.worlds.resampled.cast import DECOYS, draw_cast
from riskmodel.worlds.resampled.decoys import with_decoys
from riskmodel.worlds.resampled.flows import legal_flows
from riskmodel.worlds.resampled.params import draw_params
from riskmodel.worlds.resampled.resample import growth_of, month_blocks
from riskmodel.worlds.world import World

from .stand_in import SENDERS, TAKERS, totals, trade

SEEDS = (0, 1, 2)
KEY = ["reporter", "partner", "flow", "hs6", "hs_edition", "period"]


@pytest.fixture(scope="module")
def background() -> Background:
    return background_of(trade(), totals())


@pytest.fixture(scope="module")
def worlds(background: Background) -> list[World]:
    return [small_world(seed, background) for seed in SEEDS]


def small_world(seed: int, background: Background) -> World:
    """A world of fewer figures, made in a fraction of the time."""
    params = draw_params(seed)
    small = replace(params, countries=45, inbound_rows=15_000, unlisted=20, decoys=max(params.decoys, 0.04))
    return resampled_world(seed, background, small)


def _latest(flows: pl.DataFrame) -> pl.DataFrame:
    return flows.sort(*KEY, "known_at").unique(KEY, keep="last", maintain_order=True)


def _digest(world: World) -> str:
    total = hashlib.sha256()
    for name in ("trade_flows", "goods", "mentions", "listings", "diverted", "roles"):
        frame = getattr(world, name)
        total.update(b"none" if frame is None else frame.write_json().encode())
    return total.hexdigest()


def test_a_background_names_no_country(background: Background) -> None:
    for name in ("keys", "pairs", "falls", "onward"):
        frame = getattr(background, name)
        texts = [column for column, dtype in frame.schema.items() if dtype == pl.String]
        assert texts in ([], ["hs6"])
    assert background.pairs["to_russia"].sum() == 6 == background.pairs.height // len(TAKERS)


def test_no_label_gets_its_own_series_back(background: Background) -> None:
    names = {
        kind: {mark(name): name for name in [*SENDERS, *TAKERS, *country_names()]}
        for kind in ("sender", "taker", "growth")
    }
    met = 0
    for seed in range(40):
        cast = draw_cast(seed, draw_params(seed), background)
        for kind, labels in (("sender", cast.members), ("taker", cast.countries), ("growth", cast.countries)):
            donors = [names[kind][m] for m in background.marks[kind][getattr(cast, kind)].tolist()]
            assert all(label != donor for label, donor in zip(labels, donors, strict=True))
            met += len(set(labels) & set(donors))
    assert met > 100  # donors that are labels of the same world, only not of themselves


def test_a_background_uses_no_third_country_month_after_the_controls() -> None:
    rows = trade()
    later = rows.filter(pl.col("partner").is_in(["RUS"]) | (pl.col("period") < date(2022, 3, 1)))
    one, other = background_of(rows, totals()), background_of(later, totals())
    assert np.array_equal(one.series, other.series) and one.keys.equals(other.keys)
    assert one.series.shape[1] == 26


def test_same_seed_same_bytes_in_any_process(worlds: list[World]) -> None:
    code = (
        "from tests.worlds.stand_in import trade, totals;"
        "from tests.worlds.test_resampled import _digest, small_world;"
        "from riskmodel.worlds.resampled import background_of;"
        "print(_digest(small_world(0, background_of(trade(), totals()))))"
    )
    root = Path(__file__).resolve().parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=120
    )
    assert ended.stdout.strip() == _digest(worlds[0]) != _digest(worlds[1])


@pytest.mark.parametrize("kind", ["trade_flows", "mentions", "listings", "goods"])
def test_tables_pass_their_contracts(worlds: list[World], kind: str) -> None:
    given = [frame for world in worlds if (frame := getattr(world, kind)) is not None]
    assert given
    for frame in given:
        report = validate(CONTRACTS[kind], frame).report
        assert report.passed and report.rows_quarantined == 0, report.headline


def test_codes_exist_in_the_edition_of_their_row(worlds: list[World]) -> None:
    report = validate(CONTRACTS["trade_flows"], worlds[1].trade_flows).report
    broken = {result.rule for result in report.results if not result.passed}
    assert not broken & {
        "hs6_exists_in_its_edition",
        "exact_duplicate",
        "one_edition_per_month",
        "parts_within_world_total",
    }


def test_every_row_says_alike_that_it_is_simulated(worlds: list[World]) -> None:
    for world in worlds:
        assert world.trade_flows["source"].unique().to_list() == ["simulated_resampled"]
        assert is_simulated(world.trade_flows)


def test_truth_is_contained_in_what_is_published(worlds: list[World]) -> None:
    for world in worlds:
        truth = world.diverted
        assert truth.height and (truth["value_usd"] > 0).all()
        assert (truth["declared_usd"].is_between(0, truth["value_usd"])).all()
        exports = _latest(world.trade_flows).filter(flow="X", partner="RUS")
        shown = exports.group_by(pl.col("reporter").alias("country"), "period").agg(
            pl.col("value_usd").sum().alias("all")
        )
        declared = truth.group_by("country", "period").agg(pl.col("declared_usd").sum())
        both = declared.filter(pl.col("declared_usd") > 0).join(shown, on=["country", "period"], how="left")
        assert both["all"].null_count() == 0
        assert (both["all"] >= both["declared_usd"]).all()
        assert (
            truth["country"].unique().sort().to_list()
            == world.roles.filter(role="diverter")["country"].to_list()
        )


def test_what_left_is_covered_by_what_members_sent(worlds: list[World]) -> None:
    """With the largest mark-up, and with the goods of each country taken together."""
    for world in worlds:
        members = coalition(world.last)
        sent = _latest(world.trade_flows).filter(pl.col("reporter").is_in(sorted(members)), flow="X")
        by_country = dict(sent.group_by("partner").agg(pl.col("value_usd").sum()).iter_rows())
        for country, left in world.diverted.group_by("country").agg(pl.col("value_usd").sum()).iter_rows():
            assert left <= 1.9 * by_country[country]


def test_roles_are_drawn_among_countries_that_may_be_scored(background: Background) -> None:
    roles: dict[str, set[str]] = {}
    for seed in range(30):
        cast = draw_cast(seed, draw_params(seed), background)
        assert not set(cast.countries) & (NEVER_SCORED | coalition(date(2024, 6, 1)))
        assert set(cast.members) <= coalition(date(2022, 6, 30))
        for country, role in zip(cast.countries, cast.roles, strict=True):
            roles.setdefault(country, set()).add(role)
    assert sum(len(found) > 1 for found in roles.values()) > 0.9 * len(roles)
    assert sum("diverter" in found for found in roles.values()) > 80


def test_parameters_differ_widely(background: Background) -> None:
    drawn = [draw_params(seed) for seed in range(200)]
    shares = [p.diverters for p in drawn]
    assert min(shares) >= 0.05 and max(shares) == 0.20
    assert 0.2 < np.mean([p.coverage == 0 for p in drawn]) < 0.45
    assert 0.2 < np.mean([p.listings is None for p in drawn]) < 0.45
    assert {p.first for p in drawn} == {2019 * 12, 2020 * 12}


def test_each_decoy_occurs_and_shows(background: Background) -> None:
    seed = 5
    params = replace(draw_params(seed), decoys=0.06)
    cast = draw_cast(seed, params, background)
    before = legal_flows(seed, params, cast, background)
    after, starts = with_decoys(before, seed, params, cast)
    assert set(cast.roles) >= {*DECOYS, "diverter", "ordinary"}

    def sums(frame: pl.DataFrame, leg: str, role: str, *by: str) -> dict[object, float]:
        places = [place for place, one in enumerate(cast.roles) if one == role]
        mine = frame.filter(pl.col("country").is_in(places), leg=leg)
        return dict(mine.group_by(*(by or ("leg",))).agg(pl.col("value").sum()).iter_rows())

    def ratio(leg: str, role: str) -> float:
        return sums(after, leg, role)[leg] / sums(before.table, leg, role)[leg]

    same = pytest.approx(1, rel=1e-9)
    assert ratio("inbound", "own_demand") > 1.02 and ratio("onward", "own_demand") == same
    assert ratio("onward", "legal_growth") > 1.05 and ratio("inbound", "legal_growth") == same
    assert ratio("inbound", "entrepot") > 1.05 and ratio("other", "entrepot") > 1.05
    assert ratio("onward", "entrepot") == same and ratio("inbound", "price_rise") > 1.05
    assert ratio("inbound", "one_off") > 1
    assert ratio("inbound", "supplier_switch") == same
    assert sums(after, "inbound", "supplier_switch", "member") != sums(
        before.table, "inbound", "supplier_switch", "member"
    )
    assert ratio("inbound", "code_shift") == same
    assert sums(after, "inbound", "code_shift", "good") != sums(before.table, "inbound", "code_shift", "good")
    assert after.filter(pl.col("price") > 1)["country"].unique().to_list() == [
        place for place, role in enumerate(cast.roles) if role == "price_rise"
    ]
    untouched = pl.col("country").is_in(
        [p for p, r in enumerate(cast.roles) if r in ("ordinary", "diverter")]
    )
    assert after.filter(untouched).drop("price").equals(before.table.filter(untouched))
    assert len(starts) == sum(role in DECOYS for role in cast.roles)


def test_late_starters_publish_exports_from_2022_on_only(worlds: list[World]) -> None:
    found = 0
    for world in worlds:
        starters = world.roles.filter(role="late_starter")["country"]
        rows = world.trade_flows.filter(pl.col("reporter").is_in(starters.implode()))
        assert rows.filter(pl.col("period") < date(2022, 1, 1)).is_empty()
        found += rows["reporter"].n_unique()
    assert found


def test_direct_trade_in_listed_goods_falls_as_published(worlds: list[World]) -> None:
    """By 60 to 97 per cent over all members from before the controls to the last year."""
    for world in worlds:
        members = sorted(coalition(world.last))
        listed = world.goods["hs6"].implode()
        direct = _latest(world.trade_flows).filter(
            pl.col("reporter").is_in(members), pl.col("hs6").is_in(listed), flow="X", partner="RUS"
        )
        before = direct.filter(pl.col("period").dt.year() == 2021)["value_usd"].sum()
        after = direct.filter(pl.col("period").dt.year() == 2023)["value_usd"].sum()
        assert 0.60 <= 1 - after / before <= 0.97


def test_publication_habits(worlds: list[World]) -> None:
    for world in worlds:
        flows, members = world.trade_flows, coalition(world.last)
        assert 15_000 < flows.height < 120_000
        exporters = set(flows.filter(flow="X")["reporter"]) - members
        assert 0.2 < len(exporters) / world.roles.height < 1
        assert set(flows["flow"]) == {"X", "M", "RX"}
        assert flows.height > _latest(flows).height  # revisions
        delay = (flows["known_at"] - flows["period"]).dt.total_days()
        assert delay.min() >= 30 and delay.max() > 200
        assert flows["net_kg"].null_count() > 0 and flows["net_kg"].drop_nulls().min() >= 0
        early = flows.filter(pl.col("period") < date(2022, 1, 1))
        assert early["hs_edition"].unique().to_list() == ["HS2017"]


def test_news_and_listings_follow_the_seed(background: Background, worlds: list[World]) -> None:
    some = [w for w in worlds if w.mentions is not None]
    for world in some:
        mentions = world.mentions
        assert mentions is not None
        assert (mentions["is_diversion"] == (mentions["p_diversion"] >= 0.5)).all()
        assert (
            mentions["published_on"]
            .is_between(world.first, date(world.last.year, world.last.month, 28), closed="left")
            .mean()
            > 0.9
        )
        named = mentions.filter("is_diversion")["country"]
        diverters = world.roles.filter(role="diverter")["country"].implode()
        assert named.is_in(diverters).any() and not named.is_in(diverters).all()
    assert some and any(w.listings is not None for w in worlds)


def test_blocks_keep_calendar_months_and_run_on(background: Background) -> None:
    params = draw_params(3)
    blocks = month_blocks(np.random.default_rng(0), background, params, 200)
    calendar = (blocks + background.first_calendar_month) % 12
    assert (calendar == (np.arange(params.months) + params.first) % 12).all()
    assert blocks.min() >= 0 and blocks.max() < background.series.shape[1]
    assert 0.6 < (np.diff(blocks, axis=1) == 1).mean() < 1


def test_growth_is_that_of_donors_and_outside_them_of_the_nearest_year(background: Background) -> None:
    params = replace(draw_params(0), growth_power=0.0)
    rows = np.arange(3)
    assert (growth_of(background, params, rows) == 1).all()
    grown = growth_of(background, replace(params, growth_power=1.0, first=2017 * 12, last=2026 * 12), rows)
    assert np.isfinite(grown).all() and grown.min() >= 0.2 and grown.max() <= 6


def test_a_table_alone_is_enough() -> None:
    only = background_of(
        trade().filter(~pl.col("reporter").is_in(["IND", "CHN"]), pl.col("period") < date(2022, 3, 1))
    )
    world = small_world(4, only)
    assert world.diverted.height and world.trade_flows.filter(flow="X", partner="RUS").height


def test_tables_that_cannot_be_resampled(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no subfolder trade"):
        background_in(tmp_path)
    with pytest.raises(WrongUsage, match="12 are needed"):
        background_of(trade().filter(pl.col("period") >= date(2021, 6, 1)))
    (tmp_path / "trade").mkdir()
    (tmp_path / "totals").mkdir()
    trade().write_parquet(tmp_path / "trade" / "some.parquet")
    (tmp_path / "totals" / "some.csv").write_text("reporter,partner\n")
    with pytest.raises(InputUnreadable, match="lacks one of the columns"):
        background_in(tmp_path)


def test_a_folder_gives_the_world_of_its_tables(tmp_path: Path, worlds: list[World]) -> None:
    for name, frame in (("trade", trade()), ("totals", totals())):
        (tmp_path / name).mkdir()
        frame.write_parquet(tmp_path / name / "some.parquet")
    found = background_in(tmp_path)
    assert _digest(small_world(0, found)) == _digest(worlds[0])
    assert background_in(tmp_path) is found
