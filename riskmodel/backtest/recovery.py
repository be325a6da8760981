"""How large a diversion would have been found in a user's own table, how soon, and the alarms without one.

Known dollars are planted in countries drawn at random (`worlds.planting`), the table is scored, and found is
what is in the band elevated or above that was not there without the planting.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

import polars as pl
from scipy.stats import norm

from data_contracts.months import end_of_month, month_number, month_start, start_of_month
from features.panel import build_panel
from features.trade.flows.windows import Windows
from features.trade.signals import trade_panel
from riskmodel.backtest.recovery_results import BandFound, Interval, Recovery, RecoveryLine, Untouched
from riskmodel.backtest.results import rounded
from riskmodel.errors import WrongUsage
from riskmodel.explain.bands import band_of
from riskmodel.model.estimator import Model
from riskmodel.model.grade import with_grade
from riskmodel.worlds.planting.draw import draw_episodes
from riskmodel.worlds.planting.episodes import Episode, InjectionSettings
from riskmodel.worlds.planting.inject import plant
from riskmodel.worlds.planting.view import TableView, view_of

Tell = Callable[[str], None]
Bands = dict[tuple[date, str], str | None]

AMOUNTS = (1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000)
MONTHS_AFTER = (3, 6, 9, 12)
# One country in ten is planted at a time, at most five: more would change the table that all are compared in.
SHARE_PLANTED, MOST_PLANTED = 10, 5
FOUND_SHARE = 0.8
FLAGGED = ("elevated", "high")
LEVEL = 0.9


@dataclass(frozen=True)
class OwnTable:
    """What is planted in: canonical trade, the goods list, windows, and the day of the last score."""

    trade: pl.DataFrame
    goods: pl.DataFrame
    windows: Windows
    as_of: date

    @property
    def first_month(self) -> date:
        """First month of diversion: twelve months before the last score."""
        return start_of_month(self.as_of, -max(MONTHS_AFTER) + 1)

    @property
    def dates(self) -> tuple[date, ...]:
        """Days of the scores: month ends after the first month, the last one as given."""
        ends = [end_of_month(self.first_month, months - 1) for months in MONTHS_AFTER[:-1]]
        return (*ends, self.as_of)


@dataclass(frozen=True)
class _Planting:
    """One country of one draw: planted amount, and its band by date, without and with it."""

    amount_usd: int
    before: tuple[str | None, ...]
    after: tuple[str | None, ...]


def recover(table: OwnTable, model: Model, draws: int, seed: int, tell: Tell) -> Recovery:
    """Plant diversion `draws` times, score each table, and gather what was found by planted amount.

    The same table, model, number and seed give the same result. How long it will take is said after the
    untouched table was scored. Raises WrongUsage where the table ends before the first month of diversion.
    """
    view = view_of(table.trade, table.goods["hs6"].unique().sort().to_list())
    _refuse_short(table, view)
    started = time.monotonic()
    untouched = _bands(table.trade, table, model)
    seconds = time.monotonic() - started
    tell(
        f"Planting {draws} times in countries drawn at random, and scoring at {len(table.dates)} dates: "
        f"about {_duration(1.2 * seconds * draws)}."
    )
    found: list[_Planting] = []
    for draw in range(draws):
        found += _one_draw(table, view, model, untouched, draw, seed)
    return _gathered(table, found, untouched, draws, seed)


def _refuse_short(table: OwnTable, view: TableView) -> None:
    first, last = view.supplied
    if not first <= month_number(table.first_month) <= last:
        raise WrongUsage(
            f"Diversion is planted from {table.first_month:%Y-%m} on, in the twelve months to --as-of "
            f"{table.as_of}, but the coalition reports {month_start(first):%Y-%m} to "
            f"{month_start(last):%Y-%m}: give another --as-of."
        )


def _one_draw(
    table: OwnTable, view: TableView, model: Model, untouched: Bands, draw: int, seed: int
) -> list[_Planting]:
    episodes = _episodes(table, view, draw, seed)
    planted = plant(table.trade, table.goods["hs6"].unique().sort().to_list(), episodes, seed + draw)
    bands = _bands(planted.trade_flows, table, model)
    return [
        _Planting(
            episode.amount_usd,
            tuple(untouched.get((day, episode.country)) for day in table.dates),
            tuple(bands.get((day, episode.country)) for day in table.dates),
        )
        for episode in episodes
    ]


def _episodes(table: OwnTable, view: TableView, draw: int, seed: int) -> list[Episode]:
    """Episodes of one draw, amounts in turn, so that every size is planted as often."""
    countries = max(1, min(MOST_PLANTED, len(view.candidates) // SHARE_PLANTED))
    settings = InjectionSettings(countries=countries, first_month=table.first_month)
    drawn = draw_episodes(view, seed + draw, settings)
    return [
        replace(episode, amount_usd=AMOUNTS[(draw * countries + place) % len(AMOUNTS)])
        for place, episode in enumerate(drawn)
    ]


def _bands(trade: pl.DataFrame, table: OwnTable, model: Model) -> Bands:
    """(date, country) -> band; None where the score abstains."""
    signals = trade_panel(trade, table.goods, table.windows, table.dates, allow_hindsight=True)
    bands: Bands = {}
    for day in table.dates:
        panel = build_panel(day, signals.filter(pl.col("as_of") == day).drop("as_of"), None, None)
        silent = set(with_grade(panel).filter("abstained")["country"])
        for country, risk in model.predict(panel).select("country", "risk").iter_rows():
            bands[day, country] = None if country in silent else band_of(risk)
    return bands


def _gathered(
    table: OwnTable, found: Sequence[_Planting], untouched: Bands, draws: int, seed: int
) -> Recovery:
    sizes = sorted({one.amount_usd for one in found})
    lines = tuple(_line(amount, [one for one in found if one.amount_usd == amount]) for amount in sizes)
    return Recovery(
        draws=draws,
        seed=seed,
        plantings=len(found),
        first_month=table.first_month,
        as_of=table.dates,
        floor_elevated_usd=floor_of([(line.amount_usd, line.elevated) for line in lines]),
        floor_high_usd=floor_of([(line.amount_usd, line.high) for line in lines]),
        lines=lines,
        untouched=tuple(_untouched(day, untouched) for day in table.dates),
    )


def _untouched(day: date, bands: Bands) -> Untouched:
    own = [band for (when, _), band in bands.items() if when == day and band is not None]
    return Untouched(day, len(own), own.count("elevated"), own.count("high"))


def _line(amount: int, plantings: Sequence[_Planting]) -> RecoveryLine:
    return rounded(RecoveryLine(amount, _found(plantings, FLAGGED), _found(plantings, FLAGGED[1:])))


def _found(plantings: Sequence[_Planting], bands: Sequence[str]) -> BandFound:
    """What of the plantings is in one of `bands`, of those that were not without it on the last date."""
    new = [one for one in plantings if one.before[-1] not in bands]
    share = _share(plantings, -1, bands)
    soonest = [months for one in plantings if (months := _first_found(one, bands)) is not None]
    after = {str(months): _share(plantings, place, bands) for place, months in enumerate(MONTHS_AFTER)}
    return BandFound(
        planted=len(new),
        already=len(plantings) - len(new),
        share=share,
        share_90=None if share is None else wilson(share, len(new)),
        first_months=float(median(soonest)) if soonest else None,
        after=after,
    )


def _share(plantings: Sequence[_Planting], place: int, bands: Sequence[str]) -> float | None:
    """Share in `bands` on one date, of those that are not there without planting; None where all are."""
    new = [one for one in plantings if one.before[place] not in bands]
    return sum(one.after[place] in bands for one in new) / len(new) if new else None


def _first_found(one: _Planting, bands: Sequence[str]) -> int | None:
    """Months to the first date in `bands` on which the country is not there without planting."""
    dates = zip(MONTHS_AFTER, one.before, one.after, strict=True)
    return next((months for months, before, after in dates if after in bands and before not in bands), None)


def floor_of(lines: Sequence[tuple[int, BandFound]]) -> int | None:
    """The smallest amount from which on every larger one too was found in at least 80 % of the plantings.

    lines: planted amount, and what was found in one band; amounts without a planting say nothing.
    """
    floor = None
    for amount, found in sorted(lines, key=lambda line: -line[0]):
        if found.share is None:
            continue
        if found.share < FOUND_SHARE:
            break
        floor = amount
    return floor


def wilson(share: float, n: int, level: float = LEVEL) -> Interval:
    """Interval of a share of n (Wilson 1927).

    >>> [round(end, 3) for end in wilson(0.5, 10)], [round(end, 3) for end in wilson(1.0, 4)]
    ([0.269, 0.731], [0.597, 1.0])
    """
    z = float(norm.ppf((1 + level) / 2))
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * ((share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5)
    return max(0.0, middle - half), min(1.0, middle + half)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
