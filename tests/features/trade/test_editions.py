"""A month that is given in two HS editions is counted once, and accounted for."""

from datetime import date

import polars as pl

from features.trade.flows.editions import one_edition

SCHEMA = {"reporter": pl.String, "partner": pl.String, "flow": pl.String, "hs6": pl.String,
          "hs_edition": pl.String, "period": pl.Date, "value_usd": pl.Int64, "known_at": pl.Date}  # fmt: skip
MAY = date(2022, 5, 1)


def table(*rows: tuple[object, ...]) -> pl.LazyFrame:
    """Exports of Kazakhstan in May 2022: partner, hs6, edition, value, known_at."""
    whole = [
        ("KAZ", partner, "X", code, edition, MAY, value, known)
        for partner, code, edition, value, known in rows
    ]
    return pl.LazyFrame(whole, schema=SCHEMA, orient="row")


def test_the_edition_of_the_larger_value_counts_for_its_partner_alone() -> None:
    flows = table(
        ("RUS", "854231", "HS2017", 10, None),
        ("RUS", "854140", "HS2017", 5, None),
        ("RUS", "854231", "HS2022", 10, None),
        ("CHN", "854231", "HS2017", 7, None),
    )
    kept = one_edition(flows).collect().sort("partner", "hs6")
    assert kept.select("partner", "hs6", "hs_edition").rows() == [
        ("CHN", "854231", "HS2017"), ("RUS", "854140", "HS2017"), ("RUS", "854231", "HS2017")
    ]  # fmt: skip


def test_equal_values_take_the_newer_edition() -> None:
    flows = table(("RUS", "854231", "HS2017", 10, None), ("RUS", "854231", "HS2022", 10, None))
    assert one_edition(flows).collect()["hs_edition"].to_list() == ["HS2022"]


def test_editions_that_share_no_code_and_vintages_both_stay() -> None:
    apart = table(("RUS", "854231", "HS2017", 10, None), ("RUS", "847150", "HS2022", 10, None))
    assert one_edition(apart).collect().height == 2
    revised = table(
        ("RUS", "854231", "HS2017", 10, date(2022, 7, 1)), ("RUS", "854231", "HS2022", 12, date(2022, 9, 1))
    )
    assert one_edition(revised).collect().height == 2


def test_a_table_without_editions_comes_back_as_it_is() -> None:
    flows = table(("RUS", "854231", "HS2017", 10, None)).drop("hs_edition")
    assert one_edition(flows) is flows
