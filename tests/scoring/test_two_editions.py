"""Months that one reporter and partner give in two HS editions: a run uses one and names the other."""

import json
from pathlib import Path

import polars as pl
import pytest

from riskmodel.cli import main

TWICE = ("DEU", "TJK")


def scored(tiny, trade: pl.DataFrame, folder: Path) -> Path:
    """The run folder of the tiny world with this trade table."""
    trade.write_csv(folder / "trade.csv")
    with pytest.raises(SystemExit) as stopped:
        main([*tiny.arguments(folder / "run", trade=str(folder / "trade.csv")), "--quiet"])
    assert stopped.value.code == 0
    return folder / "run"


def all_goods(tiny) -> pl.DataFrame:
    """The tiny table with what two reporters sell of 22 chapters, and a little of each code from one."""
    made = [f"{chapter:02d}0110" for chapter in range(1, 23)]
    codes = tiny.trade["hs6"].unique(maintain_order=True)
    sold = pl.concat(
        pl.DataFrame(
            {"reporter": who, "hs6": codes, "value_usd": value}, schema_overrides={"value_usd": pl.Int64()}
        )
        for who, codes, value in (("DEU", made, 1_000_000), ("TJK", made, 100_000), ("TJK", codes, 10_000))
    )
    months = tiny.trade.filter(pl.col("hs_edition") == "HS2017").select("period").unique()
    rest = tiny.trade.select("flow", "hs_edition", "net_kg", "known_at", "source").head(1)
    rows = sold.join(months, how="cross").join(rest, how="cross")
    return pl.concat([tiny.trade, rows.with_columns(partner=pl.lit("PER")).select(tiny.trade.columns)])


@pytest.fixture(scope="module")
def runs(tiny, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, int]:
    """A run without the second edition, a run with it, and the rows of the second edition.

    It holds what two reporters sent of listed codes once more in the edition before, a little less of each,
    and one code that the newer edition split.
    """
    table = all_goods(tiny)
    older = pl.col("hs_edition").replace_strict({"HS2022": "HS2017", "HS2017": "HS2012"})
    listed = pl.col("hs6").is_in(tiny.trade["hs6"].implode())
    again = table.filter(pl.col("reporter").is_in(TWICE) & listed).with_columns(
        older, (pl.col("value_usd") * 9 // 10).alias("value_usd")
    )
    split = again.filter(pl.col("hs6") == "854231").with_columns(pl.lit("854140").alias("hs6"))
    second = pl.concat([again, split.with_columns(pl.col("value_usd") // 100)])
    one = scored(tiny, table, tmp_path_factory.mktemp("one"))
    both = scored(tiny, pl.concat([table, second]), tmp_path_factory.mktemp("two"))
    return one, both, second.height


def test_totals_and_comparative_advantage_use_one_edition(runs) -> None:
    one, both, _ = runs
    for name in ("signals", "series", "scores_country", "scores_product"):
        first, second = (pl.read_parquet(run / f"{name}.parquet") for run in (one, both))
        assert first.drop("run_id", strict=False).equals(second.drop("run_id", strict=False)), name
    signals = pl.read_parquet(both / "signals.parquet").filter(country="TJK")
    assert signals.select("rca_mismatch", "inbound_excess_usd", "onward_excess_usd").null_count().row(0) == (
        0,
        0,
        0,
    )


def test_rows_of_the_other_edition_are_counted_by_name(runs) -> None:
    one, both, second = runs
    first, other = (
        json.loads((run / "manifest.json").read_text())["rows"]["trade_flows"] for run in (one, both)
    )
    assert "other_hs_edition" not in first["of_accepted"]
    assert other["of_accepted"] == {**first["of_accepted"], "other_hs_edition": second}
    assert other["accepted"] == first["accepted"] + second
