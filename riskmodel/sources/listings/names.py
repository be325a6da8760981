"""Who was listed, in one cell: `name [number]; name [number]; and 12 more`, bounded and on one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import polars as pl

from data_contracts.plain_text import one_line

NAMES = "entities"
SHOWN = 12
LONGEST_NAME, LONGEST_NUMBER = 120, 40
_MORE = re.compile(r"^and (\d{1,9}) more$")
# Signs that part the names of a cell, and a number from its name.
_PLAIN = str.maketrans(";[]{}", ",()()")
UNNAMED = "(name not shown)"


def label(name: str | None, number: str | None) -> str | None:
    """One party as `name [number]`; the signs that part a cell do not occur in either.

    >>> label("A; B Ltd", "RUS0001"), label("A Ltd", None), label(None, "7"), label(" ", None)
    ('A, B Ltd [RUS0001]', 'A Ltd', '(name not shown) [7]', None)
    """
    called = one_line((name or "").translate(_PLAIN), LONGEST_NAME)
    counted = one_line((number or "").translate(_PLAIN), LONGEST_NUMBER)
    return f"{called or UNNAMED} [{counted}]" if counted else called or None


def cell_of(labels: Sequence[str], n_entities: int) -> str | None:
    """The first `SHOWN` of the labels, those with a name first, and how many of `n_entities` are not shown.

    >>> cell_of(["(name not shown) [9]", "B [2]", "A [1]"], 5), cell_of([], 5)
    ('A [1]; B [2]; (name not shown) [9]; and 2 more', None)
    """
    shown = sorted(labels, key=lambda one: (one.startswith(UNNAMED), one))[:SHOWN]
    rest = n_entities - len(shown)
    return "; ".join([*shown, f"and {rest} more"] if rest > 0 else shown) if shown else None


def tidy(cell: str) -> str | None:
    """A cell of a canonical file as `cell_of` would write it: on one line, at most `SHOWN` names, no JSON.

    >>> tidy("A [1];;B ; and 2 more"), tidy(" ; "), tidy('["A"]')
    ('A [1]; B; and 2 more', None, '("A")')
    """
    cell = cell.translate(_PLAIN) if cell.lstrip().startswith(("[", "{")) else cell
    parts = [line for part in cell.split(";") if (line := one_line(part, LONGEST_NAME + LONGEST_NUMBER + 3))]
    tail = _MORE.match(parts[-1]) if parts else None
    named = parts[:-1] if tail else parts
    rest = max(0, len(named) - SHOWN) + (int(tail[1]) if tail else 0)
    shown = named[:SHOWN]
    return "; ".join([*shown, f"and {rest} more"] if rest else shown) if shown else None


def organisation(name: str | None) -> str | None:
    """`name` where it holds a word that only bodies have, else None: then it may be a person's.

    For lists that do not say whether a party is a person. Names of persons are personal data and not shown.

    >>> organisation("A. Leib Ltd."), organisation("Ivan Petrov")
    ('A. Leib Ltd.', None)
    """
    found = set(re.findall(r"\w+", (name or "").casefold()))
    return name if found & _words_of_bodies() else None


@cache
def _words_of_bodies() -> frozenset[str]:
    table = (files("riskmodel.sources.listings") / "organisation_words.csv").read_bytes()
    return frozenset(pl.read_csv(table, infer_schema=False)["word"])
