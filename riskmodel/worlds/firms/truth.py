"""What is true in a world: goods physically diverted, and the role of each country."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from riskmodel.worlds.firms.customs import Booked, X
from riskmodel.worlds.firms.decoys import Decoy
from riskmodel.worlds.firms.habits import FirmHabits
from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.products import Products
from riskmodel.worlds.firms.settings import FirmSettings
from riskmodel.worlds.firms.traders import Host
from riskmodel.worlds.world import DIVERTED, ROLES

DIVERTER, ORDINARY = "diverter", "ordinary"


def diverted_table(
    settings: FirmSettings,
    places: Places,
    products: Products,
    habits: FirmHabits,
    booked: Booked,
    goods: pl.DataFrame,
) -> pl.DataFrame:
    """Goods that left each country for Russia, directly or over a second one: `DIVERTED`.

    `declared_usd` counts declarations under any code that stand in the country's published exports to
    Russia; what passes a second country is shown there, not here.
    """
    left = goods.filter("diverted").with_columns(pl.col("origin").alias("reporter"))
    published = (
        booked.rows.filter(pl.col("flow") == X, pl.col("partner") == places.russia)
        .select("reporter", "code", pl.col("month").alias("left"))
        .with_columns(shown=pl.lit(True))
    )
    coded = _declared_code(habits, products, left).join(
        published, on=["reporter", "code", "left"], how="left"
    )
    shown = pl.col("seen_out") & pl.col("shown").fill_null(False) & (pl.col("dest") == places.russia)
    summed = coded.group_by("origin", "hs", "left").agg(
        value_usd=pl.col("usd").sum(), declared_usd=pl.col("usd_out").filter(shown).sum()
    )
    return (
        summed.select(
            country=pl.Series(places.codes[summed["origin"].to_numpy()].astype(str)),
            hs6=pl.Series(products.codes[summed["hs"].to_numpy()].astype(str)),
            period=pl.Series(settings.months()[summed["left"].to_numpy()]),
            value_usd="value_usd",
            declared_usd="declared_usd",
        )
        .cast(DIVERTED)  # type: ignore[arg-type]
        .sort("country", "hs6", "period")
    )


def roles_table(
    settings: FirmSettings,
    places: Places,
    hosts: Sequence[Host],
    events: Sequence[Decoy],
    diverted: pl.DataFrame,
    trading: pl.Series,
) -> pl.DataFrame:
    """Role of each scored country with trade in `trading` (codes): `ROLES`, sorted.

    A country counts as diverter when something left it in the world; a decoy on top is in its note.
    """
    months = settings.months().astype(str)
    notes = {event.place: event.note for event in events}
    names = {event.place: event.name for event in events}
    begins = {host.place: f"diversion begins about {months[int(host.start)][:7]}" for host in hosts}
    true, with_trade = set(diverted["country"]), set(trading)
    rows = []
    for place in places.scored:
        code = str(places.codes[place])
        if code not in with_trade and code not in true:
            continue
        role = DIVERTER if code in true else names.get(int(place), ORDINARY)
        said = [begins.get(int(place)) if role == DIVERTER else None, notes.get(int(place))]
        rows.append((code, role, "; ".join(text for text in said if text) or None))
    return pl.DataFrame(rows, schema=ROLES, orient="row").sort("country")


def _declared_code(habits: FirmHabits, products: Products, goods: pl.DataFrame) -> pl.DataFrame:
    """The shipments with the code number under which the statistics hold them."""
    _, first, group = np.unique(products.old, return_index=True, return_inverse=True)
    place, month = goods["hs_out"].to_numpy(), goods["left"].to_numpy()
    old = month < habits.adopts[goods["reporter"].to_numpy()]
    return goods.with_columns(code=pl.Series(np.where(old, -1 - first[group[place]], place).astype(np.int32)))
