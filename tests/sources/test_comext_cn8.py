"""Comext-style CN8 tables: folded exactly, converted once, overlaps counted and never summed twice."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.trade import comext_cn8
from riskmodel.sources.trade.exchange import rates
from riskmodel.sources.trade.read import read_trade

HEADER = "reporter_iso3,partner_iso3,month,code,value_eur"


def read(folder: Path, *lines: str, header: str = HEADER):
    path = folder / "cn8.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    batch = read_trade([path])
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    return batch


def test_cn8_rows_fold_into_hs6_in_dollars_at_the_yearly_mean(tmp_path: Path) -> None:
    batch = read(tmp_path, "LTU,KGZ,2022-03,85423190,1000", "LTU,KGZ,2022-03,85423110,500")
    row = batch.frame.row(0, named=True)
    assert row["value_usd"] == 1580  # 1500 euro at 1.0530 is 1579.50, halves go up
    assert (row["hs6"], row["hs_edition"], row["flow"], row["source"]) == (
        "854231",
        "HS2022",
        "X",
        "eurostat_comext",
    )
    assert str(row["period"]) == "2022-03-01"
    assert row["known_at"] is None
    assert row["source_row"] == 1
    assert batch.dropped == {"folded_into_hs6": 1}


def test_edition_and_rate_change_with_the_year(tmp_path: Path) -> None:
    batch = read(tmp_path, "LTU,KGZ,2021-12,85423190,10000", "LTU,KGZ,2022-01,85423190,10000")
    assert batch.frame["hs_edition"].to_list() == ["HS2017", "HS2022"]
    assert batch.frame["value_usd"].to_list() == [11827, 10530]


def test_months_may_be_written_in_three_ways(tmp_path: Path) -> None:
    lines = [
        f"{c},KGZ,{m},85423190,1000" for c, m in zip("ABC", ("2022-03", "202203", "2022M03"), strict=True)
    ]
    assert {str(day) for day in read(tmp_path, *lines).frame["period"]} == {"2022-03-01"}


def test_overlapping_headings_are_dropped_and_counted(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        "LTU,KGZ,2022-03,85423190,1000",
        "LTU,KGZ,2022-03,8542,1000",
        "LTU,KGZ,2022-03,85,1000",
        "LTU,KGZ,2022-03,TOTAL,1000",
        "LTU,GEO,2022-03,8542,7",
        "EU27_2020,KGZ,2022-03,85423190,1000",
        "LTU,KGZ,2022-03,99SSS999,1",
    )
    assert batch.frame.height == 1
    assert batch.dropped == {
        "hs4_overlaps_cn8": 1,
        "hs2_overlaps_cn8": 1,
        "hs4_without_cn8": 1,
        "special_code": 2,
        "eu_total_row": 1,
    }


def test_table_of_headings_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match=r"cn8\.csv: only headings"):
        read(tmp_path, "LTU,KGZ,2022-03,8542,1000")


def test_hs6_rows_stand_in_only_where_cn8_rows_are_missing(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        "LTU,KGZ,2022-03,85423190,1000",
        "LTU,KGZ,2022-03,854231,1500",
        "LTU,KGZ,2022-03,870323,2000",
        "EST,KGZ,2022-03,854231,3000",
    )
    assert batch.frame.select("reporter", "hs6", "value_usd").rows() == [
        ("LTU", "854231", 1053),
        ("LTU", "870323", 2106),
        ("EST", "854231", 3159),
    ]
    assert batch.dropped == {"hs6_overlaps_cn8": 1}


def test_month_without_a_rate_is_counted_and_a_table_without_any_is_refused(tmp_path: Path) -> None:
    batch = read(tmp_path, "LTU,KGZ,2022-03,85423190,1000", "LTU,KGZ,2031-03,85423190,1000")
    assert batch.dropped == {"no_exchange_rate": 1}
    with pytest.raises(InputUnreadable, match=r"no EUR exchange rate for 2031-03 .* covers 1999 to 20"):
        read(tmp_path, "LTU,KGZ,2031-03,85423190,1000")


def test_unreadable_cells_stay_single_and_keep_their_text(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        "LTU,KGZ,2022-03,85423190,1000",
        "LTU,KGZ,2022-03,85423190,much",
        "LTU,KGZ,March,85423190,1000",
        "LTU,KGZ,2022-03,8542319,1000",
        "LTU,KGZ,2022-03,85423190,",
    )
    assert batch.frame["value_usd"].to_list() == ["1053", "much EUR", "1000 EUR", "1000 EUR", None]
    assert batch.frame["period"].to_list() == [
        "2022-03-01",
        "2022-03-01",
        "March",
        "2022-03-01",
        "2022-03-01",
    ]
    assert batch.frame["hs6"].to_list()[3] == "8542319"
    assert batch.frame["source_row"].to_list() == [1, 2, 3, 4, 5]


def test_weights_are_summed_only_where_all_are_given(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        "LTU,KGZ,2022-03,85423190,1000,EXPORT,5",
        "LTU,KGZ,2022-03,85423110,1000,EXPORT,6",
        "LTU,GEO,2022-03,85423190,1000,2,5",
        "LTU,GEO,2022-03,85423110,1000,2,",
        "LTU,GEO,2022-03,85423110,1000,1,",
        header=HEADER + ",flow,net_kg",
    )
    assert batch.frame.select("partner", "flow", "net_kg").rows() == [
        ("KGZ", "X", 11),
        ("GEO", "X", None),
        ("GEO", "M", None),
    ]


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=20), st.randoms())
def test_folding_is_exact_whatever_the_order(values: list[int], random) -> None:
    """Against Python's exact integers, for any order of the rows."""
    shuffled = random.sample(values, len(values))
    rows = pl.DataFrame({"value": [str(v) for v in shuffled], ROW: range(1, len(values) + 1)}).with_columns(
        reporter=pl.lit("LTU"),
        partner=pl.lit("KGZ"),
        flow=pl.lit("X"),
        code=pl.Series([f"854231{n:02}" for n in range(len(values))], dtype=pl.String),
        period=pl.lit("2021-05"),
        net_kg=pl.lit(None, pl.String),
        **{FILE: pl.lit("f")},
    )
    reading = comext_cn8.fold_cn8(rows, "EUR", "test")
    assert reading.frame["value_usd"].to_list() == [(sum(values) * 11827 + 5000) // 10000]


def test_impossible_values_are_left_to_the_contract_not_wrapped_around(tmp_path: Path) -> None:
    batch = read(tmp_path, "LTU,KGZ,2022-03,85423190,1e17", "LTU,GEO,2022-03,85423190,1e300")
    assert batch.frame["value_usd"].to_list() == ["1e17 EUR", "1e300 EUR"]


def test_rate_table_is_dated_and_without_gaps() -> None:
    table = rates("EUR")
    assert table["valid_from"].dt.year().to_list() == list(range(1999, 1999 + table.height))
    assert (table["valid_from"] < table["valid_to"]).all()
    assert table.filter(pl.col("valid_from") >= date(2017, 1, 1))["rate"].to_list() == [
        11297,
        11810,
        11195,
        11422,
        11827,
        10530,
        10813,
        10824,
    ]
