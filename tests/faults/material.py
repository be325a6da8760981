"""Tiny inputs of every kind and a throw-away model, written to a folder. All of it is simulated."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

AS_OF = "2024-06-30"
INPUTS = {
    "trade": "trade.csv",
    "articles": "articles.jsonl",
    "listings": "listings.csv",
    "goods": "goods.csv",
}
_CODES = ("854231", "854232", "853221")
_CONTROLS = ("ARG", "CHL", "COL")
_ROUTE = "TJK"


def trade() -> pl.DataFrame:
    """Canonical trade_flows: 3 codes, 2 reporters, a route that opens in March 2022."""
    rows = []
    months = [date(year, month, 1) for year in range(2019, 2025) for month in range(1, 13)][:64]
    for code in _CODES:
        for month in months:
            after = month >= date(2022, 3, 1)
            partners = dict.fromkeys(_CONTROLS, 200_000) | {
                "RUS": 40_000 if after else 900_000,
                _ROUTE: 700_000 if after else 50_000,
            }
            rows += [(r, p, "X", code, month, value) for r in ("DEU", "USA") for p, value in partners.items()]
            rows.append((_ROUTE, "RUS", "X", code, month, 1_000_000 if after else 60_000))
    names = ["reporter", "partner", "flow", "hs6", "period", "value_usd"]
    early = pl.col("period") < date(2022, 1, 1)
    return pl.DataFrame(rows, schema=names, orient="row").select(
        "reporter",
        "partner",
        "flow",
        "hs6",
        pl.when(early).then(pl.lit("HS2017")).otherwise(pl.lit("HS2022")).alias("hs_edition"),
        "period",
        "value_usd",
        pl.lit(None, dtype=pl.Int64).alias("net_kg"),
        pl.lit(None, dtype=pl.Date).alias("known_at"),
        pl.lit("simulated").alias("source"),
    )


def articles() -> pl.DataFrame:
    """Two simulated articles."""
    texts = (
        "Sanctioned microchips reach Russia through Tajikistan, officials said on Monday in Dushanbe.",
        "Peru won the chess final against Chile in Lima on Sunday.",
    )
    return pl.DataFrame(
        {
            "article_id": ["a1", "a2"],
            "published_at": ["2024-03-04T08:00:00Z", "2024-04-11T08:00:00Z"],
            "source": ["simulated"] * 2,
            "language": ["en"] * 2,
            "title": ["Chips pass through Tajikistan", "Chess in Peru"],
            "text": texts,
            "url": [None, None],
        },
        schema_overrides={"url": pl.String},
    )


def listings() -> pl.DataFrame:
    """Three simulated listings."""
    return pl.DataFrame(
        {
            "country": ["TJK", "TJK", "ARE"],
            "listed_on": ["2023-11-02", "2024-02-23", "2023-05-19"],
            "jurisdiction": ["US", "EU", "US"],
            "list": ["SDN", "Annex IV", "SDN"],
            "n_entities": [3, 1, 2],
            "goods_diversion": ["unknown", "true", "unknown"],
            "source": ["simulated"] * 3,
        }
    )


def goods() -> pl.DataFrame:
    """The three codes as a goods list."""
    return pl.DataFrame(
        {
            "hs6": _CODES,
            "tier": [1, 1, 2],
            "family": _CODES,
            "valid_from": ["2023-02-01"] * 3,
            "valid_to": [None] * 3,
            "source": ["simulated"] * 3,
        },
        schema_overrides={"valid_to": pl.String},
    )


def gkg() -> str:
    """Four simulated GDELT knowledge-graph records of two countries, one near Russia."""
    lines = []
    for number, (name, code) in enumerate([("Tajikistan", "TI"), ("Peru", "PE")] * 2):
        record = [""] * 27
        record[0], record[1], record[2] = f"20240304080000-{number}", "20240304080000", "1"
        record[3], record[4] = "simulated.example.org", f"https://simulated.example.org/{number}"
        record[8] = "SANCTIONS,30;SMUGGLING,42"
        record[10] = f"1#{name}#{code}#{code}##38#71#{code}#12;1#Russia#RS#RS##60#100#RS#40"
        record[15] = "-2.5,1,3,4,20,0,300"
        lines.append("\t".join(record))
    return "\n".join(lines) + "\n"


def write_inputs(folder: Path) -> None:
    """Every input kind, trade also as gzip and as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    trade().write_csv(folder / "trade.csv")
    (folder / "trade.csv.gz").write_bytes(gzip.compress((folder / "trade.csv").read_bytes(), mtime=0))
    trade().write_parquet(folder / "trade.parquet")
    articles().write_ndjson(folder / "articles.jsonl")
    (folder / "records.gkg.csv").write_text(gkg())
    listings().write_csv(folder / "listings.csv")
    goods().write_csv(folder / "goods.csv")


def write_model(models: Path) -> str:
    """A model fitted to noise, made champion: it loads and scores, and its scores mean nothing."""
    from features.panel import panel_schema
    from riskmodel.model.estimator import fit_heads
    from riskmodel.registry.champion import promote, save

    draw, rows = np.random.default_rng(0), 300
    target = (draw.random(rows) < 0.2).astype(np.int64)
    columns: dict[str, object] = {}
    for name, dtype in panel_schema().items():
        if name == "as_of":
            columns[name] = [date(2023, 1, 1)] * rows
        elif dtype == pl.Int64():
            columns[name] = np.exp(draw.normal(13 + 3 * target, 1.5)).astype(np.int64)
        elif dtype == pl.Float64():
            columns[name] = draw.normal(target * 0.8, 0.6)
        else:
            columns[name] = [f"C{place % 60}" for place in range(rows)]
    panel = pl.DataFrame(columns).cast(dict(panel_schema()))
    heads = fit_heads(panel, target, np.arange(rows) % 60, n_draws=5)
    facts = {"target": "transit", "trained_on": "simulated noise", "horizon_months": 6}
    model_id = save(heads, facts, "A model of noise for tests: {model_id}", {}, models)
    promote(model_id, models)
    return model_id
