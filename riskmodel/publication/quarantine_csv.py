"""Refused rows as a CSV file that people can read, mend and give again."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskmodel.publication.safe_csv import neutralise_csv

ROWS_AT_ONCE = 100_000
_PLAIN_NUMBER = r"^[+-]?[0-9]+([.,][0-9]*)?$"


def write_quarantine_csv(rows: pl.LazyFrame, path: Path) -> None:
    """Write refused rows (`quarantined` of a check) to `path`, some at a time, in their order.

    Cells that a spreadsheet would run as a formula get an apostrophe; plain numbers keep their sign, since
    they are no formula and a mended file must read back as it was. Null is an empty cell.
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
