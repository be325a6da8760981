"""CSV files that are safe to open in a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import polars as pl

# A spreadsheet runs a cell that begins with one of these as a formula. The full-width forms count too.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"


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
