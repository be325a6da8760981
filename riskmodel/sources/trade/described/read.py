"""Trade tables by their descriptions: which column holds what, in which codes, words and units.

A description is a TOML file of this folder:

- `name`, `source`, `order` (formats are tried in this order); `needs`: columns it is known by; `needs_year`:
  whether columns named by years must be there too.
- `lacks`: for tables that cannot be used, what they have no column for: all rows are dropped under that name;
  `advice`: a sentence on what such a table is, and which one is needed.
- `titles`: for sheets without a line of column names, patterns that must all be found in the sheet's name or
  first words; `not_titles`: a pattern that must not; `known_by`: the same in words.
- `[columns]`: the column of `reporter`, `partner`, `code`, `period`, `flow`, `weight`; or `[fixed]`: a value
  that holds for all rows.
- `[values]`: the value column of each flow (X, M, RX); or `value` under `[columns]`, with `[flows]`: words of
  the flow column.
- `scale`, `weight_scale`: dollars and kilograms in one unit of the table; `point`: the source writes a
  decimal point itself, so that a table divided by commas leaves no doubt.
- `areas`: systems of `area_codes.csv` that its codes are in; none means alpha-3, in any case.
- `period`: `year` or `month`; `edition`: the HS edition, where the table is known to be in one.
- `known_after_years`, `known_month`, `known_day`: when a year is public, counted from its own year.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files
from typing import Any

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.sources.files.cells import canonical, clean, whole
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, added, unused
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country
from riskmodel.sources.trade.by_cell import ByCell, Known
from riskmodel.sources.trade.copies import once, without_parts
from riskmodel.sources.trade.titled import rows_of_numbers

_YEAR = re.compile(r"^(?:19|20)\d\d$")
_FLOW, _VALUE = "<flow>", "<value>"
Description = Mapping[str, Any]


def described_formats() -> tuple[Format, ...]:
    """All formats of this folder, in their order."""
    folder = files("riskmodel.sources.trade.described")
    texts = sorted(
        (one.name, one.read_text(encoding="utf-8")) for one in folder.iterdir() if one.name.endswith(".toml")
    )
    found = [tomllib.loads(text) for _, text in texts]
    return tuple(map(_format, sorted(found, key=lambda d: (d.get("order", 100), d["name"]))))


def _format(described: Description) -> Format:
    header = ", ".join(described.get("needs", ())) + (
        ", and columns named by years" if described.get("needs_year") else ""
    )
    header = described.get("known_by", header)
    read = _set_aside if described.get("lacks") else _read
    several = "values" in described and not described.get("lacks")
    titles = [re.compile(words) for words in described.get("titles", ())]
    return Format(
        described["name"],
        header,
        partial(_fits, described),
        partial(read, described),
        by_row=bool(described.get("lacks")),
        long=partial(_one_flow_a_row, described) if several else None,
        cells=partial(_cells, described),
        lacks=described.get("lacks", ""),
        advice=described.get("advice", ""),
        titled=partial(_titled, titles, re.compile(described.get("not_titles", r"(?!)"))) if titles else None,
        sheet=rows_of_numbers if titles else None,
        by_cell=None if described.get("lacks") else _steps(described),
    )


def _cells(described: Description, _: frozenset[str]) -> Cells:
    """Which columns hold numbers, codes and months, once there is one cell a row."""
    if described.get("lacks"):
        return Cells()
    columns = described["columns"]
    value = _VALUE if "values" in described else columns["value"]
    amounts = {value: "USD", columns.get("weight", ""): ""}
    period = (columns["period"],)
    yearly = described["period"] == "year"
    return Cells(
        {name: money for name, money in amounts.items() if name},
        products=(columns["code"],),
        codes=period if yearly else (),
        months=() if yearly else period,
        point=described.get("point", False),
    )


def _fits(described: Description, columns: frozenset[str]) -> bool:
    if not described.get("needs"):
        return False
    years = not described.get("needs_year") or any(_YEAR.match(name) for name in columns)
    without = columns.isdisjoint(described.get("without", ()))
    return set(described["needs"]) <= columns and years and without


def _titled(titles: Sequence[re.Pattern[str]], without: re.Pattern[str], name: str, head: str) -> bool:
    """Whether all titles are in a sheet's name or first words, and nothing that rules it out."""
    text = f"{name}\n{head}"
    return all(words.search(text) for words in titles) and not without.search(text)


def _set_aside(described: Description, frame: pl.DataFrame) -> Reading:
    """Count the rows of a table that has no column for products or partners."""
    empty = pl.DataFrame(schema={**TRADE_FLOWS, FILE: pl.String(), ROW: pl.Int64()})
    return Reading(empty, {described["lacks"]: frame.height})


