"""Print what the champion says of every textbook case: `python -m tests.textbook.show [SEED ...]`."""

from __future__ import annotations

import sys

import polars as pl

from .casting import CASTS, CONTROLS, DECOYS, PLAIN
from .scored import scored


def overview(seed: int) -> pl.DataFrame:
    """Table, case, expected, risk, rank, band and grade of a seed, in order of risk within each table."""
    parts = [scored(name, seed).with_columns(table=pl.lit(name)) for name in CASTS]
    case = pl.col("case")
    expected = (
        pl.when(case.is_in([*PLAIN, *CONTROLS]))
        .then(pl.lit("ordinary"))
        .when(case.is_in(list(DECOYS)))
        .then(pl.lit("decoy"))
        .when(case == "crackdown")
        .then(pl.lit("below its twin"))
        .otherwise(pl.lit("diverter"))
    )
    columns = ["table", "case", "expected", pl.col("risk").round(3), "rank", "band", "grade", "country"]
    whole = pl.concat(parts).with_columns(expected=expected).select(columns)
    return whole.sort("table", "rank", "case", descending=[True, False, False], nulls_last=True)


def main(words: list[str]) -> None:
    """Print the overview of each seed that was named; seed 1 by default."""
    for seed in [int(word) for word in words] or [1]:
        print(f"seed {seed}; made-up countries, their codes are labels drawn by the seed")
        with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
            print(overview(seed))


if __name__ == "__main__":
    main(sys.argv[1:])
