"""A small trade table of one's own, for the commands that learn from tables. All of it is simulated."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

CODES = ("854231", "854232", "853221")
SELLERS = ("DEU", "USA")
# Transit countries that begin to send on to Russia what they buy, and when.
OPENED = {
    "ARM": date(2022, 3, 1),
    "KGZ": date(2022, 3, 1),
    "GEO": date(2022, 6, 1),
    "UZB": date(2022, 6, 1),
    "TJK": date(2022, 12, 1),
    "AZE": date(2022, 12, 1),
}
OTHERS = ("ARG", "CHL", "COL", "PER", "URY", "ECU")
MONTHS = tuple(date(year, month, 1) for year in range(2020, 2025) for month in range(1, 13))[:48]


def own_trade() -> pl.DataFrame:
    """Canonical trade_flows: three codes, two sellers, six routes that open and six countries alongside."""
    rows: list[tuple[str, str, str, date, int]] = []
    for code in CODES:
        for month in MONTHS:
            for rank, country in enumerate((*OPENED, *OTHERS)):
                opened = country in OPENED and month >= OPENED[country]
                usual = 60_000 + 7_000 * rank + 3_000 * (month.month % 4)
                bought = usual * (12 if opened else 1)
                rows += [(seller, country, code, month, bought) for seller in SELLERS]
                rows.append((country, "RUS", code, month, usual * (9 if opened else 0) + 2_000))
            direct = 900_000 if month < date(2022, 3, 1) else 40_000
            rows += [(seller, "RUS", code, month, direct) for seller in SELLERS]
    names = ["reporter", "partner", "hs6", "period", "value_usd"]
    early = pl.col("period") < date(2022, 1, 1)
    return pl.DataFrame(rows, schema=names, orient="row").select(
        "reporter",
        "partner",
        pl.lit("X").alias("flow"),
        "hs6",
        pl.when(early).then(pl.lit("HS2017")).otherwise(pl.lit("HS2022")).alias("hs_edition"),
        "period",
        "value_usd",
        pl.lit(None, dtype=pl.Int64).alias("net_kg"),
        pl.lit(None, dtype=pl.Date).alias("known_at"),
        pl.lit("simulated").alias("source"),
    )


def write_own_trade(folder: Path) -> Path:
    """`trade.csv` in `folder`."""
    own_trade().write_csv(folder / "trade.csv")
    return folder / "trade.csv"
