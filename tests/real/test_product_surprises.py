"""Do surprises of a code order a country's later arrivals better than the written rule does? No: not stored.

Surprise of the code in the country, the same code's surprises in other countries, the fall of the direct leg,
and the surprises of its heading, learnt on the other countries and other headings of the same table, by the
check of `test_product_ranking` on suppliers that were not seen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from test_product_ranking import (
    AS_OF,
    COUNTRIES,
    FOLDS,
    HALVES,
    WINDOWS,
    flows,
    goods,
    measured,
    rows_with_outcome,
)

from features.trade.products import others_excess_usd
from features.trade.signals import trade_signals

__all__ = ["flows", "goods"]  # fixtures of the check
pytestmark = [pytest.mark.real, pytest.mark.long]

SURPRISES = ("code", "others", "heading", "direct")
AMOUNTS = ("inbound_recent_usd", "inbound_excess_usd", "displaced_usd", "others_excess_usd")


def with_surprises(rows: pl.DataFrame, seen: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """`SURPRISES`: -log10 of the share of codes of the country (direct leg: of all rows) that rose as much.

    A rise is the difference of fourth roots of recent and baseline US$, as in docs/surprises.md.
    """
    codes = trade_signals(seen, listed, WINDOWS, AS_OF).sums.codes

    def sums(leg: str, key: list[str]) -> pl.DataFrame:
        rise = pl.col("recent_usd").sum() ** 0.25 - pl.col("baseline_usd").sum() ** 0.25
        return codes.filter(pl.col("leg") == leg).group_by(key).agg(rise.alias(leg))

    whole = rows.join(sums("inbound", ["country", "hs6"]), on=["country", "hs6"], how="left")
    whole = whole.join(sums("direct", ["hs6"]), on="hs6", how="left").with_columns(
        pl.col("inbound", "direct").fill_null(0.0), pl.col("hs6").str.head(4).alias("h4"), others_excess_usd()
    )

    def surprise(values: pl.Expr) -> pl.Expr:
        return -(values.rank("max", descending=True) / pl.len()).log10()

    code = surprise(pl.col("inbound")).over("country")
    whole = whole.with_columns(code.alias("code"), surprise(-pl.col("direct")).alias("direct"))
    own = pl.col("code")
    heading = ["country", "h4"]
    return whole.with_columns(
        ((own.sum().over("hs6") - own) / (pl.len().over("hs6") - 1).clip(1)).alias("others"),
        ((own.sum().over(heading) - own) / (pl.len().over(heading) - 1).clip(1)).alias("heading"),
    )


def learnt(rows: pl.DataFrame, columns: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Log-odds of a logistic regression that saw neither the country nor the headings it is asked about."""
    asked = [(pl.col(c) / 10_000).log1p() if c in AMOUNTS else pl.col(c) for c in columns]
    values, rose = rows.select(asked).to_numpy(), rows["rose"].to_numpy()
    names = rows["h4"].unique().sort()
    drawn = np.random.default_rng(0).integers(FOLDS, size=len(names))
    folds = rows["h4"].replace_strict(dict(zip(names, drawn.tolist(), strict=True))).to_numpy()
    found = np.zeros(rows.height)
    for country in COUNTRIES:
        here = (rows["country"] == country).to_numpy()
        for number in range(FOLDS):
            train, test = ~here & (folds != number), here & (folds == number)
            model = make_pipeline(StandardScaler(), LogisticRegression()).fit(values[train], rose[train])
            found[test] = model.decision_function(values[test])
    return found


def test_surprises_of_codes_do_not_beat_the_written_rule(flows: pl.DataFrame, goods: pl.DataFrame) -> None:
    members = np.array(sorted(flows["reporter"].unique()))
    sets = {"surprises": SURPRISES, "amounts and surprises": (*AMOUNTS, *SURPRISES)}
    halves = []
    for seed in range(HALVES):
        first = list(np.random.default_rng(seed).permutation(members)[: len(members) // 2])
        seen = pl.col("reporter").is_in(first)
        rows = rows_with_outcome(flows.filter(seen), flows.filter(~seen), goods, 300_000)
        rows = with_surprises(rows, flows.filter(seen), goods)
        rows = rows.with_columns(pl.Series(name, learnt(rows, columns)) for name, columns in sets.items())
        halves.append(measured(rows, ("score", *sets)))
    found = {column: np.mean([half[column] for half in halves], axis=0) for column in halves[0]}
    print("\nother reporters, average precision and AUC:", {k: v.round(3) for k, v in found.items()})
    # Should this fail, surprises have come to beat the rule: then page and product score should follow.
    assert all((found["score"] >= found[name] - 0.005).all() for name in sets)
