"""One row for each transit country: its trade signals, null where the legs they need were not reported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from importlib import import_module
from inspect import signature

import numpy as np
import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.months import month_number, month_numbers
from features.catalogue import Signal, signals_of
from features.reference.facts import coalition, country_names
from features.trade.flows.as_of import FlowsAsOf
from features.trade.flows.numbers import INBOUND, ONWARD
from features.trade.flows.windows import Windows
from features.trade.measures.inputs import MeasureInputs
from features.trade.measures.surge import WindowSums, age_in_months


def country_table(inputs: MeasureInputs, *, further: bool = True) -> pl.DataFrame:
    """country, the trade signals and the trade coverage columns of the panel, sorted by country.

    Parameters
    ----------
    further: also compute the signals outside the model; without, they are null.
    """
    signals, sums, windows, as_of = signals_of("trade"), inputs.sums, inputs.windows, inputs.as_of
    table = _traders(inputs.known).filter(_transit_countries(coalition(as_of)))
    table = table.join(_onward_coverage(sums, windows, as_of), on="country", how="left")
    parts = list(_measured([s for s in signals if further or s.in_model or s.in_panels], inputs))
    measured = {name for part in parts for name in part.columns}
    absent = [signal.name for signal in signals if signal.name not in measured]
    # One query, of all that is known of a country.
    joined = table.lazy()
    for part in parts:
        joined = joined.join(part.lazy(), on="country", how="left")
    joined = joined.with_columns(pl.lit(None).alias(name) for name in absent)
    coverage, age = _inbound_coverage(sums, windows, as_of)
    inbound = coverage > 0 and age is not None and age <= windows.oldest_usable_months
    direct = inbound and not inputs.excess.filter(pl.col("leg") == "direct").is_empty()
    onward = (pl.col("onward_coverage") > 0) & (pl.col("onward_age_months") <= windows.oldest_usable_months)
    legs = {"inbound": pl.lit(inbound), "direct": pl.lit(direct), "onward": onward.fill_null(False)}
    selected = joined.select(
        "country",
        *(_where_known(signal, legs) for signal in signals),
        pl.lit(age, dtype=pl.Int64).alias("inbound_age_months"),
        pl.lit(coverage, dtype=pl.Float64).alias("inbound_coverage"),
        "onward_age_months",
        pl.col("onward_coverage").fill_null(0.0),
        pl.lit(coverage if direct else 0.0, dtype=pl.Float64).alias("direct_coverage"),
        pl.lit("controls" if inputs.growth.controls else "none").alias("counterfactual"),
    )
    return selected.sort("country").collect()


def _measured(signals: Collection[Signal], inputs: MeasureInputs) -> Iterator[pl.DataFrame]:
    """Frames of country and some signals, one for each function that the signals name."""
    for path in dict.fromkeys(signal.measured_by for signal in signals):
        measure = measure_named(path)
        yield measure(**{name: getattr(inputs, name) for name in signature(measure).parameters})


def measure_named(path: str) -> Callable[..., pl.DataFrame]:
    """The function that a signal names as `module.function` of this package."""
    module, _, name = path.rpartition(".")
    measure: Callable[..., pl.DataFrame] = getattr(import_module(f"features.trade.measures.{module}"), name)
    return measure


def _where_known(signal: Signal, legs: dict[str, pl.Expr]) -> pl.Expr:
    value = pl.col(signal.name).fill_null(0) if signal.zero_without_row else pl.col(signal.name)
    dtype = pl.Int64 if signal.is_money else pl.Float64
    known = pl.all_horizontal(legs[leg] for leg in signal.needs)
    return pl.when(known).then(value.cast(dtype)).alias(signal.name)


def _transit_countries(members: Collection[str]) -> pl.Expr:
    outside = [*sorted(members), *sorted(NEVER_SCORED)]
    return pl.col("country").is_in(list(country_names())) & ~pl.col("country").is_in(outside)


def _traders(flows: FlowsAsOf) -> pl.DataFrame:
    """country: those with a known row on either leg, be it in matched months or not."""
    numbers, series = flows.numbers, flows.known.series
    on_legs = (numbers.leg[series] == INBOUND) | (numbers.leg[series] == ONWARD)
    traded = np.flatnonzero(np.bincount(numbers.country[series[on_legs]]))
    return pl.DataFrame({"country": pl.Series([numbers.countries[c] for c in traded], dtype=pl.String)})


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
