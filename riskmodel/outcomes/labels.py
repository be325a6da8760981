"""What a score is judged by: events in the six months after as_of, on data as finally published.

A label is null (censored) where the months it needs were not all reported by the end of the data; a null
label trains nothing and counts in no measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.months import start_of_month
from features.reference.facts import coalition, hs_edition
from features.trade.flows.as_of import flows_as_of, sort_by_leg
from features.trade.flows.condense import condense_flows, plan_for
from features.trade.flows.families import goods_in_force
from features.trade.flows.windows import Windows

HORIZON_MONTHS = 6
TRANSIT_FLOOR_USD = 1_000_000
PRODUCT_FLOOR_USD = 100_000
TRANSIT_RATIO = 2
LISTING_FLOOR = 2
# A month of the inbound leg counts as published when its reporters make up this share of coalition trade.
INBOUND_SHARE = 0.5

LABELS: dict[str, pl.DataType] = {
    "as_of": pl.Date(),
    "country": pl.String(),
    "transit_usd": pl.Int64(),
    "baseline_usd": pl.Int64(),
    "target": pl.Boolean(),
    "why_null": pl.String(),
}


@dataclass(frozen=True)
class Legs:
    """Monthly trade in the listed goods as finally published, and which months are published.

    Attributes
    ----------
    trade: leg (`inbound`, `onward`), country, family, period, value_usd (Int64).
    inbound_months: months of the inbound leg that count as published.
    onward_months: country, period for each month a transit country published.
    """

    trade: pl.DataFrame
    inbound_months: pl.Series
    onward_months: pl.DataFrame


def horizon(as_of: date) -> tuple[date, date]:
    """First and last month of the six full months after as_of.

    >>> horizon(date(2023, 1, 31))
    (datetime.date(2023, 2, 1), datetime.date(2023, 7, 1))
    """
    first, last = (start_of_month(as_of, n) for n in (1, HORIZON_MONTHS))
    return first, last


def final_legs(
    flows: pl.DataFrame | pl.LazyFrame, goods: pl.DataFrame, coalition_on: date, windows: Windows
) -> Legs:
    """Condense the final vintage of `flows` to the two legs.

    Parameters
    ----------
    flows: canonical trade_flows. goods: canonical goods list, all of whose codes count whatever their date.
    coalition_on: day whose coalition members make up the inbound leg in all months.
    windows: whose baseline says which HS editions the families must bridge.
    """
    listed = goods_in_force(
        goods, coalition_on, first_month=windows.baseline_start, allow_hindsight=True
    ).frame
    condensed = condense_flows(flows, plan_for(goods, windows, [coalition_on]))
    since = hs_edition(windows.baseline_start)
    by_leg = sort_by_leg(condensed, listed, coalition(coalition_on), since)
    final = flows_as_of(condensed, by_leg, windows, date.max)
    cells = final.on("inbound", "onward", "direct")
    trade = (
        cells.filter(pl.col("leg") != "direct")
        .group_by("leg", "country", "family", "period")
        .agg(pl.col("value_usd").sum())
        .sort("leg", "country", "family", "period")
    )
    weights = cells.filter(pl.col("leg") != "onward").group_by("reporter").agg(pl.col("value_usd").sum())
    by_month = final.reported.join(weights, on="reporter").group_by("period").agg(pl.col("value_usd").sum())
    enough = by_month.filter(pl.col("value_usd") >= INBOUND_SHARE * float(weights["value_usd"].sum()))
    return Legs(trade, enough["period"].sort(), final.reported.rename({"reporter": "country"}))


def transit_labels(
    legs: Legs,
    as_of: date,
    countries: Sequence[str],
    windows: Windows,
    undeclared: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Target `transit` for one date: columns of `LABELS`, one row for each country, in the given order.

    Transit of a family over the six months is min(inbound, onward), of all families their sum: the
    six-month totals take in the weeks between arrival and departure. It is true where transit exceeds
    US$1 million and is at least twice the mean of the same calendar months over the baseline years that
    both legs cover. Null where one of the six months is unpublished on a leg, or no baseline year is whole.

    Parameters
    ----------
    undeclared: simulated worlds only: country, period, value_usd of transit that no reporter declared. It
        adds to the declared transit, and replaces an onward leg that was never reported.
    """
    first, last = horizon(as_of)
    inbound_ok = _whole(set(legs.inbound_months.to_list()), first)
    published = _published_by_country(legs.onward_months)
    hidden = _undeclared_sums(undeclared, first, last)
    years = [
        year for year in _baseline_starts(first, windows) if _whole(set(legs.inbound_months.to_list()), year)
    ]
    transit = _matched(legs.trade, first)
    past = {year: _matched(legs.trade, year) for year in years}
    rows = []
    for country in countries:
        mine = published.get(country, set())
        onward_ok = _whole(mine, first) or (undeclared is not None)
        whole_years = [year for year in years if _whole(mine, year) or undeclared is not None]
        why = _why_null(inbound_ok, onward_ok, bool(whole_years))
        amount = transit.get(country, 0) + hidden.get(country, 0)
        base = sum(past[year].get(country, 0) for year in whole_years) // max(len(whole_years), 1)
        event = amount > TRANSIT_FLOOR_USD and amount >= TRANSIT_RATIO * base
        known = why is None
        rows.append(
            (
                as_of,
                country,
                amount if known else None,
                base if known else None,
                event if known else None,
                why,
            )
        )
    return pl.DataFrame(rows, schema=LABELS, orient="row")


