"""The two score tables, from predictions, grades, explanations and amounts."""

from __future__ import annotations

import json
from datetime import date

import polars as pl

from data_contracts.tables import SCORES_COUNTRY, SCORES_PRODUCT
from features.reference.facts import controlled_by, country_names
from features.trade.signals import TradeSignals
from riskmodel.explain.bands import band_of

CONCENTRATED = 0.6
PLACES = 12  # of a published probability; below lies what differs from one processor to the next
PROBABILITIES = ("risk", "risk_low", "risk_high", "event_risk", "event_risk_low", "event_risk_high")


def country_scores(
    panel: pl.DataFrame,
    graded: pl.DataFrame,
    predicted: pl.DataFrame,
    explained: pl.DataFrame,
    met: pl.DataFrame,
    trade: TradeSignals | None,
    model_id: str,
    run_id: str,
) -> pl.DataFrame:
    """`SCORES_COUNTRY`, ranked by risk, then amount, then code; abstained rows last and without a risk.

    `excess_transit_usd` is matched transit where both legs were reported, else the displaced amount, else
    null: the part of the excess that a second report supports.

    Parameters
    ----------
    predicted: of `Model.predict`; event risks are null where the model gives none.
    met: `already_met.ALREADY_MET`; what is published of an abstained country is shown too.
    """
    key = ["as_of", "country"]
    table = (
        panel.select(*key, pl.coalesce("matched_transit_usd", "displaced_usd").alias("excess_transit_usd"))
        .join(graded, on=key)
        .join(_probabilities(predicted), on=key)
        .join(explained, on=key)
        .join(met, on="country", how="left")
    )
    names = country_names()
    silent = pl.col("abstained")
    table = table.with_columns(
        *(pl.when(~silent).then(pl.col(name)).alias(name) for name in PROBABILITIES),
        *(
            pl.when(silent).then(pl.lit("[]")).otherwise(pl.col(name)).alias(name)
            for name in ("drivers", "lowers")
        ),
        pl.Series("counter_evidence", _counter_evidence(table, trade), dtype=pl.String),
        pl.Series("name", [names.get(code, code) for code in table["country"]], dtype=pl.String),
        pl.lit(model_id).alias("model_id"),
        pl.lit(run_id).alias("run_id"),
    )
    table = table.with_columns(pl.Series("band", [band_of(risk) for risk in table["risk"]], dtype=pl.String))
    ordered = table.sort(
        ["abstained", "risk", "excess_transit_usd", "country"],
        descending=[False, True, True, False],
        nulls_last=True,
    )
    ranked = ordered.with_columns(
        pl.when(~pl.col("abstained")).then(pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).alias("rank")
    )
    return ranked.select(pl.col(name).cast(dtype) for name, dtype in SCORES_COUNTRY.items())


def _probabilities(predicted: pl.DataFrame) -> pl.DataFrame:
    """as_of, country and `PROBABILITIES`, null where the model does not give them."""
    given = [
        pl.col(name).round(PLACES)
        if name in predicted.columns
        else pl.lit(None, dtype=pl.Float64).alias(name)
        for name in PROBABILITIES
    ]
    return predicted.select("as_of", "country", *given)


def product_scores(
    products: pl.DataFrame | None, surprises: pl.DataFrame | None, graded: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """`SCORES_PRODUCT`, `inbound_recent_usd` and `controlled_by`, highest score first within each country.

    Parameters
    ----------
    products: of `product_table`. surprises: of `product_surprises`; they never change the score. None: no
        trade was given.

    `controlled_by` is the first day from which a regime surely controlled the product: a fall of the direct
    leg before it may be a choice of sellers. Null means unknown, not free.
    """
    if products is None or surprises is None:
        return pl.DataFrame(schema=SCORES_PRODUCT)
    table = (
        products.join(surprises, on=["country", "family"], how="left")
        .join(graded.select("country", "grade"), on="country", how="left")
        .with_columns(pl.lit(as_of).alias("as_of"))
    )
    columns = [pl.col(name).cast(dtype) for name, dtype in SCORES_PRODUCT.items()]
    known = table.with_columns(pl.col("inbound_recent_usd").cast(pl.Int64), controlled_by(table["hs6"]))
    return known.select(*columns, "inbound_recent_usd", "controlled_by").sort(
        ["country", "score", "hs6"], descending=[False, True, False]
    )


def _counter_evidence(table: pl.DataFrame, trade: TradeSignals | None) -> list[str]:
    """What speaks against each score: the model's own words, what was not reported, one dominant family."""
    concentrated = _concentration(trade)
    said = []
    for row in table.iter_rows(named=True):
        words = [] if row["abstained"] else json.loads(row["counter_evidence"])
        words += [word for word in json.loads(row["shortfalls"]) if word not in words]
        if row["country"] in concentrated and not row["abstained"]:
            words.append(concentrated[row["country"]])
        said.append(json.dumps(words, ensure_ascii=False))
    return said


def _concentration(trade: TradeSignals | None) -> dict[str, str]:
    if trade is None:
        return {}
    total = pl.col("inbound_excess_usd").sum().over("country")
    top = (
        trade.families.filter(pl.col("inbound_excess_usd") > 0)
        .with_columns((pl.col("inbound_excess_usd") / total).alias("share"))
        .filter(pl.col("share") >= CONCENTRATED)
        .sort("country", "family")
    )
    return {
        country: f"one product family ({family}) makes up {share:.0%} of the inbound excess: "
        "a single project or buyer may explain it"
        for country, family, share in top.select("country", "family", "share").iter_rows()
    }
