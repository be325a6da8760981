"""One row for each transit country: its trade signals, null where the legs they need were not reported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
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

KEY = ("as_of", "country")


@dataclass(frozen=True)
class CountryParts:
    """What is known of each country on one day, before it is joined.

    Attributes
    ----------
    countries: country, onward_age_months, onward_coverage. of_day: one row, the coverage of the day.
    measured: function of the catalogue -> country and its signals, or, of a function that takes the columns
        to group `by`, what it is given: it is asked once for all days.
    """

    as_of: date
    countries: pl.DataFrame
    of_day: pl.DataFrame
    measured: Mapping[str, pl.DataFrame]


def country_table(inputs: MeasureInputs, *, further: bool = True) -> pl.DataFrame:
    """country, the trade signals and the trade coverage columns of the panel, sorted by country.

    Parameters
    ----------
    further: also compute the signals outside the model; without, they are null.
    """
    parts = country_parts(inputs, further=further)
    return country_tables([parts], inputs.windows).drop("as_of")


def country_parts(inputs: MeasureInputs, *, further: bool = True) -> CountryParts:
    """The parts of `country_table` that are asked for day by day."""
    sums, windows, as_of = inputs.sums, inputs.windows, inputs.as_of
    countries = _traders(inputs.known).filter(_transit_countries(coalition(as_of)))
    countries = countries.join(_onward_coverage(sums, windows, as_of), on="country", how="left")
    wanted = [s for s in signals_of("trade") if further or s.in_model or s.in_panels]
    coverage, age = _inbound_coverage(sums, windows, as_of)
    inbound = coverage > 0 and age is not None and age <= windows.oldest_usable_months
    direct = inbound and not inputs.excess.filter(pl.col("leg") == "direct").is_empty()
    of_day = pl.DataFrame(
        {
            "inbound": inbound,
            "direct": direct,
            "inbound_age_months": pl.Series([age], dtype=pl.Int64),
            "inbound_coverage": float(coverage),
            "direct_coverage": float(coverage) if direct else 0.0,
            "counterfactual": "controls" if inputs.growth.controls else "none",
        }
    )
    return CountryParts(as_of, countries, of_day, _measured(wanted, inputs))


def country_tables(days: Sequence[CountryParts], windows: Windows) -> pl.DataFrame:
    """as_of and the columns of `country_table`, sorted by both: one query, of all days and countries."""
    signals = signals_of("trade")
    measured = {path: _of_days(path, days) for path in days[0].measured}
    absent = {signal.name for signal in signals}.difference(*(part.columns for part in measured.values()))
    joined = _dated((day.as_of, day.countries) for day in days).lazy()
    joined = joined.join(_dated((day.as_of, day.of_day) for day in days).lazy(), on="as_of", how="left")
    for part in measured.values():
        joined = joined.join(part.lazy(), on=KEY, how="left")
    joined = joined.with_columns(pl.lit(None).alias(name) for name in sorted(absent))
    onward = (pl.col("onward_coverage") > 0) & (pl.col("onward_age_months") <= windows.oldest_usable_months)
    legs = {"inbound": pl.col("inbound"), "direct": pl.col("direct"), "onward": onward.fill_null(False)}
    selected = joined.select(
        *KEY,
        *(_where_known(signal, legs) for signal in signals),
        "inbound_age_months",
        "inbound_coverage",
        "onward_age_months",
        pl.col("onward_coverage").fill_null(0.0),
        "direct_coverage",
        "counterfactual",
    )
    return selected.sort(KEY).collect()


def _dated(frames: Iterable[tuple[date, pl.DataFrame]]) -> pl.DataFrame:
    dated = [frame.select(pl.lit(as_of, dtype=pl.Date).alias("as_of"), pl.all()) for as_of, frame in frames]
    return pl.concat(dated, how="diagonal_relaxed")


def _of_days(path: str, days: Sequence[CountryParts]) -> pl.DataFrame:
    found = _dated((day.as_of, day.measured[path]) for day in days)
    measure = measure_named(path)
    return measure(found, by=KEY) if "by" in signature(measure).parameters else found


def _measured(signals: Collection[Signal], inputs: MeasureInputs) -> dict[str, pl.DataFrame]:
    """As `CountryParts.measured`, one frame for each function that the signals name."""
    found = {}
    for path in dict.fromkeys(signal.measured_by for signal in signals):
        measure = measure_named(path)
        given = {name: getattr(inputs, name) for name in signature(measure).parameters if name != "by"}
        (one, *_) = given.values()
        found[path] = one if "by" in signature(measure).parameters else measure(**given)
    return found


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
