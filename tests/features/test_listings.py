"""Listings of entities: what is not about goods, or not yet public, does not count."""

from __future__ import annotations

import math
from datetime import date

import polars as pl
import pytest

from data_contracts.tables import LISTINGS
from features.listings import listing_history

AS_OF = date(2024, 6, 30)


def listings(*rows: tuple[str, date, int, str]) -> pl.DataFrame:
    """Canonical listings from country, day, number of entities and whether they concern goods."""
    return pl.DataFrame(
        [(country, day, "US", "SDN", n, goods, "test") for country, day, n, goods in rows],
        schema=LISTINGS,
        orient="row",
    )


def history(*rows: tuple[str, date, int, str]) -> dict[str, tuple[float, int]]:
    found = listing_history(listings(*rows), AS_OF)
    return {country: (value, n) for country, value, n in found.iter_rows()}


def test_listings_that_are_not_about_goods_do_not_count() -> None:
    both = history(("ARE", AS_OF, 3, "true"), ("ARE", AS_OF, 40, "false"), ("TUR", AS_OF, 9, "false"))
    assert both == {"ARE": (pytest.approx(math.log1p(3)), 3)}


def test_a_listing_of_unknown_matter_counts() -> None:
    assert history(("ARE", AS_OF, 3, "unknown")) == history(("ARE", AS_OF, 3, "true"))


def test_a_listing_counts_half_after_a_year_and_not_before_its_day() -> None:
    found = history(
        ("ARE", date(2023, 7, 1), 8, "true"),  # 365 days before
        ("ARE", date(2024, 7, 1), 50, "true"),
        ("KGZ", date(2024, 7, 1), 50, "true"),
    )
    assert found == {"ARE": (pytest.approx(math.log1p(4)), 8)}
