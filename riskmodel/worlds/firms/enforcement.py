"""Listings: trading firms that are listed, and firms listed for other reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from data_contracts.tables import LISTINGS
from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.settings import MAKER, FirmSettings
from riskmodel.worlds.firms.traders import Host, Trader

LISTS = (("US", "US-BIS-EL"), ("US", "US-OFAC-SDN"), ("EU", "EU-ANNEX-IV"), ("GB", "GB-HMT"))
LIST_SHARES = (0.4, 0.3, 0.18, 0.12)
FOLLOWS = 0.25  # chance that a second jurisdiction lists the firm later


def day_of(settings: FirmSettings, month: float) -> date:
    """The day of a month with fraction, from the first day of the world."""
    whole = int(np.floor(month))
    first = settings.months()[whole].astype(object)
    return first + timedelta(days=int((month - whole) * 28))


def listings_table(
    settings: FirmSettings, places: Places, hosts: Sequence[Host], traders: Sequence[Trader]
) -> pl.DataFrame:
    """Listings of the world up to its last month: `LISTINGS`, sorted.

    Firms are gathered into rules: listings fall on the day of the next rule of their list. Some are listed
    in error or for parts of a network that ship nothing; others for reasons without goods.
    """
    rng = settings.rng("listings")
    rules = {name: np.sort(rng.uniform(settings.controls, settings.n_months, 14)) for _, name in LISTS}
    rows = []
    for firm in traders:
        if np.isnan(firm.listed):
            continue
        place = hosts[firm.host].place
        rows += _listed(rng, rules, place, firm.listed, ("true", "true", "true", "unknown"))
    for place in rng.choice(places.scored, int(rng.integers(3, 12))):  # wrong or marginal
        rows += _listed(
            rng, rules, int(place), rng.uniform(settings.controls + 4, settings.n_months), ("true", "unknown")
        )
    for place in rng.choice(places.scored, int(rng.integers(10, 60))):  # other programmes
        rows += _listed(
            rng, None, int(place), rng.uniform(0, settings.n_months), ("false", "false", "unknown")
        )
    end = settings.months()[settings.n_months].astype(object)
    frame = pl.DataFrame(
        [
            (str(places.codes[place]), day_of(settings, when), who, name, kind)
            for place, when, who, name, kind in rows
            if when < settings.n_months
        ],
        schema=["country", "listed_on", "jurisdiction", "list", "goods_diversion"],
        orient="row",
    )
    key = ["country", "listed_on", "jurisdiction", "list", "goods_diversion"]
    counted = frame.group_by(key).agg(n_entities=pl.len()).with_columns(source=pl.lit(f"simulated-{MAKER}"))
    counted = counted.filter(pl.col("listed_on") < end)
    return counted.select(list(LISTINGS)).cast(LISTINGS).sort(key)  # type: ignore[arg-type]


def _listed(
    rng: np.random.Generator,
    rules: dict[str, np.ndarray] | None,
    place: int,
    when: float,
    kinds: tuple[str, ...],
) -> list[tuple[int, float, str, str, str]]:
    """The listing of one firm, by a second jurisdiction some months later at times."""
    rows = []
    for again in range(1 + (rng.random() < FOLLOWS)):
        who, name = LISTS[rng.choice(len(LISTS), p=LIST_SHARES)]
        day = when + again * rng.uniform(1, 8)
        if rules is not None:
            later = rules[name][rules[name] >= day]
            day = float(later[0]) if len(later) else day
        rows.append((place, day, who, name, str(rng.choice(kinds))))
    return rows
