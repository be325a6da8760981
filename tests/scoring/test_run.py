"""The scoring job, end to end on a tiny table."""

import json
import re
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.tables import EVIDENCE, SCORES_COUNTRY, SCORES_PRODUCT
from riskmodel.model.grade import with_grade
from riskmodel.outcomes.already_met import ALREADY_MET
from riskmodel.publication.libraries import LIBRARIES
from riskmodel.scoring.tables import country_scores

CODES = ("854231", "854232", "853221", "852691", "847150", "853400", "903020", "848210", "901420", "854121")

FILES = {
    "scores_country.parquet",
    "scores_country.csv",
    "scores_product.parquet",
    "scores_product.csv",
    "evidence.parquet",
    "evidence.csv",
    "signals.parquet",
    "series.parquet",
    "series.csv",
    "breaks.parquet",
    "breaks.csv",
    "moves.parquet",
    "moves.csv",
    "drivers.csv",
    "driver_placebos.csv",
    "driver_families.csv",
    "driver_links.csv",
    "driver_stories.csv",
    "driver_listings.csv",
    "coverage.csv",
    "columns.csv",
    "run.xlsx",
    "contracts.json",
    "quarantine",
    "report.html",
    "manifest.json",
}


@pytest.fixture(scope="module")
def done(tiny, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "run"
    from riskmodel.cli import main

    with pytest.raises(SystemExit) as stopped:
        main([*tiny.arguments(out), "--quiet"])
    assert stopped.value.code == 0
    return out


def test_a_run_folder_holds_every_promised_file_and_column(done):
    assert {path.name for path in done.iterdir()} == FILES
    assert pl.read_parquet(done / "scores_country.parquet").schema == pl.Schema(SCORES_COUNTRY)
    products = pl.read_parquet(done / "scores_product.parquet")
    assert set(SCORES_PRODUCT) <= set(products.columns)
    assert pl.read_parquet(done / "evidence.parquet").schema == pl.Schema(EVIDENCE)


def test_the_planted_route_ranks_first_and_no_country_outside_the_question_is_scored(done):
    countries = pl.read_parquet(done / "scores_country.parquet")
    assert countries.row(0, named=True)["country"] == "TJK"
    assert not set(countries["country"]) & {*NEVER_SCORED, "DEU", "USA", "JPN"}


def test_risk_lies_in_its_interval_and_abstained_rows_have_none(done):
    countries = pl.read_parquet(done / "scores_country.parquet")
    scored = countries.filter(~pl.col("abstained"))
    assert scored.select(pl.col("risk").is_between("risk_low", "risk_high").all()).item()
    silent = countries.filter("abstained")
    assert (
        silent["risk"].is_null().all() and silent["grade"].is_null().all() and silent["rank"].is_null().all()
    )


def test_the_event_met_already_is_a_fact_apart_from_its_probability(done):
    rows = {row["country"]: row for row in pl.read_csv(done / "scores_country.csv").iter_rows(named=True)}
    route, quiet, silent = rows["TJK"], rows["MNG"], rows["CHL"]
    # Six months of ten codes in which 1.8 million a month go on, of 2.1 million that come in.
    assert (route["event_met"], route["event_met_usd"]) == (True, 6 * 10 * 1_800_000)
    assert (quiet["event_met"], quiet["event_met_usd"]) == (False, 6 * 10 * 30_000)
    assert route["event_met_until"] == quiet["event_met_until"] == "2024-03-01"
    assert set(route["event_met_codes"].split()) < set(CODES) and len(route["event_met_codes"].split()) == 5
    assert {silent[name] for name in silent if name.startswith("event_met")} == {None}


def test_event_risk_lies_in_its_interval_and_abstained_rows_have_none(done):
    countries = pl.read_parquet(done / "scores_country.parquet")
    given = countries.filter(pl.col("event_risk").is_not_null())
    assert given.select(pl.col("event_risk").is_between("event_risk_low", "event_risk_high").all()).item()
    assert given.height and not given["abstained"].any()


def test_a_model_without_the_event_leaves_its_risk_empty(done):
    panel = pl.read_parquet(done / "signals.parquet")
    blank = panel.select("as_of", "country")
    words = blank.with_columns(pl.lit("[]").alias(name) for name in ("drivers", "counter_evidence", "lowers"))
    numbers = blank.with_columns(pl.lit(0.5).alias(name) for name in ("risk", "risk_low", "risk_high"))
    met = pl.DataFrame(schema=ALREADY_MET)
    scores = country_scores(panel, with_grade(panel), numbers, words, met, None, "model", "run")
    assert scores.schema == pl.Schema(SCORES_COUNTRY)
    assert scores["risk"].count() > 0
    assert {scores[name].count() for name in SCORES_COUNTRY if name.startswith("event_")} == {0}


def test_a_country_with_articles_but_no_trade_abstains_and_shows_its_sentences(done):
    lebanon = pl.read_parquet(done / "scores_country.parquet").filter(pl.col("country") == "LBN")
    assert lebanon["abstained"].to_list() == [True]
    evidence = pl.read_parquet(done / "evidence.parquet").filter(pl.col("country") == "LBN")
    assert evidence["kind"].to_list() == ["article", "goods_mix"]
    assert "urged Lebanon" in evidence["text"][0]
    # The deciding words are marked up inside the sentence.
    shown = re.sub(r"<[^>]+>", "", (done / "report.html").read_text(encoding="utf-8"))
    assert "urged Lebanon" in shown


def test_drivers_add_up_to_the_log_odds_of_the_risk(done):
    import math

    from riskmodel.registry.champion import load
    from riskmodel.settings import Settings

    panel = pl.read_parquet(done / "signals.parquet")
    model = load(None, Settings().models_dir)
    intercepts = dict(model.predict(panel).select("country", "intercept").iter_rows())
    for row in (
        pl.read_parquet(done / "scores_country.parquet").filter(~pl.col("abstained")).iter_rows(named=True)
    ):
        total = intercepts[row["country"]] + sum(d["contribution"] for d in json.loads(row["drivers"]))
        assert math.isclose(total, math.log(row["risk"] / (1 - row["risk"])), abs_tol=1e-9)


def test_the_manifest_names_every_library_that_decides_a_rerun(done):
    """Pyarrow's version once decided whether a run was in place, and the manifest did not name it."""
    manifest = json.loads((done / "manifest.json").read_text())
    assert set(manifest["versions"]) == {"export-diversion-risk", *LIBRARIES}
    assert {"pyarrow", "polars", "scikit-learn"} <= set(LIBRARIES)


def test_rows_add_up_from_file_to_score(done, tiny):
    rows = json.loads((done / "manifest.json").read_text())["rows"]
    assert rows["trade_flows"]["read"] == tiny.trade.height
    for counts in rows.values():
        assert counts["read"] == counts["accepted"] + counts["quarantined"] + sum(counts["dropped"].values())
        assert counts["accepted"] == sum(counts["of_accepted"].values())
        assert min(counts["of_accepted"].values()) >= 0


def test_evidence_rows_are_found_again_in_the_file_they_name(done, tiny):
    trade = pl.read_parquet(done / "evidence.parquet").filter(pl.col("kind") == "trade")
    assert trade.height > 0
    for row in trade.head(5).iter_rows(named=True):
        found = tiny.trade.row(row["source_row"] - 1, named=True)
        assert {name: found[name] for name in ("reporter", "partner", "hs6", "period", "value_usd")} == {
            name: row[name] for name in ("reporter", "partner", "hs6", "period", "value_usd")
        }


def test_the_same_inputs_give_the_same_bytes(done, tiny, run, tmp_path):
    again = tmp_path / "again"
    assert run(tiny.arguments(again)).code == 0
    for path in sorted(done.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(done)).read_bytes(), path.name


def test_rows_that_became_public_later_change_no_score(done, tiny, run, tmp_path):
    trade = tiny.trade.with_columns(pl.col("known_at").cast(pl.String))
    surge = trade.filter(pl.col("partner") == "MNG").with_columns(
        (pl.col("value_usd") * 1000).alias("value_usd"), pl.lit("2024-07-01").alias("known_at")
    )
    news = tiny.articles.with_columns(
        pl.lit("2024-07-02T00:00:00Z").alias("published_at"),
        ("late-" + pl.col("article_id")).alias("article_id"),
    )
    lists = tiny.listings.with_columns(
        pl.lit("MNG").alias("country"), pl.lit("2024-07-03").alias("listed_on")
    )
    pl.concat([trade, surge]).write_csv(tmp_path / "trade.csv")
    pl.concat([tiny.articles, news]).write_ndjson(tmp_path / "articles.jsonl")
    pl.concat([tiny.listings, lists]).write_csv(tmp_path / "listings.csv")
    files = {
        name: str(tmp_path / file) for name, file in (("trade", "trade.csv"), ("listings", "listings.csv"))
    }
    ended = run(tiny.arguments(tmp_path / "run", articles=str(tmp_path / "articles.jsonl"), **files))
    assert ended.code == 0, ended.err
    for name in ("scores_country", "scores_product", "signals", "series", "evidence"):
        before = pl.read_parquet(done / f"{name}.parquet")
        after = pl.read_parquet(tmp_path / "run" / f"{name}.parquet")
        assert before.drop("run_id", strict=False).equals(after.drop("run_id", strict=False)), name


def test_the_ledger_holds_the_time_and_the_run_does_not(done):
    line = json.loads((done.parent / "ledger.jsonl").read_text().splitlines()[-1])
    assert line["run_id"] == json.loads((done / "manifest.json").read_text())["run_id"]
    assert str(date.today().year) in line["published_at"]
    assert "published_at" not in (done / "manifest.json").read_text()


def test_no_path_of_this_machine_is_published(done):
    for path in done.rglob("*"):
        if path.suffix in {".json", ".html", ".csv"}:
            assert str(done.parent.parent) not in path.read_text(encoding="utf-8"), path.name


def test_the_job_needs_no_network(tiny, run, tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the job opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert run(tiny.arguments(tmp_path / "run")).code == 0


def test_a_simulated_source_is_said_everywhere(tiny, run, tmp_path):
    tiny.trade.with_columns(pl.lit("simulated").alias("source")).write_csv(tmp_path / "trade.csv")
    ended = run(tiny.arguments(tmp_path / "run", trade=str(tmp_path / "trade.csv")))
    assert "SIMULATED" in ended.out
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["simulated"] is True
    assert "simulated" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8").lower()


def test_help_imports_no_heavy_library():
    code = (
        "import sys, riskmodel.cli as c\n"
        "try: c.main(['--help'])\n"
        "except SystemExit: print(sorted(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("polars", "pandas", "sklearn", "great_expectations", "numpy", "rich"):
        assert f"'{heavy}'" not in shown


def test_a_run_that_is_in_place_is_said_and_shown_again(done, tiny, run):
    again = run(tiny.arguments(done))
    assert again.code == 0 and "already holds this run" in again.out
    assert "Tajikistan" in again.out and again.out.rstrip().endswith("report.html")
