"""The legal trade of a world: what members sell, and what scored countries sell on, before any decoy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from riskmodel.worlds.planting.months import month_number
from riskmodel.worlds.planting.view import stream
from riskmodel.worlds.resampled.background import CONTROLS_BITE, Background
from riskmodel.worlds.resampled.cast import ResampledCast, own_series, taker_sizes
from riskmodel.worlds.resampled.params import Params
from riskmodel.worlds.resampled.resample import Library, growth_of, month_blocks

LEAST_USD = 200  # below it offices of the real tables publish little
LAST_BITE = month_number(date(2024, 1, 1))
FIRST_PACKAGE = 0.55  # share of the goods that are controlled from the start
SHARE_LEFT = (0.03, 0.40)  # of direct trade in listed goods, after the controls


@dataclass(frozen=True)
class Flows:
    """Trade by places in the cast; -1 where a row has no member or no country.

    Columns of `table`: leg (`inbound`, `direct`, `onward`, `other`), member, country, good, month, value
    (Float64 US$, above 0).
    """

    table: pl.DataFrame


def legal_flows(seed: int, params: Params, cast: ResampledCast, background: Background) -> Flows:
    """All legs of a world without diversion and decoys."""
    library = Library(background)
    growth = growth_of(background, params, cast.growth)
    legs = [
        _inbound(stream(seed, "resampled", "inbound"), params, cast, library, growth),
        _direct(stream(seed, "resampled", "direct"), params, cast, library),
        _onward(stream(seed, "resampled", "onward"), params, cast, library, growth),
        _other(stream(seed, "resampled", "other"), params, cast, library, growth),
    ]
    return Flows(pl.concat(legs))


def _long(
    leg: str,
    member: npt.NDArray[np.int64],
    country: npt.NDArray[np.int64],
    good: npt.NDArray[np.int64],
    values: npt.NDArray[np.float64],
) -> pl.DataFrame:
    """Rows of series by months to a long table, without what is too small to be published."""
    series, month = np.nonzero(values >= LEAST_USD)
    return pl.DataFrame(
        {
            "leg": pl.Series([leg], dtype=pl.String).new_from_index(0, len(series)),
            "member": member[series].astype(np.int16),
            "country": country[series].astype(np.int16),
            "good": good[series].astype(np.int16),
            "month": month.astype(np.int16),
            "value": values[series, month],
        }
    )


def _inbound(
    rng: np.random.Generator,
    params: Params,
    cast: ResampledCast,
    library: Library,
    growth: npt.NDArray[np.float64],
) -> pl.DataFrame:
    """Members' sales to scored countries: a real pair's series by code, scaled to the buyer's size."""
    n = len(cast.countries)
    members, countries = (
        grid.ravel() for grid in np.meshgrid(range(len(cast.members)), range(n), indexing="ij")
    )
    pair = library.pair_of[cast.sender[members], cast.taker[countries]]
    scale = cast.size_usd / taker_sizes(library.background)[cast.taker]
    scale = scale[countries] * np.exp(0.5 * rng.standard_normal(len(members)))
    donor = library.donor_codes(rng, cast.goods, n, params.same_code)
    rows = np.where(pair[:, None] >= 0, library.rows[pair[:, None], donor[countries]], -1)
    at, good = _some(rng, rows, params, library)
    blocks = month_blocks(rng, library.background, params, len(members))
    values = library.background.series[rows[at, good][:, None], blocks[at]] * scale[at][:, None]
    values *= growth[countries[at]]
    return _long("inbound", members[at], countries[at], good, values)


