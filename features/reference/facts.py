"""Readers of the reference facts; each is read once per process."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources

import polars as pl

from data_contracts.codes.never_scored import NEVER_SCORED as NEVER_SCORED  # readers ask for it here too
from features.reference.read import country_set

RUSSIA = "RUS"
DEFAULT_LAG_DAYS = 90  # reporters without a documented release calendar
MIRROR_CIF = 1.08  # what freight and insurance add to an import value, as in the published asymmetry figures

# Far from Russia, outside its customs union and off the usual land and air routes: the counterfactual.
CONTROL_SUBREGIONS = country_set("control_subregion")
# Named in the US alert of 28 June 2022 as common transshipment points: never a control.
WARNED_2022 = country_set("warned_2022")


@cache
def _table(name: str) -> pl.DataFrame:
    path = resources.files("features.reference") / name
    with resources.as_file(path) as file:
        return pl.read_csv(file, infer_schema=False)


@cache
def country_names() -> dict[str, str]:
    """ISO 3166-1 alpha-3 to the name used in tables and reports."""
    return dict(_table("countries.csv").select("country", "name").iter_rows())


@cache
def coalition(on: date) -> frozenset[str]:
    """Countries that apply export controls toward Russia on the day `on`.

    Source: `coalition.csv`, the first general product controls of each member.

    >>> "TWN" in coalition(date(2022, 1, 31)), "TWN" in coalition(date(2022, 6, 30))
    (False, True)
    """
    dated = _dated(_table("coalition.csv"), on)
    return frozenset(dated["country"])


@cache
def _land_borders() -> dict[str, frozenset[str]]:
    pairs = _table("neighbours.csv").select("country", "neighbour").rows()
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {country: frozenset(others) for country, others in found.items()}


def neighbours(country: str) -> frozenset[str]:
    """Countries at the land border of a country; none for an island.

    Source: `neighbours.csv`, each border once.

    >>> sorted(neighbours("KGZ")), sorted(neighbours("MUS"))
    (['CHN', 'KAZ', 'TJK', 'UZB'], [])
    """
    return _land_borders().get(country, frozenset())


@cache
def control_candidates(on: date) -> tuple[str, ...]:
    """Countries whose imports from the coalition serve as the counterfactual, sorted.

    The rule: a subregion far from Russia (`CONTROL_SUBREGIONS`), not in the coalition on that day, and
    not in the US alert of June 2022.
    """
    table = _table("countries.csv").filter(pl.col("subregion").is_in(sorted(CONTROL_SUBREGIONS)))
    return tuple(sorted(set(table["country"]) - coalition(on) - WARNED_2022))


def priority_list() -> pl.DataFrame:
    """The Common High Priority List with dates of validity: the canonical goods columns.

    45 codes are dated 19 September 2023 and five machine-tool codes 23 February 2024.
    """
    dates = [pl.col(name).replace("", None).str.to_date() for name in ("valid_from", "valid_to")]
    return _table("priority_list.csv").select("hs6", "tier", pl.col("hs6").alias("family"), *dates, "source")


@cache
def control_dates() -> pl.DataFrame:
    """Products by the day from which a regime surely controlled them: code, regime, controlled_by.

    `code` is an HS6 product or a whole chapter. The day is an upper bound: most of these goods were
    controlled earlier, under technical parameters that no HS code shows. No row means unknown.
    """
    day = pl.col("controlled_by").str.to_date()
    return _table("control_dates.csv").select("code", "regime", day)


def controlled_by(hs6: pl.Series) -> pl.Series:
    """The first day from which each product was surely controlled by any regime; null where unknown.

    >>> controlled_by(pl.Series(["854231", "853400", "880730", "010121"])).to_list()[1:]
    [datetime.date(2023, 5, 19), datetime.date(2023, 1, 31), None]
    """
    return pl.Series("controlled_by", [controlled_since(code) for code in hs6], dtype=pl.Date)


def controlled_since(hs6: str | None) -> date | None:
    """The same of one product; null in, null out."""
    if hs6 is None:
        return None
    known = _first_controls()
    return min(filter(None, (known.get(hs6), known.get(hs6[:2]))), default=None)


@cache
def _first_controls() -> dict[str, date]:
    """Code or chapter to the first day of its control by any regime."""
    return dict(control_dates().group_by("code").agg(pl.col("controlled_by").min()).iter_rows())


@cache
def product_titles() -> dict[str, str]:
    """HS6 code to its whole title in the newest edition that has it (HS2022, else HS2017)."""
    return dict(_table("hs6_names.csv").select("hs6", "title").iter_rows())


@cache
def product_names() -> dict[str, str]:
    """HS6 code to a few words: those of the priority list, else the beginning of the title.

    >>> product_names()["854231"], product_names()["870333"][:40]
    ('processors and controllers', 'Vehicles; with only compression-ignition')
    """
    own = dict(_table("priority_list.csv").select("hs6", "product").iter_rows())
    return {code: _shortened(title) for code, title in product_titles().items()} | own


@cache
def priority_tiers() -> dict[str, str]:
    """HS6 code to its tier in the Common High Priority List, whatever goods list is scored."""
    return dict(_table("priority_list.csv").select("hs6", "tier").iter_rows())


def subregions() -> dict[str, str]:
    """ISO 3166-1 alpha-3 to the UN M49 subregion."""
    return dict(_table("countries.csv").select("country", "subregion").iter_rows())


def _shortened(title: str, length: int = 70) -> str:
    """The first words of a title, with an ellipsis where some are left out."""
    if len(title) <= length:
        return title
    return title[:length].rsplit(" ", 1)[0].rstrip(",;(") + "…"


@cache
def hs_families(since: str) -> pl.DataFrame:
    """Codes that changed between the edition `since` (`HS2012`, `HS2017`) and HS2022.

    Columns hs6, family, hs_break (Boolean); empty for `HS2022`, after which nothing has changed.
    """
    table = _table("hs_families.csv").filter(pl.col("since") == since)
    return table.select("hs6", "family", (pl.col("kind") == "break").alias("hs_break"))


def hs_edition(on: date) -> str:
    """The HS edition in force on a day; reporters may adopt it later.

    >>> hs_edition(date(2021, 12, 1)), hs_edition(date(2022, 1, 1))
    ('HS2017', 'HS2022')
    """
    if on < date(2017, 1, 1):
        return "HS2012"
    return "HS2017" if on < date(2022, 1, 1) else "HS2022"


@cache
def reporter_lags() -> pl.DataFrame:
    """Days from the end of a month to its publication: reporter, lag_days (Int64)."""
    return _table("reporter_lags.csv").select("reporter", pl.col("lag_days").cast(pl.Int64))


def _dated(table: pl.DataFrame, on: date) -> pl.DataFrame:
    start = pl.col("valid_from").replace("", None).str.to_date()
    end = pl.col("valid_to").replace("", None).str.to_date()
    return table.filter((start.is_null() | (start <= on)) & (end.is_null() | (end >= on)))
