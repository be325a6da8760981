"""UN Comtrade: API answers, comtradeplus downloads, bulk files, and the site closed in 2023."""

from __future__ import annotations

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import canonical, clean, whole
from riskmodel.sources.files.csv_cells import TRAILING, Dialect
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.sieve import sift
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, Tally, added
from riskmodel.sources.trade.areas import NOT_A_COUNTRY, country
from riskmodel.sources.trade.by_cell import ByCell, Known, known
from riskmodel.sources.trade.copies import CONFLICT, known_from, once, released_on, revisions, without_parts
from riskmodel.sources.trade.tariff_lines import tariff_lines_folded, unit_columns

SOURCE = "un_comtrade"
# Names of one field in the API, in downloads, and in the two headers of the old site; without case and signs.
_FIELDS: dict[str, tuple[str, ...]] = {
    "period": ("period", "year"),
    "reporter": ("reportercode", "rtcode", "reporteriso", "rt3iso"),
    "partner": ("partnercode", "ptcode", "partneriso", "pt3iso"),
    "flow": ("flowcode", "tradeflowcode", "tradecode", "rgcode"),
    "code": ("cmdcode", "commoditycode"),
    "value": ("primaryvalue", "tradevalueus", "tradevalueusd", "tradevalue", "value"),
    "edition": ("classificationcode", "classification", "pfcode"),
    "type": ("typecode",),
    "month": ("refmonth",),
    "level": ("aggrlevel", "aggregatelevel"),
    "customs": ("customscode", "customsproccode", "cstcode"),
    "transport": ("motcode", "modeoftransportcode"),
    "partner2": ("partner2code", "2ndpartnercode", "ptcode2"),
    "supply": ("moscode", "modeofsupplycode"),
    "weight": ("netwgt", "netweightkg", "netweight"),
    "weight_estimated": ("isnetwgtestimated",),
    "flag": ("legacyestimationflag", "flag", "estcode", "estimationcode"),
}
_AMOUNTS = {"value": "USD", "weight": ""}
_AREAS = ("reporter", "partner")
_NEEDED = ("period", "reporter", "partner", "flow", "code", "value")
# Labels next to codes that are read; a flow may have modes and procedures without their total.
_OWN_PARTS = ("customs_procedure_part", "transport_mode_part", "second_partner_part")
_FLOWS = {"1": "M", "2": "X", "3": "RX", "4": "RM"}
_EDITIONS = {f"H{n}": f"HS{year}" for n, year in enumerate((1992, 1996, 2002, 2007, 2012, 2017, 2022))}
_KEY = ["reporter", "partner", "flow", "hs6", "hs_edition", "period", "known_at"]
_MODE = ("reporter", "flow", "transport")
_GONE = "dropped "  # before a reason, in the tally


def recognise(columns: frozenset[str]) -> bool:
    """Period, reporter, partner, flow, commodity and value under their Comtrade names; or an empty answer."""
    return not columns or all(_column(name, columns) for name in _NEEDED)


def read(frame: pl.DataFrame) -> Reading:
    """Keep one row for each flow: goods, HS6, totals over customs procedures, second partners and transport.

    Numeric country codes become ISO; 490 (Other Asia, nes) is Taiwan, in practice; 0 is WLD; areas that are
    no country are dropped. Tariff lines are added up to their HS6 code. Where a flow has no total over
    transport modes, its modes are added up instead. Of copies one counts; of rows of one cell that disagree
    the one of the later bulk file counts, known from its day of release, else they stay for the contract.
    Yearly rows are dropped where the same reporter, partner, flow and year has months; otherwise they stand
    at 1 January with known_at 1 July of the next year. Estimated and zero weights are null. Raises
    InputUnreadable for a table with totals and headings only.
    """
    return STEPS.read(frame)


