"""Each switch changes what it says it changes, and nothing else."""

import dataclasses

import polars as pl
import pytest

from riskmodel.worlds.corridors.cast import all_goods
from riskmodel.worlds.corridors.decoys import FLOW_DECOYS
from riskmodel.worlds.corridors.flows import trade_table
from riskmodel.worlds.corridors.params import CorridorDecoys
from riskmodel.worlds.corridors.plan import CorridorPlan, draw_plan
from riskmodel.worlds.corridors.world import CorridorWorld, simulate_world
from tests.tiny_world import tiny

CALM = {"revised_share": 0.0, "delayed_share": 0.0}


def _plan_without(switch: str, **changes: object) -> CorridorPlan:
    return draw_plan(tiny(decoys=CorridorDecoys(**{switch: False}), **changes))


def _changed(one: pl.DataFrame, two: pl.DataFrame) -> pl.DataFrame:
    """Rows that are in one table and not in the other."""
    on = one.columns
    return pl.concat([a.join(b, on=on, how="anti", nulls_equal=True) for a, b in ((one, two), (two, one))])


@pytest.fixture(scope="module")
def table(plan: CorridorPlan) -> pl.DataFrame:
    return trade_table(plan)


def _hits(rows: pl.DataFrame, countries: set[str]) -> pl.Series:
    """Rows that concern the countries, or a world total that contains them."""
    who = pl.col("reporter").is_in(sorted(countries)) | pl.col("partner").is_in(sorted([*countries, "WLD"]))
    return rows.select(who).to_series()


COUNTRY_DECOYS = {
    "legal_hubs": "hubs",
    "industrial_growth": "industry",
    "relocation": "relocation",
    "big_project": "projects",
    "own_goods": "own_goods",
}


@pytest.mark.parametrize("switch", COUNTRY_DECOYS)
def test_a_flow_decoy_changes_rows_of_its_own_countries_only(
    switch: str, plan: CorridorPlan, table: pl.DataFrame
) -> None:
    countries = set(getattr(plan.roles, COUNTRY_DECOYS[switch]))
    changed = _changed(table, trade_table(_plan_without(switch)))
    assert not changed.is_empty()
    assert _hits(changed, countries).all()


def test_every_flow_switch_is_a_documented_function_and_a_field() -> None:
    fields = {field.name for field in dataclasses.fields(CorridorDecoys)}
    assert set(FLOW_DECOYS) <= fields
    assert all(decoy.__doc__ for decoy in FLOW_DECOYS.values())
    assert set(COUNTRY_DECOYS) | {"price_boom"} == set(FLOW_DECOYS)


def test_a_price_boom_changes_its_codes_only_and_dollars_more_than_kilograms(
    plan: CorridorPlan, table: pl.DataFrame
) -> None:
    note = next(note for note in plan.notes if note.kind == "price_boom")
    calm = trade_table(_plan_without("price_boom"))
    changed = _changed(table, calm)
    old = all_goods().filter(pl.col("hs6").is_in(note.codes))["hs2017"].to_list()
    assert set(changed["hs6"]) <= {*note.codes, *old, "999999"}
    boom = (
        pl.col("hs6").is_in(note.codes) & (pl.col("partner") == "WLD") & (pl.col("period").dt.year() == 2022)
    )
    sums = [
        t.filter(boom, pl.col("net_kg").is_not_null()).select("value_usd", "net_kg").sum()
        for t in (table, calm)
    ]
    dollars, kilograms = (sums[0][name].item() / sums[1][name].item() for name in ("value_usd", "net_kg"))
    assert dollars > 1.1
    assert kilograms < 0.5 * (dollars - 1) + 1


def test_the_edition_switch_renames_and_adds_up_but_moves_no_dollar() -> None:
    on, off = (
        trade_table(
            draw_plan(tiny(decoys=CorridorDecoys(edition_switch=switch, confidentiality=False), **CALM))
        )
        for switch in (True, False)
    )
    assert set(off["hs_edition"]) == {"HS2022"}
    assert set(on["hs_edition"]) == {"HS2017", "HS2022"}
    key = ["reporter", "partner", "flow", "period", "known_at"]
    sums = [t.group_by(key).agg(pl.col("value_usd").sum()).sort(key) for t in (on, off)]
    assert sums[0].equals(sums[1])
    first_new = on.filter(pl.col("hs_edition") == "HS2022").group_by("reporter").agg(pl.col("period").min())
    assert first_new["period"].n_unique() > 1, "reporters switch at different dates"


def test_late_reporters_are_later_and_otherwise_the_same(plan: CorridorPlan, table: pl.DataFrame) -> None:
    late = {country for country, habits in plan.habits.items() if habits.late}
    calm = trade_table(_plan_without("late_reporters"))
    changed = _changed(table, calm)
    assert late
    assert set(changed["reporter"]) <= late
    without_day = [t.drop("known_at").sort(pl.all()) for t in (table, calm)]
    assert without_day[0].equals(without_day[1])


