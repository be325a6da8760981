"""The notebooks run, cell by cell, on the folders that a user has, and use the public functions alone."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
import nbclient
import nbformat
import polars as pl
import pytest
from tiny_tables import articles, listings, trade

import riskmodel
from riskmodel.report.notebook import INTERACTIVE, STATIC
from riskmodel.scoring.run_folder import write_run

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.py"))
CODE, OUTPUT = "code", "outputs"


class Folders(NamedTuple):
    """A world of files and the run scored on it; all of it says that it is simulated."""

    world: Path
    run: Path


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    world = tmp_path_factory.mktemp("world")
    said = pl.lit("simulated").alias("source")
    trade().with_columns(said).write_csv(world / "trade.csv")
    articles().write_ndjson(world / "articles.jsonl")
    listings().with_columns(said).write_csv(world / "listings.csv")
    out = tmp_path_factory.mktemp("runs") / "run"
    names = {"trade": "trade.csv", "articles": "articles.jsonl", "listings": "listings.csv"}
    riskmodel.score(as_of="2024-06-30", out=out, **{kind: world / name for kind, name in names.items()})
    return Folders(world, out)


def executed(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Path) -> Any:
    """The notebook with its outputs; `settings` become RISKMODEL_ variables."""
    for variable in ("RUN", "WORLD", "OUT", "COUNTRY", "TRADE", "ARTICLES", "AS_OF"):
        monkeypatch.delenv(f"RISKMODEL_{variable}", raising=False)
    for variable, value in settings.items():
        monkeypatch.setenv(f"RISKMODEL_{variable}", str(value))
    notebook = jupytext.read(next(path for path in NOTEBOOKS if path.stem == name))
    nbclient.NotebookClient(notebook, timeout=200, kernel_name="python3").execute(cwd=str(folder))
    return notebook


def outputs(notebook: Any) -> list[Any]:
    return [out for cell in notebook.cells if cell.cell_type == CODE for out in cell[OUTPUT]]


def words(notebook: Any) -> str:
    """Everything that is printed or shown as a table, without tags."""
    return "\n".join(
        out["text"] if "text" in out else unescape(re.sub(r"<[^>]+>", " ", out["data"].get("text/html", "")))
        for out in outputs(notebook)
    )


@pytest.fixture(scope="module")
def explored(folders: Folders, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        return executed("explore_run", tmp_path_factory.mktemp("explored"), patch, RUN=folders.run)


def check_pictures(notebook: Any) -> None:
    """Each chart in both forms, of a bounded size, and marked."""
    pictures = [out["data"] for out in outputs(notebook) if INTERACTIVE in out.get("data", {})]
    assert len(pictures) == 4
    for data in pictures:
        assert data[STATIC].startswith("<svg ") and "SIMULATED" in data[STATIC]
        assert len(data[STATIC]) < 200_000


@pytest.mark.slow
def test_explore_run_shows_a_run(explored: Any) -> None:
    shown = words(explored)
    assert "SIMULATED: says nothing about any real country." in shown
    assert re.search(r"1\s+TJK\s+Tajikistan\s+[0-9]+%", shown) and "null" not in shown.lower()
    check_pictures(explored)


@pytest.mark.slow
def test_explore_run_shows_a_run_of_empty_tables(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, run = riskmodel.load_run(folders.run), tmp_path / "run"
    run.mkdir()
    none = {name: getattr(full, name).clear() for name in ("products", "evidence", "signals", "series")}
    write_run(replace(full, **none), {}, run)
    notebook = executed("explore_run", tmp_path, monkeypatch, RUN=run)
    check_pictures(notebook)
    assert "no rows" in words(notebook)


@pytest.mark.slow
def test_a_page_of_a_notebook_holds_its_pictures_and_asks_no_network(explored: Any) -> None:
    exporter = pytest.importorskip("nbconvert").HTMLExporter(theme="light")
    exporter.require_js_url = exporter.mathjax_url = exporter.mermaid_js_url = ""
    page, _ = exporter.from_notebook_node(nbformat.from_dict(explored))
    assert len(re.findall('<img[^>]+src="data:image/svg', page)) == 4
    assert not re.findall(r"""<(?:script|img|link)[^>]+(?:src|href)=["']?https?:[^>]*""", page)


@pytest.mark.slow
def test_own_data_leads_from_a_table_of_ones_own_to_a_score(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = words(executed("own_data", tmp_path, monkeypatch, WORLD=folders.world, OUT=tmp_path / "out"))
    assert "mine.csv has a header of no known format" in shown
    for rule in ("partner_is_a_country", "hs6_is_six_digits", "period_is_a_date", "exact_duplicate"):
        assert re.search(rf"{rule}\s+refuses the rows\s+[12]\b", shown), rule
    assert re.search(r"usable without the [0-9]+ refused rows", shown)
    assert re.search(r"Verdict: usable \(", shown)  # once they are fixed
    assert "give it as --articles" in shown and "not-there.csv does not exist" in shown
    assert re.search(r"1\s+TJK\s+Tajikistan", shown)
    assert "it is in the coalition" in shown and "'Atlantis' is no country" in shown
    assert (tmp_path / "out" / "run" / "report.html").is_file()


@pytest.mark.slow
def test_own_data_scores_a_table_of_ones_own_without_the_articles_of_the_sample(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = trade().filter(pl.col("flow") == "X").select("reporter", "partner", "hs6", "period", "value_usd")
    mine.columns = ["Exporter", "Destination", "HS code", "Month", "Value USD"]
    mine.with_columns(pl.col("Month").cast(pl.String).str.head(7)).write_csv(tmp_path / "flows.csv")
    settings = {"TRADE": tmp_path / "flows.csv", "WORLD": folders.world, "OUT": tmp_path / "out"}
    shown = words(executed("own_data", tmp_path, monkeypatch, **settings))
    assert "SIMULATED" not in shown and "flows.csv has a header of no known format" in shown
    inputs = riskmodel.load_run(tmp_path / "out" / "run").manifest.inputs
    assert [given.kind for given in inputs] == ["trade_flows"]


@pytest.mark.slow
def test_contest_score_recomputes_and_scores_again_without_rows(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"RUN": folders.run, "WORLD": folders.world, "OUT": tmp_path / "out"}
    shown = words(executed("contest_score", tmp_path, monkeypatch, COUNTRY=Path("Tajikistan"), **given))
    assert shown.count("the same file") == 3
    assert "article_rate" in shown and "agrees" in shown
    assert "DIFFERS" not in shown and not re.search(r"_surprise\s+\S+\s+\S+\s+\d\s+no\b", shown)
    assert len(re.findall(r"_surprise\s+\S+\s+\S+\s+\d\s+yes\b", shown)) > 8
    assert re.search(r"[12] of 3 articles removed", shown) and re.search(
        r"rows removed: what \w{3} sent to TJK", shown
    )
    assert shown.count("before: rank") == shown.count("after:  ") == 2
    again = riskmodel.explain(tmp_path / "out" / "without-articles", "TJK")
    rate = {one["signal"]: one["value"] for one in again["drivers"]}["article_rate"]
    assert rate == 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_notebooks_use_the_public_functions_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "http" not in text
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            rooms = [name.name.split(".")[0] for name in node.names]
            assert not {"riskmodel", "features", "data_contracts"} & set(rooms)
        if isinstance(node, ast.ImportFrom) and node.module:
            ours = node.module.split(".")[0] in ("riskmodel", "features", "data_contracts")
            names = {name.name for name in node.names}
            assert not ours or (node.module == "riskmodel" and names <= set(riskmodel.__all__))


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["contest_score", "explore_run", "own_data"]
