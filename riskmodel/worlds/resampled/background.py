"""What worlds of this family resample: real series without the names of the countries they belong to.

WHERE IT COMES FROM. Nothing is bundled with the project: a background is built from tables that the user has.
`riskmodel.outcomes.background` reads them from a folder with two subfolders:

`trade/`   trade tables of any format that the score reads. Of them are used
           * monthly exports of coalition members before March 2022: the library of series by partner and code
             (zeros, lumps, seasons, and which codes a pair trades);
           * the same members' monthly exports to Russia after it, where there are any: how far the trade in
             each code fell, and how many of its months went empty;
           * exports of other countries to Russia before March 2022, yearly or monthly: composition of the
             onward leg. Where there are none, pairs of the library serve in their place.
`totals/`  optional .csv or .parquet files of all goods: reporter, partner, period (date), value_usd. Used are
           * members' totals by partner: sizes of countries and, for months at any time, how trade with a
             partner grew. Growth after February 2022 is taken only of countries far from Russia and in no
             alert (`facts.control_candidates`), since that of others may be diversion itself;
           * other countries' totals to Russia: sizes of the onward leg.

Months after February 2022 of trade by code with third countries are never used: they may hold real diversion,
which no truth table of a world could tell from its own.

A `Background` holds numbers of pairs and donors in place of countries. Checksums of the names (`marks`)
serve one
purpose: a label never gets its own series back.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import NEVER_SCORED, RUSSIA, coalition, control_candidates
from riskmodel.errors import WrongUsage
from riskmodel.worlds.planting.months import booking_calendar, month_number, numbered

CONTROLS_BITE = month_number(date(2022, 3, 1))
LONGEST_WINDOW = 48
LEAST_WINDOW = 12
LEAST_COVERED = 0.9  # a reporter that misses more months would lend its silence as zeros
TOTALS: dict[str, pl.DataType] = {
    "reporter": pl.String(),
    "partner": pl.String(),
    "period": pl.Date(),
    "value_usd": pl.Int64(),
}
MEMBERS = coalition(date(2022, 6, 30))


@dataclass(frozen=True)
class Background:
    """Real series by number.

    Attributes
    ----------
    series: Int64 US$, a row for each pair and code, a column for each month of the window, zeros included.
    keys: pair, sender, taker (numbers), hs6 of each row of `series`.
    pairs: pair, sender, taker, yearly_usd, to_russia.
    first_calendar_month: 0 to 11, the calendar month of the first column.
    falls: hs6, value_ratio (of an active month's value after and before the controls), presence_ratio (of
        active months); may be empty.
    growth: donors by months, trade relative to their mean of 2019 to 2021; first_growth: number of the first.
    growth_sizes: US$ a year of each donor, 2019 to 2021. sizes: those of all partners that may be scored.
    onward: exporter, hs6, share of the exporter's sales to Russia; may be empty.
    onward_sizes: US$ a year of other countries' sales to Russia; may be empty.
    marks: `mark` of each donor's name by place: for `sender`, `taker`, `growth` and `exporter`.
    """

    series: npt.NDArray[np.int64]
    keys: pl.DataFrame
    pairs: pl.DataFrame
    first_calendar_month: int
    falls: pl.DataFrame
    growth: npt.NDArray[np.float64]
    first_growth: int
    growth_sizes: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.float64]
    onward: pl.DataFrame
    onward_sizes: npt.NDArray[np.float64]
    marks: dict[str, npt.NDArray[np.int64]]


def mark(name: str) -> int:
    """A checksum that tells whether two names are the same."""
    return zlib.crc32(name.encode())


def background_of(trade: pl.DataFrame, totals: pl.DataFrame | None = None) -> Background:
    """Build a background from a canonical trade table and totals (`TOTALS`, whole US dollars).

    Raises WrongUsage where the table has less than a year of monthly exports by members before March 2022.
    """
    trade = trade.select(pl.col(name).cast(dtype) for name, dtype in TRADE_FLOWS.items())
    latest = (
        trade.lazy()
        .filter(pl.col("flow") == "X", pl.col("partner") != "WLD")
        .sort("known_at", nulls_last=False)
        .group_by("reporter", "partner", "hs6", numbered().alias("month"))
        .agg(pl.col("value_usd").last())
        .filter(pl.col("value_usd") > 0)
        .collect()
    )
    monthly = _monthly_members(trade)
    members = latest.filter(pl.col("reporter").is_in(monthly))
    window = _window(members)
    library = _covering(
        members.filter(pl.col("month").is_between(window.start, window.stop - 1)), len(window)
    )
    series, keys, pairs = _library(library, window)
    totals = pl.DataFrame(schema=TOTALS) if totals is None else totals
    growth, first_growth, growth_sizes, sizes, donors = _growth(totals, pairs)
    onward = _onward(latest)
    marks = {
        "sender": _marks(pairs, "sender", "reporter"),
        "taker": _marks(pairs, "taker", "partner"),
        "growth": np.array([mark(name) for name in donors], dtype=np.int64),
        "exporter": _marks(onward, "exporter", "reporter"),
    }
    return Background(
        series=series,
        keys=keys.drop("reporter", "partner"),
        pairs=pairs.drop("reporter", "partner"),
        first_calendar_month=window.start % 12,
        falls=_falls(members),
        growth=growth,
        first_growth=first_growth,
        growth_sizes=growth_sizes,
        sizes=_scaled_sizes(sizes, totals, pairs),
        onward=onward.drop("reporter"),
        onward_sizes=_onward_sizes(totals),
        marks=marks,
    )


def _marks(table: pl.DataFrame, number: str, name: str) -> npt.NDArray[np.int64]:
    """Marks of the names by number."""
    names = table.select(number, name).unique().sort(number)[name]
    return np.array([mark(one) for one in names], dtype=np.int64)


def _monthly_members(trade: pl.DataFrame) -> list[str]:
    calendar = booking_calendar(
        trade.filter(pl.col("flow") == "X", pl.col("reporter").is_in(sorted(MEMBERS)))
    )
    spread = calendar.group_by("reporter").agg(pl.col("month").len() / pl.col("period").n_unique())
    return spread.filter(pl.col("month") == 1)["reporter"].sort().to_list()


def _window(members: pl.DataFrame) -> range:
    """Months of the library: up to four years that end with February 2022."""
    before = members.filter(pl.col("month") < CONTROLS_BITE)["month"]
    first = CONTROLS_BITE if before.is_empty() else max(int(before.sort()[0]), CONTROLS_BITE - LONGEST_WINDOW)
    last = CONTROLS_BITE if before.is_empty() else int(before.sort()[-1]) + 1
    if last - first < LEAST_WINDOW:
        raise WrongUsage(
            f"The tables hold {max(0, last - first)} months of coalition members' monthly exports before "
            f"March 2022; {LEAST_WINDOW} are needed to resample them."
        )
    return range(first, last)


def _covering(members: pl.DataFrame, months: int) -> pl.DataFrame:
    """Only reporters that report nearly every month of the window."""
    covered = members.group_by("reporter").agg(pl.col("month").n_unique() / months)
    return members.join(covered.filter(pl.col("month") >= LEAST_COVERED), on="reporter", how="semi")


def _library(
    members: pl.DataFrame, window: range
) -> tuple[npt.NDArray[np.int64], pl.DataFrame, pl.DataFrame]:
    """Dense series by pair and code; numbers in place of names, which are dropped at the end."""
    pairs = (
        members.group_by("reporter", "partner")
        .agg((pl.col("value_usd").sum() * 12 / len(window)).round().alias("yearly_usd"))
        .sort("reporter", "partner")
        .with_row_index("pair")
        .with_columns(
            (pl.col("reporter").rank("dense") - 1).alias("sender"),
            (pl.col("partner").rank("dense") - 1).alias("taker"),
            (pl.col("partner") == RUSSIA).alias("to_russia"),
        )
    )
    keyed = members.join(pairs.drop("yearly_usd", "to_russia"), on=["reporter", "partner"])
    keys = (
        keyed.select("pair", "sender", "taker", "reporter", "partner", "hs6")
        .unique()
        .sort("pair", "hs6")
        .with_row_index("row")
    )
    placed = keyed.join(keys.select("row", "pair", "hs6"), on=["pair", "hs6"])
    series = np.zeros((keys.height, len(window)), dtype=np.int64)
    series[placed["row"].to_numpy(), placed["month"].to_numpy() - window.start] = placed[
        "value_usd"
    ].to_numpy()
    return series, keys, pairs


def _falls(members: pl.DataFrame) -> pl.DataFrame:
    """Members' exports to Russia by code: months from March 2022 on against the same a year before."""
    direct = members.filter(pl.col("partner") == RUSSIA)
    after = direct.filter(pl.col("month") >= CONTROLS_BITE)
    kept = after["month"].unique().sort().head(12)
    ratios = []
    for name, months in (("before", kept - 12), ("after", kept)):
        of_code = direct.filter(pl.col("month").is_in(months.implode())).group_by("hs6")
        ratios.append(
            of_code.agg(pl.col("value_usd").mean().alias(f"value_{name}"), pl.len().alias(f"n_{name}"))
        )
    both = ratios[0].join(ratios[1], on="hs6", how="left").filter(pl.col("n_before") >= 12)
    return both.select(
        "hs6",
        (pl.col("value_after").fill_null(0) / pl.col("value_before")).clip(0, 2).alias("value_ratio"),
        (pl.col("n_after").fill_null(0) / pl.col("n_before")).clip(0, 1).alias("presence_ratio"),
    ).sort("hs6")


