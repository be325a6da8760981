"""Trade signals on real tables, against figures that others published or that anyone can recompute."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts.tables import GOODS, TRADE_FLOWS
from features.reference.facts import coalition, priority_list
from features.trade.flows.windows import Windows
from features.trade.measures.mirror import asymmetry
from features.trade.measures.transit import substitution
from features.trade.signals import TradeSignals, trade_signals
from riskmodel.sources.trade.read import read_trade

pytestmark = pytest.mark.real

EURO = {2021: 1.1827, 2022: 1.0530, 2023: 1.0813}
CARS, PHONES = "870300", "851713"


@pytest.fixture(scope="module")
def cn8(real_data: Path) -> pl.DataFrame:
    """partner, code (CN8), value in March to November of 2021 and of 2022."""
    path = real_data / "eu27-sanctioned-cn8-monthly" / "eu27_exports_cn8_monthly_2020_2022.parquet"
    text = pl.col("code", "partner_iso3", "month").cast(pl.String)
    table = pl.read_parquet(path).with_columns(text).filter(pl.col("code").str.len_chars() == 8)
    year, month = pl.col("month").str.head(4), pl.col("month").str.tail(2).cast(pl.Int64)
    value = pl.col("value_eur").filter
    spring = table.filter(month.is_between(3, 11))
    return spring.group_by(pl.col("partner_iso3").alias("partner"), "code").agg(
        value(year == "2021").sum().alias("before"), value(year == "2022").sum().alias("after")
    )


def test_published_asymmetry() -> None:
    found = [
        pl.select(asymmetry(pl.lit(sent), pl.lit(arrived), cif).round(3)).item()
        for sent, arrived in ((84, 11), (28, 9))
        for cif in (1.0, 1.08)
    ]
    assert found == [0.768, 0.784, 0.514, 0.541]


def test_growth_multiples(cn8: pl.DataFrame) -> None:
    sums = cn8.group_by("partner").agg((pl.col("after").sum() / pl.col("before").sum()).round(1))
    published = {"KGZ": 7.9, "ARM": 4.3, "KAZ": 2.4, "GEO": 2.2, "UZB": 1.8, "BLR": 1.2}
    found = dict(sums.iter_rows())
    assert {partner: found[partner] for partner in published} == published


def test_levels_of_the_eu_table(real_data: Path) -> None:
    """EUR million of listed CN8 goods in 2020, 2021 and January to November 2022."""
    path = real_data / "eu27-sanctioned-cn8-monthly" / "eu27_exports_cn8_monthly_2020_2022.parquet"
    text = pl.col("code", "partner_iso3", "month").cast(pl.String)
    table = pl.read_parquet(path).with_columns(text).filter(pl.col("code").str.len_chars() == 8)
    sums = table.group_by("partner_iso3", pl.col("month").str.head(4).alias("year")).agg(
        (pl.col("value_eur").sum() / 1e6).round().cast(pl.Int64).alias("eur_m")
    )
    found = {(partner, year): value for partner, year, value in sums.iter_rows()}
    published = {"RUS": (29_543, 33_195, 12_554), "ARM": (184, 198, 702), "KGZ": (63, 75, 495)}
    for partner, values in published.items():
        assert tuple(found[partner, year] for year in ("2020", "2021", "2022")) == values


def test_totals_of_all_goods(real_data: Path) -> None:
    """EU exports of all goods, EUR million 2021 to 2023: totals grow everywhere and single no one out."""
    path = real_data / "eu27-exports-totals" / "eu27_total_exports_by_partner_annual.csv.gz"
    table = pl.read_csv(path, infer_schema=False).with_columns(pl.col("value_eur").cast(pl.Float64))
    found = {
        (partner, year): round(value / 1e6)
        for partner, year, value in table.select("partner_iso3", "year", "value_eur").iter_rows()
    }
    published = {
        "KGZ": (263, 1_171, 2_734),
        "TUR": (79_128, 99_563, 111_429),
        "ARE": (29_806, 35_686, 38_818),
    }
    for partner, values in published.items():
        assert tuple(found[partner, year] for year in ("2021", "2022", "2023")) == values


def test_national_exports_to_russia(real_data: Path) -> None:
    """US$ million 2021 to 2023, as the four countries report them."""
    path = real_data / "national-partner-totals" / "national_partner_totals.csv.gz"
    table = pl.read_csv(path, infer_schema=False).filter(
        (pl.col("partner_iso3") == "RUS") & (pl.col("flow") == "export")
    )
    yearly = pl.col("period").str.head(4).alias("year")
    sums = table.group_by("reporter_iso3", yearly).agg(pl.col("value_usd").cast(pl.Float64).sum() / 1e6)
    found = {(reporter, year): round(value) for reporter, year, value in sums.iter_rows()}
    published = {
        "KGZ": (393, 1_070, 824),
        "ARM": (841, 2_463, 3_540),
        "KAZ": (7_019, 9_091, 10_207),
        "UZB": (2_088, 3_151, 3_496),
    }
    for reporter, values in published.items():
        assert tuple(found[reporter, year] for year in ("2021", "2022", "2023")) == values


def test_substitution_by_product_and_the_negative_control(cn8: pl.DataFrame) -> None:
    """Trap 3: the goods that rise are those Russia lost; not so for Belarus, itself sanctioned."""
    direct = pl.when(pl.col("partner") == "RUS").then(pl.lit("direct")).otherwise(pl.lit("inbound"))
    sums = cn8.select(
        direct.alias("leg"),
        pl.col("partner").alias("country"),
        pl.col("code").alias("family"),
        pl.col("after").alias("recent_usd"),
        pl.col("before").alias("baseline_usd"),
    )
    found = dict(substitution(sums).with_columns(pl.col("substitution").round(2)).iter_rows())
    assert found == {"KAZ": 0.40, "ARM": 0.39, "KGZ": 0.38, "GEO": 0.25, "UZB": 0.23, "BLR": -0.24}


@pytest.mark.slow
def test_signals_of_the_eu_table(real_data: Path) -> None:
    folder = real_data / "eu27-sanctioned-cn8-monthly"
    frame = read_trade([folder / "eu27_exports_cn8_monthly_2020_2022.parquet"]).frame
    windows = Windows(date(2020, 1, 1), date(2021, 12, 1), 9)
    found = trade_signals(frame, listed(frame["hs6"].unique().sort()), windows, date(2023, 1, 31)).countries
    assert "BLR" not in found["country"].to_list()
    assert found.sort("inbound_surge", descending=True)["country"].to_list()[:2] == ["KGZ", "ARM"]
    assert found["onward_surge"].null_count() == found.height == 5
    assert found["displaced_usd"].min() > 100_000_000
    assert found["inbound_coverage"].min() > 0.95


def test_kyrgyz_mirror_gap_opens(real_data: Path) -> None:
    sent = pl.read_csv(
        real_data / "eu27-exports-totals" / "eu27_total_exports_by_partner_annual.csv.gz", infer_schema=False
    ).filter(pl.col("partner_iso3") == "KGZ")
    euro = {int(y): float(v) for y, v in sent.select("year", "value_eur").iter_rows()}
    members = sorted(coalition(date(2021, 1, 1)))
    national = pl.read_csv(
        real_data / "national-partner-totals" / "national_partner_totals.csv.gz", infer_schema=False
    ).filter(
        (pl.col("reporter_iso3") == "KGZ") & (pl.col("flow") == "import") & pl.col("partner_iso3").is_in(EU)
    )
    assert set(EU) <= set(members)
    arrived = national.group_by("period").agg(pl.col("value_usd").cast(pl.Float64).sum())
    dollars = {int(y): v for y, v in arrived.iter_rows() if y in ("2021", "2022", "2023")}
    assert {y: round(v / 1e6) for y, v in dollars.items()} == {2021: 289, 2022: 527, 2023: 965}
    gaps = [
        pl.select(asymmetry(pl.lit(euro[year] * EURO[year]), pl.lit(dollars[year]))).item()
        for year in (2021, 2022, 2023)
    ]
    assert gaps[0] < 0.1 < 0.4 < gaps[1] < gaps[2]


EU = (
    *("AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN"),
    *("IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE"),
)


def listed(codes: Iterable[str]) -> pl.DataFrame:
    return pl.DataFrame([{"hs6": code, "tier": None, "source": "test"} for code in codes], schema=GOODS)


def two_legs(table: pl.DataFrame, country: str, code: str, last: str) -> pl.DataFrame:
    """A country's own monthly reports as two legs, up to month `last`.

    What it declares to import from the coalition stands in for the coalition's exports, as of one sender;
    a month it reported without such a row is a zero.
    """
    members = sorted(coalition(date(2022, 6, 30)))
    known = table.filter(pl.col("period") <= last).with_columns(
        pl.col("trade_value_us").cast(pl.Float64), pl.col("period").str.to_date()
    )
    arrives = (pl.col("trade_code") == "M") & pl.col("partner_iso").is_in(members)
    leaves = (pl.col("trade_code") == "X") & (pl.col("partner_iso") == "RUS")
    rows: list[dict[str, Any]] = []
    for leg, reporter, partner in ((arrives, "USA", country), (leaves, country, "RUS")):
        sums = known.filter(leg).group_by("period").agg(pl.col("trade_value_us").sum())
        months = known.select("period").unique().join(sums, on="period", how="left").sort("period")
        rows += [
            {
                "reporter": reporter,
                "partner": partner,
                "flow": "X",
                "hs6": code,
                "hs_edition": "HS2022",
                "period": period,
                "value_usd": round(value or 0),
                "known_at": period,
                "source": "test",
            }
            for period, value in months.iter_rows()
        ]
    return pl.DataFrame(rows, schema=TRADE_FLOWS)


def vehicles(real_data: Path, country: str) -> pl.DataFrame:
    path = real_data / "armenia-georgia-reexports" / f"{country}_vehicles_monthly.csv.gz"
    table = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy")
    return table.filter(pl.col("aggregate_level") == "4")


def only(signals: TradeSignals) -> dict[str, Any]:
    return signals.countries.row(0, named=True)


def test_armenian_cars_light_matched_transit(real_data: Path) -> None:
    table = two_legs(vehicles(real_data, "armenia"), "ARM", CARS, "2022-12-01")
    found = only(trade_signals(table, listed([CARS]), Windows(), date(2023, 1, 31)))
    assert found["matched_transit_usd"] > 100_000_000
    assert found["pass_through"] > 0.5
    assert found["onward_surge"] > 3
    before = two_legs(vehicles(real_data, "armenia"), "ARM", CARS, "2022-02-01")
    quiet = only(trade_signals(before, listed([CARS]), Windows(), date(2022, 3, 31)))
    assert quiet["matched_transit_usd"] * 50 < found["matched_transit_usd"]


def test_armenian_phones_light_matched_transit(real_data: Path) -> None:
    """Small, since Armenia records phones by origin (Viet Nam, China): the coalition's part alone counts."""
    path = real_data / "armenia-georgia-reexports" / "armenia_mobile_phones_monthly.csv.gz"
    table = two_legs(pl.read_csv(path, infer_schema=False), "ARM", PHONES, "2023-06-01")
    windows = Windows(date(2022, 1, 1), date(2022, 6, 1), 6)
    found = only(trade_signals(table, listed([PHONES]), windows, date(2023, 7, 31)))
    assert found["matched_transit_usd"] > 1_000_000
    assert found["onward_excess_usd"] > 150_000_000


