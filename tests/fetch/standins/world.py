"""The made-up world behind the stand-ins: a clock, dated revisions, firms that are listed and delisted.

Every figure comes from a seed and means nothing; only the labels (ISO codes, HS codes) are real.
"""

from __future__ import annotations

import random
import threading
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from .areas import areas, by_iso3

CODES = ("845710", "847150", "848210", "851762", "852691", "854231", "854239", "880730", "901420", "903020")
KEY = "standin-key-0123456789abcdef"
SILENT = ("RUS", "TKM", "TWN")  # countries that do not report, but are partners


@dataclass(frozen=True)
class Revision:
    """From `on` a source shows other figures for a period (YYYYMM or YYYY) of a reporter ("" for all)."""

    source: str
    on: date
    period: str = ""
    reporter: str = ""
    factor: float = 1.1

    def touches(self, source: str, period: str, reporter: str = "") -> bool:
        """Whether this is a revision of that cell."""
        return (
            self.source == source
            and self.period in ("", period)
            and (not reporter or self.reporter in ("", reporter))
        )


@dataclass(frozen=True)
class Party:
    """A made-up firm on the lists of some sources, from `listed` until the day before `removed`."""

    number: int
    name: str
    iso3: str
    city: str
    listed: date
    removed: date | None = None
    lists: tuple[str, ...] = ("ofac", "csl", "uk-list", "eu-annex-iv", "opensanctions")

    def on(self, day: date) -> bool:
        """Whether the party is listed on that day."""
        return self.listed <= day and (self.removed is None or day < self.removed)


