"""Stored trade answers to canonical rows; each object is converted once, its table kept under `derived`."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import hs_edition, priority_list
from features.trade.flows.condense import plan_for
from features.trade.flows.windows import Windows
from riskmodel.operations import disk
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country_of
from riskmodel.sources.trade.read import read_trade
from riskmodel.store.archives import seven_names, take_out
from riskmodel.store.layout import Store
from riskmodel.store.ledger import Entry, json_rows
from riskmodel.store.opened import opened

RECIPE = "1"  # a change of what is derived makes new tables
LARGEST_CENTS = 10**15
CELL = ["reporter", "partner", "flow", "hs6", "hs_edition", "period"]
_ROWS = {name: dtype for name, dtype in TRADE_FLOWS.items() if name not in ("known_at", "source")}


def derived(store: Store, sha256: str, recipe: str, make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """A table made from an object, from disk where it was made before."""
    path = store.derived / f"{sha256[:32]}-{recipe}-{RECIPE}.parquet"
    if path.is_file():
        try:
            return pl.read_parquet(path)
        except (pl.exceptions.PolarsError, OSError):
            path.unlink(missing_ok=True)
    frame = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".new", delete=False) as file:
        aside = Path(file.name)
    try:
        frame.write_parquet(aside)
        disk.flush(aside)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return frame


def comtrade_rows(store: Store, entry: Entry) -> pl.DataFrame:
    """Canonical rows of one Comtrade answer, without known_at and source."""

    def make() -> pl.DataFrame:
        frame = read_trade([store.object(entry.sha256)], format="comtrade").frame
        rows = frame.select(pl.col(name).cast(dtype, strict=False) for name, dtype in _ROWS.items())
        return rows.drop_nulls(["reporter", "partner", "hs6", "hs_edition", "period", "value_usd"])

    return derived(store, entry.sha256, "comtrade", make)


def headings() -> tuple[str, ...]:
    """HS4 headings of the goods list and its siblings in other editions: listed goods and neighbours."""
    return plan_for(priority_list(), Windows(), [date.today()]).headings


def comext_cells(store: Store, entry: Entry) -> pl.DataFrame:
    """Exports of a monthly archive by HS6 in euro cents: canonical columns, but `cents` for value_usd.

    Only exports to countries outside the Union of products in the headings of the goods list. Streamed, so
    that memory does not follow the archive. Weights are summed only where every row has one.
    """

    def make() -> pl.DataFrame:
        path = store.object(entry.sha256)
        with tempfile.TemporaryDirectory(prefix="riskmodel-comext-") as folder:
            name = next(n for n in seven_names(path)[0] if n.endswith(f"{entry.period}.dat"))
            return _comext(take_out(path, name, Path(folder)), headings())

    return derived(store, entry.sha256, "comext", make)


def _comext(path: Path, wanted: Sequence[str]) -> pl.DataFrame:
    table = pl.scan_csv(path, infer_schema=False, encoding="utf8-lossy")
    columns = table.collect_schema().names()
    code, month = pl.col("PRODUCT_NC"), pl.col("PERIOD")
    kept = table.filter(
        (pl.col("FLOW") == "2")
        & code.str.contains(r"^\d{8}$")
        & code.str.head(4).is_in(list(wanted))
        & month.str.contains(r"^\d{4}(0[1-9]|1[0-2])$")
    )
    if "TRADE_TYPE" in columns:
        kept = kept.filter(pl.col("TRADE_TYPE") == "E")
    cents = (pl.col("VALUE_EUR").cast(pl.Float64, strict=False) * 100).round().cast(pl.Int64, strict=False)
    kg = pl.col("QUANTITY_KG").cast(pl.Float64, strict=False).round().cast(pl.Int64, strict=False)
    cells = (
        kept.select("REPORTER", "PARTNER", code.str.head(6).alias("hs6"), "PERIOD", cents.alias("cents"), kg)
        .filter(pl.col("cents").is_between(0, LARGEST_CENTS))
        .group_by("REPORTER", "PARTNER", "hs6", "PERIOD")
        .agg(
            pl.col("cents").sum(),
            pl.when(pl.col("QUANTITY_KG").null_count() == 0)
            .then(pl.col("QUANTITY_KG").sum())
            .alias("net_kg"),
        )
        .collect(engine="streaming")
    )
    return _named(
        cells.rename({"REPORTER": "reporter", "PARTNER": "partner", "PERIOD": "month"}), "iso2", "comext"
    )


_NEXT_PAGE = re.compile(rb'"@odata\.nextLink"\s*:\s*"[^"]')


def is_last_page(store: Store, entry: Entry) -> bool:
    """Whether a page of UK trade names no next one."""
    with opened(store.object(entry.sha256), 1 << 30) as file:
        return not _NEXT_PAGE.search(file.read())


def uk_month(store: Store, pages: Sequence[Entry], countries: Entry) -> pl.DataFrame:
    """All pages of a month, cell by cell: eight-digit codes of one HS6 may lie on two pages."""
    return _summed(pl.concat([uk_cells(store, page, countries) for page in pages]))


def uk_cells(store: Store, entry: Entry, countries: Entry) -> pl.DataFrame:
    """Exports of a page of UK trade by HS6 in pence, as `comext_cells`; suppressed rows are left out."""

    def make() -> pl.DataFrame:
        places = json_rows(store.object(countries.sha256), "value")
        alpha = {int(p["CountryId"]): str(p.get("CountryCodeAlpha") or "") for p in places}
        rows = json_rows(store.object(entry.sha256), "value")
        record = [
            (alpha.get(int(r["CountryId"]), ""), f"{int(r['CommodityId']):08d}"[:6], str(r["MonthId"]),
             round(float(r["Value"]) * 100), r.get("NetMass"))
            for r in rows
            if int(r["CommodityId"]) > 0 and not r.get("SuppressionIndex")
        ]  # fmt: skip
        schema = {
            "partner": pl.String,
            "hs6": pl.String,
            "month": pl.String,
            "cents": pl.Int64,
            "kg": pl.Float64,
        }
        cells = (
            pl.DataFrame(record, schema=schema, orient="row")
            .group_by("partner", "hs6", "month")
            .agg(
                pl.col("cents").sum(),
                pl.when(pl.col("kg").null_count() == 0)
                .then(pl.col("kg").sum().round().cast(pl.Int64))
                .alias("net_kg"),
            )
            .with_columns(pl.lit("GB").alias("reporter"))
        )
        return _named(cells, "iso2", "comext")

    return derived(store, entry.sha256, f"uk-{countries.sha256[:8]}", make)


def _named(cells: pl.DataFrame, *systems: str) -> pl.DataFrame:
    """Codes to countries, months to dates, the edition of the month; areas that are no country go."""
    editions = {
        month: hs_edition(date(int(month[:4]), int(month[4:]), 1))
        for month in cells["month"].unique().to_list()
    }
    edition = cells["month"].replace_strict(list(editions), list(editions.values()), return_dtype=pl.String)
    table = cells.with_columns(
        country_of(cells["reporter"], *systems).alias("reporter"),
        country_of(cells["partner"], *systems).alias("partner"),
        pl.lit("X").alias("flow"),
        edition.alias("hs_edition"),
        (pl.col("month") + "01").str.to_date("%Y%m%d").alias("period"),
        pl.col("net_kg").cast(pl.Int64),
    )
    place = [
        (pl.col(side) != NOT_A_COUNTRY) & (pl.col(side).str.len_chars() == 3) & (pl.col(side) != "WLD")
        for side in ("reporter", "partner")
    ]
    # Two codes of one country (Serbia's) are one partner.
    return _summed(table.filter(*place))


def _summed(cells: pl.DataFrame) -> pl.DataFrame:
    """One row a cell; its weight is null where the weight of any part is."""
    weight = pl.when(pl.col("net_kg").null_count() == 0).then(pl.col("net_kg").sum())
    return cells.group_by(CELL).agg(pl.col("cents").sum(), weight).select(*CELL, "cents", "net_kg").sort(CELL)
