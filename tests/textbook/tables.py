"""Two canonical trade tables of a seed: the plain case among ordinary countries, and the harder cases."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl

from data_contracts.months import month_number, month_start
from data_contracts.tables import TRADE_FLOWS

from .casting import CASTS, TableName, labels
from .economy import WAR, Economy, grown, ordinary
from .goods import CODES, IS_LISTED, MONTHS, SENDERS, Floats

CIF = 1.08  # freight and insurance in import values


@dataclass(frozen=True)
class Textbook:
    """One table of a seed. `label` maps the name of each case to the country code that plays it."""

    name: TableName
    seed: int
    trade: pl.DataFrame
    label: dict[str, str]
    economies: dict[str, Economy]


@cache
def textbook(name: TableName, seed: int) -> Textbook:
    """The table `plain` or `cases` of a seed: `TRADE_FLOWS`, sorted; the same seed gives the same rows."""
    label = labels(name, seed)
    economies = {case: make(_generator(seed, case)) for case, make in CASTS[name].items()}
    parts: list[pl.DataFrame] = []
    for case, economy in economies.items():
        parts += _rows(economy, label[case], _generator(seed, case, 1), seed)
    russia = _russia(seed)
    parts += _sent(russia, "RUS", seed)
    parts += _world_totals([*economies.values(), russia], seed)
    trade = pl.concat(parts).select(pl.col(column).cast(kind) for column, kind in TRADE_FLOWS.items())
    trade = trade.sort("reporter", "partner", "flow", "hs6", "period")
    return Textbook(name, seed, trade, label, economies)


def _generator(seed: int, case: str, part: int = 0) -> np.random.Generator:
    """A generator for each case; the crackdown draws the very numbers of its twin."""
    case = "without_crackdown" if case == "crackdown" else case
    return np.random.default_rng([seed, zlib.crc32(case.encode()), part])


def _russia(seed: int) -> Economy:
    """The direct leg: listed goods fall to 5 % from March 2022 on, others to one half."""
    economy = ordinary(_generator(seed, "russia"), 2e9, 0.0, lines=1.0)
    left = np.where(IS_LISTED, 0.05, 0.5)[:, None]
    return grown(economy, "inbound", left, WAR, 3)


def _rows(economy: Economy, country: str, rng: np.random.Generator, seed: int) -> Iterator[pl.DataFrame]:
    """Everything that senders and the country itself publish about its trade."""
    yield from _sent(economy, country, seed)
    lag = int(rng.integers(50, 91))
    if "M" in economy.reports:
        noise = CIF * economy.seen * rng.lognormal(0.0, 0.06, economy.inbound.shape)
        for at, sender in enumerate(SENDERS):
            values, weights = economy.inbound[at] * noise[at], economy.inbound_kg[at] * economy.seen[at]
            yield _table(country, sender, "M", values, weights, lag)
    if "R" in economy.reports:
        yield _table(country, "RUS", "X", economy.onward, economy.onward_kg, lag)
    if "X" in economy.reports:
        total = economy.elsewhere + (economy.onward if "R" in economy.reports else 0.0)
        yield _table(country, "WLD", "X", total, None, lag)


def _sent(economy: Economy, country: str, seed: int) -> Iterator[pl.DataFrame]:
    for at, sender in enumerate(SENDERS):
        lag = _sender_lag(sender, seed)
        yield _table(sender, country, "X", economy.inbound[at], economy.inbound_kg[at], lag)


def _world_totals(economies: list[Economy], seed: int) -> Iterator[pl.DataFrame]:
    """What the senders sell to all countries, those of the table and the rest."""
    for at, sender in enumerate(SENDERS):
        named = sum((economy.inbound[at] for economy in economies), np.zeros((len(CODES), len(MONTHS))))
        rest = ordinary(_generator(seed, f"rest of {sender}"), 6e9, 0.0, lines=1.0).inbound.sum(axis=0)
        yield _table(sender, "WLD", "X", 1.001 * named + rest, None, _sender_lag(sender, seed))


def _sender_lag(sender: str, seed: int) -> int:
    return int(_generator(seed, sender).integers(40, 61))


def _table(
    reporter: str,
    partner: str,
    flow: str,
    usd: Floats,
    kg: Floats | None,
    lag: int,
) -> pl.DataFrame:
    """Rows of one reporter and partner; months without goods have no row, as customs publish them."""
    codes, months = np.nonzero(np.rint(usd) > 0)
    weights = None if kg is None else np.maximum(1, np.rint(kg[codes, months])).astype(np.int64)
    days = pl.DataFrame(
        {
            "period": MONTHS,
            "known_at": [month_start(month_number(day) + 1) + timedelta(days=lag - 1) for day in MONTHS],
            "hs_edition": ["HS2017" if day < date(2022, 1, 1) else "HS2022" for day in MONTHS],
        }
    )
    return (
        days[months]
        .with_columns(
            reporter=pl.lit(reporter),
            partner=pl.lit(partner),
            flow=pl.lit(flow),
            hs6=pl.Series([CODES[code] for code in codes], dtype=pl.String),
            value_usd=pl.Series(np.rint(usd[codes, months]).astype(np.int64)),
            net_kg=pl.Series(weights, dtype=pl.Int64)
            if weights is not None
            else pl.lit(None, dtype=pl.Int64),
            source=pl.lit("textbook"),
        )
        .select(list(TRADE_FLOWS))
    )