def product_labels(
    legs: Legs, as_of: date, windows: Windows, undeclared: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The event for each country and goods family: country, family, target, sorted; no row means no transit.

    True where the transit of the family over the six months after as_of exceeds US$100,000 and is at least
    twice the mean of the same months of the baseline years; else as `transit_labels`. Empty where one of the
    months is unpublished on the inbound leg, or no baseline year is whole. An onward leg that was
    never reported counts as what `undeclared` (country, family, period, value_usd) holds of it.
    """
    first, last = horizon(as_of)
    published = set(legs.inbound_months.to_list())
    years = [year for year in _baseline_starts(first, windows) if _whole(published, year)]
    schema = {"country": pl.String, "family": pl.String, "target": pl.Boolean}
    if not _whole(published, first) or not years:
        return pl.DataFrame(schema=schema)
    key = ["country", "family"]
    parts = [_matched_families(legs.trade, first).select(*key, pl.col("value_usd").alias("usd"))]
    if undeclared is not None:
        hidden = undeclared.filter(pl.col("period").is_between(first, last))
        parts.append(hidden.select(*key, pl.col("value_usd").alias("usd")))
    ahead = pl.concat(parts).group_by(key).agg(pl.col("usd").sum())
    past = pl.concat([_matched_families(legs.trade, year) for year in years])
    base = past.group_by(key).agg((pl.col("value_usd").sum() // len(years)).alias("base"))
    event = (pl.col("usd") > PRODUCT_FLOOR_USD) & (
        pl.col("usd") >= TRANSIT_RATIO * pl.col("base").fill_null(0)
    )
    return ahead.join(base, on=key, how="left").select(*key, event.alias("target")).sort(key)


def _why_null(inbound: bool, onward: bool, baseline: bool) -> str | None:
    if not inbound:
        return "inbound_leg_not_published"
    if not onward:
        return "onward_leg_not_published"
    return None if baseline else "no_whole_baseline_year"


def _whole(months: set[date], first: date) -> bool:
    return all(start_of_month(first, n) in months for n in range(HORIZON_MONTHS))


def _baseline_starts(first: date, windows: Windows) -> list[date]:
    """First months of the same six calendar months inside the baseline."""
    starts = [
        date(year, first.month, 1)
        for year in range(windows.baseline_start.year, windows.baseline_end.year + 1)
    ]
    return [
        start
        for start in starts
        if windows.baseline_start <= start
        and start_of_month(start, HORIZON_MONTHS - 1) <= windows.baseline_end
    ]


def _published_by_country(months: pl.DataFrame) -> dict[str, set[date]]:
    grouped = months.group_by("country", maintain_order=True).agg(pl.col("period"))
    return {country: set(periods) for country, periods in grouped.iter_rows()}


def _matched(trade: pl.DataFrame, first: date) -> dict[str, int]:
    """Sum over families of min(inbound, onward) of the six months from `first`, for each country."""
    matched = _matched_families(trade, first)
    return dict(matched.group_by("country").agg(pl.col("value_usd").sum()).iter_rows())


def _matched_families(trade: pl.DataFrame, first: date) -> pl.DataFrame:
    """country, family, value_usd: min(inbound, onward) of the six months from `first`."""
    months = pl.col("period").is_between(first, start_of_month(first, HORIZON_MONTHS - 1))
    sums = trade.filter(months).group_by("leg", "country", "family").agg(pl.col("value_usd").sum())
    inbound, onward = (sums.filter(pl.col("leg") == leg) for leg in ("inbound", "onward"))
    both = inbound.join(onward, on=["country", "family"], suffix="_onward")
    smaller = pl.min_horizontal("value_usd", "value_usd_onward").alias("value_usd")
    return both.select("country", "family", smaller)


def _undeclared_sums(undeclared: pl.DataFrame | None, first: date, last: date) -> dict[str, int]:
    if undeclared is None:
        return {}
    months = undeclared.filter(pl.col("period").is_between(first, last))
    return dict(months.group_by("country").agg(pl.col("value_usd").sum()).iter_rows())


def listing_labels(
    listings: pl.DataFrame, as_of: date, countries: Sequence[str], data_end: date
) -> pl.DataFrame:
    """Target `listing` for one date: as_of, country, target, why_null, in the given order.

    True where, in the six months after as_of (its calendar months, from the day after), at least two new
    entities in the country were listed, or one each by two jurisdictions (which is two entities listed as
    well; both are counted for tables that repeat one entity across lists). Rows whose `goods_diversion` is
    `false` do not count. Null where the six months end after `data_end`, the last day the table covers.
    """
    end = start_of_month(as_of, HORIZON_MONTHS + 1)
    if end > start_of_month(data_end, 1):
        known = [(as_of, country, None, "listings_end_before_horizon") for country in countries]
        return pl.DataFrame(known, schema=_LISTING_LABELS, orient="row")
    window = listings.filter(
        (pl.col("listed_on") > as_of)
        & (pl.col("listed_on") < end)
        & (pl.col("goods_diversion").fill_null("unknown") != "false")
        & ~pl.col("country").is_in(sorted(NEVER_SCORED))
    )
    counts = window.group_by("country").agg(
        pl.col("n_entities").sum().alias("entities"), pl.col("jurisdiction").n_unique().alias("jurisdictions")
    )
    hit = (pl.col("entities") >= LISTING_FLOOR) | (pl.col("jurisdictions") >= LISTING_FLOOR)
    events = set(counts.filter(hit)["country"])
    rows = [(as_of, country, country in events, None) for country in countries]
    return pl.DataFrame(rows, schema=_LISTING_LABELS, orient="row")


_LISTING_LABELS: dict[str, pl.DataType] = {
    name: LABELS[name] for name in ("as_of", "country", "target", "why_null")
}
