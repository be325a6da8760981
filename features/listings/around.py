"""What a decayed count of earlier listings leaves out: rounds, other jurisdictions, neighbours, warnings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED
from features.listings.history import HALF_LIFE_DAYS
from features.reference.facts import WARNED_2022, coalition, neighbours

# Day of the alert of FinCEN and BIS that named `WARNED_2022` (FIN-2022-Alert003).
WARNED_ON = date(2022, 6, 28)
# A neighbour counts while half an entity of it is left of the decayed count: one listing for a year.
COUNTS_FROM = 0.5

MEASURES: dict[str, pl.DataType] = {
    "country": pl.String(),
    "listing_rounds": pl.Float64(),
    "other_jurisdictions": pl.Float64(),
    "neighbours_listed": pl.Float64(),
    "official_warning": pl.Float64(),
}


def listing_measures(listings: pl.DataFrame, as_of: date, countries: Sequence[str]) -> pl.DataFrame:
    """What listings public on `as_of` say of `countries` besides the decayed count: a frame of `MEASURES`.

    `listing_rounds`: ln(1 + sum over days with a listing of 2^(-age / 365 days)), so that one long list of
    one day weighs as one. `other_jurisdictions`: further jurisdictions, after the first, that listed somebody
    there. `neighbours_listed`: countries at its land border, outside the coalition, Russia and Belarus, whose
    decayed count of entities is at least one half. `official_warning`: 1 for the countries that the US alert
    of 28 June 2022 names, from that day on. Nothing is null: with a listings table given, no row is a true
    zero. Rows known not to concern goods are left out. One row for each country, in the given order.
    """
    known = _known(listings, as_of)
    days = known.select("country", "listed_on").unique().sort("country", "listed_on")
    rounds = dict(days.group_by("country", maintain_order=True).agg(_decay(as_of).sum().log1p()).iter_rows())
    lists = dict(known.group_by("country").agg(pl.col("jurisdiction").n_unique() - 1).iter_rows())
    listed = _listed_lately(known, as_of)
    warned = WARNED_2022 if as_of >= WARNED_ON else frozenset()
    rows = [
        (
            country,
            rounds.get(country, 0.0),
            float(lists.get(country, 0)),
            float(len(neighbours(country) & listed)),
            float(country in warned),
        )
        for country in countries
    ]
    return pl.DataFrame(rows, schema=MEASURES, orient="row")


def named_by_listings(listings: pl.DataFrame, as_of: date) -> list[str]:
    """Countries with a listing public on `as_of`, and those with one lately across a land border, sorted."""
    known = _known(listings, as_of)
    return sorted(set(known["country"]).union(*(neighbours(c) for c in _listed_lately(known, as_of))))


def _known(listings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    about = pl.col("goods_diversion").fill_null("unknown") != "false"
    return listings.filter((pl.col("listed_on") <= as_of) & about)


def _decay(as_of: date) -> pl.Expr:
    return 2.0 ** (-(pl.lit(as_of) - pl.col("listed_on")).dt.total_days() / HALF_LIFE_DAYS)


def _listed_lately(known: pl.DataFrame, as_of: date) -> frozenset[str]:
    """Transit countries whose decayed count of entities is at least `COUNTS_FROM`."""
    counts = known.sort("country", "listed_on", "n_entities").group_by("country", maintain_order=True)
    sums = counts.agg((pl.col("n_entities") * _decay(as_of)).sum().alias("n"))
    lately = sums.filter(pl.col("n") >= COUNTS_FROM)["country"]
    return frozenset(lately) - coalition(as_of) - NEVER_SCORED
