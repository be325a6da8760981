"""One country's trade as arrays of dollars and kilograms, before anybody reports it; ordinary trade."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .goods import CODES, IS_LISTED, MONTHS, N_LISTED, PRICES, SENDERS, WORLD_DEMAND, Floats, month, ramp

WAR = month(2022, 3)
DIVERSION_START = month(2022, 5)  # 18 months to the end of the table
PASSED_ON = 0.9  # share of what was brought in for Russia that leaves again, a month later
MARK_UP = 1.25  # what the route charges
YEARS_BEFORE = 36  # months of the baseline, 2019 to 2021
OLD_LINE_USD = 3_000.0  # a line of this size has goods in four months of five


@dataclass(frozen=True)
class Economy:
    """Trade of one country: US dollars and kilograms by month.

    Attributes
    ----------
    inbound, inbound_kg: what each sender sells it, (senders, codes, months), FOB.
    onward, onward_kg: what it sells to Russia, (codes, months).
    elsewhere: what it sells to all others, (codes, months).
    seen: share of the inbound goods that its own import declarations show, (senders, codes, months).
    reports: which of its own tables it publishes: `M` imports, `X` exports to all but Russia, `R` exports to
        Russia.
    """

    inbound: Floats
    inbound_kg: Floats
    onward: Floats
    onward_kg: Floats
    elsewhere: Floats
    seen: Floats
    reports: str = "MXR"

    def yearly(self, leg: Floats, listed: bool = True) -> float:
        """Mean US dollars a year in the baseline, of listed or of unlisted goods."""
        return float(leg[..., listed == IS_LISTED, :YEARS_BEFORE].sum()) / 3


def uneven(rng: np.random.Generator, mean: Floats) -> Floats:
    """Months around a mean: lumpy, and empty the more often the smaller the line is."""
    filled = np.clip(mean / (mean + OLD_LINE_USD / 4), 0.2, 0.97)
    noise = rng.lognormal(-0.08, 0.4, mean.shape)
    there = rng.random(mean.shape) < filled
    return np.where(there, mean / filled * noise, 0.0)


def shares(rng: np.random.Generator, n: int, spread: float = 0.8) -> Floats:
    """Lognormal shares that add up to one."""
    drawn = rng.lognormal(0.0, spread, n)
    return drawn / drawn.sum()


def kilograms(rng: np.random.Generator, usd: Floats, price_level: float | Floats = 1.0) -> Floats:
    """Weights at the usual prices, which follow world demand by half."""
    prices = PRICES[:, None] * np.sqrt(WORLD_DEMAND) * price_level
    return usd / prices * rng.lognormal(0.0, 0.15, usd.shape)


def drifting(rng: np.random.Generator, n: int, spread: float) -> Floats:
    """Slow ups and downs around 1, (n, months): ordinary business that no table explains."""
    steps = rng.normal(0.0, spread * np.sqrt(1 - 0.92**2), (n, len(MONTHS)))
    level = np.zeros((n, len(MONTHS)))
    level[:, 0] = rng.normal(0.0, spread, n)
    for at in range(1, len(MONTHS)):
        level[:, at] = 0.92 * level[:, at - 1] + steps[:, at]
    return np.exp(level)


def ordinary(
    rng: np.random.Generator,
    inbound_usd: float,
    onward_share: float,
    *,
    elsewhere_share: float = 0.2,
    lines: float = 0.55,
    onward_lines: float = 0.75,
) -> Economy:
    """An economy in which nothing happens.

    `inbound_usd` is a year's purchases of listed goods from the senders, as many unlisted ones come on top.
    `onward_share` and `elsewhere_share` of it go to Russia and to others. `lines` and `onward_lines` are the
    shares of senders and products in which trade exists at all.
    """
    n = len(CODES)
    codes = np.concatenate([shares(rng, N_LISTED), shares(rng, n - N_LISTED)])
    there = rng.random((len(SENDERS), n)) < lines
    there[rng.integers(len(SENDERS), size=n), np.arange(n)] = True  # every product has a seller
    senders = there * rng.lognormal(0.0, 0.9, there.shape)
    senders /= senders.sum(axis=0)
    season = 1 + 0.12 * np.sin(2 * np.pi * (np.arange(len(MONTHS)) + rng.uniform(0, 12)) / 12)
    own = drifting(rng, 1, 0.08) * drifting(rng, n, 0.15) * season
    demand = inbound_usd / 12 * codes[:, None] * WORLD_DEMAND * own
    inbound = uneven(rng, senders[:, :, None] * demand)

    sold = rng.random(n) < onward_lines
    sold[rng.integers(N_LISTED)] = True
    to_russia = codes * sold * rng.lognormal(0.0, 0.4, n)
    for part in (IS_LISTED, ~IS_LISTED):
        to_russia[part] /= max(to_russia[part].sum(), 1e-9)
    before = inbound_usd * onward_share / 12 * to_russia[:, None] * WORLD_DEMAND * drifting(rng, n, 0.2)
    onward = uneven(rng, before)
    abroad = inbound_usd * elsewhere_share / 12 * codes[:, None] * WORLD_DEMAND * drifting(rng, n, 0.15)
    return Economy(
        inbound=inbound,
        inbound_kg=kilograms(rng, inbound),
        onward=onward,
        onward_kg=kilograms(rng, onward, 1.05),
        elsewhere=uneven(rng, abroad),
        seen=np.ones_like(inbound),
    )


def diverting(
    rng: np.random.Generator,
    economy: Economy,
    usd_a_year: float,
    lines: Floats | None = None,
    end: int | None = None,
    rest: float = 0.0,
) -> Economy:
    """Goods for Russia on top: bought from the senders, sold on a month later with a mark-up.

    `usd_a_year` is the additional inbound value at full speed. `lines` weighs the lines that carry it,
    (senders, codes); default: the old lines, each by its size. From month `end` on only `rest` of it is left.
    """
    if lines is None:
        lines = economy.inbound[:, :, :YEARS_BEFORE].mean(axis=2) * IS_LISTED
    lines = lines / lines.sum()
    path = ramp(DIVERSION_START, 3)
    if end is not None:
        path[end:] *= rest
    more = uneven(rng, usd_a_year / 12 * lines[:, :, None] * path)
    arrived = more.sum(axis=0)
    left = PASSED_ON * np.roll(arrived, 1, axis=1) * rng.lognormal(0.0, 0.15, arrived.shape)
    left[:, 0] = 0.0
    return replace(
        economy,
        inbound=economy.inbound + more,
        inbound_kg=economy.inbound_kg + kilograms(rng, more),
        onward=economy.onward + MARK_UP * left,
        onward_kg=economy.onward_kg + kilograms(rng, left),
    )


def grown(economy: Economy, leg: str, factor: float | Floats, start: int, over: int = 9) -> Economy:
    """A leg that grows to `factor` times its size within `over` months, in dollars and in kilograms alike.

    A `factor` by product has the shape (codes, 1).
    """
    path = 1 + (factor - 1) * ramp(start, over)
    grows = {leg: getattr(economy, leg) * path}
    if leg != "elsewhere":
        grows[f"{leg}_kg"] = getattr(economy, f"{leg}_kg") * path
    return replace(economy, **grows)
