"""Rows on a leg as numbers: what is asked of them for many dates is answered by arrays, not by queries.

A query costs a quarter of a millisecond however short its table; a panel of many dates asks thousands. Names
are numbered once, in order, so that an array of a date is read back as a sorted table without a join.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEG_NAMES = ("inbound", "onward", "direct", "placebo", "arrival")
INBOUND, ONWARD, DIRECT, PLACEBO, ARRIVAL = range(len(LEG_NAMES))
FAMILY = ["leg", "country", "family"]
CODE = [*FAMILY, "hs6"]
LINE_USD = 1_000
NEVER = np.int64(2**40)
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class NumberedRows:
    """The rows of `FlowsByLeg` in every vintage, and what belongs to their series; serves every date.

    Attributes
    ----------
    reporters, countries: names, sorted; R reporters with any row of their own in the table, C countries.
    codes, families: leg, country, family(, hs6) of each number of a code or family of a country, sorted.
    first_month: month number of month 0.
    leg, reporter, country, code: of each series, in the order of `FlowsByLeg.legs`. family: of each code.
    line_leg, line_reporter, line_country: of each line (`line_id`).
    series, month, known, value: of each row: place of its series, month, day of publication (days since
        1970), US$. same_next: the next row is a later vintage of this one.
    line, by_line: line of each row, and the places of rows sorted by line and month.
    exports_known, imports_known: day a reporter's month was first public, shape (R, M); `NEVER`: not at all.
    """

    reporters: tuple[str, ...]
    countries: tuple[str, ...]
    codes: pl.DataFrame
    families: pl.DataFrame
    first_month: int
    leg: Ints
    reporter: Ints
    country: Ints
    code: Ints
    family: Ints
    line_leg: Ints
    line_reporter: Ints
    line_country: Ints
    series: Ints
    month: Ints
    known: Ints
    value: Ints
    same_next: Bools
    line: Ints
    by_line: Ints
    exports_known: Ints
    imports_known: Ints

    def public_between(self, first: int, last: int, as_of: date) -> int:
        """Number of rows of the months `first` to `last`, in all vintages, that were public on a day."""
        public = self.known <= as_of.toordinal() - _EPOCH
        return int(((self.month >= first) & (self.month <= last) & public).sum())


@dataclass(frozen=True)
class KnownRows:
    """Rows public on a day, each in its latest vintage then, in the order of `FlowsByLeg.rows`.

    Attributes
    ----------
    place: of each row in `FlowsByLeg.rows`. series, month, value: as in `NumberedRows`.
    line, line_month: the lines with at least US$1,000 in a month, and that month.
    exports, imports: months of which any such row was known, shape (R, M).
    """

    place: Ints
    series: Ints
    month: Ints
    value: Ints
    line: Ints
    line_month: Ints
    exports: Bools
    imports: Bools


def number_rows(legs: pl.DataFrame, rows: pl.DataFrame, reported: pl.DataFrame) -> NumberedRows:
    """Number the rows of some legs.

    Parameters
    ----------
    legs, rows: as in `FlowsByLeg`. reported: `Condensed.reported`.
    """
    reporters = pl.concat([legs["reporter"], reported["reporter"]]).unique().sort().to_list()
    countries = legs["country"].unique().sort().to_list()
    months = pl.concat([_months(rows["period"]), _months(reported["period"])])
    first_month, n_months = int(months.min() or 0), _span(months)  # type: ignore[arg-type]
    # Places of series in the order of their codes, and back.
    by_code = legs.with_row_index("place").sort(CODE).with_columns(pl.struct(CODE).rle_id().alias("code"))
    codes = by_code.unique("code", keep="first", maintain_order=True).select(CODE)
    codes = codes.with_columns(pl.struct(FAMILY).rle_id().alias("number"))
    families = codes.unique("number", keep="first", maintain_order=True).select(FAMILY)
    code = by_code.sort("place")["code"]
    numbers = {name: _number(legs[name], names) for name, names in _named(reporters, countries).items()}
    line_of_series = _ints(legs["line_id"])
    first = _first_places(line_of_series)
    series = np.searchsorted(_ints(legs["series_id"]), _ints(rows["series_id"]))
    month = _ints(_months(rows["period"])) - first_month
    line = line_of_series[series] if rows.height else series
    same_next = np.zeros(rows.height, dtype=bool)
    same_next[:-1] = (series[1:] == series[:-1]) & (month[1:] == month[:-1])
    shape = (len(reporters), n_months)
    return NumberedRows(
        reporters=tuple(reporters),
        countries=tuple(countries),
        codes=codes.select(CODE),
        families=families,
        first_month=first_month,
        code=_ints(code),
        family=_ints(codes["number"]),
        line_leg=numbers["leg"][first],
        line_reporter=numbers["reporter"][first],
        line_country=numbers["country"][first],
        series=series,
        month=month,
        known=_ints(rows["known_at"].to_physical()),
        value=_ints(rows["value_usd"]),
        same_next=same_next,
        line=line,
        by_line=np.lexsort((month, line)),
        exports_known=_first_known(reported, "X", reporters, first_month, shape),
        imports_known=_first_known(reported, "M", reporters, first_month, shape),
        **numbers,
    )


def known_rows(rows: NumberedRows, as_of: date) -> KnownRows:
    """Restrict rows to what was public on `as_of`, each in its latest vintage then."""
    day = as_of.toordinal() - _EPOCH
    latest = rows.known <= day
    # Rows of one series and month lie together in the order of publication.
    latest[:-1] &= ~(rows.same_next[:-1] & latest[1:])
    place = np.flatnonzero(latest)
    by_line = rows.by_line[latest[rows.by_line]]
    line, month = rows.line[by_line], rows.month[by_line]
    starts = np.ones(by_line.size, dtype=bool)
    starts[1:] = (line[1:] != line[:-1]) | (month[1:] != month[:-1])
    first = np.flatnonzero(starts)
    sums = np.add.reduceat(rows.value[by_line], first) if first.size else np.zeros(0, dtype=np.int64)
    large = first[sums >= LINE_USD]
    return KnownRows(
        place=place,
        series=rows.series[place],
        month=rows.month[place],
        value=rows.value[place],
        line=line[large],
        line_month=month[large],
        exports=rows.exports_known <= day,
        imports=rows.imports_known <= day,
    )


def sums_by(number: Ints, values: Ints, length: int) -> Ints:
    """Sums of whole numbers by number, shape (length,): exact, unlike weights of `numpy.bincount`."""
    sums = np.zeros(length, dtype=np.int64)
    np.add.at(sums, number, values)
    return sums


def _named(reporters: list[str], countries: list[str]) -> dict[str, list[str]]:
    return {"leg": list(LEG_NAMES), "reporter": reporters, "country": countries}


def _number(column: pl.Series, names: list[str]) -> Ints:
    numbers = {name: place for place, name in enumerate(names)}
    return _ints(column.replace_strict(numbers, return_dtype=pl.Int64))


def _ints(column: pl.Series) -> Ints:
    return column.cast(pl.Int64).to_numpy()


def _months(period: pl.Series) -> pl.Series:
    return period.dt.year().cast(pl.Int64) * 12 + period.dt.month().cast(pl.Int64) - 1


def _span(months: pl.Series) -> int:
    return int(months.max()) - int(months.min()) + 1 if len(months) else 0  # type: ignore[arg-type]


def _first_places(line: Ints) -> Ints:
    """Place of a series of each line, shape (lines,): which one does not matter."""
    return np.unique(line, return_index=True)[1].astype(np.int64)


def _first_known(
    reported: pl.DataFrame, flow: str, reporters: list[str], first_month: int, shape: tuple[int, int]
) -> Ints:
    own = reported.filter(pl.col("flow") == flow)
    table = np.full(shape, NEVER, dtype=np.int64)
    month = _ints(_months(own["period"])) - first_month
    table[_number(own["reporter"], reporters), month] = _ints(own["known_at"].to_physical())
    return table
