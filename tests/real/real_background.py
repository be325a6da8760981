"""The folder of a background, made from the real development data (see their notes for columns and units)."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.sources.trade.areas import area_codes
from riskmodel.worlds.resampled.background import TOTALS

CN8 = "eu27-sanctioned-cn8-monthly/eu27_exports_cn8_monthly_2020_2022.parquet"
INDIA = "india-hs8-exports/india_exports_hs8_fy2017_2024.parquet"
CHINA = "baci-china-russia-hs6/baci_hs17_china_russia_2017_2023.csv.gz"
USA = "us-exports-monthly/us_exports_total_by_country_monthly_2013_2024.csv.gz"
THIRD = "baci-v202601-aggregates/third_country_exports_to_russia_pre_post.csv"


def write_background(real_data: Path, folder: Path) -> Path:
    """`folder` with trade/ and totals/ of the layout that `background_in` reads."""
    trade, totals = folder / "trade", folder / "totals"
    trade.mkdir(parents=True)
    totals.mkdir()
    for name in (CN8, INDIA):
        shutil.copy(real_data / name, trade)
    _china(real_data / CHINA).write_parquet(trade / "china.parquet")
    _usa(real_data / USA).write_parquet(totals / "usa.parquet")
    _third(real_data / THIRD).write_parquet(totals / "third.parquet")
    return folder


def _china(path: Path) -> pl.DataFrame:
    """Thousand US$ by year; HS2017."""
    table = pl.read_csv(path, schema_overrides={"hs6_2017": pl.String}).filter(exporter="CHN")
    found = {
        "reporter": pl.col("exporter"),
        "partner": pl.col("importer"),
        "flow": pl.lit("X"),
        "hs6": pl.col("hs6_2017").str.zfill(6),
        "hs_edition": pl.lit("HS2017"),
        "period": pl.date(pl.col("year"), 1, 1),
        "value_usd": (pl.col("value_kusd") * 1000).round(),
        "net_kg": pl.lit(None),
        "known_at": pl.lit(None),
        "source": pl.lit("baci"),
    }
    return table.select(found[name].cast(dtype).alias(name) for name, dtype in TRADE_FLOWS.items())


def _usa(path: Path) -> pl.DataFrame:
    """US$ by country and month; rows of regions are left out."""
    codes = area_codes("schedule_c")
    partner = pl.col("census_code").replace_strict(list(codes), list(codes.values()), default="")
    table = pl.read_csv(path, schema_overrides={"census_code": pl.String})
    named = table.select(
        pl.lit("USA").alias("reporter"),
        partner.alias("partner"),
        pl.col("month").str.to_date("%Y-%m").alias("period"),
        "value_usd",
    )
    return named.filter(pl.col("partner").str.len_chars() == 3).select(*TOTALS)


def _third(path: Path) -> pl.DataFrame:
    """Thousand US$ summed over 2018 to 2021: a quarter of it is taken as 2020."""
    table = pl.read_csv(path).drop_nulls("iso3")
    yearly = (pl.col("total_v") * 250).round().cast(pl.Int64)
    return table.select(
        pl.col("iso3").alias("reporter"),
        pl.lit("RUS").alias("partner"),
        pl.date(2020, 1, 1).alias("period"),
        yearly.alias("value_usd"),
    )
