"""Rows of the reference tables that ship with the package, and the lists that they hold."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources


def read_reference(name: str, package: str = "features.reference") -> list[dict[str, str]]:
    """Rows of a CSV file that ships with the package."""
    text = (resources.files(package) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@cache
def word_list(name: str) -> tuple[str, ...]:
    """Words of one list of `word_lists.csv`, as the file has them; blanks at an end are part of a word.

    A word has one row however many lists it is on. Raises KeyError for a list that no word is on.

    >>> "circumvent" in word_list("evasion"), " oil" in word_list("energy")
    (True, True)
    """
    return _members("word_lists.csv", "lists", name, "word")


@cache
def country_set(name: str) -> frozenset[str]:
    """Members of one set of `country_sets.csv`: ISO 3166-1 alpha-3 codes, or subregions of UN M49."""
    return frozenset(_members("country_sets.csv", "set", name, "member"))


def _members(file: str, column: str, name: str, wanted: str) -> tuple[str, ...]:
    members = tuple(row[wanted] for row in read_reference(file) if name in row[column].split())
    if not members:
        raise KeyError(f"{file} has no row whose {column} is {name!r}")
    return members
