"""Names of months in the languages that files are written in, to numbers."""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from importlib.resources import files


@cache
def month_names() -> dict[str, int]:
    """Month by its name, short or long, in small letters without accents; source Unicode CLDR."""
    text = files("data_contracts.codes").joinpath("month_names.csv").read_text(encoding="utf-8")
    return {row["name"]: int(row["month"]) for row in csv.DictReader(text.splitlines())}


def month_named(name: str) -> int | None:
    """The month of a name.

    >>> [month_named(name) for name in ("F\u00e9vr.", "Mai", "\u043c\u0430\u044f", "Brumaire")]
    [2, 5, 5, None]
    """
    plain = unicodedata.normalize("NFKD", name).lower()
    return month_names().get("".join(c for c in plain if c.isalpha()))
