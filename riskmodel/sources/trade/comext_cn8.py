"""Eurostat Comext-style tables: one row for each reporter, partner, month and CN8 code, value in euro."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from data_contracts.checking.grammar import decimal
from data_contracts.tables import TRADE_FLOWS
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import canonical, clean, stack
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, Tally, unused
from riskmodel.sources.trade.areas import area_parts, country_or_text
from riskmodel.sources.trade.by_cell import ByCell, Known, known
from riskmodel.sources.trade.copies import CONFLICT, once, whole_area, with_whole_areas, without_parts
from riskmodel.sources.trade.exchange import covered, with_dollars

SOURCE = "eurostat_comext"
_NEEDED = ("reporter_iso3", "partner_iso3", "month", "code", "value_eur")
_OPTIONAL = ("flow", "net_kg")
_MONTH = r"^(\d{4})[M-]?(\d{2})(?:-01)?$"
_FLOWS = {"X": "X", "EXPORT": "X", "2": "X", "M": "M", "IMPORT": "M", "1": "M"}
# Far above any flow, and low enough that sums of thousands of rows stay within Int64.
_LARGEST_CENTS = 10**15
_KEY = ["reporter", "partner", "flow", "hs6", "hs_edition", "period"]
_PARTNER = "partner"
_CELL = ["reporter", "partner", "flow", "code", "period"]  # what a row is keyed by, with `more` of a reader


def recognise(columns: frozenset[str]) -> bool:
    """reporter_iso3, partner_iso3, month (YYYY-MM), code (CN8 or HS4), value_eur; maybe flow, net_kg."""
    return set(_NEEDED) <= columns


def read(frame: pl.DataFrame) -> Reading:
    """Fold CN8 rows into HS6 rows in dollars.

    Euro are summed exactly within reporter, partner, flow, HS6 and month, then converted once at the yearly
    mean rate. Headings overlap CN8 rows and are dropped, as are rows of the EU as a whole, of special codes
    (chapters 98 and 99, letters) and of months without a rate. HS6 rows stand in where CN8 rows are missing.
    Rows with an unreadable or impossibly large code, month or value stay single and keep their text for the
    contract. Without `flow` rows are exports. Weights are summed only where every folded row has one. Raises
    InputUnreadable for a table of headings only.
    """
    return STEPS.read(frame)


def _cut(frame: pl.DataFrame) -> Reading:
    used = [c for c in (*_NEEDED, *_OPTIONAL) if c in frame.columns]
    frame, parts, looked_at = without_parts(frame, used)
    return Reading(_named(frame), parts, unused(frame, [*used, *looked_at]))


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    cells = frame.with_columns(clean(frame[c]) for c in (*_NEEDED, *_OPTIONAL) if c in frame.columns)
    flow = pl.col("flow").str.to_uppercase() if "flow" in frame.columns else pl.lit("X")
    weight = pl.col("net_kg") if "net_kg" in frame.columns else pl.lit(None, pl.String)
    return cells.select(
        country_or_text(cells["reporter_iso3"]).alias("reporter"),
        country_or_text(cells["partner_iso3"]).alias("partner"),
        flow.replace(_FLOWS).alias("flow"),
        pl.col("code"),
        pl.col("month").str.replace(_MONTH, "$1-$2").alias("period"),
        pl.col("value_eur").alias("value"),
        weight.alias("net_kg"),
        FILE,
        ROW,
    )


def no_value(column: str) -> pl.Expr:
    """Whether a cell tells no value: empty, or Eurostat's colon, with or without a flag."""
    return pl.col(column).is_null() | pl.col(column).str.contains(r"^:( ?[A-Za-z]+)?$")


