"""A canonical table reads the same from CSV, gzip, Parquet, several files and folders."""

import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from data_contracts.tables import TRADE_FLOWS
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import stack
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.trade.read import read_trade, trade_parts


@pytest.fixture
def table() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "reporter": ["DEU", "USA", "KGZ"],
            "partner": ["KGZ", "KGZ", "RUS"],
            "flow": ["X", "X", "X"],
            "hs6": ["010121", "854231", "854231"],
            "hs_edition": ["HS2022"] * 3,
            "period": [date(2022, 5, 1)] * 3,
            "value_usd": [1200, 5, 0],
            "net_kg": [3, None, 0],
            "known_at": [date(2022, 7, 15), None, None],
            "source": ["own"] * 3,
        },
        schema=TRADE_FLOWS,
    )


def written(table: pl.DataFrame, folder: Path, how: str) -> list[Path]:
    if how == "parquet":
        table.write_parquet(folder / "t.parquet")
    elif how == "folder":
        for number in range(table.height):
            table.slice(number, 1).write_csv(folder / f"part{number}.csv")
        return [folder]
    else:
        text = {"tsv": table.write_csv(separator="\t"), "semicolon": table.write_csv(separator=";")}
        plain = text.get(how, table.write_csv()).encode()
        if how == "crlf":
            plain = plain.replace(b"\n", b"\r\n")
        if how == "bom":
            plain = b"\xef\xbb\xbf" + plain
        if how == "trailing":
            plain = plain.replace(b"\n", b",\n").replace(b"source,\n", b"source\n")
        name = "t.csv.gz" if how == "gzip" else "t.csv"
        (folder / name).write_bytes(gzip.compress(plain) if how == "gzip" else plain)
    return sorted(folder.iterdir())


@pytest.mark.parametrize(
    "how", ["csv", "gzip", "parquet", "folder", "tsv", "semicolon", "bom", "crlf", "trailing"]
)
def test_every_container_gives_the_same_typed_rows(table: pl.DataFrame, tmp_path: Path, how: str) -> None:
    batch = read_trade(written(table, tmp_path, how))
    assert batch.frame.select(table.columns).equals(table)
    assert batch.rows_read == 3
    assert batch.kind == "trade_flows"
    assert sum(f.rows for f in batch.files) == 3
    rows = [1, 1, 1] if how == "folder" else [1, 2, 3]
    assert batch.frame["source_row"].to_list() == rows
    assert batch.frame["source_file"].to_list()[0] in {"t.csv", "t.csv.gz", "t.parquet", "part0.csv"}


def test_whole_floats_and_datetimes_of_pandas_become_canonical(table: pl.DataFrame, tmp_path: Path) -> None:
    loose = table.with_columns(
        pl.col("value_usd", "net_kg").cast(pl.Float64), pl.col("period").cast(pl.Datetime)
    )
    loose.write_parquet(tmp_path / "t.parquet")
    assert read_trade([tmp_path / "t.parquet"]).frame.select(table.columns).equals(table)


def test_lost_leading_zero_is_not_guessed(table: pl.DataFrame, tmp_path: Path) -> None:
    table.with_columns(pl.col("hs6").cast(pl.Int64)).write_parquet(tmp_path / "t.parquet")
    assert read_trade([tmp_path / "t.parquet"]).frame["hs6"].to_list() == ["10121", "854231", "854231"]


def test_null_weight_and_zero_weight_stay_apart(table: pl.DataFrame, tmp_path: Path) -> None:
    assert read_trade(written(table, tmp_path, "csv")).frame["net_kg"].to_list() == [3, None, 0]


def test_columns_that_may_be_null_may_be_absent_and_extra_ones_are_reported(
    table: pl.DataFrame, tmp_path: Path
) -> None:
    table.drop("net_kg", "known_at").with_columns(colour=pl.lit("red")).write_csv(tmp_path / "t.csv")
    batch = read_trade([tmp_path / "t.csv"])
    assert batch.frame["known_at"].null_count() == 3
    assert batch.ignored_columns == ("colour",)


def test_edition_is_given_or_refused(table: pl.DataFrame, tmp_path: Path) -> None:
    table.drop("hs_edition").write_csv(tmp_path / "t.csv")
    with pytest.raises(InputUnreadable, match="HS edition"):
        read_trade([tmp_path / "t.csv"])
    assert read_trade([tmp_path / "t.csv"], hs_edition="HS2017").frame["hs_edition"].unique().to_list() == [
        "HS2017"
    ]


def test_blank_lines_are_counted(table: pl.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(table.write_csv() + "\n\n")
    batch = read_trade([tmp_path / "t.csv"])
    assert batch.dropped == {"blank_row": 2}
    assert batch.rows_read == batch.frame.height + 2


def test_files_of_different_types_can_be_read_together(table: pl.DataFrame, tmp_path: Path) -> None:
    table.write_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text(table.write_csv().replace("1200", "lots"))
    frame = read_trade([tmp_path]).frame
    assert frame["value_usd"].to_list() == ["1200", "5", "0", "lots", "5", "0"]


def test_reading_twice_gives_the_same_batch(table: pl.DataFrame, tmp_path: Path) -> None:
    paths = written(table, tmp_path, "folder")
    assert read_trade(paths).frame.equals(read_trade(paths).frame)


@pytest.mark.parametrize("bad", ["", "lots"])
def test_reading_part_by_part_gives_the_same_rows(table: pl.DataFrame, tmp_path: Path, bad: str) -> None:
    """Canonical and BACI files, packed and not, and a format that is read whole; each row in its part."""
    cells = table.with_columns(pl.all().cast(pl.String))
    cells = pl.concat([cells] * 3).with_columns(value_usd=pl.Series(["1200", bad or "5", "0"] * 3))
    cells.write_csv(tmp_path / "a.csv")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(cells.write_csv().encode()))
    table.write_parquet(tmp_path / "c.parquet")
    (tmp_path / "BACI_HS17_Y2021.csv").write_text("t,i,j,k,v,q\n2021,276,417,854231,1.5,NA\n" * 1)
    whole = read_trade([tmp_path])
    parts = trade_parts([tmp_path], limits=ReadingLimits(trade_rows=2, whole_bytes=1))
    frames = list(parts)
    assert max(frame.height for frame in frames) <= 2
    assert stack(frames).equals(whole.frame)
    counts = (parts.files, parts.rows_read, parts.dropped, parts.ignored_columns)
    assert counts == (whole.files, whole.rows_read, whole.dropped, whole.ignored_columns)
    assert whole.rows_read == whole.frame.height + sum(whole.dropped.values())


def test_a_fault_late_in_a_large_file_names_its_row(table: pl.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table.write_csv() + "too,many" + "," * 30 + "\n")
    with pytest.raises(InputUnreadable, match="data row 4"):
        list(trade_parts([path], limits=ReadingLimits(whole_bytes=1)))


def test_a_large_parquet_file_that_is_cut_is_refused(table: pl.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table.write_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputUnreadable, match="truncated or corrupt"):
        list(trade_parts([path], limits=ReadingLimits(whole_bytes=1)))
