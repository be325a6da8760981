"""data_contracts imports nothing of ours, so what it states again must agree with where it is defined."""

import polars as pl
import pytest

from data_contracts.codes.countries import WORLD, country_codes
from data_contracts.codes.never_scored import NEVER_ROUTES, never_scored
from data_contracts.goods.contract import TIERS
from data_contracts.signals.contract import SIGNALS_PANEL
from features.panel import panel_schema


def test_signals_panel_is_the_panel() -> None:
    assert panel_schema() == SIGNALS_PANEL
    assert list(panel_schema()) == list(SIGNALS_PANEL)


def test_reference_countries_are_known_codes() -> None:
    from importlib.resources import files

    text = files("features").joinpath("reference/countries.csv").read_bytes()
    named = pl.read_csv(text, infer_schema=False)["country"].to_list()
    assert set(named) <= set(country_codes())


def test_countries_found_in_text_are_known_codes() -> None:
    """A mention of a country that the contract does not know would stop every batch of articles."""
    from features.reference.read import read_reference

    assert {row["iso3"] for row in read_reference("gazetteer.csv")} <= set(country_codes())


def test_roles_of_mentions_are_those_the_engine_gives() -> None:
    from data_contracts.mentions.contract import ROLES
    from features.articles.roles import model as roles

    assert ROLES == roles.ROLES


def test_tiers_are_those_with_a_weight() -> None:
    from features.trade.flows.families import TIER_WEIGHT_TENTHS

    assert set(TIERS) == {*TIER_WEIGHT_TENTHS, "single"}


@pytest.mark.parametrize("kind", ["signals", "scores_country", "scores_product"])
@pytest.mark.parametrize("code", ["RUS", "BLR", "UKR"])
def test_our_own_tables_refuse_who_is_never_scored(kind: str, code: str) -> None:
    """Ukraine once passed: the contracts named two countries of their own, the panel three."""
    from data_contracts.checking.check import validate
    from data_contracts.registry import CONTRACTS
    from tools.contracts.examples import CONTEXT, sound

    table = sound(kind)
    named = table.with_columns(
        pl.when(pl.int_range(pl.len()) == 1).then(pl.lit(code)).otherwise("country").alias("country")
    )
    report = validate(CONTRACTS[kind], named, CONTEXT).report
    assert "country_can_be_transit" in [result.rule for result in report.results if not result.passed]


def test_a_country_that_is_never_scored_has_a_reason_and_a_source() -> None:
    rows = never_scored()
    assert {row.code for row in rows} - {WORLD} <= set(country_codes())
    assert all(row.reason and row.source for row in rows)
    assert {"RUS", "UKR", "WLD"} == NEVER_ROUTES
