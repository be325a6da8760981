"""UN Comtrade tariff lines: national codes of 8 to 12 digits under their HS6 code."""

from __future__ import annotations

import polars as pl

from riskmodel.sources.files.cells import clean
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.trade.copies import CONFLICT, once

_LINE = r"^\d{6}[0-9A-Za-z]{1,6}$"
# Column of a breakdown, and the code of its total.
_BREAKDOWNS = {"customs": "C00", "partner2": "0", "transport": "0", "supply": "0"}
# One line may be counted in two units, on rows of their own.
_UNITS = ("qtyunitcode", "altqtyunitcode")
_UNIT = "_unit_"
_CELL = ["reporter", "partner", "flow", "period", "month", "type", "edition"]


def unit_columns(frame: pl.DataFrame) -> list[pl.Series]:
    """The columns that say in which unit a line is counted, as `tariff_lines_folded` looks for them."""
    units = [name for name in frame.columns if "".join(filter(str.isalnum, name.lower())) in _UNITS]
    return [clean(frame[name]).alias(f"{_UNIT}{name}") for name in units]


def tariff_lines_folded(cells: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Cells of Comtrade with tariff lines added up to their HS6 code, and what that took away by reason.

    `cells` may hold `unit_columns`, which the result has not. Of copies of a line one counts, whatever else
    their files say; lines of one key whose figures differ stay apart and are refused. Within a line and cell,
    totals over procedures, second partners and modes are used where they are given, else their parts are
    added up. Lines of a cell whose HS6 row is given are parts of it. Lines whose value cannot be read stay
    single. Tables without tariff lines come back as they are.
    """
    units = [name for name in cells.columns if name.startswith(_UNIT)]
    columns = [name for name in cells.columns if name not in units]
    if cells["code"].null_count() == cells.height or not cells["code"].str.contains(_LINE).any():
        return cells.select(columns), {}
    marked = cells.with_columns(
        (pl.col("code").str.contains(_LINE) & pl.col("value").cast(pl.Float64, strict=False).is_not_null())
        .fill_null(False)
        .alias("line"),
        pl.col("code").str.slice(0, 6).alias("six"),
    )
    rest = marked.filter(~pl.col("line"))
    key = [*_CELL, "code", *_BREAKDOWNS, *units]
    lines, copies = once(marked.filter("line"), key, ["value", "weight"])
    given = rest.filter(pl.col("code").str.len_chars() == 6).select([*_CELL, "six"]).unique()
    alone = lines.join(given, on=[*_CELL, "six"], how="anti", nulls_equal=True, maintain_order="left")
    whole = alone
    for name, total in _BREAKDOWNS.items():
        is_total = pl.col(name).is_null() | pl.col(name).is_in([total, "0"])
        whole = whole.filter(is_total | ~is_total.any().over([*_CELL, "code"]))
    folded = _added_up(whole)
    dropped = {
        **copies,
        "tariff_line_of_given_hs6": lines.height - alone.height,
        "part_of_tariff_line": alone.height - whole.height,
        "tariff_lines_added_up": whole.height - folded.height,
    }
    return pl.concat([rest.select(columns), folded.select(columns)]), dropped


def _added_up(lines: pl.DataFrame) -> pl.DataFrame:
    number = {name: pl.col(name).cast(pl.Decimal(38, 6), strict=False) for name in ("value", "weight")}
    estimated = pl.col("weight_estimated").str.to_lowercase() == "true"
    lines = lines.with_columns(pl.when(CONFLICT).then(pl.int_range(pl.len())).alias("apart"))
    sums = lines.group_by([*_CELL, "six", "apart"], maintain_order=True).agg(
        number["value"].sum().cast(pl.String).alias("value"),
        pl.when(number["weight"].null_count() == 0)
        .then(number["weight"].sum())
        .cast(pl.String)
        .alias("weight"),
        estimated.fill_null(False).any().alias("weight_estimated"),
        pl.when(pl.col("flag").is_in(["4", "6"]).any()).then(pl.lit("4")).alias("flag"),
        pl.col(FILE, ROW).first(),
    )
    return sums.with_columns(
        pl.col("six").alias("code"),
        pl.lit("6").alias("level"),
        pl.col("weight_estimated").cast(pl.String),
        *(pl.lit(total).alias(name) for name, total in _BREAKDOWNS.items()),
    )