def _cut(frame: pl.DataFrame) -> Reading:
    """The fields of Comtrade, whichever header named them."""
    if not frame.columns or set(frame.columns) <= {FILE, ROW}:
        schema = dict.fromkeys(_FIELDS, pl.String())
        return Reading(pl.DataFrame(schema={**schema, FILE: pl.String(), ROW: pl.Int64()}))
    chosen = {name: _column(name, frozenset(frame.columns)) for name in _FIELDS}
    used = [column for column in chosen.values() if column]
    frame, parts, looked_at = without_parts(frame, used, added_up=_OWN_PARTS)
    cells = frame.select(
        *(
            (clean(frame[column]) if column else pl.lit(None, pl.String)).alias(name)
            for name, column in chosen.items()
        ),
        *unit_columns(frame),
        FILE,
        ROW,
    )
    ignored = tuple(c for c in frame.columns if c not in {*used, *looked_at, FILE, ROW, TRAILING})
    return Reading(cells, parts, ignored)


def _goods_of_months(cells: pl.DataFrame) -> Reading:
    """Rows of goods by HS6 of which no other kind is kept, years only where there are no months."""
    cells, lines = tariff_lines_folded(cells)
    kept, dropped = sift(_read_codes(cells), _REASONS)
    dropped = added(dropped, lines)
    tally = Tally({"cells": cells.height, "kept": kept.height, **{_GONE + r: n for r, n in dropped.items()}})
    kept, annual = sift(_read_periods(kept), {"annual_row_next_to_months": pl.col("next_to_months")})
    kept = kept.with_columns(pl.col("transport").fill_null("0"), released_on(kept[FILE]))
    return Reading(kept, added(dropped, annual), tally=tally)


def _settle(cells: pl.DataFrame, known: Known | None) -> Reading:
    goods = _goods_of_months(cells)
    kept = goods.frame
    revised = revisions(kept, [*_KEY, "transport"], list(_AMOUNTS), "released")
    kept, copies = once(kept, [*_KEY, "transport"], list(_AMOUNTS), "released")
    table, transport = _one_transport(_measured(kept), known)
    table = known_from(table, revised, _KEY)
    table = canonical(table.with_columns(pl.lit(SOURCE).alias("source")), TRADE_FLOWS)
    return Reading(
        table.select(*TRADE_FLOWS, FILE, ROW), added(goods.dropped, copies, transport), tally=goods.tally
    )


def _look(cells: pl.DataFrame) -> Known:
    """The modes of transport of each reporter and flow."""
    return known("mode", _goods_of_months(cells).frame, *_MODE)


def _signs(cells: pl.DataFrame) -> frozenset[str]:
    """Whether any row is of a mode of transport, so that those of its reporter and flow count."""
    return frozenset({"mode"} if (cells["transport"] != "0").any() else ())


def _verdict(tally: Tally) -> None:
    gone = {name.removeprefix(_GONE): n for name, n in tally.counts.items() if name.startswith(_GONE)}
    if tally["cells"] and not tally["kept"] and gone.get("heading_not_hs6", 0) + gone.get("total_row", 0):
        raise InputUnreadable(
            "only totals and headings of 2 or 4 digits, no six-digit product "
            f"({', '.join(f'{reason} {count}' for reason, count in sorted(gone.items()))}); "
            "download commodity level AG6"
        )


def _column(name: str, columns: frozenset[str]) -> str | None:
    bare = {_bare(column): column for column in sorted(columns)}
    return next((bare[alias] for alias in _FIELDS[name] if alias in bare), None)


def _bare(column: str | None) -> str:
    return "".join(c for c in (column or "").lower() if c.isalnum())


def _read_codes(cells: pl.DataFrame) -> pl.DataFrame:
    level, code = pl.col("level").cast(pl.Int64, strict=False), pl.col("code")
    # HS codes have 2, 4 or 6 digits, so an odd number of them lost its leading zero.
    odd = code.str.contains(r"^\d(\d\d){0,2}$") & pl.col("edition").str.contains(r"^H[0-9S]$")
    restored = (
        pl.when(level.is_in([2, 4, 6])).then(code.str.zfill(level)).when(odd).then("0" + code).otherwise(code)
    )
    return cells.with_columns(
        country(pl.col("reporter"), "m49", "comtrade").alias("reporter"),
        country(pl.col("partner"), "m49", "comtrade").alias("partner"),
        _flow(),
        # The level column says how many digits there were before a spreadsheet ate the leading zero.
        restored.alias("hs6"),
        pl.col("edition").replace_strict(_EDITIONS, default=None).alias("hs_edition"),
    )


