"""The real scoring job on a table: as a user would run it, in a temporary folder."""

from __future__ import annotations

import tempfile
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from features.reference.facts import priority_list

from .casting import TableName
from .goods import AS_OF
from .tables import textbook


def score_table(trade: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """`scores_country` of a trade table, with the champion and the default goods list.

    A date before the list was published is scored with hindsight.

    Raises
    ------
    RuntimeError: the job ended with another code than 0; what it said is on standard error.
    """
    from riskmodel.cli import main

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trade.write_parquet(folder / "trade.parquet")
        words = ["score", "--trade", folder / "trade.parquet", "--as-of", as_of, "--out", folder / "run"]
        if priority_list().filter(pl.col("valid_from") <= as_of).is_empty():
            words.append("--allow-hindsight")
        try:
            main([str(word) for word in (*words, "--quiet")])
        except SystemExit as ended:
            if ended.code:
                raise RuntimeError(f"riskmodel score ended with {ended.code}") from ended
        return pl.read_parquet(folder / "run" / "scores_country.parquet")


@cache
def scored(name: TableName, seed: int) -> pl.DataFrame:
    """Scores of a textbook table by case: case, country, rank, risk, band, grade; plain ones too.

    Each table is scored once per process. Raises as `score_table`.
    """
    table = textbook(name, seed)
    cases = pl.DataFrame({"case": list(table.label), "country": list(table.label.values())})
    scores = score_table(table.trade, AS_OF).select("country", "rank", "risk", "band", "grade")
    return cases.join(scores, on="country", how="left", maintain_order="left")


def risk(name: TableName, seed: int, case: str) -> float:
    """Risk of a case. Raises ValueError where it was not scored: then no order can be judged."""
    row = scored(name, seed).row(by_predicate=pl.col("case") == case, named=True)
    if row["risk"] is None:
        raise ValueError(f"{case} of table {name}, seed {seed}, was not scored (grade {row['grade']})")
    return float(row["risk"])
