"""Goods lists: canonical, priority-list style, or a plain list of HS or CN codes."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from data_contracts.tables import GOODS
from riskmodel.sources.batch import Batch
from riskmodel.sources.files.cells import canonical, clean
from riskmodel.sources.files.find import find
from riskmodel.sources.files.table import FILE, ROW, TABLE_SUFFIXES, load
from riskmodel.sources.formats import Format, Reading, read_batch, unused
from riskmodel.sources.limits import ReadingLimits

SINGLE_TIER = "single"
NAME_LENGTH = 70
_PLAIN = ("code", "hs_code", "cn_code", "hs6", "hs", "cn8")


def read_goods(path: Path, *, limits: ReadingLimits | None = None) -> Batch:
    """Read one goods list (a file, or a folder of them) into a batch of goods.

    Canonical lists are taken as they are. A list with `hs6` and `tier` gets family = hs6, no dates and the
    file's base name as source where these columns are missing. A plain list has its codes shortened to HS6,
    one tier `single`, and each HS6 once. Codes may hold dots and blanks; codes of five or seven digits have
    probably lost a zero and are left for the contract. Raises InputUnreadable.
    """
    return read_batch("goods", [path], FORMATS, GOODS, limits=limits)


def read_product_names(path: Path) -> dict[str, str]:
    """HS6 to words, from the `product` column of a goods list; empty where it has none.

    Only where the list has one code of that HS6: the words of one of several would not describe the others.
    """
    names: dict[str, set[str]] = {}
    for source in find([path], TABLE_SUFFIXES).sources:
        frame = load(source).frame
        code = next((name for name in _PLAIN if name in frame.columns), None)
        if code is None or "product" not in frame.columns:
            continue
        pairs = frame.select(_digits(frame[code]), clean(frame["product"]).alias("product")).drop_nulls()
        for hs6, words in pairs.iter_rows():
            names.setdefault(hs6, set()).add(words)
    single = {hs6: words for hs6, said in names.items() if len(said) == 1 for words in said}
    return {
        hs6: words[:NAME_LENGTH] + ("…" if len(words) > NAME_LENGTH else "") for hs6, words in single.items()
    }


def _digits(series: pl.Series) -> pl.Series:
    """Codes without dots and blanks where that leaves digits only; shortened to six from an even 6 to 10."""
    text = clean(series)
    bare = text.str.replace_all(r"[.\s\u00a0-]", "")
    code = pl.when(bare.str.contains(r"^(\d{6}|\d{8}|\d{10})$")).then(bare.str.slice(0, 6)).otherwise(text)
    return pl.select(code.alias("hs6")).to_series()


def _canonical(frame: pl.DataFrame) -> Reading:
    table = canonical(frame.with_columns(_digits(frame["hs6"])), GOODS).select(*GOODS, FILE, ROW)
    return Reading(table, ignored_columns=unused(frame, list(GOODS)))


def _tiered(frame: pl.DataFrame) -> Reading:
    table = frame.with_columns(_digits(frame["hs6"]))
    absent = {"family": pl.col("hs6"), "source": pl.col(FILE)}
    added = [absent.get(c, pl.lit(None, pl.String)).alias(c) for c in GOODS if c not in frame.columns]
    table = canonical(table.with_columns(added), GOODS).select(*GOODS, FILE, ROW)
    return Reading(table, ignored_columns=unused(frame, list(GOODS)))


def _plain(frame: pl.DataFrame) -> Reading:
    named = next(name for name in _PLAIN if name in frame.columns)
    codes = frame.select(_digits(frame[named]), FILE, ROW)
    once = codes.unique("hs6", keep="first", maintain_order=True)
    table = once.with_columns(
        pl.lit(SINGLE_TIER).alias("tier"),
        pl.col("hs6").alias("family"),
        pl.lit(None, pl.Date).alias("valid_from"),
        pl.lit(None, pl.Date).alias("valid_to"),
        pl.col(FILE).alias("source"),
    ).select(*GOODS, FILE, ROW)
    return Reading(table, {"same_hs6": codes.height - once.height}, unused(frame, [named]))


FORMATS = (
    Format("canonical", ", ".join(GOODS), lambda columns: set(GOODS) <= columns, _canonical),
    Format("tiered-list", "hs6, tier", lambda columns: {"hs6", "tier"} <= columns, _tiered),
    Format("plain-list", f"one of {', '.join(_PLAIN)}", lambda columns: bool(columns & set(_PLAIN)), _plain),
)
