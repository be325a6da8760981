"""A tiny hand-made trade table: three coalition reporters, one planted route, five control countries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

REPORTERS = ("DEU", "JPN", "USA")
CONTROLS = ("ARG", "CHL", "COL", "ECU", "PER", "URY")
CODES = ("854231", "854232", "853221", "852691", "847150", "853400", "903020", "848210", "901420", "854121")
ROUTE = "TJK"
QUIET = "MNG"
TURN = date(2022, 3, 1)


def months() -> list[date]:
    """January 2019 to April 2024."""
    return [date(year, month, 1) for year in range(2019, 2025) for month in range(1, 13)][:64]


def trade() -> pl.DataFrame:
    """Canonical trade_flows: goods that leave the direct leg in March 2022 turn up in ROUTE and go onward."""
    rows = []
    for place, code in enumerate(CODES):
        for period in months():
            after = period >= TURN
            season = 10_000 * (period.month % 4)
            for reporter in REPORTERS:
                size = 200_000 + 20_000 * place + season
                partners = dict.fromkeys(CONTROLS, size) | {
                    "RUS": 40_000 if after else 900_000,
                    ROUTE: 700_000 if after else 50_000,
                    QUIET: 80_000,
                }
                rows += [(reporter, partner, "X", code, period, value) for partner, value in partners.items()]
            rows.append((ROUTE, "RUS", "X", code, period, 1_800_000 if after else 60_000))
            rows.append((QUIET, "RUS", "X", code, period, 30_000))
    frame = pl.DataFrame(
        rows, schema=["reporter", "partner", "flow", "hs6", "period", "value_usd"], orient="row"
    )
    return frame.select(
        "reporter",
        "partner",
        "flow",
        "hs6",
        pl.when(pl.col("period") < date(2022, 1, 1))
        .then(pl.lit("HS2017"))
        .otherwise(pl.lit("HS2022"))
        .alias("hs_edition"),
        "period",
        "value_usd",
        pl.lit(None, dtype=pl.Int64).alias("net_kg"),
        pl.lit(None, dtype=pl.Date).alias("known_at"),
        pl.lit("hand-made").alias("source"),
    )


def articles() -> pl.DataFrame:
    """Two stories about transit, one about sport, one of a country that has no trade in the table."""
    rows = [
        (
            "a1",
            "2024-03-04T08:00:00Z",
            "Trade Wire",
            "Controlled chips pass through Tajikistan",
            "Officials said that sanctioned microchips reach Russia through Tajikistan. Traders in Dushanbe "
            "re-export European electronics to Russian buyers.",
        ),
        (
            "a2",
            "2024-04-10T08:00:00Z",
            "Harbour Post",
            "Pressure on Lebanon",
            "The United States urged Lebanon to stop the re-export of dual-use goods to Russia.",
        ),
        (
            "a3",
            "2024-04-11T08:00:00Z",
            "Sports Daily",
            "Chess in Peru",
            "Peru won the chess final against Chile in Lima on Sunday.",
        ),
    ]
    return pl.DataFrame(
        [(*row[:3], "en", *row[3:], None) for row in rows],
        schema=["article_id", "published_at", "source", "language", "title", "text", "url"],
        orient="row",
    )


def listings() -> pl.DataFrame:
    """Three listings of entities."""
    rows = [
        (
            "TJK",
            "2023-11-02",
            "US",
            "SDN",
            3,
            "unknown",
            "hand-made",
            "=1+1 <b>Ltd</b> [7]; Alfa; and 1 more",
        ),
        ("TJK", "2024-02-23", "EU", "Annex IV", 1, "true", "hand-made", None),
        ("ARE", "2023-05-19", "US", "SDN", 2, "unknown", "hand-made", None),
    ]
    names = ["country", "listed_on", "jurisdiction", "list", "n_entities", "goods_diversion", "source"]
    return pl.DataFrame(rows, schema=[*names, "entities"], orient="row")


@dataclass(frozen=True)
class Tiny:
    """The tables and a folder that holds them as files."""

    folder: Path
    trade: pl.DataFrame
    articles: pl.DataFrame
    listings: pl.DataFrame

    def arguments(self, out: Path, **replaced: str) -> list[str]:
        """The command line of a run on these files; `replaced` changes or adds options."""
        options = {
            "trade": str(self.folder / "trade.csv"),
            "articles": str(self.folder / "articles.jsonl"),
            "listings": str(self.folder / "listings.csv"),
            "as-of": "2024-06-30",
            "out": str(out),
        } | {name.replace("_", "-"): value for name, value in replaced.items()}
        words = [word for name, value in options.items() if value for word in (f"--{name}", value)]
        return ["score", *words]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """The tiny inputs, written once."""
    folder = tmp_path_factory.mktemp("tiny")
    tables = Tiny(folder, trade(), articles(), listings())
    tables.trade.write_csv(folder / "trade.csv")
    tables.articles.write_ndjson(folder / "articles.jsonl")
    tables.listings.write_csv(folder / "listings.csv")
    return tables
