"""Drawing who diverts what, from when and how much: at random, so that it says nothing about anybody."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from riskmodel.errors import WrongUsage
from riskmodel.worlds.planting.episodes import Episode, InjectionSettings
from riskmodel.worlds.planting.months import first_day, month_number
from riskmodel.worlds.planting.view import TableView, stream

CONTROLS_BITE = date(2022, 3, 1)


def draw_episodes(view: TableView, seed: int, settings: InjectionSettings) -> tuple[Episode, ...]:
    """One episode for each of `settings.countries` countries drawn from the table's candidates, sorted.

    Raises WrongUsage where the table has too few candidates or months.
    """
    if len(view.candidates) < settings.countries:
        raise WrongUsage(
            f"The trade table has {len(view.candidates)} countries that may be scored; {settings.countries} "
            "cannot be drawn."
        )
    rng = stream(seed, "countries")
    chosen = sorted(rng.choice(view.candidates, settings.countries, replace=False).tolist())
    starts = _starts(view, settings)
    return tuple(_episode(view, seed, settings, country, starts) for country in chosen)


def _starts(view: TableView, settings: InjectionSettings) -> range:
    """Month numbers in which an episode may begin."""
    first, last = view.supplied
    if settings.first_month is not None:
        start = month_number(settings.first_month)
        if not first <= start <= last:
            raise WrongUsage(
                f"The first month {settings.first_month} is outside the trade table, whose suppliers report "
                f"{first_day(first)} to {first_day(last)}."
            )
        return range(start, start + 1)
    end = last - settings.least_months + 1
    after = max(first, month_number(CONTROLS_BITE))
    if after > end:
        after = (first + last + 1) // 2
    return range(after, max(after, end) + 1)


def _episode(view: TableView, seed: int, settings: InjectionSettings, country: str, starts: range) -> Episode:
    rng = stream(seed, "episode", country)
    start = int(rng.choice(np.asarray(starts)))
    low, high = settings.amount_usd
    amount = round(float(np.exp(rng.uniform(np.log(low), np.log(high)))))
    return Episode(
        country=country,
        hs6=draw_codes(view, rng, int(rng.integers(settings.codes[0], settings.codes[1] + 1))),
        first_month=first_day(start),
        duration=min(settings.duration or view.last, view.supplied[1] - start + 1),
        amount_usd=min(max(amount, low), high),
        ramp=settings.ramp,
        undeclared_share=settings.undeclared_share,
        ghost_share=settings.ghost_share,
        lag=settings.lag,
        markup=settings.markup,
        imports_share=settings.imports_share,
    )


def draw_codes(view: TableView, rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """Goods of the table, sorted; those traded more are likelier, by the square root of their value."""
    values = view.supply.group_by("hs6").agg(pl.col("value_usd").sum()).sort("hs6")
    weights = np.sqrt(values["value_usd"].to_numpy().astype(float))
    count = min(count, values.height)
    return tuple(
        sorted(rng.choice(values["hs6"].to_numpy(), count, replace=False, p=weights / weights.sum()).tolist())
    )
