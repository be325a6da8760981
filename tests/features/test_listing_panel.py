"""Signals of the target `listing`: rounds, jurisdictions, neighbours, warnings, pressure of officials."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import log1p

import polars as pl
import pytest

from data_contracts.tables import ARTICLES, LISTINGS
from features.articles.officials import official_days, officials_pressure
from features.articles.rates import SIGNALS
from features.listing_panel import OWN_SIGNALS, is_listing_panel, listing_panel
from features.listings import listing_measures, named_by_listings
from features.panel import build_panel
from features.reference.facts import country_names, neighbours

DAY = date(2023, 6, 30)


def listings(*rows: tuple[str, date, str, int, str]) -> pl.DataFrame:
    """Rows of country, day, jurisdiction, entities and whether they are about goods."""
    whole = [(c, day, j, f"{j}-LIST", n, about, "a test") for c, day, j, n, about in rows]
    return pl.DataFrame(whole, schema=LISTINGS, orient="row")


ROWS = listings(
    ("KAZ", DAY, "US", 40, "unknown"),
    ("KAZ", date(2022, 6, 30), "US", 1, "true"),
    ("KAZ", date(2022, 6, 30), "EU", 1, "true"),
    ("CHN", date(2019, 6, 30), "US", 2, "true"),
    ("DEU", DAY, "US", 9, "unknown"),
    ("IND", DAY, "US", 9, "false"),
    ("TUR", date(2023, 7, 1), "US", 9, "true"),
)


def measured(country: str, as_of: date = DAY, rows: pl.DataFrame = ROWS) -> dict[str, float]:
    return listing_measures(rows, as_of, [country]).drop("country").row(0, named=True)


def test_days_with_a_listing_count_once_however_many_entities_are_on_them() -> None:
    found = measured("KAZ")
    assert found["listing_rounds"] == pytest.approx(log1p(1 + 0.5))  # today, and a year ago, two lists
    assert found["other_jurisdictions"] == 1.0


def test_neighbours_count_while_they_were_listed_lately_and_are_no_coalition_members() -> None:
    assert measured("KGZ")["neighbours_listed"] == 1.0  # Kazakhstan; China's two of 2019 are a sixteenth each
    assert measured("CHE")["neighbours_listed"] == 0.0  # Germany applies the controls itself
    assert measured("MUS")["neighbours_listed"] == 0.0
    later = listings(("CHN", DAY, "US", 1, "true"), ("KAZ", DAY, "US", 1, "true"))
    assert measured("KGZ", rows=later)["neighbours_listed"] == 2.0


def test_what_was_not_public_or_not_about_goods_says_nothing() -> None:
    assert measured("TUR") == {**dict.fromkeys(measured("TUR"), 0.0), "official_warning": 1.0}
    assert measured("IND")["listing_rounds"] == 0.0
    assert measured("TUR", date(2022, 6, 27))["official_warning"] == 0.0
    assert measured("TUR", date(2022, 6, 28))["official_warning"] == 1.0


def test_named_are_countries_with_a_history_and_neighbours_of_those_listed_lately() -> None:
    named = named_by_listings(ROWS, DAY)
    assert {"KAZ", "CHN", "KGZ", "UZB"} <= set(named)
    assert not {"NPL", "TUR", "IND"} & set(named)  # China was listed long ago; the others are not known yet


def test_land_borders_are_facts_of_both_sides_and_of_known_countries() -> None:
    for country in country_names():
        assert neighbours(country) <= set(country_names())
        assert all(country in neighbours(other) for other in neighbours(country))
        assert country not in neighbours(country)
    assert neighbours("ARM") == {"AZE", "GEO", "IRN", "TUR"}


def test_a_panel_without_an_input_has_nulls_and_with_it_true_zeros() -> None:
    panel = listing_panel(DAY, None, None, ROWS, None)
    assert is_listing_panel(panel) and not is_listing_panel(build_panel(DAY, None, None, None))
    row = panel.row(by_predicate=pl.col("country") == "KGZ", named=True)
    assert row["listing_history"] == 0.0 and row["neighbours_listed"] == 1.0
    assert row["officials_pressure"] is None and row["inbound_surge"] is None
    assert "DEU" not in panel["country"].to_list()
    articles = pl.DataFrame({"country": ["GEO"]}).with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in SIGNALS.items()
    )
    days = pl.DataFrame({"country": ["GEO"], "published_on": [DAY]})
    alone = listing_panel(DAY, None, articles, None, days)
    (found,) = alone.select("country", *OWN_SIGNALS).rows(named=True)
    assert found["listing_rounds"] is None and found["officials_pressure"] == pytest.approx(log1p(1))


SENTENCES = {
    "A U.S. Treasury official visited Kyrgyzstan to discuss sanctions evasion.": {"KGZ"},
    "The EU envoy warned Kazakhstan against the re-export of sanctioned goods.": {"KAZ"},
    "Officials in Uzbekistan opened a school.": set(),
    "A minister travelled to Armenia for a film festival.": set(),
    "Sanctions on Georgia's neighbour were discussed.": set(),
}


@pytest.mark.parametrize(("sentence", "countries"), SENTENCES.items())
def test_travel_and_pressure_of_officials_about_sanctions_are_found(
    sentence: str, countries: set[str]
) -> None:
    text = f"Russia buys goods despite sanctions, officials urged. {sentence} Rain is expected."
    found = official_days(articles_of((text, DAY)).lazy())
    assert set(found["country"]) - {"USA"} == countries


def test_a_day_counts_once_and_fades_by_half_in_180_days() -> None:
    (first, *_) = SENTENCES
    text = f"Russia is under sanctions. {first}"
    days = official_days(articles_of((text, DAY), (text, DAY), (text, date(2023, 1, 1))).lazy())
    assert officials_pressure(days, DAY)["KGZ"] == pytest.approx(log1p(1 + 0.5))
    assert officials_pressure(days, date(2022, 12, 31)) == {}


def articles_of(*given: tuple[str, date]) -> pl.DataFrame:
    rows = [
        (f"a{n}", datetime(day.year, day.month, day.day, tzinfo=UTC), "a test", "en", "", text, None)
        for n, (text, day) in enumerate(given)
    ]
    return pl.DataFrame(rows, schema=ARTICLES, orient="row")