def _flow() -> pl.Expr:
    return pl.col("flow").str.to_uppercase().replace(_FLOWS)


_REASONS = {
    "services_row": pl.col("type") != "C",
    "not_hs_classification": ~pl.col("edition").str.contains(r"^H[0-9S]$"),
    "other_flow": ~pl.col("flow").is_in(["X", "M", "RX"]),
    "customs_procedure_part": ~pl.col("customs").is_in(["C00", "0"]),
    "second_partner_part": pl.col("partner2") != "0",
    "supply_mode_part": pl.col("supply") != "0",
    "partner_not_a_country": pl.col("partner") == NOT_A_COUNTRY,
    "reporter_not_a_country": pl.col("reporter").is_in([NOT_A_COUNTRY, "WLD"]),
    "total_row": pl.col("hs6").str.contains(r"(?i)^(TOTAL|AG\d)$"),
    "special_code": pl.col("hs6").str.contains(r"^9[89]"),
    "heading_not_hs6": pl.col("hs6").str.contains(r"^(\d{2}|\d{4})$"),
}


_DIGITS = pl.col("period").str.slice(0, 10).str.replace_all("-", "")
_YEAR = _DIGITS.str.slice(0, 4)


def _read_periods(cells: pl.DataFrame) -> pl.DataFrame:
    """Rows with their day; each way in which a period is written is read once."""
    written = cells.select("period", "month").unique()
    rows = cells.join(
        _days(written), on=["period", "month"], how="left", nulls_equal=True, maintain_order="left"
    )
    monthly = pl.lit(False)
    if rows["yearly"].any():
        monthly = (~pl.col("yearly")).any().over("reporter", "partner", "flow", "year")
    return rows.with_columns(
        (pl.col("yearly") & monthly).alias("next_to_months"),
        pl.col("read").alias("period"),
    )


def _days(written: pl.DataFrame) -> pl.DataFrame:
    """What periods say: whether they are a year, the year, the day as text or what is written, known_at."""
    yearly = (pl.col("month") == "52") | (_DIGITS.str.len_chars() == 4)
    day = pl.concat_str(
        _DIGITS.str.slice(0, 4), pl.when(yearly).then(pl.lit("01")).otherwise(_DIGITS.str.slice(4, 2))
    )
    days = written.with_columns(
        yearly.fill_null(False).alias("yearly"),
        _YEAR.alias("year"),
        (day + "01").str.to_date("%Y%m%d", strict=False).alias("day"),
    )
    return days.with_columns(
        pl.coalesce(pl.col("day").cast(pl.String), "period").alias("read"),
        pl.when("yearly").then(pl.date(pl.col("day").dt.year() + 1, 7, 1)).alias("known_at"),
    )


def _measured(cells: pl.DataFrame) -> pl.DataFrame:
    estimated = (pl.col("weight_estimated").str.to_lowercase() == "true") | pl.col("flag").is_in(["4", "6"])
    weight = whole(pl.col("weight"))
    return cells.with_columns(
        whole(pl.col("value")).alias("value_usd"),
        pl.when(~estimated.fill_null(False) & (weight != "0")).then(weight).alias("net_kg"),
    )


