"""The first readers on the real development data, against counts their provenance notes publish."""

import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskmodel.sources.goods import read_goods
from riskmodel.sources.listings import read_listings
from riskmodel.sources.news.articles import read_articles
from riskmodel.sources.trade.read import read_trade

pytestmark = pytest.mark.real

# EUR million, 2020, 2021, January to November 2022, as published with the table.
EURO = {"RUS": (29_543, 33_195, 12_554), "ARM": (184, 198, 702), "KGZ": (63, 75, 495)}
RATE = (1.1422, 1.1827, 1.0530)


def test_cn8_table_keeps_its_published_sums(real_data: Path) -> None:
    start = time.monotonic()
    batch = read_trade([real_data / "eu27-sanctioned-cn8-monthly"
                        / "eu27_exports_cn8_monthly_2020_2022.parquet"])  # fmt: skip
    assert time.monotonic() - start < 20  # under 3 s on an idle machine
    assert batch.rows_read == 1_141_069 == batch.frame.height + sum(batch.dropped.values())
    assert batch.dropped["hs4_overlaps_cn8"] == 144_043
    sums = batch.frame.group_by("partner", pl.col("period").dt.year()).agg(pl.col("value_usd").sum())
    found = {(p, y): v for p, y, v in sums.rows()}
    for partner, euros in EURO.items():
        for year, euro, rate in zip((2020, 2021, 2022), euros, RATE, strict=True):
            assert found[partner, year] / 1e6 / rate == pytest.approx(euro, abs=0.51)


def test_cn8_keys_are_unique(real_data: Path) -> None:
    frame = read_trade([real_data / "eu27-sanctioned-cn8-monthly"
                        / "eu27_exports_cn8_monthly_2020_2022.parquet"]).frame  # fmt: skip
    assert not frame.select("reporter", "partner", "hs6", "period").is_duplicated().any()


def test_goods_lists(real_data: Path) -> None:
    cn8 = read_goods(real_data / "trade-reference" / "eu_export_sanctions_cn8_jan2023.csv.gz")
    assert cn8.rows_read == 2_223
    assert cn8.frame["hs6"].str.contains(r"^\d{6}$").all()
    priority = read_goods(real_data / "trade-reference" / "chpl_hs6_tiers.csv")
    assert priority.frame["tier"].value_counts(sort=True).height == 6
    assert priority.frame.height == 50


def test_articles(real_data: Path) -> None:
    seed = read_articles([real_data / "seed-article"], published_at=date(2024, 8, 5)).frame
    assert seed["article_id"].to_list() == ["us-turkey-ambassador-2024-08"]
    assert seed["text"][0].startswith("Amidst escalating")
    register = read_articles([real_data / "us-federal-register-abstracts"]).frame
    assert register.height == 2_782 == register["article_id"].n_unique()
    assert register["published_at"].null_count() == 0
    for sample, rows in (("articles-jsonl", 10), ("rss-entries-json", 48)):
        frame = read_articles([real_data / "format-samples" / sample]).frame
        assert frame.height == rows
        assert frame["published_at"].null_count() == 0
        assert frame["published_at"].dtype == pl.Datetime("us", "UTC")


def test_listings(real_data: Path) -> None:
    ofac = read_listings([real_data / "ofac-russia-designations"])
    assert ofac.rows_read == 3_707 == ofac.frame.height + sum(ofac.dropped.values())
    assert ofac.frame["listed_on"].max() <= date(2023, 12, 31)
    events = read_listings([real_data / "designation-events" / "designation_events_by_country.csv"])
    assert events.rows_read == 152 == events.frame.height + sum(events.dropped.values())
    assert set(events.frame["jurisdiction"]) == {"US", "EU", "UK"}
