"""The notebook runs, cell by cell, on nothing but the files of a run folder."""

import json
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import jupytext
import nbclient
import polars as pl
import pytest

from data_contracts.tables import EVIDENCE, SCORES_COUNTRY, SCORES_PRODUCT
from features.panel import panel_schema
from features.trade.series import SERIES

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "explore_run.py"


def table(schema: dict[str, Any], *rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)


def write_run(folder: Path, empty: bool = False) -> None:
    """A run of one scored and one abstained country; with `empty`, no evidence, products or series."""
    day = date(2024, 6, 30)
    driver = {"signal": "inbound_surge", "contribution": 1.2, "words": "arrivals are twice their trend"}
    scored = {
        "as_of": day, "country": "KGZ", "name": "Kyrgyzstan", "rank": 1, "risk": 0.6, "risk_low": 0.4,
        "risk_high": 0.7, "event_risk": 0.996, "event_risk_low": 0.003, "event_risk_high": 0.999,
        "event_met": True, "event_met_usd": 1_500_000, "event_met_codes": "854231",
        "band": "high", "grade": "B", "abstained": False, "drivers": json.dumps([driver]),
    }  # fmt: skip
    silent = {"as_of": day, "country": "TKM", "name": "Turkmenistan", "abstained": True, "drivers": "[]"}
    months = [date(2024, month, 1) for month in (1, 2, 4, 5)]
    series = [
        {"country": "KGZ", "leg": leg, "period": month, "value_usd": 2_000_000, "baseline_usd": 900_000}
        for leg in ("inbound", "onward")
        for month in months
    ]
    sentence = {
        "country": "KGZ", "kind": "article", "article_id": "a1", "sentence_no": 0, "known_at": day,
        "text": "Chips reach Russia via Bishkek.", "p_diversion": 0.9, "polarity": 1,
    }  # fmt: skip
    frames = {
        "scores_country": table(SCORES_COUNTRY, scored, silent),
        "scores_product": table(
            SCORES_PRODUCT, {"as_of": day, "country": "KGZ", "hs6": "854231", "score": 0.5}
        ),
        "evidence": table(EVIDENCE, sentence),
        "signals": table(panel_schema(), {"as_of": day, "country": "KGZ", "inbound_surge": 0.7}),
        "series": table(SERIES, *series),
    }
    for name, frame in frames.items():
        kept = (
            frame.clear() if empty and name in ("scores_product", "evidence", "signals", "series") else frame
        )
        kept.write_parquet(folder / f"{name}.parquet")
    manifest = {"as_of": "2024-06-30", "simulated": True}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("empty", [False, True], ids=["full", "empty tables"])
def test_notebook_runs_on_a_run_folder(empty: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, empty)
    monkeypatch.setenv("RISKMODEL_RUN", str(tmp_path))
    monkeypatch.delenv("RISKMODEL_COUNTRY", raising=False)
    notebook = jupytext.read(NOTEBOOK)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(tmp_path))
    outputs = [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]
    charts = [out for out in outputs if any("vega" in kind for kind in out.get("data", {}))]
    assert len(charts) == 3
    ranking = next(out["data"]["text/html"] for out in outputs if "event_met" in str(out.get("data")))
    assert all(
        words in unescape(ranking) for words in ("60%", "40–70%", ">99%", "<1–>99%", "true", "1500000")
    )
    assert "SIMULATED" in outputs[0]["text"]
    assert max(len(json.dumps(chart["data"])) for chart in charts) < 100_000


def test_notebook_reads_only_files_of_the_run() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert "http" not in text
    assert text.count("pl.read_parquet(RUN /") == text.count("read_parquet") == 5