def _one_transport(rows: pl.DataFrame, seen: Known | None) -> tuple[pl.DataFrame, dict[str, int]]:
    """Keep the total over modes where there is one; otherwise add up modes, parents before children.

    A flow that is given in one mode alone was asked for in that mode, and is a part. `seen` are the modes of
    all rows, where these are not all of them.
    """
    if (rows["transport"] == "0").all():
        return rows, {}
    top = pl.col("transport").str.replace(r"^(\d)\d{3}$", "${1}000")
    rows = _with_modes(rows, seen).with_columns(
        (pl.col("transport") == "0").any().over(_KEY).alias("has_total"),
        (pl.col("transport") == top).any().over([*_KEY, top]).alias("has_parent"),
        (pl.col("transport") == top).alias("is_parent"),
    )
    one_mode = (pl.col("modes") == 1) & (pl.col("transport") != "0")
    part = one_mode | (pl.col("has_total") & (pl.col("transport") != "0"))
    child = ~pl.col("has_total") & pl.col("has_parent") & ~pl.col("is_parent")
    kept, dropped = sift(rows, {"transport_mode_part": part | child})
    number = pl.col("value_usd", "net_kg").cast(pl.Int64, strict=False)
    readable = kept.filter(pl.col("value_usd").cast(pl.Int64, strict=False).is_not_null()).with_columns(
        pl.col("net_kg").alias("written_kg"), number
    )
    apart = pl.when(CONFLICT).then(pl.int_range(pl.len())).alias("apart")
    summed = (
        readable.with_columns(apart)
        .group_by([*_KEY, "apart"], maintain_order=True)
        .agg(
            pl.col("value_usd").sum().cast(pl.String),
            # A row alone keeps a weight that cannot be read, for the contract.
            pl.when(pl.len() == 1)
            .then(pl.col("written_kg").first())
            .when(pl.col("net_kg").null_count() == 0)
            .then(pl.col("net_kg").sum().cast(pl.String))
            .alias("net_kg"),
            pl.col(FILE, ROW).first(),
        )
        .drop("apart")
    )
    folded = readable.height - summed.height
    rest = kept.filter(pl.col("value_usd").cast(pl.Int64, strict=False).is_null()).select(summed.columns)
    return pl.concat([summed, rest]), {**dropped, "transport_modes_added_up": folded}


def _with_modes(rows: pl.DataFrame, seen: Known | None) -> pl.DataFrame:
    """Rows with `modes`, how many modes of transport their reporter and flow have."""
    if seen is None:
        return rows.with_columns(pl.col("transport").n_unique().over("reporter", "flow").alias("modes"))
    modes = (
        seen.filter(pl.col("what") == "mode").group_by("a", "b").agg(pl.col("c").n_unique().alias("modes"))
    )
    return rows.join(
        modes, left_on=["reporter", "flow"], right_on=["a", "b"], how="left", nulls_equal=True,
        maintain_order="left",
    )  # fmt: skip


def _cells(columns: frozenset[str]) -> Cells:
    chosen = {name: column for name in _FIELDS if (column := _column(name, columns))}
    codes = [c for name, c in chosen.items() if name not in (*_AMOUNTS, *_AREAS, "code", "period")]
    return Cells(
        {chosen[name]: money for name, money in _AMOUNTS.items() if name in chosen},
        products=tuple(chosen[name] for name in ("code",) if name in chosen),
        codes=tuple(codes),
        months=tuple(chosen[name] for name in ("period",) if name in chosen),
        point=True,
    )


STEPS = ByCell(
    cells=_cut,
    together=(
        country(pl.col("reporter"), "m49", "comtrade"),
        country(pl.col("partner"), "m49", "comtrade"),
        _flow(),
        _YEAR.alias("year"),
    ),
    settle=_settle,
    look=_look,
    signs=_signs,
    verdict=_verdict,
)
_DIALECT = Dialect(latin1=True, trailing_column=True)
FORMATS = (
    Format(
        "comtrade",
        "period, reporterCode, partnerCode, flowCode, cmdCode, primaryValue; or an empty API answer",
        lambda columns: (
            recognise(columns) and (not columns or _bare(_column("value", columns)) == "primaryvalue")
        ),
        read,
        _DIALECT,
        cells=_cells,
        by_cell=STEPS,
    ),
    Format(
        "comtrade-legacy",
        "Period, Reporter Code, Partner Code, Trade Flow Code, Commodity Code, Trade Value (US$)",
        lambda columns: bool(columns) and recognise(columns),
        read,
        _DIALECT,
        cells=_cells,
        by_cell=STEPS,
    ),
)