def fold_cn8(
    cells: pl.DataFrame, currency: str, source: str, seen: Known | None = None, more: Sequence[str] = ()
) -> Reading:
    """Turn cells (reporter, partner, flow, code, period, value, net_kg as String) into canonical HS6 rows.

    Columns `more` are parts that may be added up: with the columns above they key a row. Copies are dropped;
    rows of one key that disagree keep the rest of their HS6 code from being one figure, so that the contract
    refuses them together. Cells of one partner and month must all be there; `seen` are the partners of the
    whole table (`partners_of`), where cells are not all of it. `refuse_fold` judges the tally.
    """
    partners = None if seen is None else set(seen.filter(pl.col("what") == _PARTNER)["a"].to_list())
    cells, copies = once(cells, [*_CELL, *more], ["value", "net_kg"])
    cells, areas = with_whole_areas(cells, "partner", _CELL, partners)
    kept, dropped, tally = _without_overlaps(_parsed(cells))
    dropped = {**copies, **areas, **dropped}
    fit = pl.col("day").is_not_null() & (pl.col("cents").abs() <= _LARGEST_CENTS) & pl.col("is_product")
    fit = fit.fill_null(False)
    folded = _folded(kept.filter(fit), currency)
    dropped["folded_into_hs6"] = kept.filter(fit).height - folded.height
    no_rate = folded.filter(pl.col("value_usd").is_null())
    if no_rate.height:
        dropped["no_exchange_rate"] = no_rate.height
    days = frozenset(no_rate.select(first=pl.col("period").min(), last=pl.col("period").max()).row(0)) - {
        None
    }
    tally = tally.plus(Tally({"folded": folded.height, "no_rate": no_rate.height}, days))
    columns = [*TRADE_FLOWS, FILE, ROW]
    good = _finished(folded.filter(pl.col("value_usd").is_not_null()), source).select(columns)
    unit = pl.format("{} " + currency, "value")  # so that foreign money can never pass for dollars
    bad = kept.filter(~fit).with_columns(pl.col("code").alias("hs6"), unit.alias("value_usd"))
    if bad.height:
        bad = _finished(bad.with_columns(edition_of("day")), source).select(columns)
        good = stack([good, canonical(bad, TRADE_FLOWS)])
    return Reading(good, dropped, tally=tally)


def refuse_fold(tally: Tally, currency: str) -> None:
    """Raise InputUnreadable for a table of headings only, or of no month with a rate (`fold_cn8`)."""
    if tally["rows"] and not tally["products"] and tally["headings"]:
        raise InputUnreadable(
            "only headings of 2 or 4 digits, no code of eight or six; export the table by CN8, "
            "because headings cannot be split into HS6 products"
        )
    if tally["no_rate"] and tally["no_rate"] == tally["folded"]:
        first, last = (str(day)[:7] for day in (min(tally.days), max(tally.days)))
        raise InputUnreadable(
            f"no {currency} exchange rate for {first} to {last}: the table of rates covers "
            f"{covered(currency)}; add the yearly mean to features/reference/exchange_rates.csv, or "
            "convert the values to US dollars before"
        )


def partners_of(cells: pl.DataFrame) -> Known:
    """The partners of cells that are given to `fold_cn8`, as it must know them of the whole table."""
    return known(_PARTNER, cells, "partner")


def area_signs(cells: pl.DataFrame) -> frozenset[str]:
    """Whether any partner is a part of a country, so that those of the whole table count."""
    return frozenset({_PARTNER} if cells["partner"].is_in(list(area_parts())).any() else ())


def _parsed(cells: pl.DataFrame) -> pl.DataFrame:
    code = pl.col("code")
    return cells.with_columns(
        (pl.col("period") + "-01").str.to_date("%Y-%m-%d", strict=False).alias("day"),
        (decimal(pl.col("value")) * 100).round().cast(pl.Int64, strict=False).alias("cents"),
        decimal(pl.col("net_kg")).round().cast(pl.Int64, strict=False).alias("kg"),
        code.str.contains(r"^\d{8}$").fill_null(False).alias("is_cn8"),
        code.str.contains(r"^(\d{6}|\d{8})$").fill_null(False).alias("is_product"),
        code.str.contains(r"^(\d{2}|\d{4})$").fill_null(False).alias("is_heading"),
        (
            code.str.contains(r"(?i)^TOTAL$")
            | code.str.contains(r"^9[89]")
            | code.str.contains(r"^\d{2,6}[A-Z]+$")
        )
        .fill_null(False)
        .alias("is_special"),
        pl.col("reporter").str.starts_with("EU").fill_null(False).alias("is_union"),
    )


