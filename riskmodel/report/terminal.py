"""The ranking as a printed table: one line a country, 80 columns, plain where output is no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodel.explain.drivers import read_drivers
from riskmodel.report.country import raising
from riskmodel.report.event import met_mark
from riskmodel.report.manifest import RunManifest
from riskmodel.report.provenance import simulated_part
from riskmodel.report.rows import CountryScore, rows_of
from riskmodel.report.view import ReportInput
from riskmodel.report.words import clean, interval, iso_day, percent, short_driver

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

WIDTH = 80
MET = "met: the declared event is met in the newest published six months (–: not published)."
BAND_STYLES = {"high": "bold red", "elevated": "yellow", "guarded": "", "low": "dim"}


def print_ranking(report: ReportInput, console: Console, limit: int = 15) -> None:
    """Print the first `limit` countries, the abstained ones in a line, and whether any of it is simulated.

    Names are printed as text, never as markup, and without control characters. Prints at most 80
    columns however wide the terminal, so that a pasted table keeps its shape.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    scored = report.countries.filter(~report.countries["abstained"]).sort(
        ["rank", "country"], nulls_last=True
    )
    abstained = report.countries.filter(report.countries["abstained"]).sort("name", "country")
    width = min(console.width, WIDTH)
    for line in _opening(report.manifest):
        console.print(Text(line, style="bold"), width=width, highlight=False)
    if scored.is_empty():
        console.print("No country could be scored from these inputs.", width=width, highlight=False)
    else:
        table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0, width=width, show_edge=False)
        table.add_column("#", justify="right", no_wrap=True)
        table.add_column("country", no_wrap=True, overflow="ellipsis", max_width=20)
        table.add_column("risk, interval", justify="center", no_wrap=True)
        table.add_column("band", no_wrap=True)
        table.add_column("grade", justify="center", no_wrap=True)
        table.add_column("met", no_wrap=True)
        table.add_column("largest driver", no_wrap=True, overflow="ellipsis", ratio=1)
        for row in rows_of(CountryScore, scored.head(limit)):
            table.add_row(*(Text(cell) for cell in _cells(row)), style=BAND_STYLES.get(row.band or "", ""))
        console.print(table, highlight=False)
        console.print(Text(MET), width=width, highlight=False)
    for line in _closing(scored.height, limit, _names(abstained)):
        console.print(Text(line), width=width, highlight=False)


def _opening(manifest: RunManifest) -> list[str]:
    lines = [f"Export-diversion risk as of {iso_day(manifest.as_of)} (model {clean(manifest.model.id, 40)})"]
    inputs = [clean(name, 40).replace("_", " ") for name in manifest.simulated_inputs]
    if simulated_part(manifest) == "all":
        lines.append("SIMULATED data: nothing here says anything about a real country.")
    elif simulated_part(manifest) == "part":
        lines.append(f"PARTLY SIMULATED data ({', '.join(inputs)}): no score here describes a real country.")
    if "simulated" in (manifest.model.trained_on or ""):
        lines.append("The model learned from simulated worlds; trust the order more than the number.")
    if manifest.goods.hindsight:
        lines.append("Hindsight: the goods list is later than the date of the score.")
    return lines


def _cells(row: CountryScore) -> tuple[str, ...]:
    between = interval(row.risk_low, row.risk_high)
    first = next(iter(raising(read_drivers(row.drivers))), None)
    return (
        "–" if row.rank is None else str(row.rank),
        clean(row.name or row.country, 60),
        f"{percent(row.risk)} {between:>7}",
        clean(row.band, 10),
        clean(row.grade, 2),
        met_mark(row),
        short_driver(first),
    )


def _names(countries: pl.DataFrame) -> list[str]:
    return [
        row["name"] or row["country"] for row in countries.select("name", "country").iter_rows(named=True)
    ]


def _closing(n_scored: int, limit: int, abstained: list[str]) -> list[str]:
    lines = []
    if n_scored > limit:
        lines.append(f"{n_scored - limit} more in the report.")
    if abstained:
        names = ", ".join(clean(name, 60) for name in abstained[:12])
        more = f" and {len(abstained) - 12} more" if len(abstained) > 12 else ""
        lines.append(f"Not scored, too little reported: {names}{more}.")
    lines.append("A score is a reason to look, not proof.")
    return lines
