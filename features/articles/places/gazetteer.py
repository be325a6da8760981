"""Countries in text: every name, demonym, capital, trade city and free zone, longest match first.

The names are data (`features/reference/gazetteer*.csv`). A match needs a word boundary on both sides
and the capital letter that English gives a name, so `Oman` is not found in `Roman` nor the bird in
`turkey`. Names that are also something else (`Georgia`, `Jordan`, `Chad`) are checked against the
traps table, which says which words around them mean the other thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from features.articles.places.namesakes import is_namesake
from features.reference.read import read_reference

_APOSTROPHES = "’ʼ‘`"
_UPPERCASED_KINDS = frozenset({"name", "demonym", "capital"})
_CAPITALISED = re.compile(r"(?<!\w)[^\W\d_a-z]\w*")


class Place(NamedTuple):
    """One country found in a text: character span, ISO alpha-3 code and kind of name."""

    start: int
    end: int
    iso3: str
    kind: str


class _Name(NamedTuple):
    text: str
    iso3: str
    kind: str
    base: str


@dataclass(frozen=True)
class Trap:
    """Words around a name that mean it is not the country. `side`: before, after or sentence."""

    side: str
    pattern: re.Pattern[str]
    note: str


@dataclass(frozen=True)
class Gazetteer:
    """Names by their first word, traps by name, and the group of a country (see `group`)."""

    by_first_word: dict[str, tuple[_Name, ...]]
    traps: dict[str, tuple[Trap, ...]]
    groups: dict[str, str]
    regions: dict[str, str]

    def group(self, iso3: str) -> str:
        """`russia`, `ukraine`, `controls` (applies controls), `other_regime` (under others) or empty."""
        return self.groups.get(iso3, "")


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The gazetteer, read once.

    >>> gazetteer().group("RUS"), gazetteer().group("KAZ")
    ('russia', '')
    """
    names: dict[str, list[_Name]] = {}
    regions = {row["name"]: row["mask"] for row in read_reference("gazetteer_regions.csv")}
    for name in [*_country_names(), *(_Name(n, "", mask, n) for n, mask in regions.items())]:
        first = re.match(r"\w+", name.text)
        if first:
            names.setdefault(first.group(), []).append(name)
    traps: dict[str, list[Trap]] = {}
    for row in read_reference("gazetteer_traps.csv"):
        trap = Trap(row["side"], re.compile(row["pattern"]), row["note"])
        traps.setdefault(row["name"], []).append(trap)
    return Gazetteer(
        {word: tuple(sorted(found, key=lambda n: -len(n.text))) for word, found in names.items()},
        {name: tuple(found) for name, found in traps.items()},
        {row["iso3"]: row["group"] for row in read_reference("gazetteer_groups.csv")},
        regions,
    )


def _country_names() -> Iterator[_Name]:
    seen: set[str] = set()
    for row in read_reference("gazetteer.csv"):
        base, iso3, kind = row["name"], row["iso3"], row["kind"]
        variants = [base]
        if kind in _UPPERCASED_KINDS and len(base) > 3:
            variants.append(base.upper())
        for text in variants:
            if text not in seen:
                seen.add(text)
                yield _Name(text, iso3, kind, base)


def country_spellings() -> dict[str, str]:
    """Every spelling that is matched, and its ISO alpha-3 code."""
    return {name.text: name.iso3 for name in _country_names()}


def trap_names() -> frozenset[str]:
    """Spellings whose meaning depends on the words around them."""
    traps = gazetteer().traps
    return frozenset(name.text for name in _country_names() if name.base in traps)


def straightened(text: str) -> str:
    """The text with plain apostrophes, as long as it was.

    >>> straightened("Türkiye’s")
    "Türkiye's"
    """
    for mark in _APOSTROPHES:
        text = text.replace(mark, "'")
    return text


def find_places(text: str) -> list[Place]:
    """Countries and regions named in `text`, in order, without overlaps; traps left out.

    Regions (EU, Central Asia, ...) have an empty `iso3` and their mask as `kind`.

    >>> [(p.iso3, p.kind) for p in find_places("Dubai traders in the Roman quarter ate turkey.")]
    [('ARE', 'place')]
    """
    return list(_places_in(text))


@lru_cache(maxsize=4096)  # a sentence that the fast pass leaves to this one is often read closely later
def _places_in(text: str) -> tuple[Place, ...]:
    book = gazetteer()
    plain = straightened(text)
    places: list[Place] = []
    last = 0
    for match in _CAPITALISED.finditer(plain):
        names = book.by_first_word.get(match.group())
        start = match.start()
        if names is None or start < last:
            continue
        name = _name_at(plain, start, names)
        if name is None:
            continue
        last = start + len(name.text)
        if _trapped(plain, start, last, book.traps.get(name.base, ())):
            continue
        if not is_namesake(plain, start, last, name.kind):
            places.append(Place(start, last, name.iso3, name.kind))
    return tuple(places)


def _name_at(text: str, start: int, names: tuple[_Name, ...]) -> _Name | None:
    for name in names:
        if text.startswith(name.text, start):
            end = start + len(name.text)
            if end == len(text) or name.text.endswith(".") or not _is_word(text[end]):
                return name
    return None


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _trapped(text: str, start: int, end: int, traps: tuple[Trap, ...]) -> bool:
    for trap in traps:
        if trap.side == "before":
            where = text[max(0, start - 80) : start]
        elif trap.side == "after":
            where = text[end : end + 60]
        else:
            where = text[max(0, start - 1000) : end + 1000]
        if trap.pattern.search(where):
            return True
    return False
