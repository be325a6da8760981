"""CSV files that are safe to open in a spreadsheet: tables of a run, and refused rows to correct."""

from __future__ import annotations

from pathlib import Path

import polars as pl

# A spreadsheet runs a cell that begins with one of these as a formula. The full-width forms count too.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
_PLAIN_NUMBER = r"^[+-]?[0-9]+([.,][0-9]*)?$"
ROWS_AT_ONCE = 100_000


def neutralise_csv(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before every text cell that a spreadsheet would run as a formula.

    Only String columns change: numbers keep their sign, null stays null. Source: OWASP, CSV injection.

    >>> neutralise_csv(pl.DataFrame({"name": ["=cmd()", "Kyrgyzstan"], "usd": [-1, 2]}))["name"].to_list()
    ["'=cmd()", 'Kyrgyzstan']
    """
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(_FORMULA))
        .then(pl.concat_str(pl.lit("'"), pl.col(name)))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write UTF-8 CSV with Unix line ends; text cells are neutralised, null is an empty cell."""
    neutralise_csv(frame).write_csv(path, line_terminator="\n", date_format="%Y-%m-%d")


def write_quarantine_csv(rows: pl.LazyFrame, path: Path) -> None:
    """Write refused rows (`quarantined` of a check) to `path`, some at a time, in their order.

    Cells that a spreadsheet would run as a formula get an apostrophe; plain numbers keep their sign, since
    they are not formulas and a corrected file must read back as it was. Null is an empty cell.
    """
    head = rows.head(0).collect()
    with path.open("wb") as file:
        _safe(head).write_csv(file, line_terminator="\n")
        for part in rows.collect_batches(chunk_size=ROWS_AT_ONCE, maintain_order=True, engine="streaming"):
            _safe(part).write_csv(file, include_header=False, line_terminator="\n", date_format="%Y-%m-%d")


def _safe(rows: pl.DataFrame) -> pl.DataFrame:
    safe = neutralise_csv(rows)
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    return safe.with_columns(
        pl.when(rows[name].str.contains(_PLAIN_NUMBER)).then(rows[name]).otherwise(safe[name]).alias(name)
        for name in texts
    )
