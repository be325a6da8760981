"""Rebuild `hs_codes.csv`, the product codes of each HS edition, from the UNSD correlation tables.

Run: python -m tools.build_hs_codes CONCORDANCE.csv[.gz]
(columns `code.after`, `code.before`, `adjustment`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

OUT = Path(__file__).resolve().parents[1] / "data_contracts" / "codes" / "hs_codes.csv"
SIDES = {
    "HS2012": ("2017 to 2012", "code.before"),
    "HS2017": ("2017 to 2012", "code.after"),
    "HS2022": ("2022 to 2017", "code.after"),
}


def codes_of(concordance: pl.DataFrame) -> pl.DataFrame:
    """hs6, editions: the last two digits of the years of the editions that hold a code, sorted by code."""
    listed = [
        concordance.filter(pl.col("adjustment") == step)
        .select(pl.col(column).str.zfill(6).alias("hs6"), pl.lit(edition[-2:]).alias("edition"))
        .unique()
        for edition, (step, column) in SIDES.items()
    ]
    return (
        pl.concat(listed)
        .filter(pl.col("hs6").str.contains("^[0-9]{6}$"))
        .sort("hs6", "edition")
        .group_by("hs6", maintain_order=True)
        .agg(pl.col("edition").str.join(" ").alias("editions"))
    )


if __name__ == "__main__":
    codes_of(pl.read_csv(sys.argv[1], infer_schema=False)).write_csv(OUT)
