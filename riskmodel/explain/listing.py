"""Why a score of the target `listing` is what it is: drivers and counter-evidence. Pure functions."""

from __future__ import annotations

import json

import polars as pl

from riskmodel.explain.drivers import Driver, with_quantiles
from riskmodel.explain.figures import peers
from riskmodel.explain.wording import NO_EFFECT, effect, say
from riskmodel.model.listing import LISTING_BY_NAME, ListingModel
from riskmodel.publication.typed_json import to_json

NOT_STEERED = "listings are what authorities decided: the country itself cannot lower them"


def listing_explanations(model: ListingModel, panel: pl.DataFrame) -> pl.DataFrame:
    """as_of, country, drivers, counter_evidence, lowers: JSON strings, one row for each panel row, in order.

    As `drivers.explanations`; `lowers` says that nothing of a listing is the country's to change.
    """
    terms = with_quantiles(model.contributions(panel)).filter(pl.col("value").is_not_null())
    by_country = {key[0]: part for key, part in terms.partition_by("country", as_dict=True).items()}
    rows = []
    for as_of, country in panel.select("as_of", "country").iter_rows():
        part = by_country.get(country)
        found = [] if part is None else _drivers(part)
        said = (to_json(tuple(found)), _against(found), [NOT_STEERED])
        rows.append((as_of, country, *(json.dumps(value, ensure_ascii=False) for value in said)))
    schema = {"as_of": pl.Date(), "country": pl.String()}
    texts = dict.fromkeys(("drivers", "counter_evidence", "lowers"), pl.String())
    return pl.DataFrame(rows, schema={**schema, **texts}, orient="row")


def _drivers(terms: pl.DataFrame) -> list[Driver]:
    """Known signals of one country, largest absolute contribution first."""
    ordered = terms.sort(pl.col("contribution").abs(), descending=True, maintain_order=True)
    found = []
    for signal, value, contribution, quantile in ordered.select(
        "signal", "value", "contribution", "quantile"
    ).iter_rows():
        place = "" if quantile is None else f" (higher than {peers(quantile)})"
        words = f"{say(signal, value)}{place}: {effect(contribution)}"
        unit = LISTING_BY_NAME[signal].unit
        shown = None if quantile is None else round(quantile, 4)
        found.append(Driver(signal, round(value, 6), unit, contribution, shown, words))
    return found


def _against(drivers: list[Driver]) -> list[str]:
    """What lowers the score, strongest first, then what else could explain the strongest driver."""
    lower = sorted((d for d in drivers if d.contribution < -NO_EFFECT), key=lambda d: d.contribution)
    items = [say(driver.signal, driver.value) for driver in lower]
    raised = [driver for driver in drivers if driver.contribution > NO_EFFECT]
    if raised:
        counter = LISTING_BY_NAME[raised[0].signal].counter
        items.append(f"what else could explain the strongest driver: {counter}")
    return items
