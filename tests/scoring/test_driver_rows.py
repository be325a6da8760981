"""A reader can recompute every driver from the files of the run folder, and open them in a spreadsheet."""

from __future__ import annotations

import json
import math
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.articles.rates import ArticleWindows


@pytest.fixture(scope="module")
def folder(tiny, tmp_path_factory) -> Path:
    from riskmodel import score

    out = tmp_path_factory.mktemp("runs") / "run"
    names = {"trade": "trade.csv", "articles": "articles.jsonl", "listings": "listings.csv"}
    score(
        as_of="2024-06-30", out=out, history=2, **{kind: tiny.folder / name for kind, name in names.items()}
    )
    return out


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{name}.csv", try_parse_dates=True)


def drivers(folder: Path, unit: str) -> list[tuple[str, str, float]]:
    found = (
        table(folder, "drivers").filter(pl.col("unit") == unit).select("country", "signal", "value").rows()
    )
    assert found
    return found


def test_a_surprise_is_the_mean_of_what_its_placebos_show(folder: Path) -> None:
    placebos = table(folder, "driver_placebos")
    share = (placebos["as_extreme"] + 1) / (placebos["placebos"] + 1)
    again = [-math.log10(one) for one in share]
    assert again == pytest.approx(placebos["surprise"].to_list(), abs=1e-9)
    for country, signal, value in drivers(folder, "surprise"):
        mine = placebos.filter(
            (pl.col("country") == country) & (pl.col("signal") == signal) & pl.col("counted")
        )
        assert value == pytest.approx(mine["surprise"].mean(), abs=1e-6), (country, signal)


def test_the_rises_follow_from_the_amounts(folder: Path) -> None:
    families = table(folder, "driver_families")
    assert {"inbound", "onward"} == set(families["leg"])
    for recent, expected, rise, ratio in families.select(
        "recent_usd", "expected_usd", "rise", "log_ratio"
    ).iter_rows():
        assert rise == pytest.approx(recent**0.25 - expected**0.25, abs=1e-3)
        assert ratio == pytest.approx(math.log((recent + 50_000) / (expected + 50_000)), abs=1e-4)


def test_the_amounts_of_a_family_are_those_of_the_input(folder: Path, tiny) -> None:
    """Newest three months of the planted route, brought to a year, from the table that was given."""
    row = table(folder, "driver_families").filter(
        (pl.col("country") == "TJK") & (pl.col("leg") == "onward") & (pl.col("family") == 854231)
    )
    months = pl.col("period").is_between(date(2024, 2, 1), date(2024, 4, 1))
    sent = tiny.trade.filter(
        (pl.col("reporter") == "TJK") & (pl.col("hs6") == "854231") & months & (pl.col("partner") == "RUS")
    )
    assert row["recent_usd"].to_list() == [sent["value_usd"].sum() * 4]
    assert row["lines"].to_list() == [3]


def test_article_and_listing_drivers_follow_from_their_rows(folder: Path) -> None:
    settings = json.loads((folder / "manifest.json").read_text())["settings"]["articles"]
    life = ArticleWindows(**settings).mean_life
    stories, listings = table(folder, "driver_stories"), table(folder, "driver_listings")
    known = {"article_rate": (stories, life), "listing_history": (listings, 1.0)}
    found = table(folder, "drivers").filter(pl.col("signal").is_in(list(known)))
    assert set(found["signal"]) == set(known)
    for country, signal, value in found.select("country", "signal", "value").iter_rows():
        rows, unit = known[signal]
        weight = rows.filter(pl.col("country") == country)["weight"].sum()
        assert value == pytest.approx(math.log1p(weight / unit), abs=1e-6)


def test_whom_a_list_names_is_shown_and_never_run(folder: Path) -> None:
    from riskmodel import explain

    given = "=1+1 <b>Ltd</b> [7]; Alfa; and 1 more"
    for name in ("evidence", "driver_listings"):
        assert table(folder, name)["entities"].drop_nulls().to_list() == [f"'{given}"]
    evidence = pl.read_parquet(folder / "evidence.parquet").filter(pl.col("kind") == "listing")
    mine = evidence.filter(pl.col("country") == "TJK").select("text", "entities").rows()
    assert mine == [("Annex IV", None), ("SDN", given)]
    assert given in [one["entities"] for one in explain(folder, "TJK")["evidence"]]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert (
        page.count("=1+1 &lt;b&gt;Ltd&lt;/b&gt; [7]; Alfa; and 1 more") == 2
    )  # evidence, and the driver's rows
    assert "a jurisdiction listed this party, nothing else" in page
    with zipfile.ZipFile(folder / "run.xlsx") as book:
        assert "=1+1 &lt;b&gt;Ltd&lt;/b&gt; [7]" in book.read("xl/sharedStrings.xml").decode()


