"""The first screen: map, head of the ranking, how fresh each input is, what changed since the run before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from markupsafe import Markup

from data_contracts.months import month_number
from features.reference.facts import RUSSIA, country_names
from riskmodel.explain.figures import percent
from riskmodel.report import words
from riskmodel.report.charts.routes import CountryRoutes, Route, routes_chart
from riskmodel.report.charts.tiles import Tile, world_map
from riskmodel.report.country import CountryPage
from riskmodel.report.manifest import RunManifest
from riskmodel.report.view import EarlierRun, ReportInput

INPUT_WORDS = {
    "inbound": "coalition exports",
    "onward": "countries' exports to Russia",
    "direct": "coalition exports to Russia",
    "articles": "articles",
    "listings": "listings",
}


@dataclass(frozen=True)
class RankChange:
    """How a country's place changed. arrow: up, down, same, new or empty (no earlier run)."""

    arrow: str = ""
    label: str = ""


def freshness(manifest: RunManifest) -> list[str]:
    """How new each input is, in words, the newest month of the legs first; inputs not given are left out."""
    said = []
    for name, what in INPUT_WORDS.items():
        day = manifest.newest.get(name)
        if day is None:
            continue
        if name in ("articles", "listings"):
            said.append(f"{what} to {words.iso_day(day)}")
            continue
        said.append(f"{what} to {words.month(day)}, {_before(day, manifest.as_of)}")
    return said


def _before(day: date, as_of: date) -> str:
    n = month_number(as_of) - month_number(day)
    return "the same month" if n == 0 else f"{n} month{'' if n == 1 else 's'} before"


def change_of(code: str, rank: int | None, before: EarlierRun | None) -> RankChange:
    """The change of one country's rank since the earlier run.

    >>> change_of("KGZ", 2, EarlierRun(date(2024, 5, 31), "m", False, {"KGZ": (5, "guarded")}))
    RankChange(arrow='up', label='▲ 3, was 5, guarded')
    """
    if before is None or rank is None:
        return RankChange()
    if code not in before.ranks:
        return RankChange("new", "new")
    then, band = before.ranks[code]
    was = f"was {then}, {words.clean(band, 12)}"
    if then == rank:
        return RankChange("same", f"= {was}")
    return (
        RankChange("up", f"▲ {then - rank}, {was}")
        if then > rank
        else RankChange("down", f"▼ {rank - then}, {was}")
    )


def changes_since(pages: Sequence[CountryPage], report: ReportInput) -> list[str]:
    """What changed since the earlier run, in a few lines; empty without one."""
    before = report.before
    if before is None:
        return []
    if before.simulated != report.manifest.simulated:
        return ["One of the two runs is on simulated inputs, so their ranks say nothing of each other."]
    scored = {page.row.country: page for page in pages if not page.abstained}
    lines = []
    for verb, direction in (("Rose to a higher band", -1), ("Fell to a lower band", 1)):
        moved = [
            f"{page.name} ({before.ranks[code][1]} to {page.row.band})"
            for code, page in scored.items()
            if code in before.ranks
            and _order(page.row.band) - _order(before.ranks[code][1]) in _side(direction)
        ]
        if moved:
            lines.append(f"{verb}: {_listed(moved)}.")
    entered = [page.name for code, page in scored.items() if code not in before.ranks]
    left = [
        words.clean(country_names().get(code, code), 48) for code in sorted(set(before.ranks) - set(scored))
    ]
    if entered:
        lines.append(f"Newly scored: {_listed(entered)}.")
    if left:
        lines.append(f"Scored before only: {_listed(left)}.")
    if before.model_id != report.manifest.model.id:
        lines.append("Another model scored that run, so part of the change is the model's.")
    return lines or ["No country changed its band."]


def _order(band: str | None) -> int:
    names = ("high", "elevated", "guarded", "low")
    return names.index(band) if band in names else len(names)


def _side(direction: int) -> range:
    return range(-9, 0) if direction < 0 else range(1, 10)


def _listed(items: Sequence[str], most: int = 8) -> str:
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def map_of(pages: Iterable[CountryPage], manifest: RunManifest, mark: str) -> Markup:
    """The tile map of a run."""
    tiles = {
        code: Tile("coalition", f"{name(code)}: applies the controls itself") for code in manifest.coalition
    }
    tiles |= {
        code: Tile("outside", f"{name(code)}: {words.clean(why, 80)}")
        for code, why in manifest.not_scored.items()
        if code not in tiles
    }
    tiles[RUSSIA] = Tile("outside", "Russia: the destination")
    for page in pages:
        if page.abstained:
            said, kind = f"{page.name}: not scored, too little was reported", "silent"
        else:
            kind = page.row.band if page.row.band in words.BAND_WORDS else "silent"
            said = f"{page.name}: rank {page.row.rank}, risk {percent(page.row.risk)}, band {kind}"
        tiles[page.row.country] = Tile(kind, said + (f" ({mark})" if mark else ""), page.anchor)
    return world_map(tiles, mark)


def name(code: str) -> str:
    """The name of a country, or its code."""
    return words.clean(country_names().get(code, code), 48)


def routes_of(pages: Sequence[CountryPage], products: pl.DataFrame, mark: str) -> Markup:
    """The flow picture: excess of each leg by country and tier, the largest inbound excess first."""
    if products.is_empty():
        return Markup("")
    onward = pl.when(pl.col("onward_excess_usd").count() > 0).then(pl.col("onward_excess_usd").sum())
    sums = products.group_by("country", "tier").agg(
        pl.col("inbound_excess_usd").fill_null(0).sum(), onward.alias("onward_excess_usd")
    )
    found: dict[str, list[Route]] = {}
    for code, tier, inbound, out in sums.sort("country", "tier").iter_rows():
        found.setdefault(code, []).append(Route(words.clean(tier, 8), inbound, out))
    countries = [
        CountryRoutes(page.name, page.anchor, tuple(found[page.row.country]))
        for page in pages
        if page.row.country in found
    ]
    ordered = sorted(countries, key=lambda country: (-country.inbound, country.name))
    return routes_chart(ordered, tiers_of(products), mark)


def tiers_of(products: pl.DataFrame) -> list[str]:
    """The tiers of the goods list in order."""
    return sorted({words.clean(tier, 8) for tier in products["tier"]})


def regions_of(pages: Iterable[CountryPage], regions: Mapping[str, str]) -> list[str]:
    """The subregions of the countries of a report, for the filter."""
    return sorted({regions[page.row.country] for page in pages if page.row.country in regions})
