"""From dollars by cell to canonical trade rows: consignments, weights, editions, vintages."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.worlds.corridors.cast import CorridorCast
from riskmodel.worlds.corridors.months import month_starts
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.reporting import CorridorHabits
from riskmodel.worlds.corridors.streams import cell_normal, cell_uniform

CONFIDENTIAL = "999999"
SMALLEST_ROW_USD = 500
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
    return np.where(value < SMALLEST_ROW_USD, 0, np.rint(value)).astype(np.int64)


@dataclass(frozen=True)
class CorridorLeg:
    """Dollars of one reporter and flow; one entry for each filled cell, arrays of equal length.

    partners: names that `partner` points to. partner, good, month: positions. value: Int64 > 0.
    """

    reporter: str
    flow: str
    partners: tuple[str, ...]
    partner: np.ndarray
    good: np.ndarray
    month: np.ndarray
    value: np.ndarray

    @classmethod
    def of(cls, reporter: str, flow: str, partners: tuple[str, ...], values: np.ndarray) -> CorridorLeg:
        """From a dense array (partners, P, T)."""
        partner, good, month = np.nonzero(values)
        return cls(reporter, flow, partners, partner, good, month, values[partner, good, month])

    @property
    def cells(self) -> np.ndarray:
        """A number for each cell that depends on partner, code and month alone (uint64)."""
        names = np.array([zlib.crc32(name.encode()) for name in self.partners], np.uint64)
        return (names[self.partner] << np.uint64(32)) + (self.good * 4096 + self.month).astype(np.uint64)

    def plus(self, other: CorridorLeg) -> CorridorLeg:
        """Both legs together: one reporter and flow, partners of this leg before those of the other."""
        partner = np.concatenate([self.partner, other.partner + len(self.partners)])
        good, month = np.concatenate([self.good, other.good]), np.concatenate([self.month, other.month])
        value = np.concatenate([self.value, other.value])
        return CorridorLeg(
            self.reporter, self.flow, (*self.partners, *other.partners), partner, good, month, value
        )

    def only(self, keep: np.ndarray) -> CorridorLeg:
        """The entries where `keep` holds."""
        arrays = (self.partner[keep], self.good[keep], self.month[keep], self.value[keep])
        return CorridorLeg(self.reporter, self.flow, self.partners, *arrays)


def leg_rows(
    params: WorldParams, cast: CorridorCast, habits: CorridorHabits, leg: CorridorLeg, price: np.ndarray
) -> pl.DataFrame:
    """Rows of the months that the reporter publishes, first releases and later vintages.

    `price`: (P, T) index that values contain and weights do not.
    """
    leg = leg.only(~np.isnat(habits.release[leg.month]))
    frame = pl.DataFrame(
        {
            "partner_no": leg.partner,
            "good": leg.good,
            "month": leg.month,
            "value_usd": leg.value,
            "net_kg": _weights(params, cast, habits, leg, price),
            **_later_news(params, leg),
        }
    )
    rows = _named(cast, habits, leg, frame.lazy())
    partners, starts = pl.Series(leg.partners, dtype=pl.String), pl.Series(month_starts(params)).cast(pl.Date)
    releases = pl.Series(habits.release).cast(pl.Date)
    first = rows.select(
        "revised",
        "change",
        "wait",
        "hs6",
        "hs_edition",
        "value_usd",
        pl.col("net_kg").fill_nan(None).cast(pl.Int64),
        partner=pl.lit(partners).gather(pl.col("partner_no")),
        reporter=pl.lit(leg.reporter),
        flow=pl.lit(leg.flow),
        source=pl.lit("simulated"),
        period=pl.lit(starts).gather(pl.col("month")),
        known_at=pl.lit(releases).gather(pl.col("month")) + pl.duration(days="delay"),
    )
    again = first.filter("revised").with_columns(
        value_usd=(pl.col("value_usd") * pl.col("change")).round().cast(pl.Int64),
        known_at=pl.col("known_at") + pl.duration(days="wait"),
    )
    schema: dict[str, pl.DataType] = TRADE_FLOWS
    both = pl.concat([first, again]).select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    return both.sort(KEY).collect()


def _weights(
    params: WorldParams, cast: CorridorCast, habits: CorridorHabits, leg: CorridorLeg, price: np.ndarray
) -> np.ndarray:
    """Reported kilograms; NaN where not reported."""
    names = (leg.reporter, leg.flow)
    per_kg = cast.goods["usd_per_kg"].to_numpy().astype(float)[leg.good] * price[leg.good, leg.month]
    noise = np.exp(0.25 * cell_normal(params.seed, ("kg", *names), leg.cells))
    kg = np.maximum(1.0, np.rint(leg.value / (per_kg * noise)))
    silent = cell_uniform(params.seed, ("weighed", *names), leg.cells) >= params.weight_share
    return np.where(silent | (not habits.weighs), np.nan, kg)


def _later_news(params: WorldParams, leg: CorridorLeg) -> dict[str, np.ndarray]:
    """What becomes of a row: `delay` in days (0: first release), `revised`, and then `change` and `wait`."""
    cells = leg.cells

    def uniform(what: str) -> np.ndarray:
        return cell_uniform(params.seed, (what, leg.reporter, leg.flow), cells)

    late = uniform("delayed") < params.delayed_share
    return {
        "delay": np.where(late, 60 + (340 * uniform("delay")).astype(np.int64), 0),
        "revised": uniform("revised") < params.revised_share,
        "change": np.exp(0.15 * cell_normal(params.seed, ("change", leg.reporter, leg.flow), cells)),
        "wait": 60 + (340 * uniform("wait")).astype(np.int64),
    }


def _named(cast: CorridorCast, habits: CorridorHabits, leg: CorridorLeg, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Codes of the edition in use that month; codes with one predecessor are added up, secret ones hidden.

    A sum with an unreported weight in it has no weight.
    """
    new, old = cast.goods["hs6"], cast.goods["hs2017"]
    in_new = pl.col("month") >= habits.adopts
    hidden = pl.col("good").is_in(list(habits.confidential))
    coded = rows.with_columns(
        hs6=pl.when(hidden)
        .then(pl.lit(CONFIDENTIAL))
        .when(in_new)
        .then(pl.lit(new).gather(pl.col("good")))
        .otherwise(pl.lit(old).gather(pl.col("good"))),
        hs_edition=pl.when(in_new).then(pl.lit("HS2022")).otherwise(pl.lit("HS2017")),
    )
    sharing = np.flatnonzero(old.is_duplicated().to_numpy())
    together = pl.col("good").is_in(sharing.tolist()) & ~in_new & ~hidden
    key = ["partner_no", "hs6", "month", "hs_edition"]
    summed = coded.filter(together).group_by(key, maintain_order=True)
    added = summed.agg(
        pl.col("delay", "revised", "change", "wait").first(), pl.col("value_usd", "net_kg").sum()
    )
    columns = [*key, "delay", "revised", "change", "wait", "value_usd", "net_kg"]
    return pl.concat([coded.filter(~together).select(columns), added.select(columns)])