def test_missing_is_missing_never_zero(plan: CorridorPlan, table: pl.DataFrame) -> None:
    calm = trade_table(_plan_without("missing_reporters"))
    gaps = {c for c, habits in plan.habits.items() if habits.kind != "full" and c != "RUS"}
    assert table.join(calm, on=table.columns, how="anti", nulls_equal=True).is_empty()
    gone = calm.join(table, on=table.columns, how="anti", nulls_equal=True)
    assert set(gone["reporter"]) <= gaps
    silent = {c for c, habits in plan.habits.items() if habits.kind == "missing"}
    assert silent
    assert not silent & set(table["reporter"])
    assert silent <= set(table["partner"]), "what others report of a silent country is there"


def test_undeclared_onward_goods_leave_the_exporters_books_only() -> None:
    seed = next(
        s for s in range(50) if any(0 < f.episode.onward_kept < 1 for f in draw_plan(tiny(s)).planted)
    )
    plan = draw_plan(tiny(seed))
    hiding = {f.episode.via or f.episode.country for f in plan.planted if f.episode.onward_kept < 1}
    calm = draw_plan(tiny(seed, decoys=CorridorDecoys(underreported_onward=False)))
    changed = _changed(trade_table(plan), trade_table(calm))
    assert set(changed["reporter"]) <= hiding
    assert set(changed["partner"]) <= {"RUS", "WLD"}
    assert set(changed["flow"]) == {"X"}


def test_confidentiality_renames_one_code_of_a_reporter() -> None:
    on, off = (
        draw_plan(tiny(decoys=CorridorDecoys(confidentiality=switch), confidential_share=0.3, **CALM))
        for switch in (True, False)
    )
    hiding = {c for c, habits in on.habits.items() if habits.confidential}
    changed = _changed(trade_table(on), trade_table(off))
    assert set(changed["reporter"]) <= hiding
    assert changed.group_by("reporter").agg(pl.col("hs6").n_unique())["hs6"].max() <= 4
    assert "999999" in set(changed["hs6"])


def test_ghost_trade_leaves_the_coalition_and_never_arrives(plan: CorridorPlan, table: pl.DataFrame) -> None:
    ghosts = {f.episode.country for f in plan.planted if f.episode.ghost}
    changed = _changed(table, trade_table(_plan_without("ghost_trade")))
    assert ghosts
    assert _hits(changed, ghosts).all()
    assert not ghosts & set(changed["reporter"]), "neither imported nor exported by its books"


@pytest.fixture(scope="module")
def quiet_tables() -> dict[str, CorridorWorld]:
    """Worlds with one news switch off each; their trade is not looked at closely."""
    switches = ("syndication", "retractions", "attention", "attention_listings")
    return {s: simulate_world(tiny(decoys=CorridorDecoys(**{s: False}))) for s in switches}


def test_news_switches_leave_trade_alone(
    world: CorridorWorld, quiet_tables: dict[str, CorridorWorld]
) -> None:
    for other in quiet_tables.values():
        assert other.trade_flows.equals(world.trade_flows)
        assert other.truth_monthly.equals(world.truth_monthly)


@pytest.mark.parametrize("switch", ["syndication", "retractions", "attention"])
def test_a_news_switch_removes_its_own_articles_only(
    switch: str, world: CorridorWorld, quiet_tables: dict[str, CorridorWorld]
) -> None:
    other = quiet_tables[switch]
    assert other.articles.join(
        world.articles, on=world.articles.columns, how="anti", nulls_equal=True
    ).is_empty()
    gone = world.articles.join(other.articles, on="article_id", how="anti")
    assert not gone.is_empty()
    if switch == "syndication":
        first = world.mentions.group_by("story_id").agg(pl.col("article_id").n_unique().alias("copies"))
        assert first["copies"].max() > 1
        assert (
            other.mentions.group_by("story_id").agg(pl.col("article_id").n_unique())["article_id"].max() == 1
        )
    if switch == "attention":
        named = world.mentions.filter(
            pl.col("article_id").is_in(gone["article_id"].implode()), pl.col("role") == "transit_to_russia"
        )
        attention = world.truth.filter(pl.col("kind") == "attention")["country"]
        assert set(named["country"]) <= set(attention)


def test_listings_follow_attention_only_where_said(
    world: CorridorWorld, quiet_tables: dict[str, CorridorWorld]
) -> None:
    fewer = quiet_tables["attention_listings"]
    assert fewer.articles.equals(world.articles)
    assert fewer.listings.height < world.listings.height
    assert fewer.listings.join(world.listings, on=world.listings.columns, how="anti").is_empty()
