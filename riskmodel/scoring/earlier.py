"""The ranking of an earlier run, to say what changed."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskmodel.publication.digests import read_manifest
from riskmodel.report.view import EarlierRun


def earlier_run(folder: Path) -> EarlierRun | None:
    """The ranks of a run folder; None where the path is no run (but a report of `validate`) or ranks none."""
    columns = ["as_of", "country", "rank", "band", "model_id"]
    try:
        rows = pl.read_parquet(folder / "scores_country.parquet", columns=columns).drop_nulls("rank")
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return None
    if rows.is_empty():
        return None
    first = rows.row(0, named=True)
    ranks = {code: (rank, band) for code, rank, band in rows.select("country", "rank", "band").iter_rows()}
    made_up = bool((read_manifest(folder) or {}).get("simulated"))
    return EarlierRun(first["as_of"], first["model_id"], made_up, ranks)
