"""Target `listing` on public listings: simple rules and a small fit, origin by origin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.months import end_of_month
from features.listings import listing_history
from features.reference.facts import WARNED_2022, coalition, country_names
from riskmodel.backtest import measures
from riskmodel.backtest.results import rounded
from riskmodel.model.head import AdditiveHead
from riskmodel.outcomes.labels import HORIZON_MONTHS, listing_labels

Vector = NDArray[np.float64]
FITTED = ("listing_history", "warned_2022", "inbound_surge")
LEAST_EVENTS = 4


def listing_rows(
    listings: pl.DataFrame, origins: Sequence[date], data_end: date, trade: pl.DataFrame | None = None
) -> pl.DataFrame:
    """One row for each origin and country that is neither in the coalition nor Russia nor Belarus.

    Parameters
    ----------
    listings: canonical. origins: last days of months. data_end: last day that the listings cover.
    trade: as_of, country, inbound_surge (`trade_panel`), for the countries that the trade table holds.

    Returns
    -------
    as_of, country, target (null where the six months end later than the data), persistence (the event in the
    six months before), listing_history, warned_2022 (named in the US alert of June 2022), inbound_surge (null
    where no trade is known), onset (nothing listed in the twelve months before).
    """
    frames = []
    for as_of in sorted(origins):
        outside = coalition(as_of) | NEVER_SCORED
        countries = [code for code in sorted(country_names()) if code not in outside]
        labels = listing_labels(listings, as_of, countries, data_end)
        before = listing_labels(listings, end_of_month(as_of, -HORIZON_MONTHS), countries, data_end)
        year = listings.filter(
            (pl.col("listed_on") > end_of_month(as_of, -12)) & (pl.col("listed_on") <= as_of)
        )["country"]
        frames.append(
            labels.select("as_of", "country", "target")
            .with_columns(
                before["target"].fill_null(False).cast(pl.Float64).alias("persistence"),
                pl.col("country").is_in(sorted(WARNED_2022)).cast(pl.Float64).alias("warned_2022"),
                (~pl.col("country").is_in(sorted(set(year)))).alias("onset"),
            )
            .join(
                listing_history(listings, as_of).select("country", "listing_history"),
                on="country",
                how="left",
                maintain_order="left",
            )
            .with_columns(pl.col("listing_history").fill_null(0.0))
        )
    rows = pl.concat(frames)
    if trade is None:
        return rows.with_columns(pl.lit(None, dtype=pl.Float64).alias("inbound_surge"))
    surge = trade.select("as_of", "country", "inbound_surge")
    return rows.join(surge, on=["as_of", "country"], how="left", maintain_order="left")


def judge_listings(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Average precision and recall@20 of each method, all rows and onsets only.

    The fit is an additive logistic on `FITTED`; at each origin it learns from origins whose six months had
    passed. All methods are judged on the origins for which that is possible. Brackets are 90 % bootstrap over
    countries.
    """
    known = rows.filter(pl.col("target").is_not_null())
    parts = [part for day in known["as_of"].unique().sort() if (part := _fitted(known, day)) is not None]
    if not parts:
        return []
    judged = pl.concat(parts)
    methods = {
        "persistence": judged["persistence"].to_numpy(),
        "listing history": judged["listing_history"].to_numpy(),
        "US list of June 2022": judged["warned_2022"].to_numpy(),
        "growth of EU exports (five countries)": judged["inbound_surge"].fill_null(-9.0).to_numpy(),
        "additive logistic": judged["fitted"].to_numpy(),
    }
    lines = []
    onset = judged["onset"].to_numpy()
    for slice_, keep in (("all", np.ones_like(onset)), ("onset only", onset)):
        lines += [_line(slice_, name, judged.filter(pl.Series(keep)), s[keep]) for name, s in methods.items()]
    return list(rounded(tuple(lines), 4))


def _fitted(known: pl.DataFrame, origin: date) -> pl.DataFrame | None:
    past = known.filter(pl.col("as_of") <= end_of_month(origin, -HORIZON_MONTHS))
    y = past["target"].cast(pl.Int64).to_numpy()
    if y.sum() < LEAST_EVENTS:
        return None
    blocks = past["country"].rank("dense").cast(pl.Int64).to_numpy()
    head = AdditiveHead(FITTED, (1, 1, 1), n_draws=0).fit(_matrix(past), y, blocks)
    now = known.filter(pl.col("as_of") == origin)
    return now.with_columns(pl.Series("fitted", head.decision_function(_matrix(now))))


def _matrix(rows: pl.DataFrame) -> NDArray[np.float64]:
    return np.column_stack([rows[name].fill_null(float("nan")).to_numpy() for name in FITTED])


def _line(slice_: str, name: str, rows: pl.DataFrame, score: Vector) -> dict[str, Any]:
    y = rows["target"].cast(pl.Int64).to_numpy()
    blocks = rows["country"].rank("dense").cast(pl.Int64).to_numpy()
    queries = rows["as_of"].rank("dense").cast(pl.Int64).to_numpy()
    weights = measures.block_weights(blocks)
    return {
        "slice": slice_,
        "method": name,
        "origins": rows["as_of"].n_unique(),
        "rows": rows.height,
        "events": int(y.sum()),
        "average_precision": measures.average_precision(y, score),
        "average_precision_90": measures.interval(measures.average_precisions(y, score, weights)),
        "precision_at_10": measures.top_k(y, score, queries, 10)[0],
        "recall_at_20": measures.top_k(y, score, queries, 20)[1],
    }
