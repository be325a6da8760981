"""What looks like diversion and is not, planted on real noise.

Each kind has countries of its own (`cast.DECOYS`). A start is drawn between the end of 2021 and the end of
2023.

own_demand: what a country buys of several listed goods doubles to sixfold for its own use (a network or a
    data centre is built); nothing more goes to Russia.
legal_growth: a country's own sales to Russia double to sixfold in half of its goods, as it takes the place of
    suppliers that left; what it buys from the coalition does not change.
entrepot: it buys more and sells more, but to the rest of the world (Feenstra and Hanson 2004,
    Intermediaries in entrepot trade, on Hong Kong).
code_shift: with the new edition of the nomenclature most trade in unlisted codes moves to a listed code of
    the same heading, for this country only, as its brokers change habit.
one_off: one or two shipments of one listed good, twenty to a hundred times the usual.
late_starter: the country begins to publish its exports during 2022 or 2023, so that sales to Russia appear
    from nothing (see `reporting`).
supplier_switch: what it bought from one member it buys from another; the sum stays.
price_rise: values rise by half to threefold, weights do not.
Doublings of real totals need no planting: they come with the donors' growth.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from riskmodel.worlds.planting.months import month_number
from riskmodel.worlds.planting.view import stream
from riskmodel.worlds.resampled.cast import ResampledCast
from riskmodel.worlds.resampled.flows import Flows
from riskmodel.worlds.resampled.params import Params

EARLIEST, LATEST = month_number(date(2021, 11, 1)), month_number(date(2023, 11, 1))
RAMP = 4


def with_decoys(
    flows: Flows, seed: int, params: Params, cast: ResampledCast
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The table of `flows` with decoys and a column `price` (what values hold beyond quantities).

    Also returns the start of each decoy as a place of a month, by country.
    """
    table = flows.table.with_columns(pl.lit(1.0).alias("price"))
    starts: dict[str, int] = {}
    for place, role in enumerate(cast.roles):
        if role in ("ordinary", "diverter"):
            continue
        country = cast.countries[place]
        rng = stream(seed, "resampled", "decoy", country)
        start = int(rng.integers(EARLIEST, LATEST + 1)) - params.first
        starts[country] = start
        if role == "code_shift":
            table = _code_shift(table, rng, place, month_number(date(2022, 1, 1)) - params.first, cast)
        elif role == "supplier_switch":
            table = _supplier_switch(table, rng, place, start, cast)
        elif role == "one_off":
            table = _one_off(table, rng, place, start, params, cast)
        else:
            table = _grown(table, rng, place, role, _ramp(params.months, start), cast)
    return table, starts


def _ramp(months: int, start: int) -> npt.NDArray[np.float64]:
    """0 before the start, 1 after the ramp."""
    return np.clip((np.arange(months) - start + 1) / RAMP, 0.0, 1.0)


def _grown(
    table: pl.DataFrame,
    rng: np.random.Generator,
    place: int,
    role: str,
    ramp: npt.NDArray[np.float64],
    cast: ResampledCast,
) -> pl.DataFrame:
    """The country's trade in some goods and legs times a factor that grows along the ramp."""
    k, n_listed = len(cast.goods), len(cast.listed)
    some = rng.random(k) < 0.5
    listed = rng.permutation(n_listed)[: int(rng.integers(3, 11))]
    plans: dict[str, tuple[tuple[str, ...], npt.NDArray[np.int64], float]] = {
        "own_demand": (("inbound",), listed, rng.uniform(2, 6)),
        "legal_growth": (("onward",), np.flatnonzero(some), rng.uniform(2, 6)),
        "entrepot": (("inbound", "other"), np.flatnonzero(some), rng.uniform(1.5, 4)),
        "price_rise": (("inbound",), np.flatnonzero(some), rng.uniform(1.5, 3)),
    }
    if role not in plans:
        return table
    legs, goods, most = plans[role]
    factors = pl.DataFrame(
        {"month": np.arange(len(ramp), dtype=np.int16), "factor": 1.0 + (most - 1.0) * ramp}
    )
    joined = table.join(factors, on="month", how="left", maintain_order="left")
    hit = _rows_of(place, *legs) & pl.col("good").is_in(goods.tolist())
    factor = pl.when(hit).then("factor").otherwise(1.0)
    priced = pl.col("price") * (factor if role == "price_rise" else 1.0)
    return joined.with_columns(pl.col("value") * factor, priced.alias("price")).drop("factor")


def _code_shift(
    table: pl.DataFrame, rng: np.random.Generator, place: int, start: int, cast: ResampledCast
) -> pl.DataFrame:
    """Most trade in unlisted goods that share a heading with a listed one is declared as the listed one."""
    to: dict[int, int] = {}
    for at, code in enumerate(cast.unlisted):
        near = [i for i, listed in enumerate(cast.listed) if listed[:4] == code[:4]]
        if near:
            to[len(cast.listed) + at] = near[int(rng.integers(len(near)))]
    if not to:
        return table
    moved = pl.Series(rng.random(table.height) < rng.uniform(0.6, 0.95))
    hit = _rows_of(place, "inbound") & (pl.col("month") >= start) & moved & pl.col("good").is_in(list(to))
    good = pl.col("good").replace(list(to), list(to.values())).cast(pl.Int16)
    return table.with_columns(pl.when(hit).then(good).otherwise("good").alias("good"))


def _supplier_switch(
    table: pl.DataFrame, rng: np.random.Generator, place: int, start: int, cast: ResampledCast
) -> pl.DataFrame:
    """From the start, purchases from its largest supplier are made from another member."""
    mine = table.filter(_rows_of(place, "inbound"))
    if mine.is_empty():
        return table
    sums = mine.group_by("member").agg(pl.col("value").round().sum()).sort("value", "member")
    largest = int(sums["member"][-1])
    other = int(rng.choice([m for m in range(len(cast.members)) if m != largest]))
    hit = _rows_of(place, "inbound") & (pl.col("month") >= start) & (pl.col("member") == largest)
    member = pl.when(hit).then(pl.lit(other, dtype=pl.Int16)).otherwise("member")
    return table.with_columns(member.alias("member"))


def _one_off(
    table: pl.DataFrame, rng: np.random.Generator, place: int, start: int, params: Params, cast: ResampledCast
) -> pl.DataFrame:
    """One or two shipments, twenty to a hundred times a usual one of the country."""
    mine = table.filter(_rows_of(place, "inbound"))["value"]
    usual = float(mine.sort()[len(mine) // 2]) if len(mine) else 10_000.0
    count = int(rng.integers(1, 3))
    month = min(start, params.months - 2)
    added = pl.DataFrame(
        {
            "leg": ["inbound"] * count,
            "member": [int(rng.integers(len(cast.members)))] * count,
            "country": [place] * count,
            "good": [int(rng.integers(len(cast.listed)))] * count,
            "month": [month, month + 1][:count],
            "value": (usual * rng.uniform(20, 100, count)).tolist(),
            "price": [1.0] * count,
        },
        schema=table.schema,
    )
    return pl.concat([table, added])


def _rows_of(place: int, *legs: str) -> pl.Expr:
    return (pl.col("country") == place) & pl.col("leg").is_in(legs)
