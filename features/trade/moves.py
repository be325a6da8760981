"""Where the flow moved next: places and codes that rise as a country's arrivals fall. For people alone."""

from __future__ import annotations

from datetime import date

import polars as pl

from data_contracts.months import start_of_month
from features.reference.facts import neighbours

HALF_YEAR = 6
# A fall worth a look: to less than 70 % of the half-year before, by US$100,000 or more.
FALLEN_TO, LEAST_FALL_USD = 0.7, 100_000
# Senders that reported all twelve months must make up half of what is sent.
LEAST_SHARE = 0.5
MOST_PLACES, MOST_CODES = 5, 3

MOVES: dict[str, pl.DataType] = {
    "country": pl.String(),
    "to_country": pl.String(),  # the country itself: other codes of the same headings
    "neighbour": pl.Boolean(),  # at its land border; null for the country itself
    "until": pl.Date(),  # first day of the last of the six months
    "before_usd": pl.Int64(),  # listed arrivals of the country in the six months before
    "newest_usd": pl.Int64(),
    "moved_usd": pl.Int64(),  # of the fall, what rises there in the same families (or headings)
    "codes": pl.String(),  # HS6 with the most of it, at most 3, space between
}


def leg_moves(cells: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Countries whose arrivals from the coalition fall, and what rises meanwhile: a frame of `MOVES`.

    Parameters
    ----------
    cells: leg, reporter, country, hs6, family, period, value_usd (US$) known on the day. reported: reporter,
        period: months for which any export row was known.

    The newest six months and the six before are compared, of senders that reported all twelve: the newest
    twelve months for which these make up half of what was ever sent. Per family, the smaller of the country's
    fall and another country's rise is counted, for at most five places with most of it. For the country
    itself: per heading, the smaller of what codes fell and what other codes rose by. Empty without such
    months.
    """
    inbound = cells.filter(pl.col("leg") == "inbound")
    until = _newest_whole(inbound, reported)
    if until is None:
        return pl.DataFrame(schema=MOVES)
    halves = _halves(inbound, reported, until)
    totals = halves.group_by("country").agg(pl.col("before", "newest").sum())
    fallen = totals.filter(
        (pl.col("newest") < FALLEN_TO * pl.col("before"))
        & (pl.col("before") - pl.col("newest") >= LEAST_FALL_USD)
    ).sort("country")
    found = pl.concat([_other_places(halves, fallen), _own_codes(halves, fallen)])
    return (
        found.join(fallen, on="country")
        .with_columns(pl.lit(until).alias("until"))
        .rename({"before": "before_usd", "newest": "newest_usd"})
        .sort(["country", "moved_usd", "to_country"], descending=[False, True, False])
        .select(pl.col(name).cast(dtype) for name, dtype in MOVES.items())
    )


def _newest_whole(inbound: pl.DataFrame, reported: pl.DataFrame) -> date | None:
    weights = dict(inbound.group_by("reporter").agg(pl.col("value_usd").sum()).iter_rows())
    months = reported.filter(pl.col("reporter").is_in(sorted(weights))).select("reporter", "period").unique()
    total = sum(weights.values())
    for until in months["period"].unique().sort(descending=True):
        whole = _reporters(months, until)
        if total and sum(weights[name] for name in whole) >= LEAST_SHARE * total:
            return until if isinstance(until, date) else None
    return None


def _reporters(reported: pl.DataFrame, until: date) -> list[str]:
    """Reporters of all twelve months to `until`."""
    first = start_of_month(until, 1 - 2 * HALF_YEAR)
    months = reported.filter(pl.col("period").is_between(first, until)).select("reporter", "period").unique()
    counts = months.group_by("reporter").len().filter(pl.col("len") == 2 * HALF_YEAR)
    return counts["reporter"].sort().to_list()


def _halves(inbound: pl.DataFrame, reported: pl.DataFrame, until: date) -> pl.DataFrame:
    """country, hs6, family, before, newest: US$ of both half-years, whole reporters alone."""
    middle = start_of_month(until, 1 - HALF_YEAR)
    first = start_of_month(until, 1 - 2 * HALF_YEAR)
    mine = inbound.filter(
        pl.col("reporter").is_in(_reporters(reported, until)) & pl.col("period").is_between(first, until)
    )
    late = pl.col("period") >= middle
    return mine.group_by("country", "hs6", "family").agg(
        pl.col("value_usd").filter(~late).sum().alias("before"),
        pl.col("value_usd").filter(late).sum().alias("newest"),
    )


def _other_places(halves: pl.DataFrame, fallen: pl.DataFrame) -> pl.DataFrame:
    by_family = halves.group_by("country", "family").agg(
        (pl.col("newest").sum() - pl.col("before").sum()).alias("change"),
        pl.col("hs6").sort_by("newest", "hs6", descending=[True, False]).first(),
    )
    names = fallen["country"].implode()
    falls = by_family.filter(pl.col("country").is_in(names) & (pl.col("change") < 0))
    rises = by_family.filter(~pl.col("country").is_in(names) & (pl.col("change") > 0))
    pairs = falls.select("country", "family", pl.col("change").neg().alias("fall")).join(
        rises.select(pl.col("country").alias("to_country"), "family", "hs6", "change"), on="family"
    )
    moved = pairs.with_columns(pl.min_horizontal("fall", "change").alias("usd"))
    places = _summed(moved)
    kept = places.group_by("country", maintain_order=True).head(MOST_PLACES)
    border = [other in neighbours(country) for country, other in kept.select("country", "to_country").rows()]
    return kept.with_columns(pl.Series("neighbour", border, dtype=pl.Boolean))


def _own_codes(halves: pl.DataFrame, fallen: pl.DataFrame) -> pl.DataFrame:
    own = halves.join(fallen.select("country"), on="country", how="semi").with_columns(
        pl.col("hs6").str.head(4).alias("heading"), (pl.col("newest") - pl.col("before")).alias("change")
    )
    rises = own.filter(pl.col("change") > 0)
    falls = own.filter(pl.col("change") < 0).group_by("country", "heading").agg(pl.col("change").sum().neg())
    by_heading = rises.group_by("country", "heading").agg(pl.col("change").sum().alias("rise"))
    limits = falls.join(by_heading, on=["country", "heading"]).with_columns(
        pl.min_horizontal("change", "rise").alias("limit")
    )
    # What a code rose by, cut to what the other codes of its heading lost.
    moved = rises.join(limits.select("country", "heading", "rise", "limit"), on=["country", "heading"])
    counted = moved.with_columns(
        (pl.col("change") * pl.col("limit") // pl.col("rise")).alias("usd"),
        pl.col("country").alias("to_country"),
    )
    return _summed(counted).with_columns(pl.lit(None, dtype=pl.Boolean).alias("neighbour"))


def _summed(moved: pl.DataFrame) -> pl.DataFrame:
    """country, to_country, moved_usd, codes; largest first within each country."""
    by_code = moved.group_by("country", "to_country", "hs6").agg(pl.col("usd").sum())
    ordered = by_code.filter(pl.col("usd") > 0).sort(
        ["country", "to_country", "usd", "hs6"], descending=[False, False, True, False]
    )
    sums = ordered.group_by("country", "to_country", maintain_order=True).agg(
        pl.col("usd").sum().alias("moved_usd"), pl.col("hs6").head(MOST_CODES).str.join(" ").alias("codes")
    )
    return sums.sort(["country", "moved_usd", "to_country"], descending=[False, True, False])
