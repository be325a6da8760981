"""Zero is a value: tables of zeros, of one row, one reporter, one country end in a run or a reason.

Every kind is drawn from a seed. No run may end with an error that names no cause, and what it publishes
passes its own contract, which is part of the run.
"""

import random
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskmodel.cli import main

CODES = ("854231", "854232", "853221", "852691", "847150", "903020", "848210", "610910")
COALITION = ("DEU", "JPN", "USA")
TRANSIT = ("KGZ", "TJK", "MNG", "ARG", "PER", "ARE")
MONTHS = [date(year, month, 1) for year in range(2019, 2025) for month in range(1, 13)][:64]
CHOICES = {
    # values, reporters, transit countries, codes, months, share of rows that are there
    "zeros": ((0,), COALITION, TRANSIT, CODES, MONTHS, 0.3),
    "zeros of one family": ((0,), COALITION, TRANSIT, CODES[:1], MONTHS, 1.0),
    "zero baseline": ((0, 50_000), COALITION, TRANSIT, CODES, MONTHS, 0.3),
    "zero and a dollar": ((0, 0, 1), COALITION, TRANSIT, CODES, MONTHS, 0.4),
    "equal values": ((10_000_000,), COALITION, TRANSIT, CODES[:3], MONTHS, 1.0),
    "one reporter": ((0, 1_000, 5_000_000), COALITION[:1], TRANSIT, CODES, MONTHS, 0.4),
    "one country": ((0, 1_000, 5_000_000), COALITION, TRANSIT[:1], CODES, MONTHS, 0.6),
    "one month": ((0, 7_000_000), COALITION, TRANSIT, CODES, MONTHS[-1:], 1.0),
    "baseline only": ((0, 7_000_000), COALITION, TRANSIT, CODES, MONTHS[:36], 0.3),
    "the largest values": ((0, 10**13), COALITION, TRANSIT, CODES[:2], MONTHS, 0.5),
    "unlisted goods": ((0, 5_000), COALITION, TRANSIT, CODES[-1:], MONTHS, 0.5),
}


def table(kind: str, seed: int) -> pl.DataFrame:
    """A table of some kind, drawn from a seed; `one row` is a row of another one."""
    values, reporters, countries, codes, months, share = CHOICES["zeros" if kind == "one row" else kind]
    draw = random.Random(f"{kind} {seed}")
    late = {0} if kind == "zero baseline" else set(values)
    rows = [
        (reporter, partner, flow, code, "HS2017" if month.year < 2022 else "HS2022", month,
         draw.choice(values if month.year > 2021 else sorted(late)), draw.choice((None, 0, 5)))
        for reporter, partner, flow in (
            *((r, c, "X") for r in reporters for c in (*countries, "RUS")),
            *((c, "RUS", "X") for c in countries),
            *((c, r, "M") for c in countries for r in reporters),
        )
        for code in codes
        for month in months
        if draw.random() < share
    ]  # fmt: skip
    if kind == "one row":
        rows = [draw.choice(rows)]
    names = ["reporter", "partner", "flow", "hs6", "hs_edition", "period", "value_usd", "net_kg"]
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.mark.parametrize("kind", [*CHOICES, "one row"])
def test_a_tiny_table_ends_in_a_run_or_a_reason(kind: str, tmp_path: Path, capsys) -> None:
    table(kind, 1).write_csv(tmp_path / "trade.csv")
    words = ["--trade", str(tmp_path / "trade.csv"), "--as-of", "2024-06-30", "--out", str(tmp_path / "run")]
    with pytest.raises(SystemExit) as stopped:
        main(["score", *words, "--quiet"])
    said = capsys.readouterr().err
    assert stopped.value.code in (0, 3), said
    assert "unexpected" not in said.lower()
    if stopped.value.code == 0:
        products = pl.read_parquet(tmp_path / "run" / "scores_product.parquet")
        assert products.select(pl.selectors.float().is_nan().any()).sum_horizontal().sum() == 0
