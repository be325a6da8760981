"""The judge without its half second."""

import math
from collections.abc import Sequence

import polars as pl

from data_contracts.contract import Rule


def quick(name: str, frame: pl.DataFrame, rules: Sequence[Rule]) -> dict[str, list[int]]:
    """What the judge says, without its half second: these tests are about where rows go, not about bounds."""
    found = {}
    for rule in rules:
        values, terms = frame[str(rule.kwargs["column"])], rule.kwargs
        if "value_set" in terms:
            broken = ~values.is_in(list(terms["value_set"]))
        elif rule.expectation.endswith("not_be_null"):
            broken = values.is_null()
        else:
            least, most = terms.get("min_value", -math.inf), terms.get("max_value", math.inf)
            broken = (values.cast(pl.Float64) < least) | (values.cast(pl.Float64) > most)
        found[rule.name] = broken.fill_null(False).arg_true().to_list()
    return found
