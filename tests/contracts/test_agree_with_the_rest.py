"""data_contracts imports nothing of ours, so what it states again must agree with where it is defined."""

import polars as pl

from data_contracts.codes.countries import country_codes
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
    from features.articles.places.gazetteer import read_reference

    assert {row["iso3"] for row in read_reference("gazetteer.csv")} <= set(country_codes())


def test_roles_of_mentions_are_those_the_engine_gives() -> None:
    from data_contracts.mentions.contract import ROLES
    from features.articles.roles import model as roles

    assert ROLES == roles.ROLES


def test_tiers_are_those_with_a_weight() -> None:
    from features.trade.flows.families import TIER_WEIGHT_TENTHS

    assert set(TIERS) == {*TIER_WEIGHT_TENTHS, "single"}
