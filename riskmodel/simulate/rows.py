"""From arrays of dollars to canonical trade rows: consignments, weights, editions, vintages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.simulate.lists import Cast
from riskmodel.simulate.months import month_starts
from riskmodel.simulate.params import WorldParams
from riskmodel.simulate.reporting import Habits
from riskmodel.simulate.streams import stream

CONFIDENTIAL = "999999"
KEY = ["reporter", "partner", "flow", "hs6", "period", "known_at"]


def consignments(draw: np.random.Generator, expected: np.ndarray, params: WorldParams) -> np.ndarray:
    """Whole dollars drawn around `expected` (any shape): empty where no consignment left, lumpy elsewhere.

    A month is filled with probability 1 - exp(-expected / lot), and then holds a lognormal value whose
    mean makes up for the empty ones.
    """
    filled = -np.expm1(-expected / params.lot_usd)
    empty = draw.random(expected.shape, dtype=np.float32) >= filled
    noise = params.lump_sd * draw.standard_normal(expected.shape, dtype=np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = expected / filled * np.exp(noise - params.lump_sd**2 / 2)
    value[empty | ~np.isfinite(value)] = 0
    return np.where(value < 500, 0, np.rint(value)).astype(np.int64)


@dataclass(frozen=True)
class Leg:
    """Dollars of one reporter and flow. values: (partners, P, T) Int64; price: (P, T) index."""

    reporter: str
    flow: str
    partners: tuple[str, ...]
    values: np.ndarray
    price: np.ndarray
    markup: float = 1.0


def leg_rows(params: WorldParams, cast: Cast, habits: Habits, leg: Leg) -> pl.DataFrame:
    """Rows of the months that the reporter publishes, in first release and later vintages."""
    partner, good, month = np.nonzero(leg.values)
    value = leg.values[partner, good, month]
    release = habits.release[month]
    told = ~np.isnat(release)
    partner, good, month, value, release = (a[told] for a in (partner, good, month, value, release))
    draw = stream(params.seed, "rows", leg.reporter, leg.flow)
    kg = _weights(draw, params, cast, habits, leg, value, good, month)
    frame = pl.DataFrame(
        {
            "partner": pl.Series(leg.partners, dtype=pl.String).gather(partner),
            "good": good,
            "month": month,
            "period": pl.Series(month_starts(params)[month]).cast(pl.Date),
            "value_usd": value,
            "net_kg": pl.Series(kg, dtype=pl.Float64).fill_nan(None).cast(pl.Int64),
            "known_at": pl.Series(release).cast(pl.Date),
        }
    )
    named = _named_codes(cast, habits, frame)
    rows = named.with_columns(
        reporter=pl.lit(leg.reporter), flow=pl.lit(leg.flow), source=pl.lit("simulated")
    ).select(list(TRADE_FLOWS))
    return _vintages(draw, params, rows)


def _weights(
    draw: np.random.Generator,
    params: WorldParams,
    cast: Cast,
    habits: Habits,
    leg: Leg,
    value: np.ndarray,
    good: np.ndarray,
    month: np.ndarray,
) -> np.ndarray:
    """Reported kilograms; NaN where not reported."""
    per_kg = cast.goods["usd_per_kg"].to_numpy().astype(float)[good] * leg.price[good, month] * leg.markup
    kg = np.maximum(1.0, np.rint(value / (per_kg * draw.lognormal(0, 0.25, value.size))))
    silent = draw.random(value.size) >= params.weight_share
    return np.where(silent | (not habits.weighs), np.nan, kg)


def _named_codes(cast: Cast, habits: Habits, frame: pl.DataFrame) -> pl.DataFrame:
    """Codes of the edition the reporter used that month; codes that share a predecessor are added up."""
    new = cast.goods["hs6"]
    old = cast.goods["hs2017"]
    in_new = pl.col("month") >= habits.adopts
    coded = frame.with_columns(
        hs6=pl.when(in_new).then(new.gather(frame["good"])).otherwise(old.gather(frame["good"])),
        hs_edition=pl.when(in_new).then(pl.lit("HS2022")).otherwise(pl.lit("HS2017")),
    )
    return coded.group_by("partner", "hs6", "hs_edition", "period", "known_at", maintain_order=True).agg(
        pl.col("value_usd").sum(),
        pl.when(pl.col("net_kg").null_count() == 0).then(pl.col("net_kg").sum()).alias("net_kg"),
    )


def _vintages(draw: np.random.Generator, params: WorldParams, rows: pl.DataFrame) -> pl.DataFrame:
    """Some rows come late, some are published again with another value: both carry a later `known_at`."""
    n = rows.height
    delayed = draw.random(n) < params.delayed_share
    delay = np.where(delayed, draw.integers(60, 400, n), 0)
    late = rows.with_columns(known_at=pl.col("known_at") + pl.duration(days=pl.lit(pl.Series(delay))))
    revised = draw.random(n) < params.revised_share
    change = np.where(revised, draw.lognormal(0, 0.15, n), 1.0)
    again_after = draw.integers(60, 400, n)
    again = late.with_columns(
        value_usd=(pl.col("value_usd") * pl.Series(change)).round().cast(pl.Int64),
        known_at=pl.col("known_at") + pl.duration(days=pl.lit(pl.Series(again_after))),
    ).filter(pl.Series(revised))
    return pl.concat([late, again]).cast(TRADE_FLOWS).sort(KEY)  # type: ignore[arg-type]