def _some(
    rng: np.random.Generator, rows: npt.NDArray[np.int64], params: Params, library: Library
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places of the series that are kept, as many as give about the figures that the world is to have."""
    active = (library.background.series > 0).mean(axis=1) * params.months
    figures = float(active[rows[rows >= 0]].sum())
    at, good = np.nonzero((rows >= 0) & (rng.random(rows.shape) < params.inbound_rows / max(figures, 1.0)))
    return at, good


def _direct(rng: np.random.Generator, params: Params, cast: ResampledCast, library: Library) -> pl.DataFrame:
    """Members' sales to Russia: as real ones until the controls bite code by code, then what is left."""
    pool = library.to_russia if len(library.to_russia) else np.arange(library.background.pairs.height)
    senders = library.background.pairs["sender"].to_numpy()[pool]
    pair = np.array([_of(rng, pool, senders == sender) for sender in cast.sender])
    donor = library.donor_codes(rng, cast.goods, 1, 1.0)[0]
    rows = library.rows[pair[:, None], donor[None, :]]
    at, good = np.nonzero(rows >= 0)
    blocks = month_blocks(rng, library.background, params, len(cast.members))
    scale = np.exp(0.3 * rng.standard_normal(len(cast.members)))
    values = library.background.series[rows[at, good][:, None], blocks[at]] * scale[at][:, None]
    bite, left = _controls(rng, cast, library, donor)
    months = np.arange(params.first, params.last + 1)
    after = months[None, :] >= bite[:, None]
    kept = np.where(after, np.sqrt(left)[:, None], 1.0)  # half of the fall as empty months, half as value
    present = rng.random(values.shape) < kept[good]
    return _long("direct", at, np.full(len(at), -1), good, values * kept[good] * present)


def _of(rng: np.random.Generator, pool: npt.NDArray[np.int64], mine: npt.NDArray[np.bool_]) -> int:
    """A pair of the pool that is the sender's, or any where it has none."""
    choice = pool[mine] if mine.any() else pool
    return int(rng.choice(choice))


def _controls(
    rng: np.random.Generator, cast: ResampledCast, library: Library, donor: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """For each good the month in which controls bite, and the share of trade that is left from then on.

    Listed goods keep 3 to 40 per cent, by the real fall of the donor code; half of the others are controlled
    too and keep more, the rest lose up to half as firms leave the market.
    """
    k, n_listed = len(cast.goods), len(cast.listed)
    later = rng.integers(CONTROLS_BITE, LAST_BITE + 1, k)  # as package follows package
    bite = np.where(rng.random(k) < FIRST_PACKAGE, CONTROLS_BITE, later)
    falls = library.background.falls.with_columns(
        (pl.col("value_ratio") * pl.col("presence_ratio")).alias("left")
    )
    known = dict(falls.select("hs6", "left").iter_rows())
    drawn = np.exp(rng.uniform(np.log(SHARE_LEFT[0]), np.log(SHARE_LEFT[1]), k))
    real = np.array([known.get(library.codes[at], drawn[i]) for i, at in enumerate(donor)])
    left = np.clip(real * np.exp(0.2 * rng.standard_normal(k)), *SHARE_LEFT)
    others = np.arange(k) >= n_listed
    controlled = rng.random(k) < 0.5
    left = np.where(others & controlled, np.sqrt(left), left)
    left = np.where(others & ~controlled, rng.uniform(0.5, 1.0, k), left)
    return bite, left


def _onward(
    rng: np.random.Generator,
    params: Params,
    cast: ResampledCast,
    library: Library,
    growth: npt.NDArray[np.float64],
) -> pl.DataFrame:
    """Scored countries' legal sales to Russia.

    The yearly level of a code is a real exporter's share of it times a real exporter's sales; the months are
    those of a series of the library in the same chapter. Without a real table of such exports both come from
    pairs of the library.
    """
    level = _onward_levels(rng, params, cast, library)
    level *= np.exp(0.3 * rng.standard_normal(level.shape))
    values, country, good = _shaped(rng, params, cast, library, level)
    change = np.exp(rng.normal(0.0, 0.3, len(cast.countries)))  # payments fail here, rivals leave there
    months = np.arange(params.first, params.last + 1)
    values *= np.where(months[None, :] >= CONTROLS_BITE, change[country][:, None], 1.0)
    values *= np.sqrt(growth[country])
    return _long("onward", np.full(len(country), -1), country, good, values)


def _onward_levels(
    rng: np.random.Generator, params: Params, cast: ResampledCast, library: Library
) -> npt.NDArray[np.float64]:
    """Countries by goods: US$ a year sold to Russia; 0 where the real exporter sold none."""
    background, n, k = library.background, len(cast.countries), len(cast.goods)
    level = np.zeros((n, k))
    total = cast.size_usd * np.exp(rng.normal(np.log(0.02), 1.5, n))
    if len(background.onward_sizes):
        rank = np.argsort(np.argsort(np.log(cast.size_usd) + rng.standard_normal(n))) / max(n - 1, 1)
        total = np.quantile(background.onward_sizes, rank)
    if background.onward.is_empty():
        donors = rng.integers(0, background.pairs.height, n)
        codes = library.donor_codes(rng, cast.goods, n, params.same_code)
        rows = library.rows[donors[:, None], codes]
        yearly = background.series[rows].sum(axis=2) * 12 / background.series.shape[1]
        share = yearly / background.pairs["yearly_usd"].to_numpy()[donors][:, None]
        return np.where(rows >= 0, share, 0.0) * total[:, None]
    exporters = background.onward.partition_by("exporter", maintain_order=True)
    own = own_series(cast.countries, background, "exporter")
    for c, which in enumerate(rng.integers(0, len(exporters), n).tolist()):
        if own[c, which]:
            which = (which + 1) % len(exporters)
        shares = dict(exporters[which].select("hs6", "share").iter_rows())
        chapters: dict[str, list[str]] = {}
        for code in shares:
            chapters.setdefault(code[:2], []).append(code)
        same = rng.random(k) < params.same_code
        for g, code in enumerate(cast.goods):
            pool = chapters.get(code[:2], [])
            donor = code if same[g] else (pool[int(rng.integers(len(pool)))] if pool else "")
            level[c, g] = shares.get(donor, 0.0) * total[c]
    return level


def _shaped(
    rng: np.random.Generator,
    params: Params,
    cast: ResampledCast,
    library: Library,
    level: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Monthly values of yearly levels: each takes the zeros and lumps of a real series of its chapter."""
    country, good = np.nonzero(level > 0)
    background = library.background
    chapter = background.keys["hs6"].str.head(2).to_numpy()
    every = np.arange(len(chapter))
    pools = {c: np.flatnonzero(chapter == c) for c in {code[:2] for code in cast.goods}}
    rows = np.empty(len(good), dtype=np.int64)
    for place, g in enumerate(good.tolist()):
        pool = pools[cast.goods[g][:2]]
        pool = pool if len(pool) else every
        rows[place] = pool[rng.integers(len(pool))]
    blocks = month_blocks(rng, background, params, len(rows))
    shape = background.series[rows[:, None], blocks] / background.series[rows].mean(axis=1)[:, None]
    return shape * (level[country, good] / 12)[:, None], country, good


def _other(
    rng: np.random.Generator,
    params: Params,
    cast: ResampledCast,
    library: Library,
    growth: npt.NDArray[np.float64],
) -> pl.DataFrame:
    """Scored countries' sales to the rest of the world, of the goods they deal in."""
    n, k = len(cast.countries), len(cast.goods)
    donors = rng.integers(0, library.background.pairs.height, n)
    rows = library.rows[donors[:, None], library.donor_codes(rng, cast.goods, n, params.same_code)]
    yearly = library.background.series[rows].sum(axis=2) * 12 / library.background.series.shape[1]
    share = yearly / library.background.pairs["yearly_usd"].to_numpy()[donors][:, None]
    total = cast.size_usd * np.exp(rng.normal(-1.5, 1.0, n))
    level = np.where((rows >= 0) & (rng.random((n, k)) < 0.7), share, 0.0) * total[:, None]
    values, country, good = _shaped(rng, params, cast, library, level)
    return _long("other", np.full(len(country), -1), country, good, values * growth[country])
