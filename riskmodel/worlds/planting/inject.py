"""From a table, goods and a seed to a table with planted diversion and the truth about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from riskmodel.errors import WrongUsage
from riskmodel.worlds.planting.additions import additions_of
from riskmodel.worlds.planting.codes import declared_codes
from riskmodel.worlds.planting.draw import draw_episodes
from riskmodel.worlds.planting.episodes import Episode, InjectionSettings
from riskmodel.worlds.planting.months import dated
from riskmodel.worlds.planting.onward import departures
from riskmodel.worlds.planting.rows import with_additions, without_additions
from riskmodel.worlds.planting.shipments import SHIPMENTS, shipments_of
from riskmodel.worlds.planting.view import TableView, view_of
from riskmodel.worlds.world import DIVERTED, ROLES


@dataclass(frozen=True)
class Injection:
    """A table with planted diversion, and what is true of it.

    Attributes
    ----------
    trade_flows: `TRADE_FLOWS`: the table's rows in their order, then planted ones.
    diverted: `DIVERTED`: what left for Russia by country, good and month; ghost trade is not in it.
    roles: `ROLES`: one row for each country of the table that may be scored, `diverter` or `ordinary`.
        Ordinary means only that nothing was planted.
    planted: `PLANTED`: dollars and kilograms added, by key.
    shipments: `SHIPMENTS`: what was sent, arrived and left, before it was booked.
    episodes: what was drawn.
    """

    trade_flows: pl.DataFrame
    diverted: pl.DataFrame
    roles: pl.DataFrame
    planted: pl.DataFrame
    shipments: pl.DataFrame
    episodes: tuple[Episode, ...]


def inject(
    trade: pl.DataFrame, goods: Iterable[str], seed: int, settings: InjectionSettings | None = None
) -> Injection:
    """Plant diversion through countries drawn at random into a trade table.

    Parameters
    ----------
    trade: columns of `TRADE_FLOWS` at least, any reporters, monthly or yearly. goods: HS6 codes that may be
        planted; those without exports in the table are not. seed: whole number, 0 or more; the same input
        gives the same result byte for byte.

    Raises
    ------
    WrongUsage: the table has no rows, none of the goods, or too few countries or months.
    """
    view = view_of(trade, goods)
    return _planted(view, draw_episodes(view, seed, settings or InjectionSettings()), seed)


def plant(trade: pl.DataFrame, goods: Iterable[str], episodes: Sequence[Episode], seed: int) -> Injection:
    """Plant episodes that the caller has drawn; otherwise as `inject`. One episode for each country."""
    view = view_of(trade, goods)
    if len({episode.country for episode in episodes}) < len(episodes):
        raise WrongUsage("Each country can have one episode.")
    return _planted(view, tuple(sorted(episodes, key=lambda episode: episode.country)), seed)


def without_planted(injection: Injection) -> pl.DataFrame:
    """The table as it was before, `TRADE_FLOWS`."""
    return without_additions(injection.trade_flows, injection.planted)


def _planted(view: TableView, episodes: tuple[Episode, ...], seed: int) -> Injection:
    drawn = [shipments_of(view, episode, seed) for episode in episodes]
    shipments = pl.concat([pl.DataFrame(schema=SHIPMENTS), *drawn])
    left = departures(view, shipments)
    additions, declared = additions_of(view, _aliases(view, episodes), shipments, left)
    flows, planted = with_additions(view, additions, seed)
    return Injection(flows, _diverted(left, declared), _roles(view, episodes), planted, shipments, episodes)


def _aliases(view: TableView, episodes: Sequence[Episode]) -> pl.DataFrame:
    """Each country's goods that are declared as another code: country, hs6, alias."""
    rows = [(one.country, hs6, alias) for one in episodes for hs6, alias in one.misdeclared]
    editions = view.codes["hs_edition"].unique()
    for _, hs6, alias in rows:
        if declared_codes([alias], editions).height < len(editions):
            raise WrongUsage(f"{hs6} cannot be declared as {alias}, which some edition of the table lacks.")
    schema = {"country": pl.String(), "hs6": pl.String(), "alias": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _diverted(left: pl.DataFrame, declared: pl.DataFrame) -> pl.DataFrame:
    known = left.join(declared, on=["country", "hs6", "month"], how="left")
    return (
        known.with_columns(dated("month").alias("period"), pl.col("declared_usd").fill_null(0))
        .select(pl.col(name).cast(dtype) for name, dtype in DIVERTED.items())
        .sort("country", "hs6", "period")
    )


def _roles(view: TableView, episodes: Sequence[Episode]) -> pl.DataFrame:
    notes = {
        one.country: f"planted from {one.first_month:%Y-%m}: US$ {one.amount_usd:,} of {len(one.hs6)} goods"
        for one in episodes
    }
    countries = sorted({*view.candidates, *notes})
    rows = [(c, "diverter" if c in notes else "ordinary", notes.get(c)) for c in countries]
    return pl.DataFrame(rows, schema=ROLES, orient="row")
