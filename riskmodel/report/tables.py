"""The tables of a run as people open them: no JSON in a cell, names next to codes, marked where simulated."""

from __future__ import annotations

import json
from collections.abc import Callable

import polars as pl

from features.catalogue import BY_NAME
from features.reference.facts import country_names, priority_tiers, product_names
from features.trade.measures.surprises import SUFFIX
from riskmodel.explain.drivers import read_drivers
from riskmodel.explain.figures import signal_value
from riskmodel.explain.wording import formula, noun
from riskmodel.report.view import ReportInput

# Signals of the surprises rest on families, on links, or on both; the rest on stories and listings.
_LINKS = ("new_links_surprise", "displaced_links_surprise")
RECOMPUTE = {
    "driver_placebos": "mean of surprise over the rows with counted = true",
    "article_rate": "ln(1 + sum(weight) / mean life of a story)",
    "article_easing": "of the stories of the last 180 days with weight > 0: the smaller of the number with "
    "polarity below 0 and that above 0, over all",
    "driver_listings": "ln(1 + sum(weight))",
    "series": "mean of surprise over the rows of driver_placebos with counted = true",
}
# Signals of the target `listing` that rest on other countries, or on sentences that are not kept as rows.
NO_ROWS = ("neighbours_listed", "official_warning", "officials_pressure")
DRIVERS: dict[str, pl.DataType] = {
    "as_of": pl.Date(),
    "country": pl.String(),
    "name": pl.String(),
    "rank": pl.Int64(),
    "signal": pl.String(),
    "what": pl.String(),
    "value": pl.Float64(),
    "unit": pl.String(),
    "shown": pl.String(),
    "contribution": pl.Float64(),
    "quantile": pl.Float64(),
    "rows": pl.Int64(),
    "rows_in": pl.String(),
    "recompute": pl.String(),
}


def run_tables(report: ReportInput) -> dict[str, pl.DataFrame]:
    """File name (without ending) to frame, of every table that a run folder holds as CSV.

    The same columns as the Parquet file of that name, where there is one; JSON lists become words, and the
    last column says whether any input is simulated.
    """
    behind = report.behind
    tables = {
        "scores_country": plain_countries(report.countries),
        "scores_product": with_products(report.products),
        "drivers": drivers_table(report),
        "evidence": with_products(report.evidence),
        "driver_placebos": behind.placebos,
        "driver_families": behind.families,
        "driver_links": behind.links,
        "driver_stories": behind.stories,
        "driver_listings": behind.listings,
        "coverage": report.coverage,
        "series": report.series,
        "breaks": report.findings.breaks,
        "moves": report.findings.moves,
        "history": report.history,
    }
    mark = pl.lit("yes" if report.manifest.simulated else "no").alias("simulated")
    return {
        name: frame.with_columns(mark)
        for name, frame in tables.items()
        if frame.width and (name != "history" or frame.height)
    }


def plain_countries(countries: pl.DataFrame) -> pl.DataFrame:
    """`SCORES_COUNTRY` with its JSON lists as words, parted by `; `."""

    def words(name: str, of: Callable[[str], list[str]]) -> pl.Series:
        return pl.Series(name, ["; ".join(of(cell or "[]")) for cell in countries[name]], dtype=pl.String)

    return countries.with_columns(
        words("drivers", _driver_words),
        *(words(name, _texts) for name in ("counter_evidence", "lowers")),
    )


def _driver_words(cell: str) -> list[str]:
    moving = sorted(read_drivers(cell), key=lambda d: (-abs(d.contribution), d.signal))
    return [f"{noun(d.signal) if d.signal in BY_NAME else d.signal} {d.contribution:+.2f}" for d in moving]


def _texts(cell: str) -> list[str]:
    try:
        found = json.loads(cell)
    except ValueError:
        return []
    return [str(text) for text in found] if isinstance(found, list) else []


