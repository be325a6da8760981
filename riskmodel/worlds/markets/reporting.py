"""What countries publish of their trade: when, in which edition, with which gaps and revisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from features.reference import facts
from riskmodel.worlds.markets.blocks import FLOWS, GOODS, MONTHS, PLACES, Rows, added_up
from riskmodel.worlds.markets.cast import MarketCast
from riskmodel.worlds.markets.parameters import Array, Index, Mask, Parameters, months_to

HS2022 = date(2022, 1, 1)
NEVER_ADOPTS = 999
SOURCE = "simulated national statistics"
NO_WEIGHT = 0.12  # share of rows without a weight


@dataclass(frozen=True)
class MarketHabits:
    """Publication habits over all places but the world total.

    Attributes: published (places x months), known (days from 1970 to first publication, places x months),
    revised (places x months), factor (first value over final one), later (days to the final value),
    edition_from (month in which HS2022 begins), weighs (records weights).
    """

    published: Mask
    known: Index
    revised: Mask
    factor: Array
    later: Index
    edition_from: Index
    weighs: Mask


def habits(p: Parameters, c: MarketCast) -> MarketHabits:
    """Draw who reports, how late, with which gaps, and who revises."""
    rng = p.rng("habits")
    places, months = c.russia + 1, len(c.months)
    scored = np.arange(places) < c.n_scored
    published = np.ones((places, months), dtype=bool)
    published[c.n_scored + c.n_coalition : c.russia] = False
    luck = rng.random(places)
    never = scored & (luck < p["never_reports"])
    stops = scored & ~never & (luck < p["never_reports"] + p["stops_reporting"])
    sparse = scored & (luck > 1 - p["sparse_reports"]) & ~never
    published[never] = False
    for s in np.flatnonzero(stops):
        published[s, int(rng.integers(months // 3, months)) :] = False
    published[sparse] &= rng.random((int(sparse.sum()), months)) > rng.uniform(
        0.1, 0.45, (int(sparse.sum()), 1)
    )
    lag = _lags(rng, c, scored)
    known = _known(rng, c, lag, batches=scored & (rng.random(places) < 0.15))
    revises = rng.random(places) < np.where(scored, 0.3, 0.4)
    revised = revises[:, None] & (rng.random((places, months)) < rng.uniform(0.1, 0.7, (places, 1)))
    return MarketHabits(
        published=published,
        known=known,
        revised=revised,
        factor=np.clip(np.exp(rng.normal(-0.02, 0.06, (places, months))), 0.7, 1.25),
        later=rng.integers(60, 420, (places, months)),
        edition_from=_editions(p, rng, c, scored),
        weighs=rng.random(places) > 0.12,
    )


def _lags(rng: np.random.Generator, c: MarketCast, scored: Mask) -> Array:
    documented = dict(facts.reporter_lags().iter_rows())
    prompt = rng.uniform(35, 80, len(scored))
    slow = rng.uniform(90, 330, len(scored))
    own = np.where(rng.random(len(scored)) < 0.65, prompt, slow)
    of_code = [documented.get(code, facts.DEFAULT_LAG_DAYS) for code in c.codes[: len(scored)]]
    return np.asarray(np.where(scored, own, of_code))


def _known(rng: np.random.Generator, c: MarketCast, lag: Array, batches: Mask) -> Index:
    """Days of first publication; some reporters publish a quarter or a year at once."""
    first = np.array([(month - date(1970, 1, 1)).days for month in c.months])
    jitter = rng.integers(-4, 9, (len(lag), len(first)))
    waits = np.zeros((len(lag), len(first)), dtype=np.int64)
    for place in np.flatnonzero(batches):
        step = int(rng.choice([3, 12]))
        month_no = np.array([month.month for month in c.months])
        waits[place] = 30 * ((-month_no) % step)
    known = first[None, :] + 31 + np.round(lag).astype(np.int64)[:, None] + waits + jitter
    return np.asarray(known, dtype=np.int64)


def _editions(p: Parameters, rng: np.random.Generator, c: MarketCast, scored: Mask) -> Index:
    start = months_to(c.months[0], HS2022)
    late = rng.random(len(scored)) < np.where(scored, p["late_edition"], 0.03)
    delay = rng.integers(1, 25, len(scored))
    never = scored & (rng.random(len(scored)) < 0.04)
    return np.asarray(np.where(never, NEVER_ADOPTS, start + np.where(late, delay, 0)), dtype=np.int64)


def publish(p: Parameters, c: MarketCast, h: MarketHabits, rows: Rows) -> pl.DataFrame:
    """The canonical trade table of true rows: published months, editions and vintages."""
    kept = h.published[rows.reporter, rows.month]
    reporter, month, good, value = (x[kept] for x in (rows.reporter, rows.month, rows.good, rows.value))
    new = month >= h.edition_from[reporter]
    value = np.where(new, value, np.rint(value * c.goods.wider[good]).astype(np.int64))
    labels = _Labels.of(c)
    code = labels.code_of[np.where(new, good, good + len(c.goods.codes))]
    key = labels.key(reporter, rows.partner[kept], rows.flow[kept], code, new, month)
    unit = np.zeros(len(labels.codes))
    np.maximum.at(unit, labels.code_of, np.tile(c.goods.unit_usd, 2))
    return _canonical(p, c, h, labels, unit, *added_up(key, value))  # two new codes may share an old one


@dataclass(frozen=True)
class _Labels:
    """Labels in alphabetical order, so that sorted numbers are sorted rows."""

    places: tuple[str, ...]
    place_of: Index
    codes: tuple[str, ...]
    code_of: Index  # of the new codes, then of the old ones

    @classmethod
    def of(cls, c: MarketCast) -> _Labels:
        places, codes = tuple(sorted(c.codes)), tuple(sorted({*c.goods.codes, *c.goods.old_codes}))
        every = (*c.goods.codes, *c.goods.old_codes)
        return cls(places, _places_in(places, c.codes), codes, _places_in(codes, every))

    def key(
        self, reporter: Index, partner: Index, flow: Index, code: Index, new: Mask, month: Index
    ) -> Index:
        side = (self.place_of[reporter] * PLACES + self.place_of[partner]) * len(FLOWS) + flow
        return np.asarray((side * GOODS + code) * 2 * MONTHS + new * MONTHS + month, dtype=np.int64)


def _places_in(ordered: tuple[str, ...], names: tuple[str, ...]) -> Index:
    at = {name: place for place, name in enumerate(ordered)}
    return np.array([at[name] for name in names], dtype=np.int64)


def _canonical(
    p: Parameters,
    c: MarketCast,
    h: MarketHabits,
    labels: _Labels,
    unit: Array,
    key: Index,
    value: npt.NDArray[np.int64],
) -> pl.DataFrame:
    """Weights with noise or none, first and final vintages, labels."""
    rest, month = np.divmod(key, MONTHS)
    rest, new = np.divmod(rest, 2)
    rest, code = np.divmod(rest, GOODS)
    side, flow = np.divmod(rest, len(FLOWS))
    reporter, partner = np.divmod(side, PLACES)
    who = np.argsort(labels.place_of)[reporter]  # back to places of the cast
    rng = p.rng("weights")
    kg = np.rint(value / unit[code] * np.exp(rng.normal(0, 0.25, len(value)))).astype(np.int64)
    weighed = h.weighs[who] & (rng.random(len(value)) > NO_WEIGHT)
    revised = h.revised[who, month]
    early = np.where(revised, np.rint(value * h.factor[who, month]).astype(np.int64), value)
    row = np.repeat(np.arange(len(value)), 1 + revised)
    final = np.diff(row, prepend=-1) == 0
    known = h.known[who, month][row] + final * h.later[who, month][row]
    pick = np.where(final, value[row], early[row])
    months, names = pl.Series(list(c.months), dtype=pl.Date), pl.Series(list(labels.places))
    return pl.DataFrame(
        {
            "reporter": names.gather(reporter[row]),
            "partner": names.gather(partner[row]),
            "flow": pl.Series(list(FLOWS)).gather(flow[row]),
            "hs6": pl.Series(list(labels.codes)).gather(code[row]),
            "hs_edition": pl.Series(["HS2017", "HS2022"]).gather(new[row]),
            "period": months.gather(month[row]),
            "value_usd": pick,
            "net_kg": pl.select(pl.when(pl.Series(weighed[row])).then(pl.Series(kg[row]))).to_series(),
            "known_at": pl.Series(known.astype(np.int32)).cast(pl.Date),
            "source": pl.repeat(SOURCE, len(row), eager=True),
        }
    ).cast(pl.Schema(TRADE_FLOWS))
