"""Countries as lists of sanctions write them (names, ISO codes, territories) to ISO 3166 alpha-3."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

import polars as pl

from riskmodel.sources.trade.areas import NOT_A_COUNTRY, area_codes

_LAST_CODE = re.compile(r"\b([A-Z]{2})[\s.]*$")
_TERRITORY = re.compile(r"^([a-z]{2})-[a-z0-9]{2,4}$")


@cache
def _names() -> dict[str, str]:
    own = (files("riskmodel.sources.listings") / "country_names.csv").read_bytes()
    short = (files("features") / "reference" / "countries.csv").read_bytes()
    table = pl.concat([pl.read_csv(t, infer_schema=False).select("name", "country") for t in (short, own)])
    return {_bare(name): country or NOT_A_COUNTRY for name, country in table.iter_rows()}


@cache
def alpha3(written: str) -> str:
    """Alpha-3 of a name or code; `""` for what is no country; text that is not known stays as it is.

    A territory (`us-ca`) is its country, save those that its country does not hold (`ua-cri`).

    >>> alpha3("Korea, South"), alpha3("tr"), alpha3("Undetermined"), alpha3("us-ca"), alpha3("Narnia")
    ('KOR', 'TUR', '', 'USA', 'Narnia')
    """
    text = written.strip()
    bare = _bare(text)
    known = _names().get(bare)
    if known is not None:
        return known
    codes = area_codes("iso2")
    if len(text) == 2:
        return codes.get(text.upper(), text)
    if len(text) == 3 and text.upper() in codes.values():
        return text.upper()
    territory = _TERRITORY.match(text.lower())
    return codes.get(territory[1].upper(), text) if territory else text


def in_address(address: str) -> str | None:
    """The country at the end of an address (`..., Yerevan, Armenia, AM`; `Moscow, Russia.`), else None.

    >>> in_address("Moscow, 119049, RU"), in_address("Vienna, Austria."), in_address("PHOENIX, AZ, 85043")
    ('RUS', 'AUT', None)
    """
    text = address.strip().strip(".;, ")
    if not text:
        return None
    parts = [part.strip() for part in text.split(",")]
    for last in (", ".join(parts[-2:]), parts[-1]):
        known = _names().get(_bare(last))
        if known is not None:
            return known
    code = _LAST_CODE.search(text)
    # A code counts at the end only: the state in `Phoenix, AZ, 85043` is not Azerbaijan.
    if code and (len(parts) > 1 or text == code[1]):
        return area_codes("iso2").get(code[1])
    return None


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold()
    return " ".join(plain.split())