def _growth(
    totals: pl.DataFrame, pairs: pl.DataFrame
) -> tuple[npt.NDArray[np.float64], int, npt.NDArray[np.float64], npt.NDArray[np.float64], list[str]]:
    """Growth by donor and month, its first month, sizes of donors, sizes of all partners, names of donors."""
    flows = _monthly_totals(totals)
    base = pl.col("month").is_between(month_number(date(2019, 1, 1)), month_number(date(2021, 12, 1)))
    widest = flows.group_by("reporter").agg(pl.col("partner").n_unique()).sort("partner", "reporter")
    if flows.is_empty() or not flows.filter(base).height:
        taken = pairs.filter(pl.col("partner") != RUSSIA).group_by("partner").agg(pl.col("yearly_usd").sum())
        sizes = taken["yearly_usd"].sort().to_numpy()
        return np.ones((len(sizes), 1)), CONTROLS_BITE, sizes, sizes, [""] * len(sizes)
    one = flows.filter(reporter=widest["reporter"][-1])  # the reporter with most partners, for one measure
    means = one.filter(base).group_by("partner").agg(pl.col("value_usd").mean().alias("mean"), pl.len())
    means = means.filter(pl.col("len") >= 30).drop("len")
    may = ~pl.col("partner").is_in(sorted(MEMBERS | NEVER_SCORED))
    sizes = means.filter(may)["mean"].sort().to_numpy() * 12
    donors = means.filter(pl.col("partner").is_in(control_candidates(date(2022, 6, 30)))).sort(
        "mean", "partner"
    )
    months = range(int(one["month"].sort()[0]), int(one["month"].sort()[-1]) + 1)
    grid = np.zeros((donors.height, len(months)))
    placed = one.join(donors.with_row_index("row"), on="partner")
    grid[placed["row"].to_numpy(), placed["month"].to_numpy() - months.start] = placed["value_usd"].to_numpy()
    mean = donors["mean"].to_numpy()
    return grid / mean[:, None], months.start, mean * 12, sizes, donors["partner"].to_list()


