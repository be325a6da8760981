"""Sums of every reader on real samples by reporter, flow and year, against a separate read with pandas."""

from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from sums import ours, same, theirs

from riskmodel.sources.trade.exchange import rates
from riskmodel.sources.trade.read import read_trade

pytestmark = pytest.mark.real


def test_cn8(real_data: Path) -> None:
    """Members to seven partners; euro at the yearly mean, eight digits only."""
    path = real_data / "eu27-sanctioned-cn8-monthly" / "eu27_exports_cn8_monthly_2020_2022.parquet"
    frame = pd.read_parquet(path).astype(dict.fromkeys(("reporter_iso3", "month", "code"), str))
    frame = frame[frame["code"].str.len().isin([6, 8])]
    rate = {day.year: r / 10_000 for day, r in rates("EUR").select("valid_from", "rate").rows()}
    frame["year"] = frame["month"].str[:4].astype(int)
    frame["usd"] = frame["value_eur"] * frame["year"].map(rate)
    frame["flow"] = "X"
    found = ours(read_trade([path]).frame)
    expected = theirs(frame, "reporter_iso3", "flow", "year", "usd")
    assert len(found) == 27 * 3
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-4, abs=20_000), key
    assert sum(found.values()) == pytest.approx(sum(expected.values()), rel=1e-6)


def test_india(real_data: Path) -> None:
    path = real_data / "india-hs8-exports" / "india_exports_hs8_fy2017_2024.parquet"
    frame = pd.read_parquet(path)
    frame["cents"] = (frame["value_usd_mn"].astype("float64") * 100).round()
    frame["usd"], frame["reporter"], frame["flow"] = frame["cents"] * 10_000, "IND", "X"
    frame["year"] = frame["fy"].astype(str).str[:4]
    same(ours(read_trade([path]).frame), theirs(frame, "reporter", "flow", "year", "usd"), 1)


def test_us_census(real_data: Path) -> None:
    path = real_data / "format-samples" / "us-census" / "hs6_imports_2018.csv"
    frame = pd.read_csv(path, dtype=str)
    country = ~frame["CTY_CODE"].str.contains(r"^(?:-|0\d{3}|\dXXX)$")
    frame = frame[country & (frame["SUMMARY_LVL"] == "DET")].copy()
    frame["usd"], frame["reporter"], frame["flow"] = frame["GEN_VAL_MO"].astype(int), "USA", "M"
    same(ours(read_trade([path]).frame), theirs(frame, "reporter", "flow", "YEAR", "usd"), 1)


@pytest.mark.parametrize(
    ("file", "edition"),
    [("armenia_vehicles_monthly.csv.gz", "HS2017"), ("armenia_mobile_phones_monthly.csv.gz", "HS2022"),],
)  # fmt: skip
def test_comtrade_by_modes(real_data: Path, file: str, edition: str) -> None:
    """Tables by mode of transport without a total: six digits, each top mode once."""
    path = real_data / "armenia-georgia-reexports" / file
    batch = read_trade([path], hs_edition=edition)
    frame = pd.read_csv(path, dtype=str)
    frame = frame[(frame["commodity_code"].str.len() == 6) & (frame["partner_code"] != "0")].copy()
    frame["usd"] = frame["trade_value_us"].astype(float)
    mode = frame["mot_code"].str.replace(".0", "", regex=False)
    frame["mode"], frame["top"] = mode, mode.str[:1] + "000"
    key = ["reporter_code", "partner_code", "trade_code", "commodity_code", "period"]
    total = frame.groupby(key)["mode"].transform(lambda m: (m == "0").any())
    parent = (frame["mode"] == frame["top"]).groupby([frame[c] for c in [*key, "top"]]).transform("any")
    used = (total & (mode == "0")) | (~total & (~parent | (mode == frame["top"])))
    used &= frame["trade_code"].isin(["X", "M", "RX"])
    found = ours(batch.frame)
    expected = theirs(frame[used], "reporter_code", "trade_code", "year", "usd")
    unplaced = {(found_key[1], found_key[2]): v for found_key, v in found.items()}
    assert len(unplaced)
    for (_, flow, year), value in expected.items():
        # Areas that are no country are left out by the reader alone.
        assert unplaced[flow, year] <= value + len(frame)
        assert unplaced[flow, year] >= value * 0.98 - len(frame)


def test_old_comtrade(real_data: Path) -> None:
    path = next((real_data / "format-samples" / "comtrade-legacy-csv").glob("*.csv"))
    frame = pd.read_csv(path, dtype=str)
    frame["usd"], frame["flow"] = frame["Trade Value (US$)"].astype(int), "X"
    found = read_trade([path]).frame
    world = found.filter(pl.col("partner") == "WLD")["value_usd"].sum()
    assert world == frame.loc[frame["Partner Code"] == "0", "usd"].sum()
    rest = frame[frame["Partner Code"] != "0"]
    if len(rest):
        same(ours(found), theirs(rest, "Reporter ISO", "flow", "Year", "usd"), 1)


def test_baci(real_data: Path, tmp_path: Path) -> None:
    """The real figures of China and Russia in the columns of the release."""
    frame = pd.read_csv(
        real_data / "baci-china-russia-hs6" / "baci_hs17_china_russia_2017_2023.csv.gz", dtype=str
    )
    number = {"CHN": "156", "RUS": "643"}
    release = pd.DataFrame({
        "t": frame["year"], "i": frame["exporter"].map(number), "j": frame["importer"].map(number),
        "k": frame["hs6_2017"].str.lstrip("0"), "v": frame["value_kusd"],
        "q": frame["quantity_t"].fillna("NA"),
    })  # fmt: skip
    path = tmp_path / "BACI_HS17_sample.csv"
    release.to_csv(path, index=False)
    frame["usd"], frame["flow"] = frame["value_kusd"].astype(float) * 1000, "X"
    same(ours(read_trade([path]).frame), theirs(frame, "exporter", "flow", "year", "usd"), 1)
