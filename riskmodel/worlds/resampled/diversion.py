"""Episodes of diversion in a world: sizes, starts, ends and habits of each diverter."""

from __future__ import annotations

from datetime import date

import numpy as np

from riskmodel.worlds.planting.draw import draw_codes
from riskmodel.worlds.planting.episodes import Episode
from riskmodel.worlds.planting.months import first_day, month_number
from riskmodel.worlds.planting.view import TableView, stream
from riskmodel.worlds.resampled.cast import ResampledCast
from riskmodel.worlds.resampled.params import Params

FIRST_START, LAST_START = month_number(date(2022, 3, 1)), month_number(date(2024, 2, 1))
YEARLY_USD = (2e5, 5e8)
MISDECLARING = 0.3  # share of diverters that declare some goods under unlisted codes
MOST_OF_SIZE = 3.0  # a country does not divert more a year than three times what it buys of these goods


def draw_diversion(view: TableView, seed: int, params: Params, cast: ResampledCast) -> tuple[Episode, ...]:
    """One episode for each diverter of the cast.

    Some declare part of the goods under unlisted codes on both legs (Fisman and Wei 2004, Tax rates and tax
    evasion, on goods that move to neighbouring codes). Sizes run from US$ 0.2m to US$ 500m a year, the
    small ones likelier; a third stop or are stopped.
    """
    drawn = []
    for place, role in enumerate(cast.roles):
        if role != "diverter":
            continue
        rng = stream(seed, "resampled", "diversion", cast.countries[place])
        start = int(rng.integers(FIRST_START, min(LAST_START, params.last - 4) + 1))
        duration = params.last - start + 1
        if rng.random() < 0.35:
            duration = min(duration, int(rng.integers(4, 19)))
        low, high = np.log(YEARLY_USD)
        yearly = min(
            float(np.exp(low + (high - low) * rng.beta(1.3, 1.5))), MOST_OF_SIZE * cast.size_usd[place]
        )
        yearly = max(yearly, YEARLY_USD[0])
        goods = draw_codes(view, rng, int(rng.integers(2, 21)))
        drawn.append(
            Episode(
                country=cast.countries[place],
                hs6=goods,
                first_month=first_day(start),
                duration=duration,
                amount_usd=round(yearly * duration / 12),
                ramp=int(rng.integers(0, 10)),
                undeclared_share=float(rng.choice([rng.beta(1.5, 2.5), 1.0], p=[0.85, 0.15])),
                ghost_share=float(rng.choice([0.0, rng.uniform(0.05, 0.5)], p=[0.4, 0.6])),
                lag=int(rng.integers(0, 4)),
                markup=float(rng.uniform(0.05, 0.6)),
                imports_share=float(rng.choice([1.0, rng.uniform(0.1, 0.9)], p=[0.5, 0.5])),
                misdeclared=_misdeclared(rng, goods, cast.unlisted),
            )
        )
    return tuple(drawn)


def _misdeclared(
    rng: np.random.Generator, goods: tuple[str, ...], unlisted: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Goods that pass under an unlisted code of their heading or chapter; none for most diverters."""
    if rng.random() >= MISDECLARING:
        return ()
    pairs = []
    for hs6 in goods:
        near = [code for code in unlisted if code[:4] == hs6[:4]] or [c for c in unlisted if c[:2] == hs6[:2]]
        if near and rng.random() < 0.4:
            pairs.append((hs6, near[int(rng.integers(len(near)))]))
    return tuple(pairs)
