"""The textbook cases: each is one made-up country, with what an economist would expect of it.

Amounts are a year's listed goods. "Eight times" counts the months at full speed against 2019 to 2021.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .economy import (
    MARK_UP,
    PASSED_ON,
    WAR,
    Economy,
    diverting,
    grown,
    kilograms,
    ordinary,
    uneven,
)
from .goods import CODES, IS_LISTED, N_LISTED, month, ramp

Case = Callable[[np.random.Generator], Economy]
CRACKDOWN = month(2023, 7)


def onward_share(times_in: float, times_out: float) -> float:
    """Share of purchases sold on to Russia before, with which both multiples belong to the same goods."""
    return PASSED_ON * MARK_UP * (times_in - 1) / (times_out - 1)


def plain_diverter(rng: np.random.Generator) -> Economy:
    """Takes in 8 times and sends on 60 times its baseline for a year and a half, in lines it always had.

    Expected: nothing could be clearer. Risk above one half, first or second of its table.
    """
    before = ordinary(rng, 12e6, onward_share(8, 60), onward_lines=1.0)
    return diverting(rng, before, 7 * before.yearly(before.inbound))


def inbound_only_silent(rng: np.random.Generator) -> Economy:
    """Eight times the arrivals of listed goods; the country publishes nothing at all.

    Expected: not reported is not zero. What the senders say is enough for a risk above every decoy's; less
    certain than the plain diverter.
    """
    before = ordinary(rng, 15e6, onward_share(8, 60))
    return replace(diverting(rng, before, 7 * before.yearly(before.inbound)), reports="")


def inbound_only_importer(rng: np.random.Generator) -> Economy:
    """Eight times the arrivals; the country publishes its imports, no exports to anybody.

    Expected: as the silent one. Its own customs confirm that the goods arrive.
    """
    before = ordinary(rng, 30e6, onward_share(8, 60))
    return replace(diverting(rng, before, 7 * before.yearly(before.inbound)), reports="M")


def surge_old_lines(rng: np.random.Generator) -> Economy:
    """Purchases rise to 4 times and sales to Russia to 20 times, all in lines that existed before.

    Expected: a clear diverter, though no line is new.
    """
    before = ordinary(rng, 25e6, onward_share(4, 20), onward_lines=1.0)
    return diverting(rng, before, 3 * before.yearly(before.inbound))


def surge_new_lines(rng: np.random.Generator) -> Economy:
    """Three times more purchases, in nine products of which it sold Russia none, from sellers of every kind.

    Expected: a clear diverter; entry into goods it never sold says it loudest.
    """
    before = ordinary(rng, 20e6, 0.04, lines=0.3)
    order = rng.permutation(N_LISTED)
    new = np.zeros(len(CODES), dtype=bool)
    new[order[:9]] = True
    keep = ~new[:, None]
    before = replace(before, onward=before.onward * keep, onward_kg=before.onward_kg * keep)
    lines = new * rng.lognormal(0.0, 0.6, (before.inbound.shape[0], len(CODES)))
    return diverting(rng, before, 3 * before.yearly(before.inbound), lines)


def huge_economy(rng: np.random.Generator) -> Economy:
    """Buys US$3bn a year; diversion is 5 % of that. Arrivals hardly show it, sales to Russia rise sixfold.

    Expected: a diverter. Share of its own trade is no measure; US$150m of listed goods a year is.
    """
    before = ordinary(rng, 3e9, 0.01, elsewhere_share=0.5, lines=1.0, onward_lines=1.0)
    return diverting(rng, before, 0.05 * before.yearly(before.inbound))


def tiny_economy(rng: np.random.Generator) -> Economy:
    """Buys US$200,000 a year, then US$8m, which leaves for Russia.

    Expected: a diverter. Growth on a tiny base alone would be noise; here dollars on both legs support it.
    """
    before = ordinary(rng, 2e5, 0.08, lines=0.3, onward_lines=0.4)
    lines = IS_LISTED * rng.lognormal(0.0, 0.7, (before.inbound.shape[0], len(CODES)))
    return diverting(rng, before, 8e6, lines)


def customs_union(rng: np.random.Generator) -> Economy:
    """Six times the arrivals; no declarations towards Russia inside the union, and few of the transit goods.

    Exports to all others are published. Its own import figures show 0.3 of the additional goods.
    Expected: a diverter, from arrivals, from what Russia no longer gets directly, and from goods that leave
    the senders and never arrive.
    """
    before = ordinary(rng, 20e6, 0.15, onward_lines=1.0)
    after = diverting(rng, before, 5 * before.yearly(before.inbound))
    seen = np.divide(
        before.inbound + 0.3 * (after.inbound - before.inbound),
        after.inbound,
        out=np.ones_like(after.inbound),
        where=after.inbound > 0,
    )
    return replace(after, seen=seen, reports="MX")


def growth_of_everything(rng: np.random.Generator) -> Economy:
    """A boom: purchases rise to 3 times, sales to 2.5 times, listed and unlisted alike, to everybody.

    Expected: a decoy. Listed goods do what all goods do.
    """
    economy = ordinary(rng, 30e6, 0.03)
    for leg, factor in (("inbound", 3.0), ("onward", 2.5), ("elsewhere", 2.5)):
        economy = grown(economy, leg, factor, month(2021, 12), 14)
    return economy


def one_project(rng: np.random.Generator) -> Economy:
    """A power plant: US$4m a month of one listed product for ten months, from two sellers; nothing goes on.

    Expected: a decoy. One product, an end, and flat sales to Russia.
    """
    economy = ordinary(rng, 20e6, 0.03)
    lines = np.zeros(economy.inbound.shape[:2])
    lines[rng.choice(lines.shape[0], 2, replace=False), CODES.index("850440")] = 0.5
    start = month(2022, 9)
    more = uneven(rng, 4e6 * lines[:, :, None] * ramp(start, 1, start + 10))
    weights = economy.inbound_kg + kilograms(rng, more)
    return replace(economy, inbound=economy.inbound + more, inbound_kg=weights)


def price_boom(rng: np.random.Generator) -> Economy:
    """One of three countries of a region where all prices rise to 2.2 times; kilograms stay as they were.

    Expected: a decoy. Dollars grow on both legs, nothing more moves.
    """
    economy = ordinary(rng, float(rng.uniform(20e6, 60e6)), 0.03)
    dearer = 1 + 1.2 * ramp(month(2021, 12), 6)
    return replace(
        economy,
        inbound=economy.inbound * dearer,
        onward=economy.onward * dearer,
        elsewhere=economy.elsewhere * dearer,
    )


def legal_hub(rng: np.random.Generator) -> Economy:
    """Buys US$800m a year and re-exports most of it, 6 % to Russia: before the war as after it.

    Expected: a decoy. Large on both legs, and nothing has changed.
    """
    return ordinary(rng, 8e8, 0.06, elsewhere_share=0.7, lines=1.0, onward_lines=1.0)


def relocation(rng: np.random.Generator) -> Economy:
    """Firms move in with their trade: 4 times the arrivals, listed and unlisted, 3 times the exports.

    Sales to Russia stay as they were.
    Expected: a decoy. A large inbound rise without a listed side and without an onward leg.
    """
    economy = grown(ordinary(rng, 40e6, 0.03), "inbound", 4.0, WAR, 10)
    return grown(economy, "elsewhere", 3.0, WAR + 2, 10)


def own_industry(rng: np.random.Generator) -> Economy:
    """A maker: its products, listed and unlisted, sell 3.5 times as well in Russia; arrivals are flat.

    It sold these goods to the whole world before.
    Expected: a decoy for diversion of coalition goods: nothing came in that could have gone on.
    """
    economy = ordinary(rng, 60e6, 0.15, elsewhere_share=3.0, onward_lines=1.0)
    return grown(grown(economy, "onward", 3.5, WAR + 2, 10), "elsewhere", 1.2, WAR, 12)


def without_crackdown(rng: np.random.Generator) -> Economy:
    """The twin of the crackdown: 5 times in, 25 times out, and it goes on.

    Expected: a clear diverter.
    """
    before = ordinary(rng, 20e6, onward_share(5, 25), onward_lines=1.0)
    return diverting(rng, before, 4 * before.yearly(before.inbound))


def crackdown(rng: np.random.Generator) -> Economy:
    """The same country, number by number, until June 2023; then diversion falls by 90 % (no press is given).

    Expected: a lower risk than its twin's, since scores must come down.
    """
    before = ordinary(rng, 20e6, onward_share(5, 25), onward_lines=1.0)
    return diverting(rng, before, 4 * before.yearly(before.inbound), end=CRACKDOWN, rest=0.1)


def plain(rng: np.random.Generator) -> Economy:
    """An ordinary country: lumpy months, empty months, a level that drifts.

    Expected: a low risk.
    """
    size = float(np.clip(rng.lognormal(np.log(25e6), 1.1), 1e6, 4e8))
    return ordinary(rng, size, float(rng.uniform(0.005, 0.06)), onward_lines=float(rng.uniform(0.4, 0.9)))


def control(rng: np.random.Generator) -> Economy:
    """A country far away that hardly trades with Russia: what world demand alone does."""
    return ordinary(rng, float(rng.uniform(15e6, 90e6)), 0.002, onward_lines=0.3)
