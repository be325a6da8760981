"""One row for each transit country: its trade signals, null where the legs they need were not reported."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.months import month_number, month_numbers
from features.reference.facts import coalition, control_candidates, country_names
from features.trade.flows.as_of import Known
from features.trade.flows.windows import Windows
from features.trade.measures.advantage import rca_mismatch
from features.trade.measures.growth import Growth
from features.trade.measures.lead_lag import lead_lag
from features.trade.measures.mirror import mirror_signals
from features.trade.measures.new_routes import eu_rule_count, new_routes
from features.trade.measures.newest_quarter import newest_quarter
from features.trade.measures.placebo import placebo_surge
from features.trade.measures.prices import unit_value_premium
from features.trade.measures.surge import WindowSums, age_in_months
from features.trade.measures.transit import COUNTRY_FLOOR_USD, leg_totals, substitution

CORE = (
    "inbound_surge",
    "inbound_excess_usd",
    "onward_surge",
    "onward_excess_usd",
    "matched_transit_usd",
    "displaced_usd",
    "substitution",
    "pass_through",
    "placebo_gap",
    "new_lines",
    "onward_lines",
    "transit_ratio",
)
FURTHER = (
    "mirror_gap",
    "ghost_usd",
    "new_routes",
    "rca_mismatch",
    "unit_value_premium",
    "lead_lag",
    "eu_rule_count",
    "excess_concentration",
)
# What each signal needs beside its own minimum data; a leg that was not reported makes it unknown.
NEEDS: dict[str, tuple[str, ...]] = {
    "inbound_surge": ("inbound",),
    "inbound_excess_usd": ("inbound",),
    "onward_surge": ("onward",),
    "onward_excess_usd": ("onward",),
    "matched_transit_usd": ("inbound", "onward"),
    "displaced_usd": ("inbound", "direct"),
    "substitution": ("inbound", "direct"),
    "pass_through": ("inbound", "onward"),
    "placebo_gap": ("inbound",),
    "new_lines": ("inbound",),
    "onward_lines": ("onward",),
    "transit_ratio": ("inbound", "onward"),
    "mirror_gap": ("inbound",),
    "ghost_usd": ("inbound",),
    "new_routes": ("onward",),
    "rca_mismatch": ("onward",),
    "unit_value_premium": ("onward",),
    "lead_lag": ("inbound", "onward"),
    "eu_rule_count": ("inbound", "onward"),
    "excess_concentration": ("inbound",),
}
# A country without a row of its own on a reported leg has a true zero in these.
ZERO_WHERE_REPORTED = (
    "inbound_surge",
    "inbound_excess_usd",
    "onward_surge",
    "onward_excess_usd",
    "matched_transit_usd",
    "displaced_usd",
    "new_lines",
    "eu_rule_count",
)


def country_table(
    known: Known,
    excess: pl.DataFrame,
    families: pl.DataFrame,
    sums: WindowSums,
    growth: Growth,
    goods: pl.DataFrame,
    windows: Windows,
    as_of: date,
    *,
    further: bool = True,
) -> pl.DataFrame:
    """country, the trade signals and the trade coverage columns of the panel, sorted by country.

    Parameters
    ----------
    excess: `transit.with_excess`. families: `transit.family_table`. goods: comparable codes with families.
    further: also compute the signals outside the model; without, they are null.
    """
    transit = _transit_countries(coalition(as_of))
    controls = control_candidates(as_of)
    table = (
        _traders(known)
        .filter(transit)
        .join(_amounts(families), on="country", how="left")
        .join(leg_totals(excess, "inbound"), on="country", how="left")
        .join(leg_totals(excess, "onward"), on="country", how="left")
        .join(substitution(sums.families), on="country", how="left")
        .join(placebo_surge(known, sums, controls), on="country", how="left")
        .join(newest_quarter(known, sums, windows, controls), on="country", how="left")
        .join(_onward_coverage(sums, windows, as_of), on="country", how="left")
        .with_columns((pl.col("inbound_surge") - pl.col("placebo_surge")).alias("placebo_gap"))
    )
    if further:
        for part in _further(known, sums, families, goods, windows, as_of):
            table = table.join(part, on="country", how="left")
    else:
        absent = [name for name in FURTHER if name not in table.columns]
        table = table.with_columns(pl.lit(None).alias(name) for name in absent)
    coverage, age = _inbound_coverage(sums, windows, as_of)
    inbound = coverage > 0 and age is not None and age <= windows.oldest_usable_months
    direct = inbound and not excess.filter(pl.col("leg") == "direct").is_empty()
    onward = (pl.col("onward_coverage") > 0) & (pl.col("onward_age_months") <= windows.oldest_usable_months)
    legs = {"inbound": pl.lit(inbound), "direct": pl.lit(direct), "onward": onward.fill_null(False)}
    return table.select(
        "country",
        *(_where_known(name, legs) for name in (*CORE, *FURTHER)),
        pl.lit(age, dtype=pl.Int64).alias("inbound_age_months"),
        pl.lit(coverage, dtype=pl.Float64).alias("inbound_coverage"),
        "onward_age_months",
        pl.col("onward_coverage").fill_null(0.0),
        pl.lit(coverage if direct else 0.0, dtype=pl.Float64).alias("direct_coverage"),
        pl.lit("controls" if growth.controls else "none").alias("counterfactual"),
    ).sort("country")


def _where_known(name: str, legs: dict[str, pl.Expr]) -> pl.Expr:
    value = pl.col(name).fill_null(0) if name in ZERO_WHERE_REPORTED else pl.col(name)
    dtype = pl.Int64 if name.endswith("_usd") else pl.Float64
    return pl.when(pl.all_horizontal(legs[leg] for leg in NEEDS[name])).then(value.cast(dtype)).alias(name)


def _transit_countries(members: Collection[str]) -> pl.Expr:
    outside = [*sorted(members), *sorted(NEVER_SCORED)]
    return pl.col("country").is_in(list(country_names())) & ~pl.col("country").is_in(outside)


def _traders(known: Known) -> pl.DataFrame:
    """country: those with a known row on either leg, be it in matched months or not."""
    traded = known.legs.filter(pl.col("leg").is_in(["inbound", "onward"])).join(
        known.rows.select("series_id"), on="series_id", how="semi"
    )
    return traded.select("country").unique()


def _amounts(families: pl.DataFrame) -> pl.DataFrame:
    """Country sums over families, and two ratios of them: pass_through and excess_concentration.

    pass_through = matched transit / inbound excess: how little stays. excess_concentration = the largest
    family's share of the inbound excess: near 1 is one project rather than a route. Both are null where
    the inbound excess is below US$1m.
    """
    excess = pl.col("inbound_excess_usd").fill_null(0)
    enough = pl.when(pl.col("total") >= COUNTRY_FLOOR_USD)
    return (
        families.group_by("country")
        .agg(
            pl.col("matched_usd").sum().alias("matched_transit_usd"),
            pl.col("displaced_usd").sum(),
            excess.sum().alias("total"),
            excess.max().alias("largest"),
        )
        .with_columns(
            enough.then(pl.col("matched_transit_usd") / pl.col("total")).alias("pass_through"),
            enough.then(pl.col("largest") / pl.col("total")).alias("excess_concentration"),
        )
        .drop("total", "largest")
    )


def _further(
    known: Known,
    sums: WindowSums,
    families: pl.DataFrame,
    goods: pl.DataFrame,
    windows: Windows,
    as_of: date,
) -> list[pl.DataFrame]:
    newest = sums.coverage.filter(pl.col("leg") != "onward")["end"].max()
    return [
        mirror_signals(known, sums, windows),
        new_routes(known, sums, windows),
        rca_mismatch(known, families, goods),
        unit_value_premium(known, sums),
        lead_lag(known, sums),
        eu_rule_count(families, newest or as_of),  # type: ignore[arg-type]
    ]


def _inbound_coverage(sums: WindowSums, windows: Windows, as_of: date) -> tuple[float, int | None]:
    coverage = sums.coverage.filter(pl.col("leg") != "onward").unique("reporter", keep="any").sort("reporter")
    if coverage.is_empty():
        return 0.0, None
    # By trade, not by head; a dollar each, so that a table of zeros has a coverage.
    weight = coverage["monthly_usd"] + 1
    share = float((coverage["months"] * weight).sum()) / (windows.recent_months * float(weight.sum()))
    return min(share, 1.0), age_in_months(coverage["end"].max(), as_of)  # type: ignore[arg-type]


def _onward_coverage(sums: WindowSums, windows: Windows, as_of: date) -> pl.DataFrame:
    return sums.coverage.filter(pl.col("leg") == "onward").select(
        pl.col("reporter").alias("country"),
        (month_number(as_of) - month_numbers(pl.col("end"))).alias("onward_age_months"),
        (pl.col("months") / windows.recent_months).clip(0, 1).alias("onward_coverage"),
    )