def with_products(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `product` (a few words) and `priority_tier` (of the built-in list) of each row's `hs6`."""
    codes = frame["hs6"].to_list() if "hs6" in frame.columns else []
    names, tiers = product_names(), priority_tiers()
    if not codes and "hs6" not in frame.columns:
        return frame
    return frame.with_columns(
        pl.Series("product", [names.get(code or "") for code in codes], dtype=pl.String),
        pl.Series("priority_tier", [tiers.get(code or "") for code in codes], dtype=pl.String),
    )


def drivers_table(report: ReportInput) -> pl.DataFrame:
    """One row for each country and known signal of the model: a frame of `DRIVERS`, largest effect first."""
    counts = rows_of_drivers(report)
    rows = []
    for as_of, country, name, rank, cell in report.countries.select(
        "as_of", "country", "name", "rank", "drivers"
    ).iter_rows():
        for d in read_drivers(cell):
            file, n = counts.get((country, d.signal), ("", 0))
            rows.append(
                (
                    *(as_of, country, name or country_names().get(country, country), rank, d.signal),
                    noun(d.signal) if d.signal in BY_NAME else d.signal,
                    *(float(d.value), d.unit, signal_value(d.value, d.unit), d.contribution, d.quantile),
                    *(n, f"{file}.csv" if file else None, recompute(d.signal)),
                )
            )
    return pl.DataFrame(rows, schema=DRIVERS, orient="row")


def recompute(signal: str) -> str:
    """How the value of a signal follows from the files of the run folder."""
    if signal in RECOMPUTE:
        return RECOMPUTE[signal]
    if signal == "listing_history":
        return RECOMPUTE["driver_listings"]
    return RECOMPUTE["series"] if signal.endswith(SUFFIX) else formula(signal)


def rows_of_drivers(report: ReportInput) -> dict[tuple[str, str], tuple[str, int]]:
    """(country, signal) -> the file that holds the rows of this driver, and how many there are."""
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for (country, signal), (file, frame) in behind_drivers(report).items():
        found[country, signal] = (file, frame.height)
    return found


def behind_drivers(report: ReportInput) -> dict[tuple[str, str], tuple[str, pl.DataFrame]]:
    """(country, signal) -> file and the rows of this driver, those that weigh most first."""
    behind = report.behind
    frames = {
        "families": behind.families,
        "links": behind.links,
        "stories": behind.stories,
        "listings": behind.listings,
    }
    with_rows = {name: set(frame["country"]) if frame.width else set() for name, frame in frames.items()}
    # Chosen and sorted once for all countries: a query costs the same for one as for all.
    chosen: dict[str, dict[str, pl.DataFrame]] = {}
    found = {}
    for country, cell in report.countries.select("country", "drivers").iter_rows():
        for driver in read_drivers(cell):
            if driver.signal in NO_ROWS:
                continue
            name, choice = _choose(driver.signal)
            if country not in with_rows[name]:
                continue
            if driver.signal not in chosen:
                chosen[driver.signal] = _by_country(choice(frames[name]))
            part = chosen[driver.signal].get(country, frames[name].clear())
            found[country, driver.signal] = (f"driver_{name}", part)
    return found


def _by_country(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Rows of each country, in the order of the frame."""
    parts = frame.partition_by("country", as_dict=True, maintain_order=True)
    return {str(key[0]): part for key, part in parts.items()}


def _choose(signal: str) -> tuple[str, Callable[[pl.DataFrame], pl.DataFrame]]:
    if signal in ("article_rate", "article_easing"):
        return "stories", lambda part: part.filter(pl.col("weight") > 0).sort(
            "weight", "story_id", descending=[True, False]
        )
    if signal in ("listing_rounds", "other_jurisdictions"):
        return "listings", lambda part: part
    if signal == "listing_history":
        return "listings", lambda part: part.filter(pl.col("weight") > 0)
    if signal == "new_links_surprise":
        return "links", lambda part: part.filter("is_new").sort(*_BY_LINES, descending=[True, False, False])
    if signal == "displaced_links_surprise":
        gone = pl.col("no_longer_direct_usd")
        return "links", lambda part: part.filter(gone > 0).sort(
            gone, "reporter", "family", descending=[True, False, False]
        )
    legs = [leg for leg in ("inbound", "onward") if signal.startswith(leg)] or ["inbound", "onward"]
    if signal == "displaced_surprise":
        shared = pl.min_horizontal("above_noise_usd", "no_longer_direct_usd")
        return "families", lambda part: _first(part, ["inbound"], shared)
    measure = next((column for word, column in _MEASURES if word in signal), "rise")
    return "families", lambda part: _first(part, legs, pl.col(measure))


_BY_LINES = ("lines", "reporter", "family")
# A word in the name of a signal, and the column of `driver_families` that it is made of.
_MEASURES = (
    ("line", "rise_of_lines"),
    ("peak", "log_ratio"),
    ("amount", "above_noise_usd"),
    ("rise", "rise"),
    ("surge", "above_noise_usd"),
    ("timing", "recent_usd"),
)


def _first(part: pl.DataFrame, legs: list[str], by: pl.Expr) -> pl.DataFrame:
    """The rows of some legs that rose, largest first."""
    mine = part.filter(pl.col("leg").is_in(legs) & (by > 0))
    return mine.sort(by, "leg", "family", descending=[True, False, False])