def _one_flow_a_row(described: Description, frame: pl.DataFrame) -> pl.DataFrame:
    """A row for each flow that has a value column, in the order of the rows."""
    values = {flow: name for flow, name in described["values"].items() if name in frame.columns}
    parts = [
        frame.with_columns(pl.lit(flow).alias(_FLOW), clean(frame[name]).alias(_VALUE))
        for flow, name in values.items()
    ]
    return pl.concat(parts).sort(FILE, ROW, maintain_order=True)


def _read(described: Description, frame: pl.DataFrame) -> Reading:
    """Turn cells into canonical rows; of the copies of a row in two files one counts, as in every reader."""
    return _steps(described).read(frame)


def _steps(described: Description) -> ByCell:
    """Rows depend on those of the same two countries and period alone."""
    return ByCell(
        cells=partial(_cut, described),
        together=(pl.col("reporter"), pl.col("partner"), pl.col("period")),
        settle=partial(_settle, described),
    )


def _cut(described: Description, frame: pl.DataFrame) -> Reading:
    columns = {
        **described.get("columns", {}),
        **({"value": _VALUE, "flow": _FLOW} if "values" in described else {}),
    }
    used = [*columns.values(), *described.get("values", {}).values(), _FLOW, _VALUE]
    whole_rows, parts, looked_at = without_parts(frame, used)
    cells = whole_rows.select(*(_cell(described, whole_rows, columns, name) for name in _FIELDS), FILE, ROW)
    return Reading(cells, parts, unused(frame, [*used, *looked_at]))


def _settle(described: Description, cells: pl.DataFrame, _: Known | None) -> Reading:
    cells, copies = once(cells, _FIELDS[:5], _FIELDS[5:])
    year = pl.col("period").str.extract(r"^(\d{4})(?:-01-01)?$").cast(pl.Int32, strict=False)
    year = pl.when(year.is_between(1900, 9990)).then(year)
    yearly = described["period"] == "year"
    month = pl.col("period").str.replace(r"^(\d{4})-?M?(\d{2})(?:-\d{2})?$", "$1-$2-01")
    rows = cells.with_columns(
        _area(described, "reporter"),
        _area(described, "partner"),
        pl.col("flow").replace(described.get("flows", {})),
        _code(),
        pl.lit(described.get("edition"), pl.String).alias("hs_edition"),
        (pl.coalesce(pl.date(year, 1, 1).cast(pl.String), "period") if yearly else month).alias("period"),
        whole(pl.col("value"), described.get("scale", 1)).alias("value_usd"),
        whole(pl.col("weight"), described.get("weight_scale", 1)).alias("net_kg"),
        (_known(described, year) if yearly else pl.lit(None, pl.Date)).alias("known_at"),
        pl.lit(described["source"]).alias("source"),
    )
    kept, dropped = sift(rows, _REASONS)
    table = canonical(kept, TRADE_FLOWS).select(*TRADE_FLOWS, FILE, ROW)
    return Reading(table, added(copies, dropped))


_FIELDS = ("reporter", "partner", "code", "period", "flow", "value", "weight")
_REASONS = {
    "no_value": pl.col("value").is_null(),
    "reporter_not_a_country": pl.col("reporter").is_in([NOT_A_COUNTRY, "WLD"]),
    "partner_not_a_country": pl.col("partner") == NOT_A_COUNTRY,
    "other_flow": ~pl.col("flow").is_in(["X", "M", "RX"]),
    "special_code": pl.col("hs6").str.contains(r"^9[89]"),
    "heading_not_hs6": pl.col("hs6").str.contains(r"^(\d{2}|\d{4}|(?i)total)$"),
}


def _cell(described: Description, frame: pl.DataFrame, columns: Mapping[str, str], name: str) -> pl.Series:
    if columns.get(name) in frame.columns:
        return clean(frame[columns[name]]).alias(name)
    fixed = described.get("fixed", {}).get(name)
    return pl.Series(name, [fixed] * frame.height, pl.String)


def _area(described: Description, name: str) -> pl.Expr:
    """Alpha-3, by code or name; groups and totals that the description names are no country."""
    named = pl.col(name).str.to_uppercase().is_in(described.get("not_countries", []))
    nowhere = pl.when(named).then(pl.lit(NOT_A_COUNTRY))
    return pl.coalesce(nowhere, country(pl.col(name), *described.get("areas", ()))).alias(name)


def _code() -> pl.Expr:
    """HS codes have 2, 4 or 6 digits, so an odd number of them lost its leading zero."""
    code = pl.col("code")
    return pl.when(code.str.contains(r"^\d(\d\d){0,2}$")).then("0" + code).otherwise(code).alias("hs6")


def _known(described: Description, year: pl.Expr) -> pl.Expr:
    return pl.date(
        year + described.get("known_after_years", 1),
        described.get("known_month", 7),
        described.get("known_day", 1),
    )
