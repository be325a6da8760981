"""Target `listing` end to end with made-up listings: retrain with listings alone, stored, then scored."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts.months import start_of_month
from riskmodel.model.listing import LISTING_HEAD, ListingModel
from riskmodel.registry.champion import load, stored_ids

Run = Callable[[Sequence[object]], Any]
FREQUENT = ("KAZ", "KGZ", "ARM", "TUR", "ARE", "CHN")
RARE = ("UZB", "GEO", "SRB", "IND", "THA", "MYS", "PAN", "LBR", "VNM", "EGY", "MAR", "BRA")
AS_OF = "2024-06-30"


def made_up(until: date = date(2024, 6, 30)) -> pl.DataFrame:
    """Six countries are listed every other month, by two jurisdictions; twelve once in a while."""
    rows = []
    for number in range(26):
        day = start_of_month(date(2022, 3, 1), number) + timedelta(days=9)
        if number % 2 == 0:
            rows += [(country, day, "US", 2 + place) for place, country in enumerate(FREQUENT)]
        if number > 3 and number % 5 == 0:
            rows += [(country, day, "EU", 1) for country in FREQUENT[:3]]
        rows.append((RARE[number % len(RARE)], day, "US", 1))
    frame = pl.DataFrame(rows, schema=["country", "listed_on", "jurisdiction", "n_entities"], orient="row")
    return frame.filter(pl.col("listed_on") <= until).with_columns(
        pl.lit("MADE-UP").alias("list"), pl.lit("simulated").alias("source")
    )


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskmodel.training.listing.N_DRAWS", 3)
    monkeypatch.setattr("riskmodel.backtest.measures.N_BOOT", 10)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    made_up().write_csv(tmp_path / "listings.csv")
    return tmp_path / "listings.csv"


def test_a_model_learns_from_listings_alone_is_stored_and_scores_every_country(
    run: Run, fast: None, table: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    ended = run(["retrain", "--target", "listing", "--listings", table, "--models", models])
    assert ended.code == 0, ended.err
    (made,) = stored_ids(models)
    model = load(None, models)
    assert isinstance(model, ListingModel) and model.model_id == made and made.startswith("listing-")
    assert model.manifest["target"] == "listing" and list(model.heads) == [LISTING_HEAD]
    assert "listing_history" in model.head.signals and "article_rate" not in model.head.signals
    backtest = json.loads((models / made / "backtest.json").read_text())
    methods = backtest["evaluation"]["slices"]["all"]["methods"]
    assert {"linear", "decayed_count", "persistence"} <= set(methods)
    card = (models / made / "card.md").read_text()
    assert "decayed count of earlier listings" in card and "persistence" in card and "Graded by time" in card
    worlds = run(["backtest", "--models", models, "--out", tmp_path / "out"])
    assert worlds.code == 2 and "give --target listing" in worlds.err
    again = run(["retrain", "--target", "listing", "--listings", table, "--models", models])
    assert again.code == 0 and stored_ids(models) == [made], "the same listings give the same model"

    out = tmp_path / "run"
    words = ["--listings", table, "--models", models, "--as-of", AS_OF, "--history", "1", "--out", out]
    ended = run(["score", *words, "--quiet"])
    assert ended.code == 0, ended.err
    earlier = pl.read_csv(out / "history.csv")
    assert set(FREQUENT) <= set(earlier["country"]) and earlier["risk"].null_count() == 0
    rounds = pl.read_csv(out / "drivers.csv").filter(pl.col("signal") == "listing_rounds")
    assert set(rounds["recompute"]) == {"ln(1 + sum over days with a listing of 2^(-age/365 days))"}
    assert set(rounds.filter(pl.col("rows") > 0)["rows_in"]) == {"driver_listings.csv"}
    scores = pl.read_parquet(out / "scores_country.parquet")
    assert set(FREQUENT) | set(RARE) <= set(scores["country"])
    assert not scores["abstained"].any() and scores["risk"].null_count() == 0
    assert set(scores.head(len(FREQUENT))["country"]) == set(FREQUENT)
    assert scores["grade"].unique().to_list() == ["C"]
    assert scores["model_id"].unique().to_list() == [made]
    assert "listed for supplying Russia" in (out / "report.html").read_text()
    assert set(model.head.signals) <= set(pl.read_parquet(out / "signals.parquet").columns)
    ended = run(["explain", "KAZ", "--run", out])
    assert ended.code == 0 and "recent ones counting more" in ended.out


def test_articles_and_trade_are_read_too_and_a_country_of_theirs_alone_is_scored(
    run: Run, fast: None, table: Path, tmp_path: Path
) -> None:
    models, news = tmp_path / "models", tmp_path / "news.jsonl"
    text = "Russia is under sanctions. A Treasury official visited Mongolia to discuss sanctions evasion."
    story = {"id": "1", "published_at": "2024-05-02", "source": "simulated", "title": "Visit", "text": text}
    story["text"] += " Goods under sanctions reach Russia through Mongolia, traders said."
    news.write_text(json.dumps(story) + "\n")
    words = ["--listings", table, "--articles", news, "--models", models]
    ended = run(["retrain", "--target", "listing", *words])
    assert ended.code == 0, ended.err
    ended = run(["score", *words, "--as-of", AS_OF, "--out", tmp_path / "run", "--quiet"])
    assert ended.code == 0, ended.err
    row = pl.read_parquet(tmp_path / "run" / "scores_country.parquet").filter(pl.col("country") == "MNG")
    assert row["risk"].item() is not None and row["grade"].item() == "B"
    signals = pl.read_parquet(tmp_path / "run" / "signals.parquet").filter(pl.col("country") == "MNG")
    assert signals["officials_pressure"].item() > 0


def test_a_later_listing_changes_no_score_of_an_earlier_day(
    run: Run, fast: None, table: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    assert run(["retrain", "--target", "listing", "--listings", table, "--models", models]).code == 0
    made_up(date(2023, 9, 30)).write_csv(tmp_path / "earlier.csv")
    risks = []
    for name in ("listings.csv", "earlier.csv"):
        out = tmp_path / name.removesuffix(".csv")
        words = [
            "score",
            "--listings",
            tmp_path / name,
            "--models",
            models,
            "--as-of",
            "2023-09-30",
            "--out",
            out,
        ]
        assert run([*words, "--quiet"]).code == 0
        risks.append(pl.read_parquet(out / "scores_country.parquet").select("country", "risk"))
    assert risks[0].equals(risks[1])


def test_backtest_judges_listings_by_time_and_stores_nothing(
    run: Run, fast: None, table: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ended = run(
        ["backtest", "--target", "listing", "--listings", table, "--models", tmp_path / "m", "--out", out]
    )
    assert ended.code == 0, ended.err
    assert "decayed count of earlier listings" in ended.out
    found = json.loads((out / "backtest.json").read_text())
    assert "alarms" not in found["evaluation"] and found["simulated"]
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("rows", "code", "word"),
    [
        (made_up(date(2022, 3, 31)), 2, "a month after the first"),
        (made_up(date(2022, 9, 30)), 2, "with 0 events"),
        (made_up().with_columns(listed_on=pl.lit(date(2021, 1, 1))), 2, "February 2022"),
    ],
)
def test_listings_that_cannot_teach_are_one_sentence(
    rows: pl.DataFrame, code: int, word: str, run: Run, tmp_path: Path
) -> None:
    rows.unique(["country", "listed_on", "jurisdiction"]).write_csv(tmp_path / "few.csv")
    models = tmp_path / "models"
    ended = run(["retrain", "--target", "listing", "--listings", tmp_path / "few.csv", "--models", models])
    assert ended.code == code, ended.err
    assert word in ended.err and len(ended.err.splitlines()) == 1 and len(ended.err) < 420
    assert not models.exists() or not stored_ids(models)


def test_articles_alone_are_refused_with_a_sentence(run: Run, tmp_path: Path) -> None:
    ended = run(["retrain", "--target", "listing", "--articles", tmp_path / "news.jsonl"])
    assert ended.code == 2 and "give --listings" in ended.err


def test_a_second_model_is_weighed_against_the_first_on_the_same_rows(
    run: Run, fast: None, table: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    made_up(date(2023, 12, 31)).write_csv(tmp_path / "earlier.csv")
    words = ["retrain", "--target", "listing", "--models", models, "--listings"]
    first = run([*words, tmp_path / "earlier.csv"])
    assert first.code == 0 and "there was none before" in first.out
    second = run([*words, table])
    assert second.code == 0, second.err
    assert "gain in average precision" in second.out and len(stored_ids(models)) == 2
