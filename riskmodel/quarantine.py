"""Refused rows as a CSV file that people can read, mend and give again."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskmodel.report.tables import neutralise_csv

_PLAIN_NUMBER = r"^[+-]?[0-9]+([.,][0-9]*)?$"


def write_quarantine_csv(rows: pl.DataFrame, path: Path) -> None:
    """Write refused rows (`Validation.quarantined`) to `path`.

    Cells that a spreadsheet would run as a formula get an apostrophe; plain numbers keep their sign, since
    they are no formula and a mended file must read back as it was. Null is an empty cell.
    """
    safe = neutralise_csv(rows)
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    restored = safe.with_columns(
        pl.when(rows[name].str.contains(_PLAIN_NUMBER)).then(rows[name]).otherwise(safe[name]).alias(name)
        for name in texts
    )
    restored.write_csv(path, line_terminator="\n", date_format="%Y-%m-%d")
