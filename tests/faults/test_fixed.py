"""Faults that the harness found, kept as small cases."""

import random
import shutil
from datetime import date

import polars as pl
import pytest

from riskmodel.errors import RiskmodelError
from riskmodel.sources.trade.read import read_trade


def test_no_flipped_bit_in_a_parquet_file_panics_a_library(site, tmp_path, capfd):
    data, draw = (site.inputs / "trade.parquet").read_bytes(), random.Random(5)
    path, refused = tmp_path / "trade.parquet", 0
    for _ in range(200):
        place = draw.randrange(len(data) * 8)
        damaged = bytearray(data)
        damaged[place // 8] ^= 1 << (place % 8)
        path.write_bytes(bytes(damaged))
        try:
            batch = read_trade([path])
        except RiskmodelError:
            refused += 1
            continue
        assert batch.rows_read == 2112
        batch.frame.rows()
    assert refused
    assert "panicked" not in capfd.readouterr().err


@pytest.mark.parametrize("days", [2_932_897, -719_163, 2**31 - 1])
def test_a_date_that_no_calendar_holds_is_refused_by_column(days, site, tmp_path):
    table = pl.read_parquet(site.inputs / "trade.parquet")
    odd = pl.Series("period", [days, *([0] * (table.height - 1))], pl.Int32).cast(pl.Date)
    table.with_columns(odd).write_parquet(tmp_path / "trade.parquet")
    with pytest.raises(RiskmodelError, match=r"trade\.parquet holds a date .* in column period"):
        read_trade([tmp_path / "trade.parquet"])


def test_dates_at_the_ends_of_the_calendar_are_read(site, tmp_path):
    table = pl.read_parquet(site.inputs / "trade.parquet")
    ends = [date(1, 1, 1), date(9999, 12, 1), *([date(2024, 1, 1)] * (table.height - 2))]
    table.with_columns(pl.Series("period", ends)).write_parquet(tmp_path / "trade.parquet")
    assert read_trade([tmp_path / "trade.parquet"]).rows_read == table.height


def test_inputs_without_a_transit_country_are_no_defect_of_the_program(site, tmp_path, models, capfd):
    from riskmodel.cli import main

    shutil.copy(site.inputs / "articles.jsonl", tmp_path / "articles.jsonl")
    text = (tmp_path / "articles.jsonl").read_text().splitlines()[0]
    plain = text.replace("Tajikistan", "the mountains").replace("Dushanbe", "town").replace("Russia", "there")
    (tmp_path / "articles.jsonl").write_text(plain + "\n")
    words = site.arguments(tmp_path / "run", trade="", listings="", articles=tmp_path / "articles.jsonl")
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 3
    assert "No transit country appears" in capfd.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_table_without_a_baseline_names_its_countries_and_keeps_its_refused_rows(tmp_path, models, capfd):
    from riskmodel.cli import main

    head = "reporter,partner,flow,hs6,hs_edition,period,value_usd,net_kg,known_at,source"
    rows = [f"DEU,KGZ,X,854231,HS2022,2023-{month:02}-01,100000,,,test" for month in range(1, 13)]
    rows += ["DEU,Kyrgyzstan,X,854231,HS2022,2023-01-01,5,,,test"]
    (tmp_path / "trade.csv").write_text("\n".join([head, *rows]) + "\n")
    words = ["score", "--trade", str(tmp_path / "trade.csv"), "--as-of", "2024-06-30"]
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--out", str(tmp_path / "run"), "--quiet"])
    said = capfd.readouterr().err
    assert stopped.value.code == 3
    assert "speak of KGZ" in said and "--baseline" in said and "2019-01" in said
    assert not (tmp_path / "run").exists()
    assert list((tmp_path / "run-refused" / "quarantine").iterdir())