def midnight(day: date) -> datetime:
    """The first moment of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def month_end(period: str) -> date:
    """Last day of a month YYYYMM; of the year for YYYY and YYYY52."""
    year, month = int(period[:4]), int(period[4:6] or 12)
    month = min(month, 12)
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def months(first: str, last: str) -> list[str]:
    """Months YYYYMM from the first to the last, both included."""
    start, end = (int(text[:4]) * 12 + int(text[4:]) - 1 for text in (first, last))
    return [f"{number // 12}{number % 12 + 1:02d}" for number in range(start, end + 1)]


@dataclass
class World:
    """What the sources know and when. `clock` is now; sources show only what was published by then.

    `reporters` and `partners` are ISO codes of three letters, `codes` HS codes of six digits. `first` is the
    first month with trade. `limits` are the row limits of Comtrade's two doors, `quota` its calls a day.
    """

    clock: datetime = field(default_factory=lambda: datetime(2025, 6, 30, 12, tzinfo=UTC))
    seed: int = 7
    first: str = "202301"
    reporters: tuple[str, ...] = field(
        default_factory=lambda: tuple(a.iso3 for a in areas() if a.iso3 not in SILENT)
    )
    partners: tuple[str, ...] = field(default_factory=lambda: tuple(area.iso3 for area in areas()))
    codes: tuple[str, ...] = CODES
    cells: int = 40
    keys: tuple[str, ...] = (KEY,)
    limits: dict[str, int] = field(default_factory=lambda: {"data": 100_000, "preview": 500})
    quota: int = 500
    pace: float = 0.0
    preview_periods: int = 12
    uk_page: int = 100
    federal_register_page: int = 20
    revisions: list[Revision] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    gdelt_days: tuple[date, ...] = (date(2025, 6, 1), date(2025, 6, 2))
    gdelt_missing: set[str] = field(default_factory=set)
    gdelt_unlisted: set[str] = field(default_factory=set)
    gdelt_late: dict[str, date] = field(default_factory=dict)
    ofac_files_elsewhere: bool = False
    validators: bool = True
    ranges: bool = True
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    kept: dict[object, object] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.parties:
            self.parties.extend(made_up_parties(self.seed))

    def at(self, day: date | datetime) -> World:
        """Set the clock (a day means its noon, UTC) and return the world."""
        noon = day if isinstance(day, datetime) else midnight(day) + timedelta(hours=12)
        self.clock = noon if noon.tzinfo else noon.replace(tzinfo=UTC)
        return self

    def revise(
        self, source: str, on: date, *, period: str = "", reporter: str = "", factor: float = 1.1
    ) -> None:
        """From that day the source (comtrade, comext, uk-trade, baci) shows figures times the factor."""
        self.revisions.append(Revision(source, on, period, reporter, factor))

    def list_party(self, name: str, iso3: str, listed: date, **more: object) -> Party:
        """Add a firm to the lists; `removed`, `lists` and `city` may be given."""
        party = Party(100 + len(self.parties), name, iso3, listed=listed, **{"city": "Sampleville"} | more)  # type: ignore[arg-type]
        self.parties.append(party)
        return party

    def delist(self, number: int, on: date) -> None:
        """Take a firm off its lists from that day."""
        self.parties[:] = [
            Party(**{**vars(party), "removed": on}) if party.number == number else party
            for party in self.parties
        ]

    def listed(self, source: str, now: datetime, share: float = 1.0) -> list[Party]:
        """Firms on a list at a moment, by number; a share below 1 keeps only the first ones."""
        shown = [party for party in self.parties if source in party.lists and party.on(now.date())]
        shown.sort(key=lambda party: party.number)
        return shown[: int(len(shown) * share)]

    def publications(self, source: str, now: datetime) -> list[date]:
        """Days up to now on which a list changed, oldest first."""
        days = {day for p in self.parties if source in p.lists for day in (p.listed, p.removed) if day}
        return sorted(day for day in days if day <= now.date())

    def releases(self, source: str, period: str, reporter: str = "", lag: int = 45) -> list[date]:
        """Days of the first release of a period (its end and the lag) and of each later revision."""
        first = month_end(period) + timedelta(days=lag)
        later = [each.on for each in self.revisions if each.touches(source, period, reporter)]
        return [first, *sorted({day for day in later if day > first})]

    def seen(self, source: str, period: str, now: datetime, reporter: str = "", lag: int = 45) -> list[date]:
        """Releases of a period up to now; empty where it is not out yet."""
        return [day for day in self.releases(source, period, reporter, lag) if midnight(day) <= now]

    def factor(self, source: str, period: str, now: datetime, reporter: str = "") -> float:
        """What the revisions known by now multiply the first figure with."""
        product = 1.0
        for each in self.revisions:
            if each.touches(source, period, reporter) and midnight(each.on) <= now:
                product *= each.factor
        return product

    def draw(self, *key: object) -> random.Random:
        """A random stream that depends on the seed and the key alone."""
        return random.Random(zlib.crc32(repr((self.seed, *key)).encode()))

    def remember(self, key: object, make: object) -> object:
        """The value under a key, made once."""
        with self.lock:
            if key not in self.kept:
                self.kept[key] = make()  # type: ignore[operator]
            return self.kept[key]


def made_up_parties(seed: int) -> Iterable[Party]:
    """Thirty firms that do not exist, listed between 2022 and 2025, two of them taken off again."""
    stream = random.Random(seed)
    places = [iso3 for iso3 in ("RUS", "KGZ", "KAZ", "ARM", "TUR", "ARE", "CHN", "HKG") if iso3 in by_iso3()]
    heads = ("Umbra", "Quell", "Vantor", "Oblique", "Zephra", "Nimbal")
    tails = ("Components", "Trading", "Logistics", "Instruments", "Supply")
    for number in range(30):
        listed = date(2022, 3, 1) + timedelta(days=40 * number)
        name = f"{heads[number % 6]} {tails[number // 6]} {number:03d} LLC"
        removed = listed + timedelta(days=300) if number in (4, 11) else None
        place = "RUS" if number % 3 == 0 else stream.choice(places)
        yield Party(number + 1, name, place, f"Sampletown {number}", listed, removed)
