"""Surprises of products: those of a slow reference, null where unknown, of the past alone, the same bytes."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference_products import product_answers
from surprise_tables import (
    AS_OF,
    COUNTRIES,
    LISTED,
    WINDOWS,
    digest,
    leg_rows_of,
    printed_on_cores,
    random_table,
)
from trade_tables import SENDERS, every_month, flows

from features.trade.surprises.products import PRODUCT_SURPRISES, product_surprises, same_goods_elsewhere
from features.trade.surprises.table import LEAST_PLACEBOS

HERE = Path(__file__).parent
MORE = dict(zip(COUNTRIES, ("AZE", "CHN", "COL", "GEO", "IDN", "MAR", "MYS", "PAK", "THA"), strict=True))
SLOW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def wide_table(seed: int) -> pl.DataFrame:
    """`random_table` of twice as many countries: nine placebos and more."""
    others = random_table(seed + 50_000).with_columns(pl.col("reporter", "partner").replace(MORE))
    twice = pl.col("reporter").is_in(SENDERS) & (pl.col("partner") == "RUS")
    return pl.concat([random_table(seed), others.filter(~twice)])


def surprises(table: pl.DataFrame, as_of: date = AS_OF) -> pl.DataFrame:
    return product_surprises(leg_rows_of(table, as_of), WINDOWS, as_of)


def counted(table: pl.DataFrame) -> dict[tuple[str, str, str], tuple[int, int]]:
    return {
        (row["country"], row["family"], leg): (row[f"{leg}_placebos"], row[f"{leg}_as_extreme"])
        for row in table.iter_rows(named=True)
        for leg in ("inbound", "onward")
        if row[f"{leg}_surprise"] is not None
    }


@SLOW
@given(
    seed=st.integers(1, 40_000),
    part=st.sampled_from([1.0, 0.6]),
    as_of=st.sampled_from([AS_OF, date(2022, 10, 31), date(2024, 2, 29)]),
)
def test_counts_are_those_of_a_slow_reference(seed: int, part: float, as_of: date) -> None:
    table = wide_table(seed).sample(fraction=part, seed=seed)
    found = counted(surprises(table, as_of))
    assert found == product_answers(table, WINDOWS, as_of)
    # The equality would say little of legs that are never known.
    assert part < 1 or {leg for *_, leg in found} == {"inbound", "onward"}


def test_a_surprise_follows_from_its_counts() -> None:
    table = surprises(wide_table(3))
    assert dict(table.schema) == PRODUCT_SURPRISES
    assert table.equals(table.sort("country", "family"))
    assert not table.select("country", "family").is_duplicated().any()
    for leg in ("inbound", "onward"):
        share = (table[f"{leg}_as_extreme"] + 1) / (table[f"{leg}_placebos"] + 1)
        assert np.allclose((-share.log10()).drop_nulls(), table[f"{leg}_surprise"].drop_nulls())
        assert share.is_null().equals(table[f"{leg}_surprise"].is_null())
        assert table[f"{leg}_surprise"].n_unique() > 3


def test_ties_count_as_extreme_and_the_unknown_as_nothing() -> None:
    rises = np.array([[1.0], [3.0], [9.0], [3.0], [2.0]])
    counts = same_goods_elsewhere(rises, np.array([True, True, False, True, True]))
    assert counts.placebos.ravel().tolist() == [3, 3, 0, 3, 3]
    assert counts.as_extreme.ravel().tolist() == [3, 1, 0, 1, 2]


def test_fewer_than_nine_known_countries_give_no_surprise() -> None:
    assert len(COUNTRIES) <= LEAST_PLACEBOS
    few = surprises(random_table(5))
    assert few.height > 0
    values = few.drop("country", "family")
    assert values.null_count().sum_horizontal().item() == few.height * values.width


def test_a_country_that_never_publishes_has_no_onward_surprise_and_is_no_placebo() -> None:
    table = wide_table(6)
    silent = surprises(table.filter(pl.col("reporter") != "KAZ"))
    own = silent.filter(country="KAZ")
    assert own["onward_surprise"].null_count() == own.height > 0
    assert own["inbound_surprise"].null_count() == 0
    whole = surprises(table)["onward_placebos"].max()
    assert silent["onward_placebos"].max() == whole - 1


def test_without_coalition_reports_inbound_is_unknown() -> None:
    table = wide_table(7)
    found = surprises(table.filter(~pl.col("reporter").is_in(SENDERS)))
    assert found["inbound_surprise"].null_count() == found.height > 0
    assert found["onward_surprise"].null_count() < found.height


def test_old_reports_are_unknown() -> None:
    late = date(2025, 1, 31)
    found = surprises(wide_table(8), late)
    assert found.height > 0
    assert found["inbound_surprise"].null_count() == found["onward_surprise"].null_count() == found.height


@SLOW
@given(seed=st.integers(100, 9_999), later=st.sampled_from([date(2023, 4, 1), date(2024, 1, 1)]))
def test_later_rows_change_nothing(seed: int, later: date) -> None:
    table = wide_table(seed)
    changed = table.with_columns(pl.lit(later).alias("known_at"), (pl.col("value_usd") * 9 + 1))
    more = [
        *every_month("DEU", "VNM", LISTED[0], [10**7] * 36, known_at=later),
        *every_month("VNM", "RUS", LISTED[0], [10**7] * 36, known_at=later),
        *every_month("DEU", "ARM", LISTED[1], [10**7] * 24, start=-24, known_at=later),
    ]
    after = pl.concat([table, changed, flows(more)]).sample(fraction=1, shuffle=True, seed=seed)
    assert digest(surprises(after)) == digest(surprises(table))
    assert digest(surprises(after, date(2024, 2, 29))) != digest(surprises(table, date(2024, 2, 29)))


def test_goods_that_rise_in_one_country_alone_are_the_surprise_there() -> None:
    rows = []
    for place, country in enumerate((*COUNTRIES, *MORE.values())):
        for at, code in enumerate(LISTED[:4]):
            wave = [5 + (7 * month * (place + 1) + 3 * at + place) % 11 for month in range(36)]
            rose = 20 if (country, code) == ("TUR", LISTED[0]) else 1
            values = [2_000 * w * (rose if month >= 26 else 1) for month, w in enumerate(wave)]
            rows += every_month("DEU", country, code, values)
    found = surprises(flows(rows).unique(maintain_order=True))
    own = found.filter(country="TUR", family=LISTED[0])
    others = found.filter(family=LISTED[0]).height - 1
    assert own["inbound_as_extreme"].item() == 0 and own["inbound_placebos"].item() == others
    assert own["inbound_surprise"].item() == pytest.approx(math.log10(others + 1))
    # Its other goods are as usual, and so are these goods elsewhere.
    rest = found.filter((pl.col("country") != "TUR") & (pl.col("family") == LISTED[0]))
    assert rest["inbound_as_extreme"].min() >= 1


SCRIPT = """
from test_product_surprises import digest, surprises, wide_table
print(digest(surprises(wide_table(30))))
"""


def test_same_bytes_on_one_core_and_on_two() -> None:
    assert printed_on_cores(SCRIPT) == {digest(surprises(wide_table(30)))}
