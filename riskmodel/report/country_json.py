"""One country's score as JSON values, for programs: what `explain --json` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from features.catalogue import BY_NAME
from riskmodel.explain.drivers import read_drivers
from riskmodel.explain.figures import interval, percent, signal_value
from riskmodel.explain.wording import noun
from riskmodel.report.findings import Findings, when_and_where
from riskmodel.report.manifest import RunManifest
from riskmodel.report.products import first_products, rise_words
from riskmodel.report.rows import CountryScore, EvidenceRow, rows_of


def country_json(
    row: CountryScore,
    evidence: pl.DataFrame,
    manifest: RunManifest,
    limit: int,
    moved: Sequence[str] = (),
    findings: Findings | None = None,
    placebos: pl.DataFrame | None = None,
    products: pl.DataFrame | None = None,
) -> dict[str, Any]:
    """Everything that `country_lines` says, as values; `evidence` holds at most `limit` rows of each kind,
    and `products` at most as many, highest score first.

    `risk_shown` and `interval_shown` are the probability as the report prints it, never 0% or 100%.
    """
    drivers = [
        {
            **asdict(driver),
            "what": noun(driver.signal) if driver.signal in BY_NAME else driver.signal,
            "shown": signal_value(driver.value, driver.unit),
        }
        for driver in read_drivers(row.drivers)
    ]
    kinds = ("trade", "article", "listing", "goods_mix")
    shown = pl.concat([evidence.filter(pl.col("kind") == kind).head(limit) for kind in kinds])
    return {
        "simulated": manifest.simulated,
        "run_id": manifest.run_id,
        "model_id": manifest.model.id,
        "cite": manifest.cite,
        **asdict(row),
        "risk_shown": percent(row.risk),
        "interval_shown": interval(row.risk_low, row.risk_high),
        "drivers": drivers,
        "counter_evidence": json.loads(row.counter_evidence or "[]"),
        "lowers": json.loads(row.lowers or "[]"),
        "placebos": _of(placebos, row.country),
        "products": [
            {**asdict(product), "rise": rise_words(product)}
            for product in first_products(products, row.country, limit)
        ],
        "when_and_where": when_and_where(findings or Findings(), row.country),
        "moved": list(moved),
        "evidence": [asdict(one) for one in rows_of(EvidenceRow, shown)],
        "note": "A score is a reason to look, not proof.",
    }


def _of(placebos: pl.DataFrame | None, country: str) -> list[dict[str, Any]]:
    if placebos is None or not placebos.width:
        return []
    return placebos.filter(pl.col("country") == country).drop("country").to_dicts()