def _monthly_totals(totals: pl.DataFrame) -> pl.DataFrame:
    """Members' totals by partner and month; yearly reporters are left out."""
    members = totals.filter(pl.col("reporter").is_in(sorted(MEMBERS)), pl.col("value_usd") > 0)
    flows = members.with_columns(numbered().alias("month"))
    often = flows.group_by("reporter", pl.col("month") // 12).agg(pl.col("month").n_unique().alias("n"))
    monthly = often.filter(pl.col("n") >= 6)["reporter"].unique()
    return flows.filter(pl.col("reporter").is_in(monthly.implode())).drop("period")


def _scaled_sizes(
    sizes: npt.NDArray[np.float64], totals: pl.DataFrame, pairs: pl.DataFrame
) -> npt.NDArray[np.float64]:
    """Totals of all goods from one reporter, scaled to the level of the library's goods.

    Without totals the sizes are already sums of the library.
    """
    if totals.is_empty() or not len(sizes):
        return sizes
    taken = pairs.filter(pl.col("partner") != RUSSIA).group_by("partner").agg(pl.col("yearly_usd").sum())
    one = _monthly_totals(totals)
    known = one.filter(pl.col("partner").is_in(taken["partner"].implode()))
    widest = one.group_by("reporter").agg(pl.col("partner").n_unique()).sort("partner", "reporter")
    if known.is_empty():
        return sizes * float(np.median(taken["yearly_usd"].to_numpy()) / np.median(sizes))
    before = known.filter(pl.col("reporter") == widest["reporter"][-1], pl.col("month") < CONTROLS_BITE)
    yearly = before.group_by("partner").agg(pl.col("value_usd").mean() * 12)
    ratio = (
        taken.join(yearly, on="partner").select((pl.col("yearly_usd") / pl.col("value_usd")).median()).item()
    )
    return sizes * float(ratio or 1.0)


def _onward(latest: pl.DataFrame) -> pl.DataFrame:
    """What countries outside the coalition sold to Russia before the controls, by code, as shares."""
    outside = latest.filter(
        pl.col("partner") == RUSSIA,
        ~pl.col("reporter").is_in(sorted(MEMBERS | NEVER_SCORED)),
        pl.col("month") < CONTROLS_BITE,
    )
    shares = outside.group_by("reporter", "hs6").agg(pl.col("value_usd").sum())
    share = (pl.col("value_usd") / pl.col("value_usd").sum().over("reporter")).alias("share")
    return (
        shares.sort("reporter", "hs6")
        .select((pl.col("reporter").rank("dense") - 1).alias("exporter"), "reporter", "hs6", share)
        .sort("exporter", "hs6")
    )


def _onward_sizes(totals: pl.DataFrame) -> npt.NDArray[np.float64]:
    """US$ a year of sales to Russia by countries outside the coalition before the controls, sorted."""
    outside = totals.filter(
        pl.col("partner") == RUSSIA,
        ~pl.col("reporter").is_in(sorted(MEMBERS | NEVER_SCORED)),
        pl.col("period") < date(2022, 3, 1),
    ).with_columns(pl.col("period").dt.year().alias("year"))
    yearly = outside.group_by("reporter", "year").agg(pl.col("value_usd").sum())
    return yearly.group_by("reporter").agg(pl.col("value_usd").mean())["value_usd"].sort().to_numpy()
