"""Codes and names of countries, as statistical offices write them, to ISO 3166 alpha-3."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files

import polars as pl

from data_contracts.codes.countries import WORLD, country_codes

NOT_A_COUNTRY = ""
_SHORT = {"st": "saint", "isl": "island", "isds": "islands", "rep": "republic", "dem": "democratic",
          "fed": "federated"}  # fmt: skip
# What history adds to a name, as in "Germany (incl. German Democratic Republic 'DD' from 1991)".
_HISTORY = re.compile(
    r"\d|^(incl|excl|einschl|ohne|from|until|since|before|after|formerly|as defined|under|ab|bis|seit|"
    r"y compris|à partir|depuis|avant|jusqu|sauf|sans|non compris|eire)",
    re.IGNORECASE,
)


@cache
def area_codes(*systems: str) -> dict[str, str]:
    """Return code -> alpha-3 for `m49`, `iso2`, `comext`, `comtrade`; groups and dead codes give `""`.

    >>> area_codes("m49")["842"], area_codes("m49")["490"], area_codes("iso2", "comext")["EL"]
    ('USA', 'TWN', 'GRC')
    """
    rows = [row for row in _rows("area_codes.csv") if row["system"] in systems]
    return {row["code"]: row["country"] or NOT_A_COUNTRY for row in rows}


@cache
def area_names() -> dict[str, str]:
    """Return name -> alpha-3, names as `plain_name` gives them; groups give `""`, parts their code."""
    return {plain_name(row["name"]): row["country"] for row in _rows("country_names.csv")}


@cache
def area_parts() -> dict[str, tuple[str, str]]:
    """Return the code of a part of a country -> the country, and the reason to drop the part."""
    return {row["part"]: (row["whole"], row["reason"]) for row in _rows("area_parts.csv")}


def plain_name(name: str) -> str:
    """A name in small letters without accents, signs and articles, its short words in full.

    >>> plain_name("St. Kitts & Nevis"), plain_name("Côte d'Ivoire"), plain_name("The Gambia")
    ('saint kitts and nevis', 'cote divoire', 'gambia')
    """
    text = unicodedata.normalize("NFKD", name).lower().replace("&", " and ").replace("ß", "ss")
    text = re.sub("['\u2019`]", "", text.replace("œ", "oe").replace("\u0131", "i"))
    bare = "".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c))
    return " ".join(_SHORT.get(word, word) for word in bare.split() if word != "the")


def country(column: pl.Expr, *systems: str) -> pl.Expr:
    """As `country_of`, of an expression on a table in memory."""
    return column.map_batches(lambda codes: country_of(codes, *systems), return_dtype=pl.String)


def country_of(codes: pl.Series, *systems: str) -> pl.Series:
    """Alpha-3 of a code of one of `systems`, of an ISO 3166 code of letters, or of a name.

    `""` where it is known to be no country; an unknown text stays, null stays null. Each distinct text is
    looked up once.
    """
    distinct = codes.unique().drop_nulls()
    found = [_known(text, systems) for text in distinct.to_list()]
    return codes.replace_strict(distinct, pl.Series(found, dtype=pl.String), return_dtype=pl.String)


def country_or_text(codes: pl.Series, *systems: str) -> pl.Series:
    """As `country_of`, but what is known to be no country keeps its text too."""
    found = country_of(codes, *systems)
    return found.zip_with((found != NOT_A_COUNTRY).fill_null(False), codes)


def _known(text: str, systems: tuple[str, ...]) -> str:
    bare = re.sub(r"\.0$", "", re.sub(r"^0+(\d)", r"\1", text.strip()))
    codes, letters = area_codes(*systems), bare.upper()
    if bare in codes or letters in codes:
        return codes.get(bare, codes.get(letters, NOT_A_COUNTRY))
    if letters in _alpha3():
        return letters
    # NA is Namibia only where codes of two letters are the rule; elsewhere it says nothing.
    if len(letters) == 2 and letters != "NA" and letters in area_codes("iso2", "comext"):
        return area_codes("iso2", "comext")[letters]
    return _named(text) if not bare.isdigit() else bare


def _named(text: str) -> str:
    names = area_names()
    found = names.get(plain_name(text))
    if found is not None:
        return found
    outer, bracket, inner = text.partition("(")
    inner = inner.rstrip(") ")
    known = names.get(plain_name(outer)) if bracket else None
    # A bracket is set aside only where it is history or another name: "Congo (Kinshasa)" is not Congo.
    if known is not None and (_HISTORY.search(inner) or names.get(plain_name(inner)) == known):
        return known
    union = re.match(r"^(European Union|Euro area|Extra-|Intra-|Union europ|Europäische Union)", text)
    return NOT_A_COUNTRY if union else text


@cache
def _alpha3() -> frozenset[str]:
    return frozenset((*country_codes(), WORLD))


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("riskmodel.sources.trade") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
