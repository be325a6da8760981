"""Whether the declared event is met already, in the newest months published on the day of a score.

A fact about the past, apart from the forecast: the definition of `labels.transit_labels`, read from what was
known on the day instead of from final figures. A later vintage may change it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from data_contracts.months import month_number, start_of_month
from features.trade.flows.windows import Windows
from riskmodel.outcomes.labels import HORIZON_MONTHS, INBOUND_SHARE, Legs, transit_labels

CODES_NAMED = 5

ALREADY_MET: dict[str, pl.DataType] = {
    "country": pl.String(),
    "event_met": pl.Boolean(),  # null: the months are not published, or no baseline year is whole
    "event_met_usd": pl.Int64(),  # matched transit of the six months; null with event_met
    "event_met_codes": pl.String(),  # families with the most of it, at most 5; null where there is none
    "event_met_until": pl.Date(),  # first day of the last of the six months; null with event_met
}


def legs_known(cells: pl.DataFrame, reported: pl.DataFrame) -> Legs:
    """The legs of one day, in the form that labels are made from.

    Parameters
    ----------
    cells: leg, reporter, country, family, period, value_usd known on the day (`TradeSignals.cells`).
    reported: reporter, period: months for which any export row was known on the day.

    A month of the inbound leg counts as published by the rule of `labels.final_legs`.
    """
    sent = cells.filter(pl.col("leg").is_in(["inbound", "direct"]))
    weights = sent.group_by("reporter").agg(pl.col("value_usd").sum())
    by_month = reported.join(weights, on="reporter").group_by("period").agg(pl.col("value_usd").sum())
    enough = by_month.filter(pl.col("value_usd") >= INBOUND_SHARE * float(weights["value_usd"].sum()))
    trade = (
        cells.filter(pl.col("leg").is_in(["inbound", "onward"]))
        .group_by("leg", "country", "family", "period")
        .agg(pl.col("value_usd").sum())
        .sort("leg", "country", "family", "period")
    )
    return Legs(trade, enough["period"].sort(), reported.rename({"reporter": "country"}))


def code_of_family(cells: pl.DataFrame) -> dict[str, str]:
    """Family -> the code of it with the most trade on both legs: a list may name its families as it likes.

    cells: leg, hs6, family, value_usd known on the day (`TradeSignals.cells`).
    """
    sums = (
        cells.filter(pl.col("leg").is_in(["inbound", "onward"]))
        .group_by("family", "hs6")
        .agg(pl.col("value_usd").sum())
        .sort(["family", "value_usd", "hs6"], descending=[False, True, False])
        .unique("family", keep="first", maintain_order=True)
    )
    return dict(sums.select("family", "hs6").iter_rows())


def already_met(
    legs: Legs,
    as_of: date,
    countries: Sequence[str],
    windows: Windows,
    codes_of: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """`ALREADY_MET`, one row for each country, in the given order.

    The six months end with the newest one that both legs have published; each must be published on both.
    Null, never false or 0, where one is not, where no baseline year is whole, or where the newest is more
    than `windows.oldest_usable_months` old. Codes that cannot be compared across the HS editions of baseline
    and present are no part of `legs` on a day, although the final label counts them.

    Parameters
    ----------
    legs: `legs_known`; of final figures, the six months are those before `as_of`. codes_of: `code_of_family`;
        without it families are named as they are.
    """
    ends = _newest_common(legs, as_of, countries, windows)
    found: dict[str, tuple[bool | None, int | None, str | None, date | None]] = {}
    for end in sorted(set(ends.values())):
        mine = [country for country in countries if ends.get(country) == end]
        codes = _largest_families(legs.trade, end, mine, codes_of or {})
        # The label of the month before the six looks at exactly these six.
        labels = transit_labels(legs, start_of_month(end, -HORIZON_MONTHS), mine, windows)
        for row in labels.iter_rows(named=True):
            known = row["target"] is not None
            named = codes.get(row["country"]) if known else None
            found[row["country"]] = (row["target"], row["transit_usd"], named, end if known else None)
    unknown = (None, None, None, None)
    rows = [(country, *found.get(country, unknown)) for country in countries]
    return pl.DataFrame(rows, schema=ALREADY_MET, orient="row")


def _newest_common(legs: Legs, as_of: date, countries: Sequence[str], windows: Windows) -> dict[str, date]:
    """The newest month up to `as_of` that both legs have published, of each country that is not too old."""
    newest = (
        legs.onward_months.filter(
            pl.col("country").is_in(list(countries))
            & pl.col("period").is_in(legs.inbound_months.to_list())
            & (pl.col("period") <= as_of)
        )
        .group_by("country")
        .agg(pl.col("period").max())
    )
    oldest = month_number(as_of) - windows.oldest_usable_months
    return {country: end for country, end in newest.iter_rows() if month_number(end) >= oldest}


def _largest_families(
    trade: pl.DataFrame, end: date, countries: Sequence[str], codes_of: Mapping[str, str]
) -> dict[str, str]:
    """The families with the most matched transit in the six months to `end`, largest first, as one text."""
    first = start_of_month(end, 1 - HORIZON_MONTHS)
    key = ["country", "family"]
    months = pl.col("period").is_between(first, end) & pl.col("country").is_in(list(countries))
    sums = trade.filter(months).group_by("leg", *key).agg(pl.col("value_usd").sum())
    inbound, onward = (sums.filter(pl.col("leg") == leg).drop("leg") for leg in ("inbound", "onward"))
    smaller = pl.min_horizontal("value_usd", "value_usd_onward").alias("usd")
    matched = inbound.join(onward, on=key, suffix="_onward").select(*key, smaller).filter(pl.col("usd") > 0)
    named = (
        matched.sort(["country", "usd", "family"], descending=[False, True, False])
        .group_by("country", maintain_order=True)
        .agg(pl.col("family").replace(dict(codes_of)).head(CODES_NAMED).str.join(" "))
    )
    return dict(named.iter_rows())
