"""What the truth table says was diverted is in the trade table, on both legs and to the dollar."""

import dataclasses

import polars as pl

from riskmodel.worlds.corridors.flows import trade_table
from riskmodel.worlds.corridors.plan import CorridorPlan
from riskmodel.worlds.corridors.truth import monthly_truth, truth_table
from riskmodel.worlds.corridors.world import CorridorWorld


def _exports(flows: pl.DataFrame, plan: CorridorPlan) -> pl.DataFrame:
    """Exports by reporter, partner, code and month."""
    return flows.filter(pl.col("flow") == "X").select("reporter", "partner", "hs6", "period", "value_usd")


def _added(plan: CorridorPlan) -> pl.DataFrame:
    """Exports that are there because of the planted episodes, by reporter, partner, code and month."""
    without = dataclasses.replace(plan, planted=())
    key = ["reporter", "partner", "hs6", "period"]
    with_rows, without_rows = (_exports(trade_table(p), p) for p in (plan, without))
    both = with_rows.join(without_rows, on=key, how="full", coalesce=True, suffix="_without")
    added = pl.col("value_usd").fill_null(0) - pl.col("value_usd_without").fill_null(0)
    return both.select(*key, added.alias("added")).filter(pl.col("added") != 0)


def test_diverted_dollars_are_on_every_leg_and_nowhere_else(plain_plan: CorridorPlan) -> None:
    added = _added(plain_plan).filter(pl.col("partner") != "WLD")
    monthly = monthly_truth(plain_plan)
    coalition = list(plain_plan.cast.coalition)

    inbound = added.filter(pl.col("reporter").is_in(coalition)).group_by("partner", "hs6", "period")
    moved = monthly.filter(pl.col("inbound_usd") > 0).select("country", "hs6", "period", "inbound_usd")
    joined = inbound.agg(pl.col("added").sum()).join(
        moved, left_on=["partner", "hs6", "period"], right_on=["country", "hs6", "period"], how="full"
    )
    assert joined.null_count().sum_horizontal().item() == 0
    assert (joined["added"] == joined["inbound_usd"]).all()

    onward = added.filter(pl.col("partner") == "RUS", ~pl.col("reporter").is_in(coalition))
    last = pl.coalesce("via", "country").alias("reporter")
    declared = monthly.filter(pl.col("declared_usd") > 0).select(last, "hs6", "period", "declared_usd")
    both = onward.join(declared, on=["reporter", "hs6", "period"], how="full")
    assert both.null_count().sum_horizontal().item() == 0
    assert (both["added"] == both["declared_usd"]).all()


def test_a_chain_goes_from_the_first_country_to_the_second_and_then_to_russia(
    plain_plan: CorridorPlan,
) -> None:
    chain = next(flows for flows in plain_plan.planted if flows.episode.via is not None)
    first, second = chain.episode.country, chain.episode.via
    added = _added(plain_plan)
    pairs = set(
        added.filter(pl.col("reporter").is_in([first, second])).select("reporter", "partner").iter_rows()
    )
    assert (first, second) in pairs
    assert (second, "RUS") in pairs
    assert (first, "RUS") not in pairs


def test_nothing_is_diverted_before_its_start_its_control_or_after_its_stop(plan: CorridorPlan) -> None:
    monthly, truth = monthly_truth(plan), truth_table(plan)
    dated = monthly.filter(pl.col("inbound_usd") > 0).join(
        truth.select("episode_id", "start", "stop"), on="episode_id"
    )
    assert dated.filter(pl.col("period") < pl.col("start")).is_empty()
    assert dated.filter(pl.col("period") >= pl.col("stop")).is_empty()
    from riskmodel.worlds.corridors.truth import controls_table

    controlled = dated.join(controls_table(plan), on="hs6")
    assert controlled.height == dated.height, "only listed codes are diverted"
    assert controlled.filter(pl.col("period") < pl.col("controlled_from")).is_empty()


def test_onward_follows_inbound_by_pass_through_and_markup(plain_plan: CorridorPlan) -> None:
    for flows in plain_plan.planted:
        e = flows.episode
        moved = flows.inbound.sum()
        if e.via is None and moved > 0:
            assert flows.onward.sum() <= moved * e.pass_through * e.markup * 1.001
            assert flows.onward.sum() > 0.3 * moved * e.pass_through


def test_every_country_with_a_role_has_a_row_of_truth(world: CorridorWorld) -> None:
    params = world.params
    counts = dict(world.truth.group_by("kind").len().iter_rows())
    assert counts["diversion"] == params.n_diverters + params.n_chains
    assert counts["ghost_trade"] == params.n_ghost
    for kind, number in {
        "legal_hubs": params.n_hubs,
        "industrial_growth": params.n_industry,
        "relocation": params.n_relocation,
        "big_project": params.n_projects,
        "own_goods": params.n_own_goods,
        "attention": params.n_attention,
        "price_boom": 1,
    }.items():
        assert counts[kind] == number, kind
    roles = world.truth.filter(
        ~pl.col("kind").is_in(["missing_reporters", "late_reporters", "confidentiality"])
    )
    named = [*roles["country"], *roles["via"].drop_nulls()]
    assert len(named) == len(set(named)), "a country has one role at most"