def test_every_column_of_every_table_is_described(folder: Path) -> None:
    described = set(table(folder, "columns").select("file", "column").rows())
    for path in folder.glob("*.csv"):
        for column in pl.read_csv(path, n_rows=0).columns:
            assert path.name == "columns.csv" or (path.name, column) in described, (path.name, column)


def test_no_cell_holds_json_and_every_table_says_whether_it_is_simulated(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        frame = pl.read_csv(path, infer_schema=False)
        if path.name != "columns.csv":
            assert set(frame["simulated"]) <= {"no"}
        for column in frame.columns:
            begins = frame[column].drop_nulls().str.contains(r'^\s*[\[{]"?').any()
            assert not begins, (path.name, column)


def test_the_rows_of_a_driver_are_counted(folder: Path) -> None:
    for country, signal, rows, file in (
        table(folder, "drivers")
        .drop_nulls("rows_in")
        .select("country", "signal", "rows", "rows_in")
        .iter_rows()
    ):
        mine = table(folder, file.removesuffix(".csv")).filter(pl.col("country") == country)
        assert 0 <= rows <= mine.height
        if signal == "new_links_surprise":
            assert rows == mine["is_new"].sum()


def test_the_workbook_holds_the_tables_and_no_formula(folder: Path) -> None:
    with zipfile.ZipFile(folder / "run.xlsx") as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
        assert len(sheets) == 5
        assert not any(b"<f>" in book.read(name) for name in sheets)
        words = book.read("xl/sharedStrings.xml").decode()
    assert "Tajikistan" in words and "processors and controllers" in words
    assert "screening as of 2024-06-30" in words


def test_page_and_json_give_the_counts_that_the_folder_holds(folder: Path) -> None:
    from riskmodel import explain
    from riskmodel.report.findings import kind_words

    page = (folder / "report.html").read_text(encoding="utf-8")
    moved = table(folder, "drivers").filter(pl.col("contribution").abs() > 0.005).select("country", "signal")
    counts = table(folder, "driver_placebos").join(moved, on=["country", "signal"], how="semi")
    rows = counts.filter(pl.col("country") == "TJK").select("signal", "kind", "placebos", "as_extreme").rows()
    assert rows
    for row in rows:
        assert kind_words(*row) in page, row
    said = explain(folder, "TJK")
    given = {(one["signal"], one["kind"], one["placebos"], one["as_extreme"]) for one in said["placebos"]}
    assert set(rows) <= given
    (broke,) = table(folder, "breaks").filter(pl.col("country") == "TJK")["inbound_break"].to_list()
    assert f"arrivals of listed goods in {broke:%b %Y}" in said["when_and_where"][0]
    assert said["when_and_where"][0] in page


def test_earlier_dates_are_scored_as_then_known(folder: Path) -> None:
    history = table(folder, "history")
    assert [str(day) for day in history["as_of"].unique().sort()] == ["2024-04-30", "2024-05-31"]
    assert history.filter(pl.col("country") == "TJK")["risk"].null_count() == 0
    assert history.filter(pl.col("country") == "TJK")["inbound_surprise"].null_count() == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Score over time" in page and "How unusual the rise of each leg was" in page


def test_the_functions_score_read_and_explain(tmp_path: Path, tiny) -> None:
    import riskmodel
    from riskmodel import explain, load_run, score, signals

    given = {
        name: tiny.folder / file for name, file in (("trade", "trade.csv"), ("articles", "articles.jsonl"))
    }
    run = score(as_of="2024-06-30", out=tmp_path / "run", history=2, **given)
    assert run.countries["country"][0] == "TJK"
    again = load_run(tmp_path / "run")
    assert again.countries.equals(run.countries) and again.manifest == load_run(tmp_path / "run").manifest
    assert again.behind.families.equals(run.behind.families) and again.behind.stories.equals(
        run.behind.stories
    )
    assert again.findings.breaks.equals(run.findings.breaks) and again.findings.moves.equals(
        run.findings.moves
    )
    assert again.behind.placebos.equals(run.behind.placebos) and again.coverage.equals(run.coverage)
    assert signals(run).equals(pl.read_parquet(tmp_path / "run" / "signals.parquet"))
    found = explain(again, "Tajik")
    assert found["country"] == "TJK" and found["drivers"]
    # Importing the room of that name must not take the function's place.
    import riskmodel.explain.drivers

    assert riskmodel.explain(again, "TJK")["rank"] == 1
    assert set(run.history["as_of"].cast(pl.String)) == {"2024-04-30", "2024-05-31"}
