"""Longer proper names that only hold a country's name; the fast pass asks a part of it."""

import polars as pl
import pytest

from features.articles.places.gazetteer import find_places
from features.articles.places.in_tables import countries_in


def found(text: str) -> list[str]:
    return [place.iso3 for place in find_places(text) if place.iso3]


@pytest.mark.parametrize(
    ("namesake", "country"),
    [
        ("The University of Georgia taught it.", "The exporters of Georgia taught it."),
        ("The Kazakhstan Institute for Metals wrote.", "The Kazakhstan institute for metals wrote."),
        ("He saw Hotson v. Turkey and left.", "He saw Hotson in Turkey and left."),
        ("Singapore Airlines denied it.", "Singapore airlines denied it."),
        ("The tanker Oman Glory left.", "The tanker left Oman at night."),
        ("The club Armenia Nor won.", "The club in Armenia won."),
        ("The Paris Agreement is old.", "The Paris agreement with the dealer is old."),
        ("A dealer in Peru, Indiana, paid.", "A dealer in Peru, India and Oman paid."),
        ("A Georgia woman was held.", "A Georgian woman was held."),
        ("Kevin Jordan was held.", "In Jordan was held."),
        ("Israel Hersh was held.", "Israel was held."),
        ("The Bank of Cyprus refused.", "The Central Bank of Cyprus refused."),
        ("The Niger delta is wide.", "The Niger border is wide."),
        ("The Shanghai Cooperation Organisation met.", "The Shanghai cooperation of dealers went on."),
        ("In Macon, Georgia, it was seized.", "In Poti, Georgia, it was seized."),
    ],
)
def test_a_longer_name_is_no_country_and_what_looks_alike_is(namesake: str, country: str) -> None:
    assert found(namesake) == []
    assert found(country)
    texts = pl.DataFrame(
        {"row": [0, 1], "text": [namesake, country]}, schema={"row": pl.UInt32, "text": pl.String}
    )
    fast = countries_in(texts)
    assert fast.filter(row=0).is_empty()
    assert fast.filter(row=1)["iso3"].to_list() == list(dict.fromkeys(found(country)))


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("A roaster in Armenia, Colombia, paid.", ["COL"]),
        ("A roaster in Armenia, Moldova and Oman paid.", ["ARM", "MDA", "OMN"]),
        ("A clerk in Delhi, New York, was held.", ["USA"]),
        ("Offices in Delhi, New York City and Oman.", ["IND", "USA", "OMN"]),
    ],
)
def test_a_town_that_shares_the_name_is_where_the_place_behind_it_is(text: str, countries: list[str]) -> None:
    assert found(text) == countries


def test_the_fast_pass_finds_what_the_slow_one_finds_in_every_sentence_of_the_set() -> None:
    from tools.roles.page import KINDS, TEXTS

    texts = pl.read_csv(TEXTS / KINDS, infer_schema=False).with_row_index("row").select("row", "text")
    fast = {row: set(codes) for row, codes in countries_in(texts).group_by("row").agg("iso3").iter_rows()}
    assert [fast.get(i, set()) for i in range(texts.height)] == [set(found(t)) for t in texts["text"]]
