"""The data dictionary of a run folder: `python -m tools.run_folder_page --write`, or to stdout."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl

from data_contracts.tables import EVIDENCE, SCORES_COUNTRY, SCORES_PRODUCT
from features.trade.series import SERIES
from features.trade.surprises.behind import FAMILY_ROWS, LINK_ROWS, PLACEBOS
from riskmodel.report.dictionary import dictionary
from riskmodel.report.findings import Findings
from riskmodel.report.html import FILES
from riskmodel.report.tables import run_tables
from riskmodel.report.view import COVERAGE, HISTORY, DriverRows, ReportInput
from riskmodel.scoring.behind import LISTED, STORIES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "run_folder.md"
_INTRODUCTION = """# The run folder

Generated from `riskmodel/report/columns.csv` by `python -m tools.run_folder_page --write`; do not edit.

`riskmodel score --out DIR` publishes the folder as a whole. In a run on simulated inputs the column
`simulated` of every table is `yes`, and the page, its charts and its tables say SIMULATED. An empty cell
is unknown, never zero. `columns.csv` in the folder holds the tables below.
"""
_RECOMPUTE = """## Recompute a driver

`drivers.csv` has one row for each country and signal that is known. `rows_in` names the file with the
rows of the driver, `rows` says how many of them rose or count, and `recompute` how the value follows:

- A **surprise** is the mean of `surprise` over the rows of `driver_placebos.csv` with this country and
  signal and `counted` = true; `surprise` is -log10((as_extreme + 1) / (placebos + 1)).
- What the placebos are compared with is in `driver_families.csv`: `rise` is the fourth root of
  `recent_usd` less that of `expected_usd`, `log_ratio` is ln((recent_usd + 50000) / (expected_usd +
  50000)). The statistics rise and lines are means over all listed families of the leg, of which those
  without a row count as 0; the peaks are means of the three largest. `driver_links.csv` holds the
  senders and families that are new, or that left Russia.
- **article_rate** is ln(1 + sum of `weight` / L) over the country's rows of `driver_stories.csv`, with L
  = half_life_days / ln 2 / 30 and half_life_days from `settings.articles` of `manifest.json`. A story that
  does not count, being one of many of one owner or of new outlets, has `weight` 0.
- **article_easing** is, of the rows of the last `easing_days` with `weight` > 0, the smaller of the number
  with `polarity` below 0 and that above 0, divided by all of them; 0 where there are none.
- **listing_history** is ln(1 + sum of `weight`) over the country's rows of `driver_listings.csv`.
- Contributions are on the model's log-odds scale and add up; `riskmodel.explain` gives the same values
  in Python.

`tests/scoring/test_driver_rows.py` does all of this from the files alone.
"""


def page() -> str:
    """The page, as Markdown."""
    tables = _tables()
    described = dictionary(tables)
    parts = [_INTRODUCTION, "## Files\n"]
    parts += [f"- `{file}`: {what}" for file, what in FILES.items()]
    parts += ["", _RECOMPUTE, "## Columns\n"]
    for name in tables:
        rows = described.filter(pl.col("file") == f"{name}.csv").drop("file")
        parts += [f"### {name}.csv\n", "| column | type | unit | meaning |", "|---|---|---|---|"]
        parts += [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows.iter_rows()]
        parts.append("")
    return "\n".join(parts)


def _tables() -> dict[str, pl.DataFrame]:
    def empty(schema: Any) -> pl.DataFrame:
        return pl.DataFrame(schema=schema)

    parts = SimpleNamespace(
        countries=empty(SCORES_COUNTRY),
        products=empty({**SCORES_PRODUCT, "inbound_recent_usd": pl.Int64(), "controlled_by": pl.Date()}),
        evidence=empty(EVIDENCE),
        series=empty(SERIES),
        coverage=empty(COVERAGE),
        history=pl.DataFrame([dict.fromkeys(HISTORY)], schema=HISTORY),
        behind=DriverRows(*(empty(one) for one in (PLACEBOS, FAMILY_ROWS, LINK_ROWS, STORIES, LISTED))),
        findings=Findings(),
        manifest=SimpleNamespace(simulated=False),
    )
    return run_tables(cast(ReportInput, parts))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
