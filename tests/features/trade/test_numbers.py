"""What arrays say of a day is what plain queries say: latest vintages, lines, matched months and sums."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trade_tables import flows, goods, long_table, trade_tables

from features.reference.facts import coalition, hs_edition
from features.trade.flows.as_of import FlowsAsOf, FlowsByLeg, flows_as_of, sort_by_leg
from features.trade.flows.condense import condense_flows, plan_for
from features.trade.flows.families import changes_of_list, goods_in_force
from features.trade.flows.numbers import LEG_NAMES
from features.trade.flows.windows import Windows
from features.trade.measures.surge import WindowSums, code_sums, window_ends, window_sums

WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
DAYS = (date(2021, 6, 30), date(2022, 5, 31), date(2023, 3, 31))
CODE = ["leg", "country", "family", "hs6"]


def by_leg_of(table: pl.DataFrame, days: Sequence[date]) -> tuple[FlowsByLeg, list[FlowsAsOf]]:
    condensed = condense_flows(table, plan_for(goods(), WINDOWS, days))
    listed = goods_in_force(goods(), days[-1], first_month=WINDOWS.baseline_start, allow_hindsight=True)
    members, edition = coalition(days[-1]), hs_edition(WINDOWS.baseline_start)
    by_leg = sort_by_leg(condensed, listed.frame, members, edition)
    return by_leg, [flows_as_of(condensed, by_leg, WINDOWS, day) for day in days]


def latest(by_leg: FlowsByLeg, as_of: date) -> pl.DataFrame:
    """The last vintage public on a day of each series and month."""
    known = by_leg.rows.filter(pl.col("known_at") <= as_of)
    return known.unique(["series_id", "period"], keep="last", maintain_order=True).drop("known_at")


def lines(known: FlowsAsOf) -> set[tuple[int, date]]:
    """Lines with at least US$1,000 in a month: line_id, period."""
    sums = known.rows.join(known.legs, on="series_id").group_by("line_id", "period").agg(pl.sum("value_usd"))
    return set(sums.filter(pl.col("value_usd") >= 1_000).select("line_id", "period").iter_rows())


def matched(known: FlowsAsOf, ends: pl.DataFrame) -> pl.DataFrame:
    """Recent months with the same calendar month in a baseline year."""
    months = known.reported.with_columns(pl.col("period").dt.month().alias("calendar_month"))
    in_baseline = pl.col("period").is_between(WINDOWS.baseline_start, WINDOWS.baseline_end)
    years = months.filter(in_baseline).group_by("reporter", "calendar_month").agg(pl.len().alias("n_years"))
    start = pl.col("end").dt.offset_by(f"-{WINDOWS.recent_months - 1}mo")
    recent = months.join(ends, on="reporter").filter(pl.col("period").is_between(start, pl.col("end")))
    found = recent.filter(~in_baseline).join(years, on=["reporter", "calendar_month"])
    return found.drop("end").sort("reporter", "period")


def sums_by_code(known: FlowsAsOf, legs: Sequence[str], months: pl.DataFrame) -> pl.DataFrame:
    """Row by row: what a code brought in the matched months, and in the same months of the baseline."""
    named = known.rows.join(known.legs.filter(pl.col("leg").is_in(legs)), on="series_id")
    n_recent = {}
    n_years = {}
    for reporter, _, calendar, years in months.iter_rows():
        n_recent[reporter, calendar] = n_recent.get((reporter, calendar), 0) + 1
        n_years[reporter, calendar] = years
    at = set(months.select("reporter", "period").iter_rows())
    found: dict[tuple, list[int]] = {}
    past: dict[tuple, int] = {}
    for row in named.iter_rows(named=True):
        key = tuple(row[name] for name in CODE)
        if (row["reporter"], row["period"]) in at:
            found.setdefault(key, [0, 0])[0] += row["value_usd"]
        month = (row["reporter"], row["period"].month)
        inside = WINDOWS.baseline_start <= row["period"] <= WINDOWS.baseline_end
        if inside and month in n_recent:
            series = (key, row["series_id"], month)
            past[series] = past.get(series, 0) + row["value_usd"]
    for (key, _, month), usd in past.items():
        years = n_years[month]
        found.setdefault(key, [0, 0])[1] += (2 * usd * n_recent[month] + years) // (2 * years)
    rows = [(*key, *usd) for key, usd in found.items()]
    schema = {**dict.fromkeys(CODE, pl.String), "recent_usd": pl.Int64, "baseline_usd": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort(CODE)


def agree(table: pl.DataFrame) -> list[WindowSums]:
    by_leg, days = by_leg_of(table, DAYS)
    found = []
    for known in days:
        assert known.rows.equals(latest(by_leg, known.as_of))
        numbers, rows = known.numbers, known.known
        months = [divmod(numbers.first_month + m, 12) for m in rows.line_month.tolist()]
        named = {(line, date(y, m + 1, 1)) for line, (y, m) in zip(rows.line.tolist(), months, strict=True)}
        assert named == lines(known)
        sums = window_sums(known, WINDOWS)
        ends = window_ends(known.on("inbound", "direct", "onward"), known.reported)
        shown = sums.coverage.select("reporter", "end").unique().sort("reporter")
        assert shown.equals(ends.join(shown, on="reporter", how="semi"))
        assert sums.months.equals(matched(known, ends))
        assert sums.codes.equals(sums_by_code(known, LEG_NAMES[:3], sums.months))
        placebo = code_sums(known, [LEG_NAMES.index("placebo")], sums.matched)
        assert placebo.codes.equals(sums_by_code(known, ["placebo"], sums.months))
        by_family = sums.codes.group_by(CODE[:3]).agg(pl.col("recent_usd", "baseline_usd").sum())
        assert sums.families.equals(by_family.sort(CODE[:3]))
        found.append(sums)
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(trade_tables())
def test_arrays_say_what_queries_say(table: pl.DataFrame) -> None:
    agree(table)


def test_long_tables_agree_and_reach_every_sum() -> None:
    found = agree(long_table(0))
    assert found[-1].codes.filter((pl.col("recent_usd") > 0) & (pl.col("baseline_usd") > 0)).height > 3


def test_an_empty_table_has_empty_sums() -> None:
    assert all(sums.codes.is_empty() and sums.coverage.is_empty() for sums in agree(flows([])))


@given(st.sampled_from([d for year in (2019, 2020, 2021) for d in (date(year, 1, 31), date(year, 7, 1))]))
def test_a_list_is_the_same_between_its_changes(day: date) -> None:
    codes = [
        goods(["854231"], valid_from=date(2019, 7, 1)).with_columns(valid_to=date(2020, 6, 30)),
        goods(["854232"], valid_from=date(2019, 1, 31)),
    ]
    table = pl.concat(codes)
    before = [change for change in changes_of_list(table) if change <= day.toordinal()]
    first = date.fromordinal(max(before))
    in_force = [
        goods_in_force(table, on, first_month=date(2019, 1, 1)).frame["hs6"].to_list() for on in (first, day)
    ]
    assert in_force[0] == in_force[1]
