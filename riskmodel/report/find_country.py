"""Which country a reader means: by name, code, demonym, capital or place, as the gazetteer knows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from features.reference.facts import country_names
from features.reference.read import read_reference
from riskmodel.sources.trade.areas import area_codes

# A country's own names come before what lies in it; leaders and organisations name no country.
KINDS = ("name", "demonym", "capital", "place", "zone")


@dataclass(frozen=True)
class CountryMatch:
    """ISO alpha-3 code, or None with the nearest names."""

    code: str | None
    nearest: tuple[str, ...] = ()


def find_country(asked: str, others: Iterable[tuple[str, str]] = ()) -> CountryMatch:
    """The country that a reader asks for.

    Parameters
    ----------
    others: code and name of further countries, such as those of a run; they come first.

    >>> [find_country(word).code for word in ("Turkey", "UAE", "tr", "TURKIYE", "Kyrgyz Republic", "Kazakh")]
    ['TUR', 'ARE', 'TUR', 'TUR', 'KGZ', 'KAZ']
    >>> find_country("Kazakstn")
    CountryMatch(code=None, nearest=('Kazakhstan',))
    """
    wanted = _plain(asked)
    own = {_plain(word): code for code, name in others for word in (code, name)}
    known = own | {word: code for word, code in _spellings().items() if word not in own}
    if wanted in known:
        return CountryMatch(known[wanted])
    names = _names()
    near = get_close_matches(wanted, names, n=6, cutoff=0.75)
    return CountryMatch(None, tuple(dict.fromkeys(names[word] for word in near))[:3])


@cache
def _names() -> dict[str, str]:
    """Folded names and demonyms to the name of the country, for proposals."""
    shown = country_names()
    found = {_plain(name): name for name in shown.values()}
    for row in read_reference("gazetteer.csv"):
        if row["kind"] in KINDS[:2] and row["iso3"] in shown:
            found.setdefault(_plain(row["name"]), shown[row["iso3"]])
    return found


@cache
def _spellings() -> dict[str, str]:
    """Every spelling, folded, to its code; the first kind of `KINDS` that has it decides."""
    found: dict[str, str] = {}
    for code, name in country_names().items():
        found.setdefault(_plain(code), code)
        found.setdefault(_plain(name), code)
    rows = read_reference("gazetteer.csv")
    for kind in KINDS:
        for row in rows:
            if row["kind"] == kind:
                found.setdefault(_plain(row["name"]), row["iso3"])
    for two, code in area_codes("iso2").items():
        if code:
            found.setdefault(_plain(two), code)
    return found


def _plain(text: str) -> str:
    """Without accents, case, dots and doubled blanks."""
    bare = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("İ", "I"))
    letters = "".join(char for char in bare if not unicodedata.combining(char) and char != ".")
    return " ".join(letters.casefold().split())
