"""Trade inputs that people have (`cases` next to the real data): read right, or refused under a rule."""

from pathlib import Path

import polars as pl
import pytest

from data_contracts.checking.check import Validation, validate
from data_contracts.trade_flows.contract import CONTRACT
from riskmodel.errors import InputUnreadable
from riskmodel.sources.trade.read import read_trade

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def cases(real_data: Path) -> Path:
    folder = real_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip("no folder of cases next to the real data")
    return folder


def checked(*paths: Path) -> Validation:
    return validate(CONTRACT, read_trade(list(paths)).frame)


@pytest.mark.parametrize(
    ("form", "dollars", "kilograms"),
    [
        ("bulk", 1053, 10),
        ("cn8", 1053, 10),
        ("easy", 1053, None),
        ("sdmx", 1053, 10),
        ("india", 1_250_000, 5),
    ],
)
def test_01_one_copy_counts(cases: Path, form: str, dollars: int, kilograms: int | None) -> None:
    batch = read_trade(sorted((cases / "01-comext-same-download-twice" / form).iterdir()))
    assert batch.frame.select("value_usd", "net_kg").rows() == [(dollars, kilograms)]
    assert batch.dropped["exact_duplicate"] >= 1


@pytest.mark.parametrize("file", ["bulk.csv", "sdmx.csv"])
def test_05_the_united_kingdom_counts_once(cases: Path, file: str) -> None:
    batch = read_trade([cases / "05-comext-gb-beside-xu-and-xi" / file])
    assert batch.frame.select("partner", "value_usd").rows() == [("GBR", 1158)]
    assert batch.dropped == {"part_of_united_kingdom": 2}


@pytest.mark.parametrize(
    ("file", "dollars"),
    [
        ("canonical.csv", [125_000, 25_000, 1_234_000]),
        ("comtrade.csv", [125_340, 999, 1_234_567]),
        ("cn8.csv", [1_300, 12_999]),
        ("decimal_comma.csv", [125_341, 999]),
    ],
)
def test_06_dots_between_thousands(cases: Path, file: str, dollars: list[int]) -> None:
    assert checked(cases / "06-thousands-dots" / file).accepted["value_usd"].to_list() == dollars


def test_06_what_cannot_be_decided_is_refused_under_a_rule(cases: Path) -> None:
    result = checked(cases / "06-thousands-dots" / "only_round_numbers.csv")
    assert result.accepted.height == 0
    assert result.quarantined["broke_value_usd_is_whole_number"].all()


def test_07_names_of_countries(cases: Path) -> None:
    folder = cases / "07-easy-comext-names-of-countries"
    rows = checked(folder / "english.csv").accepted
    assert rows["partner"].to_list() == [
        "KGZ", "TUR", "ARM", "KAZ", "GEO", "UZB", "SRB", "ARE", "RUS", "MDA", "IRN", "KOR"
    ]  # fmt: skip
    assert rows["value_usd"].to_list() == [1053] * 12
    french = checked(folder / "french.csv").accepted
    assert french.select("reporter", "partner", "flow", "value_usd").rows() == [("DEU", "KGZ", "X", 1053)]


def test_12_na_in_codes_is_nothing_said(cases: Path) -> None:
    folder = cases / "12-r-na-in-comtrade-codes"
    written, blank = (
        checked(folder / name).accepted.drop("source_file") for name in ("write_csv.csv", "blank.csv")
    )
    assert written.equals(blank)
    assert written.select("value_usd", "net_kg").rows() == [(1000, 10), (1000, None)]


def test_25_quantities_alone_are_no_value_and_second_partners_no_total(cases: Path) -> None:
    folder = cases / "25-sentences-that-mislead"
    with pytest.raises(InputUnreadable, match="no month has a value in euro"):
        read_trade([folder / "no_price_yet.csv"])
    assert read_trade([folder / "only_second_partners.csv"]).dropped == {"second_partner_part": 2}


def test_the_real_table_of_the_union_given_twice_keeps_its_total(real_data: Path, tmp_path: Path) -> None:
    file = real_data / "eu27-sanctioned-cn8-monthly" / "eu27_exports_cn8_monthly_2020_2022.parquet"
    second = tmp_path / "again.parquet"
    pl.read_parquet(file).filter(pl.col("partner_iso3") == "UZB").write_parquet(second)
    once, twice = read_trade([file]), read_trade([file, second])
    assert once.frame["value_usd"].sum() == twice.frame["value_usd"].sum() == 109_026_847_185
    assert twice.dropped["exact_duplicate"] == pl.read_parquet(second).height
