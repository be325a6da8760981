"""How each country publishes its trade: whether, when, in which edition, with what holes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from features.reference.facts import DEFAULT_LAG_DAYS, reporter_lags
from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.settings import RUSSIA_SILENT, FirmSettings

MANNERS = ("monthly", "quarterly", "yearly", "sparse")
MANNER_SHARES = (0.62, 0.12, 0.13, 0.13)
SPARSE = 0.45  # share of months that sparse reporters publish


@dataclass(frozen=True)
class FirmHabits:
    """Publication habits by place (one row or element per country).

    Attributes
    ----------
    exports, imports: (places, months) whether the month is ever published.
    to_russia: the same for exports to Russia, which some hide.
    published: (places, months) day of first publication, `datetime64[D]`.
    revised: (places, months) day of the revision. adopts: month from which HS2022 is used.
    least_usd: rows below are left out. re_exports: marks re-exports. by_maker: imports are booked under the
    country that made the goods, not under the one that sent them.
    """

    exports: np.ndarray
    imports: np.ndarray
    to_russia: np.ndarray
    published: np.ndarray
    revised: np.ndarray
    adopts: np.ndarray
    least_usd: np.ndarray
    re_exports: np.ndarray
    by_maker: np.ndarray


def draw_habits(settings: FirmSettings, places: Places) -> FirmHabits:
    """Draw how each country publishes; reporters with a known calendar keep it as their usual lag."""
    rng = settings.rng("habits")
    n, months = places.rest + 1, settings.n_months
    manner = rng.choice(len(MANNERS), n, p=MANNER_SHARES)
    manner[: places.n_members] = 0
    seen = _months_seen(settings, places, rng, manner)
    exports, imports = seen.copy(), seen & _imports_too(settings, places, rng)[:, None]
    published = _publication(settings, places, rng, manner)
    late = rng.random(n) < settings["late_edition"]
    adopts = settings.month_of(date(2022, 1, 1)) + np.where(late, rng.integers(1, 15, n), 0)
    return FirmHabits(
        exports=exports,
        imports=imports,
        to_russia=exports & _shows_russia(settings, places, rng),
        published=published,
        revised=published + rng.integers(28, 330, (n, months)).astype("timedelta64[D]"),
        adopts=adopts,
        least_usd=np.where(rng.random(n) < 0.3, rng.choice([1000, 2500, 5000], n), 0),
        re_exports=(rng.random(n) < 0.3) & (np.arange(n) >= places.n_members),
        by_maker=rng.random(n) < 0.5,
    )


def _months_seen(
    settings: FirmSettings, places: Places, rng: np.random.Generator, manner: np.ndarray
) -> np.ndarray:
    """Which months each country ever publishes; silent members and the rest of the world none."""
    n, months = places.rest + 1, settings.n_months
    seen = np.ones((n, months), bool)
    seen[places.silent] = False
    never = rng.random(n) < settings["never_reports"]
    stops = rng.random(n) < settings["stops_reporting"]
    from_month = rng.integers(months // 3, months - 6, n)
    sparse = manner == MANNERS.index("sparse")
    holes = rng.random((n, months)) > SPARSE
    scored = np.zeros(n, bool)
    scored[places.scored] = True
    seen[scored & never] = False
    seen &= ~((scored & stops)[:, None] & (np.arange(months) >= from_month[:, None]))
    seen &= ~((scored & sparse)[:, None] & holes)
    speaks = rng.random() < 0.5
    seen[places.russia] = speaks & (np.arange(months) < settings.month_of(RUSSIA_SILENT))
    seen[places.rest] = False
    return seen


def _imports_too(settings: FirmSettings, places: Places, rng: np.random.Generator) -> np.ndarray:
    """Members' imports are not part of the world; a tenth of the others publish exports only."""
    publishes = rng.random(places.rest + 1) > 0.1
    publishes[: places.n_members] = False
    publishes[places.russia] = True
    return publishes


def _shows_russia(settings: FirmSettings, places: Places, rng: np.random.Generator) -> np.ndarray:
    """A twelfth of the countries hides trade with Russia from some month after the controls."""
    n, months = places.rest + 1, settings.n_months
    hides = (rng.random(n) < 1 / 12) & (np.arange(n) >= places.n_members)
    begin = settings.controls + rng.integers(0, 12, n)
    return ~(hides[:, None] & (np.arange(months) >= begin[:, None]))


def _publication(
    settings: FirmSettings, places: Places, rng: np.random.Generator, manner: np.ndarray
) -> np.ndarray:
    """Day of first publication by country and month, after the end of the month."""
    n, months = places.rest + 1, settings.n_months
    calendar = dict(reporter_lags().iter_rows())
    usual = np.array([calendar.get(str(code), 0) for code in places.codes])
    drawn = np.where(rng.random(n) < 0.7, rng.integers(30, 100, n), rng.integers(100, 260, n))
    drawn[: places.n_members] = DEFAULT_LAG_DAYS
    lag = np.where(usual > 0, usual, drawn)
    ends = settings.months()[1:]
    month = np.arange(months)
    year = (settings.first.year - 2000) * 12 + month
    quarter_end = month + 2 - year % 3
    year_end = month + 11 - year % 12
    last = np.where(manner[:, None] == 1, quarter_end, np.where(manner[:, None] == 2, year_end, month))
    late = np.where(rng.random((n, months)) < 0.05, rng.integers(5, 60, (n, months)), 0)
    days = lag[:, None] + rng.integers(-3, 8, (n, months)) + late
    return ends[last] + np.maximum(days, 5).astype("timedelta64[D]")