def _without_overlaps(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int], Tally]:
    dropped = {"eu_total_row": int(rows["is_union"].sum())}
    rows = rows.filter(~pl.col("is_union"))
    dropped["special_code"] = int(rows["is_special"].sum())
    rows = rows.filter(~pl.col("is_special"))
    tally = Tally(
        {
            "rows": rows.height,
            "products": int(rows["is_product"].sum()),
            "headings": int(rows["is_heading"].sum()),
        }
    )
    rows, dropped["hs6_overlaps_cn8"] = _without_covered_hs6(rows)
    covered = (
        rows.filter("is_product").select("partner", "period").unique().with_columns(covered=pl.lit(True))
    )
    rows = rows.join(covered, on=["partner", "period"], how="left", maintain_order="left")
    for digits in (2, 4):
        heading = pl.col("is_heading") & (pl.col("code").str.len_chars() == digits)
        overlaps = pl.col("covered").is_not_null()
        dropped[f"hs{digits}_overlaps_cn8"] = rows.filter(heading & overlaps).height
        dropped[f"hs{digits}_without_cn8"] = rows.filter(heading & ~overlaps).height
    return rows.filter(~pl.col("is_heading")), dropped, tally


def _without_covered_hs6(rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Drop HS6 rows that CN8 rows of the same reporter, partner, flow and month spell out."""
    if not rows.filter(pl.col("is_product") & ~pl.col("is_cn8")).height:
        return rows, 0
    key = ["reporter", "partner", "flow", "period", pl.col("code").str.slice(0, 6)]
    spelled_out = pl.col("is_cn8").any().over(key)
    kept = rows.filter(pl.col("is_cn8") | ~pl.col("is_product") | ~spelled_out)
    return kept, rows.height - kept.height


def _folded(rows: pl.DataFrame, currency: str) -> pl.DataFrame:
    keyed = rows.with_columns(pl.col("code").str.slice(0, 6).alias("hs6"), edition_of("day")).drop("period")
    keyed = keyed.rename({"day": "period"})
    apart = pl.when(CONFLICT).then(pl.int_range(pl.len())).alias("apart")
    folded = (
        keyed.with_columns(apart)
        .group_by([*_KEY, "apart"], maintain_order=True)
        .agg(
            pl.col("cents").sum(),
            pl.when(pl.col("kg").null_count() == 0).then(pl.col("kg").sum()).alias("net_kg"),
            pl.col(FILE, ROW).first(),
        )
    )
    return with_dollars(folded, currency, "cents")


def edition_of(day: str) -> pl.Expr:
    """Edition that EU members report in: HS2012 from 2012, HS2017 from 2017, HS2022 from 2022."""
    year = pl.col(day).dt.year()
    return (
        pl.when(year >= 2022).then(pl.lit("HS2022"))
        .when(year >= 2017).then(pl.lit("HS2017"))
        .when(year >= 2012).then(pl.lit("HS2012"))
        .alias("hs_edition")
    )  # fmt: skip


def _finished(rows: pl.DataFrame, source: str) -> pl.DataFrame:
    return rows.with_columns(
        pl.lit(None, pl.Date).alias("known_at"),
        pl.lit(source).alias("source"),
    )


def _cells(_: frozenset[str]) -> Cells:
    return Cells({"value_eur": "EUR", "net_kg": ""}, products=("code",), months=("month",))


def steps_of_fold(
    cells: Callable[[pl.DataFrame], Reading],
    currency: str,
    source: str,
    verdict: Callable[[Tally], None] = lambda _: None,
) -> ByCell:
    """The steps of a reader whose `cells` are folded as they are; its own verdict comes first."""

    def judge(tally: Tally) -> None:
        verdict(tally)
        refuse_fold(tally, currency)

    return ByCell(
        cells=cells,
        together=TOGETHER,
        settle=lambda rows, seen: fold_cn8(rows, currency, source, seen),
        look=partners_of,
        signs=area_signs,
        verdict=judge,
    )


TOGETHER = (whole_area("partner"), pl.col("period"))
STEPS = steps_of_fold(_cut, "EUR", SOURCE)
FORMAT = Format("comext-cn8", ", ".join(_NEEDED), recognise, read, cells=_cells, by_cell=STEPS)
