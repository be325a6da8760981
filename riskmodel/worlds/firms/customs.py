"""From shipments to published trade rows: aggregation, mirror, editions, holes, vintages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.worlds.firms.habits import FirmHabits
from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.products import Products
from riskmodel.worlds.firms.settings import MAKER, FirmSettings

X, M, RX = "X", "M", "RX"
KEY = ("reporter", "partner", "flow", "code", "month")
BIG_REVISION = 0.1  # share of revisions that more than correct: late declarations


@dataclass(frozen=True)
class Booked:
    """Declarations by place and month, before names and vintages.

    Attributes
    ----------
    rows: reporter, partner, flow, code (number: the product, or minus one minus it under its old code),
        month, usd, kg; unique by key.
    """

    rows: pl.DataFrame


def book(
    settings: FirmSettings, places: Places, products: Products, habits: FirmHabits, goods: pl.DataFrame
) -> Booked:
    """Add declarations up as the statistics of each country do, leaving out what it does not publish."""
    out = goods.filter("seen_out")
    exports = _rows(out, "origin", "dest", "hs_out", "left", "usd_out")
    again = _rows(out.filter("again"), "origin", "dest", "hs_out", "left", "usd_out")
    again = again.filter(pl.Series(habits.re_exports[again["reporter"].to_numpy()]))
    came = goods.filter("seen_in", pl.col("came") < settings.n_months)
    maker = pl.Series(habits.by_maker[came["dest"].to_numpy()])
    came = came.with_columns(by=pl.when(maker).then("made_in").otherwise("origin"))
    imports = _with_freight(
        settings,
        places,
        _rows(came.filter(pl.col("by") != pl.col("dest")), "dest", "by", "hs_in", "came", "usd_in"),
    )
    every = pl.concat(
        [rows.with_columns(flow=pl.lit(flow)) for rows, flow in ((exports, X), (imports, M), (again, RX))]
    )
    summed = _coded(habits, products, every).group_by(KEY).agg(pl.col("usd", "kg").sum())
    world = _to_world(places, summed)
    own = summed.filter(pl.col("partner") != places.rest, pl.col("usd") > 0)
    return Booked(pl.concat([own, world]).filter(_published(places, habits)).sort(KEY))


def _rows(goods: pl.DataFrame, reporter: str, partner: str, code: str, month: str, usd: str) -> pl.DataFrame:
    names = {reporter: "reporter", partner: "partner", code: "code", month: "month", usd: "usd", "kg": "kg"}
    summed = goods.group_by(reporter, partner, code, month).agg(pl.col(usd, "kg").sum())
    return summed.select(pl.col(old).alias(new) for old, new in names.items())


def _with_freight(settings: FirmSettings, places: Places, rows: pl.DataFrame) -> pl.DataFrame:
    """Import values with freight and insurance, a factor of the two countries and a little noise."""
    rng = settings.rng("freight")
    rows = rows.sort("reporter", "partner", "code", "month")
    pair = rng.uniform(settings["cif_low"], settings["cif_high"], (places.rest + 1, places.rest + 1))
    factor = pair[rows["reporter"].to_numpy(), rows["partner"].to_numpy()] * rng.lognormal(
        0, 0.02, rows.height
    )
    usd = (rows["usd"].to_numpy() * factor).round().astype(np.int64)
    kg = np.maximum(rows["kg"].to_numpy() * rng.lognormal(0, 0.03, rows.height), 1).astype(np.int64)
    return rows.with_columns(usd=pl.Series(usd), kg=pl.Series(kg))


def _coded(habits: FirmHabits, products: Products, rows: pl.DataFrame) -> pl.DataFrame:
    """Codes of the edition in use: products that share an old code fall together before the adoption."""
    _, first, group = np.unique(products.old, return_index=True, return_inverse=True)
    place = rows["code"].to_numpy()
    old = rows["month"].to_numpy() < habits.adopts[rows["reporter"].to_numpy()]
    return rows.with_columns(code=pl.Series(np.where(old, -1 - first[group[place]], place).astype(np.int32)))


def _to_world(places: Places, rows: pl.DataFrame) -> pl.DataFrame:
    """World totals of what scored countries export."""
    scored = pl.col("reporter").is_between(places.n_members, places.russia - 1)
    totals = rows.filter(scored, pl.col("flow") == X).group_by("reporter", "flow", "code", "month")
    world = totals.agg(pl.col("usd", "kg").sum()).with_columns(partner=pl.lit(places.rest, dtype=pl.Int32))
    return world.select(rows.columns)


def _published(places: Places, habits: FirmHabits) -> pl.Expr:
    """Whether a row is ever published."""

    def judge(struct: pl.Series) -> pl.Series:
        frame = struct.struct.unnest()
        reporter, month, partner = (frame[name].to_numpy() for name in ("reporter", "month", "partner"))
        imports = (frame["flow"] == M).to_numpy()
        seen = np.where(imports, habits.imports[reporter, month], habits.exports[reporter, month])
        hidden = ~imports & (partner == places.russia) & ~habits.to_russia[reporter, month]
        return pl.Series(seen & ~hidden & (frame["usd"].to_numpy() >= habits.least_usd[reporter]))

    return pl.struct("reporter", "month", "partner", "flow", "usd").map_batches(
        judge, return_dtype=pl.Boolean()
    )


def publish(
    settings: FirmSettings, places: Places, products: Products, habits: FirmHabits, booked: Booked
) -> pl.DataFrame:
    """Published rows with names and vintages: `TRADE_FLOWS`, sorted.

    The last vintage holds what was booked; where a row is revised, an earlier one holds a first estimate.
    """
    rng = settings.rng("vintages")
    rows = booked.rows
    reporter, month, code = (rows[name].to_numpy() for name in ("reporter", "month", "code"))
    revised, first = _first_estimates(settings, rng, places, rows)
    known, later = habits.published[reporter, month], habits.revised[reporter, month]
    weighed = rng.random(rows.height) > 0.06
    named = rows.select(
        reporter=_names(places.codes, reporter),
        partner=_names(places.codes, rows["partner"].to_numpy()),
        flow="flow",
        hs6=pl.Series(np.where(code < 0, products.old[-1 - code], products.codes[code])),
        hs_edition=pl.Series(np.where(code < 0, "HS2017", "HS2022")),
        period=pl.Series(settings.months()[month]),
        value_usd="usd",
        net_kg=pl.when(pl.Series(weighed)).then("kg"),
        known_at=pl.Series(np.where(revised, later, known)),
        source=pl.lit(f"simulated-{MAKER}"),
    )
    estimate = named.with_columns(
        value_usd=pl.Series(first),
        known_at=pl.Series(known),
    ).filter(pl.Series(revised))
    both = pl.concat([named, estimate]).cast(TRADE_FLOWS)  # type: ignore[arg-type]
    return both.sort("reporter", "partner", "flow", "hs6", "period", "known_at")


def _first_estimates(
    settings: FirmSettings, rng: np.random.Generator, places: Places, rows: pl.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Which rows are revised, and the value first published; a world total follows its partners."""
    usd = rows["usd"].to_numpy()
    world = (rows["partner"] == places.rest).to_numpy()
    revised = (rng.random(rows.height) < settings["revised_share"]) & ~world
    small, large = rng.lognormal(-0.03, 0.12, rows.height), rng.uniform(0.2, 0.9, rows.height)
    factor = np.where(rng.random(rows.height) < BIG_REVISION, large, small)
    first = np.where(revised, np.maximum(usd * factor, 1), usd).astype(np.int64)
    cell = ["reporter", "flow", "code", "month"]
    moved = rows.with_columns(moved=pl.Series(usd - first)).filter(pl.Series(revised))
    moved = moved.group_by(cell).agg(pl.col("moved").sum())
    later = rows.join(moved, on=cell, how="left", maintain_order="left")["moved"].fill_null(0).to_numpy()
    return np.where(world, later != 0, revised), np.where(world, usd - later, first)


def _names(codes: np.ndarray, place: np.ndarray) -> pl.Series:
    return pl.Series(codes[place].astype(str))
