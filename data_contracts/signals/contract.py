"""Contract of our own signals panel: one row per country and day of scoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from data_contracts.contract import Context, Contract, Rule, Unique
from data_contracts.rules import (
    CAN_BE_TRANSIT,
    OWN_BATCH_RULES,
    PROGRAM_FAULT,
    SCHEMA_RULES,
    a_country,
    batch,
    can_be_transit,
    given,
    one_of,
    reads,
    within,
)
from data_contracts.signals.catalogue import catalogue

KEY = ("as_of", "country")
COVERAGE: dict[str, pl.DataType] = {
    "inbound_age_months": pl.Int64(),  # months from the newest usable coalition month to as_of
    "inbound_coverage": pl.Float64(),  # share of the recent window's reporter months that were reported
    "onward_age_months": pl.Int64(),
    "onward_coverage": pl.Float64(),
    "direct_coverage": pl.Float64(),
    "counterfactual": pl.String(),  # `controls` or `none`
    "n_stories": pl.Int64(),  # diversion stories known at as_of, last 24 months; null without articles
}
SIGNALS = tuple(signal.name for signal in catalogue())
SIGNALS_PANEL: dict[str, pl.DataType] = {
    "as_of": pl.Date(),
    "country": pl.String(),
    **{signal.name: pl.Int64() if signal.is_money else pl.Float64() for signal in catalogue()},
    **COVERAGE,
}
FLOATS = tuple(name for name, dtype in SIGNALS_PANEL.items() if dtype == pl.Float64())
SHARES = (
    *(signal.name for signal in catalogue() if (signal.least, signal.most) == (0, 1)),
    "inbound_coverage",
    "onward_coverage",
    "direct_coverage",
)
BETWEEN: dict[str, float] = {
    signal.name: signal.most
    for signal in catalogue()
    if signal.most is not None and signal.least == -signal.most
}
NOT_NEGATIVE = (
    *(signal.name for signal in catalogue() if signal.least == 0 and signal.most is None),
    "inbound_age_months",
    "onward_age_months",
    "n_stories",
)
AT_MOST = tuple((signal.name, total) for signal in catalogue() for total in signal.at_most)


def measures(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """What row rules judge next to the columns themselves; null where a column is null."""
    return frame.with_columns(
        *(pl.col(name).is_finite().cast(pl.Int64).alias(f"{name}_finite") for name in FLOATS),
        # A share that is not finite is judged by the rule above alone.
        *(pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(f"{name}_number") for name in FLOATS),
        *((pl.col(total) - pl.col(part)).alias(f"{part}_below_{total}") for part, total in AT_MOST),
        scored=can_be_transit(),
    )


def evidence(lazy: pl.LazyFrame, context: Context) -> Mapping[str, Any]:
    """How much of the panel is known, by signal."""
    accepted = lazy.collect()
    known = {name: accepted.height - accepted[name].null_count() for name in SIGNALS}
    return {
        "n_countries": accepted["country"].n_unique() if accepted.height else 0,
        "known": known,
        "n_known": sum(known.values()) if accepted.height else None,
    }


def _at_most(part: str, total: str) -> Rule:
    return within(
        f"{part}_at_most_{total}",
        (part, total),
        f"{part}_below_{total}",
        f"{part} is at most {total}",
        PROGRAM_FAULT,
        least=0,
    )


def _not_negative(name: str) -> Rule:
    measure = f"{name}_number" if name in FLOATS else name
    return within(
        f"{name}_is_not_negative", (name,), measure, f"{name} is not negative", PROGRAM_FAULT, least=0
    )


ROW_RULES = (
    given("as_of", PROGRAM_FAULT),
    reads("as_of", "as_of_is_a_date", "as_of is a date", PROGRAM_FAULT),
    *a_country("country", PROGRAM_FAULT),
    within(
        "country_can_be_transit",
        ("country",),
        "scored",
        CAN_BE_TRANSIT,
        PROGRAM_FAULT,
        least=1,
    ),
    *(
        reads(name, f"{name}_is_a_number", f"{name} is a number or empty", PROGRAM_FAULT)
        for name, dtype in SIGNALS_PANEL.items()
        if dtype.is_numeric()
    ),
    *(
        within(
            f"{name}_is_finite",
            (name,),
            f"{name}_finite",
            f"{name} is a finite number or empty",
            PROGRAM_FAULT,
            least=1,
        )
        for name in FLOATS
    ),
    *(_not_negative(name) for name in NOT_NEGATIVE),
    *(
        within(
            f"{name}_is_a_share",
            (name,),
            f"{name}_number",
            f"{name} lies between 0 and 1",
            PROGRAM_FAULT,
            least=0,
            most=1,
        )
        for name in SHARES
    ),
    *(
        within(
            f"{name}_is_within_its_range",
            (name,),
            f"{name}_number",
            f"{name} lies between {-most} and {most}",
            PROGRAM_FAULT,
            least=-most,
            most=most,
        )
        for name, most in BETWEEN.items()
    ),
    *(_at_most(part, total) for part, total in AT_MOST),
    one_of(
        "counterfactual_is_known",
        "counterfactual",
        ("controls", "none"),
        "counterfactual is controls, none or empty",
        PROGRAM_FAULT,
    ),
    within(
        "one_row_per_country",
        ("country",),
        "copy_no",
        "each country has one row on each day of scoring",
        PROGRAM_FAULT,
        most=0,
    ),
)

SET_RULES = (
    *OWN_BATCH_RULES,
    batch(
        "something_is_known",
        "critical",
        SIGNALS,
        "at least one signal of one country is known",
        "Give trade flows that cover the baseline and the recent months, articles or listings.",
        "No signal of any country could be computed.",
        "n_known",
        least=1,
    ),
)

CONTRACT = Contract(
    name="signals",
    version="1.5",
    columns=SIGNALS_PANEL,
    required=tuple(SIGNALS_PANEL),
    nullable=(*SIGNALS, *COVERAGE),
    row_rules=ROW_RULES,
    set_rules=SET_RULES,
    unique=Unique(key=KEY),
    measures=measures,
    evidence=evidence,
    schema_rules=SCHEMA_RULES,
)