def test_georgian_cars_before_2022_do_not(real_data: Path) -> None:
    """Trap 7: used cars were re-exported legally; a large even trade lights nothing."""
    windows = Windows(date(2021, 1, 1), date(2021, 12, 1))
    before = two_legs(vehicles(real_data, "georgia"), "GEO", CARS, "2022-02-01")
    quiet = trade_signals(before, listed([CARS]), windows, date(2022, 2, 28))
    assert quiet.sums.families.filter(pl.col("leg") == "inbound")["recent_usd"].item() > 100_000_000
    assert only(quiet)["matched_transit_usd"] == 0
    after = two_legs(vehicles(real_data, "georgia"), "GEO", CARS, "2023-06-01")
    assert (
        only(trade_signals(after, listed([CARS]), windows, date(2023, 6, 30)))["matched_transit_usd"]
        > 30_000_000
    )


@pytest.mark.parametrize(("year", "flagged"), [(2021, False), (2022, True), (2023, True), (2024, True)])
def test_indian_priority_goods_flagged_from_2022_23(real_data: Path, year: int, flagged: bool) -> None:
    """A fiscal year is one row in its first month; the list is younger than the years, by hindsight."""
    table = pl.read_parquet(real_data / "india-hs8-exports" / "india_exports_hs8_fy2017_2024.parquet")
    text = table.with_columns(pl.col("hs8", "fy", "partner_iso3").cast(pl.String))
    start = pl.col("fy").str.head(4).cast(pl.Int32)
    listed_codes = priority_list()["hs6"].to_list()
    rows = (
        text.filter(
            (pl.col("partner_iso3") == "RUS")
            & pl.col("hs8").str.head(6).is_in(listed_codes)
            & start.is_between(2018, year)
        )
        .group_by(pl.col("hs8").str.head(6).alias("hs6"), pl.date(start, 4, 1).alias("period"))
        .agg((pl.col("value_usd_mn").cast(pl.Float64).sum() * 1e6).round().cast(pl.Int64).alias("value_usd"))
    )
    flows = pl.DataFrame(
        [
            {
                "reporter": "IND",
                "partner": "RUS",
                "flow": "X",
                "hs_edition": "HS2017",
                "source": "test",
                **row,
            }
            for row in rows.with_columns(
                pl.date(pl.col("period").dt.year() + 1, 6, 30).alias("known_at")
            ).to_dicts()
        ],
        schema=TRADE_FLOWS,
    )
    windows = Windows(date(2018, 4, 1), date(2020, 4, 1), oldest_usable_months=30)
    found = only(trade_signals(flows, priority_list(), windows, date(year + 1, 7, 31), allow_hindsight=True))
    assert found["inbound_surge"] is None
    assert (found["onward_excess_usd"] > 25_000_000 and found["onward_surge"] > 0.4) is flagged
