"""The surprises of products once more, slowly: one country, family and placebo at a time."""

from __future__ import annotations

from datetime import date

import polars as pl
from reference_surprises import LEGS, Reference
from surprise_tables import LISTED

from features.trade.flows.windows import Windows

ProductAnswer = dict[tuple[str, str, str], tuple[int, int]]


def product_answers(table: pl.DataFrame, windows: Windows, as_of: date) -> ProductAnswer:
    """(country, family, leg) -> other known countries, and those whose family rose at least as much."""
    reference = Reference(table, windows, as_of, 3)
    out: ProductAnswer = {}
    for leg in LEGS:
        rises, known = reference.rises(leg, None)["roots"], reference.known(leg, None)
        for country in known:
            for family in set(reference.families) & set(LISTED):
                own = round(rises[country, family], 9)
                others = [round(rises[other, family], 9) for other in known if other != country]
                if len(others) >= 9:
                    out[country, family, leg] = (len(others), sum(other >= own for other in others))
    return out
