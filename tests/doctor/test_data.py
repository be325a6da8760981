"""What the doctor says of data files: "ok" means that `score` would take the file."""

import json
from datetime import date

import polars as pl
import pytest

from riskmodel.doctor.data import data_files, judged
from riskmodel.settings import read_settings
from riskmodel.sources.limits import ReadingLimits, limits_of


@pytest.fixture(scope="module")
def limits() -> ReadingLimits:
    return limits_of(read_settings())


def trade(**replaced) -> pl.DataFrame:
    """Forty sound canonical rows."""
    n = 40
    columns = {
        "reporter": ["DEU"] * n,
        "partner": ["KAZ"] * n,
        "flow": ["X"] * n,
        "hs6": ["854231"] * n,
        "hs_edition": ["HS2022"] * n,
        "period": [date(2022 + i // 12, 1 + i % 12, 1).isoformat() for i in range(n // 2)] * 2,
        "value_usd": [100_000 + i for i in range(n)],
        "net_kg": [None] * n,
        "known_at": ["2024-01-01"] * (n // 2) + ["2024-02-01"] * (n // 2),
        "source": ["hand-made"] * n,
    }
    return pl.DataFrame(columns | replaced)


def verdict(table: pl.DataFrame, tmp_path, limits):
    table.write_csv(tmp_path / "table.csv")
    return judged(tmp_path / "table.csv", limits)


def test_a_sound_table_is_taken_and_counts_its_rows(tmp_path, limits):
    found = verdict(trade(), tmp_path, limits)
    assert (found.kind, found.taken) == ("trade", True)
    assert found.words == "format canonical, 40 rows"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (trade().rename({"value_usd": "value"}), "lacks column value_usd"),
        (trade(reporter=["nowhere"] * 40), ""),
        (trade(value_usd=[-5] * 40), ""),
        (trade(period=["soon"] * 40), ""),
        (trade().clear(), ""),
    ],
)
def test_what_score_would_refuse_is_wrong_as_the_nearest_format(table, words, tmp_path, limits):
    found = verdict(table, tmp_path, limits)
    assert (found.kind, found.taken) == ("trade", False)
    assert words in found.words and "goods" not in found.words and len(found.words) <= 300


def test_a_table_without_edition_says_the_option_that_score_needs(tmp_path, limits):
    found = verdict(trade().drop("hs_edition"), tmp_path, limits)
    assert (found.kind, found.taken) == ("trade", True) and "--hs-edition" in found.words


def test_a_table_with_codes_among_other_columns_is_no_list_of_goods(tmp_path, limits):
    codes = pl.DataFrame({"hs6": ["854231", "854232"]})
    assert verdict(codes, tmp_path, limits).taken
    others = codes.with_columns(pl.lit(1).alias(name) for name in ("a", "b", "c", "d"))
    found = verdict(others, tmp_path, limits)
    assert not found.taken


def test_run_folders_refused_batches_and_notes_are_passed_over(tmp_path, limits):
    trade().write_csv(tmp_path / "trade.csv")
    (tmp_path / "README.md").write_text("about")
    for name, manifest in (
        ("run", {"run_id": "1", "files": {}, "request_digest": "1"}),
        ("run-refused", {"scored": False}),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(json.dumps(manifest))
        (tmp_path / name / "evidence.csv").write_text("hs6\n854231\n")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "manifest.json").write_text("{}")
    found = list(data_files(tmp_path, limits))
    assert "passed over 2 run folders and 1 note" in found[0].what
    assert [(one.ok, one.what.split(":")[0]) for one in found[1:]] == [
        (False, "data manifest.json"),
        (True, "data trade.csv"),
    ]
    assert [one.ok for one in data_files(tmp_path / "run", limits)] == [True]
