"""Trade readers on real files of statistical offices, against figures their provenance notes publish."""

import re
from pathlib import Path

import polars as pl
import pytest

from features.reference.facts import country_names
from riskmodel.errors import InputUnreadable
from riskmodel.sources.checked import take_in
from riskmodel.sources.trade.areas import area_codes
from riskmodel.sources.trade.read import read_trade

pytestmark = pytest.mark.real


def test_india_priority_goods_to_russia(real_data: Path) -> None:
    """US$ million, fiscal years 2021-22 to 2024-25, and the servers among the last."""
    batch = read_trade([real_data / "india-hs8-exports" / "india_exports_hs8_fy2017_2024.parquet"])
    assert batch.rows_read == 1_206_440 == batch.frame.height + sum(batch.dropped.values())
    listed = pl.read_csv(real_data / "trade-reference" / "chpl_hs6_tiers.csv", infer_schema=False)["hs6"]
    goods = batch.frame.filter(pl.col("partner") == "RUS", pl.col("hs6").is_in(listed.implode()))
    years = goods.group_by(pl.col("period").dt.year()).agg(pl.col("value_usd").sum() / 1e6).sort("period")
    assert years["value_usd"].to_list()[-4:] == pytest.approx([32.9, 75.4, 148.6, 539.6], abs=0.05)
    servers = goods.filter(pl.col("hs6") == "847150", pl.col("period").dt.year() == 2024)
    assert servers["value_usd"].sum() / 1e6 == pytest.approx(440.6, abs=0.1)


def test_armenian_cars_and_phones(real_data: Path) -> None:
    """US$ million as published with the tables: USA to Armenia, Armenia to Russia, phones to Russia."""
    folder = real_data / "armenia-georgia-reexports"
    cars = read_trade([folder / "armenia_vehicles_monthly.csv.gz"], hs_edition="HS2017").frame
    phones = read_trade([folder / "armenia_mobile_phones_monthly.csv.gz"], hs_edition="HS2022").frame

    def million(frame: pl.DataFrame, flow: str, partner: str, year: int) -> float:
        rows = frame.filter(flow=flow, partner=partner).filter(pl.col("period").dt.year() == year)
        return rows["value_usd"].sum() / 1e6

    assert [round(million(cars, "M", "USA", y)) for y in (2021, 2022, 2023)] == [26, 198, 319]
    assert [round(million(cars, "X", "RUS", y), 1) for y in (2021, 2022, 2023)] == pytest.approx(
        [3.5, 237, 354], abs=0.6
    )
    assert [round(million(phones, "X", "RUS", y)) for y in (2022, 2023)] == [213, 462]


def test_old_comtrade_file(real_data: Path) -> None:
    batch = read_trade([real_data / "format-samples" / "comtrade-legacy-csv"])
    assert batch.frame.height == 300
    assert set(batch.frame["reporter"]) == {"IDN"}
    assert set(batch.frame["hs_edition"]) == {"HS2012"}


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("comtrade-api-json/final_annual_CHN_ARG_2010.json", "total_row 4"),
        ("comtrade-plus-csv/TradeData_THA_imports_8542_annual.csv", "heading_not_hs6"),
        ("comext-sdmx-csv/estat_ds-045409_filtered_de.csv.gz", "only yearly rows"),
        ("comext-sdmx-csv/estat_ds-plastic export value.csv", "labels in place of codes"),
        ("comext-easy-csv/Relational_View_2024-11-16T06_42_55.340Z.csv", "only totals"),
        ("wits/Import_Export_by_Industry_SG.csv", "only headings of 2 or 4 digits"),
    ],
)
def test_files_without_monthly_hs6_rows_say_so(real_data: Path, file: str, sentence: str) -> None:
    with pytest.raises(InputUnreadable, match=sentence):
        read_trade([real_data / "format-samples" / file])


@pytest.mark.parametrize(
    ("file", "reader", "reason", "rows"),
    [
        ("national-files/armenia_armstat_myXls.xls", "armenia-totals", "total_without_products", 198),
        ("national-files/kazakhstan_2020.xls", "kazakhstan-totals", "total_without_products", 393),
        (
            "national-files/kyrgyzstan_exports_by_country.xlsx",
            "kyrgyzstan-totals",
            "total_without_products",
            3,
        ),
        ("national-files/russia_partners_2023-12.xlsx", "russia-totals", "total_without_products", 7),
        ("national-files/uzbekistan_sdmx_data_1105.csv", "uzbekistan-totals", "total_without_products", 228),
        ("national-files/india_tradestat_01_2024_usd.json", "india-tradestat", "total_without_partners", 1),
        ("imf-dots-xlsx/ChinaPR_Mainland_Imports_of_Goods_f.xlsx", "imf-dots", "total_without_products", 211),
        ("comext-easy-csv/comext_plastics_total.zip", "prodcom", "production_not_trade", 1448),
        ("comtrade-api-json/bulk_file_listing.json", "comtrade-file-list", "list_of_files", 1),
    ],
)
def test_tables_of_offices_without_products_say_which_table_is_needed(
    real_data: Path, file: str, reader: str, reason: str, rows: int
) -> None:
    batch = read_trade([real_data / "format-samples" / file])
    readers = {one.reader for one in batch.files if not one.reader.startswith("skipped")}
    assert readers == {reader}
    assert batch.dropped[reason] == rows
    assert batch.rows_read == sum(batch.dropped.values())
    (sentence,) = take_in(batch, None).failures
    assert "rows were dropped" in sentence
    assert re.search(r"(ask|download) .*\.$", sentence)
    assert len(sentence) <= 400


def test_a_workbook_of_the_data_browser_holds_totals_and_a_chapter(real_data: Path) -> None:
    """Two sheets of all goods and two of chapter 27; the months across are cells of their own."""
    batch = read_trade([real_data / "format-samples" / "comext-databrowser-xlsx"])
    readers = {one.name.rpartition("/")[2]: one.reader for one in batch.files}
    assert {readers[f"Sheet {n}"] for n in (3, 4)} == {"comext-browser"}
    assert all("only headings" in readers[f"Sheet {n}"] for n in (1, 2))
    assert batch.frame.height == 0
    assert batch.rows_read == sum(batch.dropped.values())


def test_us_census_countries_without_groups(real_data: Path) -> None:
    """Groups and continents stand among countries and must not be summed with them."""
    batch = read_trade([real_data / "format-samples" / "us-census" / "hs6_imports_2018.csv"])
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    assert batch.dropped == {"country_group": 156}
    assert set(batch.frame["partner"]) <= {*country_names(), "WLD"}
    assert batch.frame["value_usd"].null_count() == 0


def test_empty_answer(real_data: Path) -> None:
    assert (
        read_trade([real_data / "format-samples" / "comtrade-api-json" / "empty_answer.json"]).rows_read == 0
    )


def test_every_code_of_the_baci_country_list_is_known(real_data: Path) -> None:
    codes = pl.read_csv(
        real_data / "format-samples" / "baci" / "country_codes_V202301.csv", infer_schema=False
    ).select("country_code", "iso_3digit_alpha")
    known = area_codes("m49")
    for code, alpha3 in codes.rows():
        assert known[code] in {alpha3, "", "TWN"}
