"""Contracts of the published scores, by country and by country and product."""

from __future__ import annotations

import json
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
    can_be_transit,
    given,
    hs_measures,
    one_of,
    reads,
    six_digits,
    within,
)
from data_contracts.tables import SCORES_COUNTRY, SCORES_PRODUCT

GRADES = ("A", "B", "C", "D")
BANDS = ("high", "elevated", "guarded", "low")
INTERVALS = {name: (name, f"{name}_low", f"{name}_high") for name in ("risk", "event_risk")}
PROBABILITIES = tuple(column for columns in INTERVALS.values() for column in columns)
EVENT_RISK = INTERVALS["event_risk"]
# Facts of the newest six published months: known together, or not at all.
WITH_EVENT_MET = ("event_met_usd", "event_met_until")
EVENT_FLOOR_USD = 1_000_000
EVENT_CODES = r"^[0-9]{6}( [0-9]{6}){0,4}$"
JSON_COLUMNS = ("drivers", "counter_evidence", "lowers")
ONLY_SCORED = ("risk", "risk_low", "risk_high", "band", "grade")
AMOUNTS = ("inbound_excess_usd", "onward_excess_usd", "displaced_usd", "matched_transit_usd")
LEGS = ("inbound", "onward")
LEAST_PLACEBOS = 9
SURPRISES = tuple(f"{leg}_{part}" for leg in LEGS for part in ("surprise", "placebos", "as_extreme"))


def measures_country(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """What row rules judge alongside the columns themselves; null where a column is null."""
    abstained = pl.col("abstained")
    scored = pl.col("risk").is_not_null()
    return frame.with_columns(
        *(
            (pl.col(name).is_null() == abstained).cast(pl.Int64).alias(f"{name}_agrees")
            for name in ONLY_SCORED
        ),
        *(pl.col(name).is_finite().cast(pl.Int64).alias(f"{name}_finite") for name in PROBABILITIES),
        *(_finite(name).alias(f"{name}_number") for name in PROBABILITIES),
        *(
            pl.col(name).map_elements(_is_list, return_dtype=pl.Int64).alias(f"{name}_reads")
            for name in JSON_COLUMNS
        ),
        *(
            (pl.col(name).is_null() | ~abstained).cast(pl.Int64).alias(f"{name}_abstains")
            for name in EVENT_RISK
        ),
        *(
            (pl.col(name).is_null() == pl.col("event_risk").is_null()).cast(pl.Int64).alias(f"{name}_given")
            for name in EVENT_RISK[1:]
        ),
        *(
            (pl.col(name).is_null() == pl.col("event_met").is_null()).cast(pl.Int64).alias(f"{name}_given")
            for name in WITH_EVENT_MET
        ),
        *(
            (_finite(name) - _finite(low)).alias(f"{name}_above_low")
            for name, (_, low, _) in INTERVALS.items()
        ),
        *(
            (_finite(high) - _finite(name)).alias(f"{name}_below_high")
            for name, (_, _, high) in INTERVALS.items()
        ),
        met_amount=pl.when("event_met").then("event_met_usd"),
        met_codes_read=pl.col("event_met_codes").str.contains(EVENT_CODES).cast(pl.Int64),
        met_codes_amount=pl.when(pl.col("event_met_codes").is_not_null()).then(
            pl.col("event_met_usd").fill_null(0)
        ),
        transit=can_be_transit(),
        rank_copies=pl.when(pl.col("rank").is_not_null()).then(pl.len().over("as_of", "rank")).cast(pl.Int64),
        # Dense order of the risks: a better rank never has a smaller risk.
        risks_above=pl.when(scored & pl.col("rank").is_not_null()).then(
            pl.col("risk").rank("min", descending=True).over("as_of").cast(pl.Int64) - pl.col("rank")
        ),
        risks_below=pl.when(scored & pl.col("rank").is_not_null()).then(
            pl.col("risk").rank("max", descending=True).over("as_of").cast(pl.Int64) - pl.col("rank")
        ),
    )


def measures_product(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """What row rules judge alongside the columns themselves; null where a column is null."""
    return frame.with_columns(
        *hs_measures(),
        transit=can_be_transit(),
        score_finite=pl.col("score").is_finite().cast(pl.Int64),
        matched_below_inbound=pl.col("inbound_excess_usd") - pl.col("matched_transit_usd"),
        matched_below_onward=pl.col("onward_excess_usd") - pl.col("matched_transit_usd"),
        displaced_below_inbound=pl.col("inbound_excess_usd") - pl.col("displaced_usd"),
        **{f"{leg}_counted": _follows_from_counts(leg) for leg in LEGS},
        **{f"{leg}_less_extreme": pl.col(f"{leg}_placebos") - pl.col(f"{leg}_as_extreme") for leg in LEGS},
    )


def evidence_country(lazy: pl.LazyFrame, context: Context) -> Mapping[str, Any]:
    """Counts that a reader of the contracts file wants alongside the verdicts."""
    accepted = lazy.collect()
    abstained = int(accepted["abstained"].sum())
    return {"n_scored": accepted.height - abstained, "n_abstained": abstained}


def _follows_from_counts(leg: str) -> pl.Expr:
    """1 where the surprise of a leg is that of its counts, or all three are null; else 0."""
    given = [pl.col(f"{leg}_{part}") for part in ("surprise", "placebos", "as_extreme")]
    surprise, placebos, as_extreme = given
    follows = (surprise + ((as_extreme + 1) / (placebos + 1)).log10()).abs() < 1e-9
    together = pl.all_horizontal(each.is_null() for each in given)
    return (follows.fill_null(False) | together).cast(pl.Int64)


def _finite(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_finite()).then(pl.col(name))


def _is_list(text: str) -> int:
    try:
        return int(isinstance(json.loads(text), list))
    except (ValueError, RecursionError):
        return 0


def _bounded(name: str) -> Rule:
    return within(
        f"{name}_is_a_probability",
        (name,),
        f"{name}_number",
        f"{name} lies between 0 and 1",
        PROGRAM_FAULT,
        least=0,
        most=1,
    )


def _not_negative(name: str) -> Rule:
    return within(f"{name}_is_not_negative", (name,), name, f"{name} is not negative", PROGRAM_FAULT, least=0)


def _inside_its_interval(name: str) -> tuple[Rule, Rule]:
    def rule(side: str, measure: str, words: str) -> Rule:
        return within(
            f"{name}_is_not_{side}_its_interval", (name,), f"{name}_{measure}", words, PROGRAM_FAULT, least=0
        )

    return (
        rule("below", "above_low", f"{name} >= {name}_low"),
        rule("above", "below_high", f"{name} <= {name}_high"),
    )


def _flag(name: str, column: str, measure: str, description: str) -> Rule:
    return within(name, (column,), measure, description, PROGRAM_FAULT, least=1, most=1)


def _numbers(columns: Mapping[str, pl.DataType]) -> tuple[Rule, ...]:
    return tuple(
        reads(name, f"{name}_is_a_number", f"{name} is a number or empty", PROGRAM_FAULT)
        for name, dtype in columns.items()
        if dtype.is_numeric()
    )


_KEY_RULES = (
    given("as_of", PROGRAM_FAULT),
    reads("as_of", "as_of_is_a_date", "as_of is a date", PROGRAM_FAULT),
    *a_country("country", PROGRAM_FAULT),
    _flag("country_can_be_transit", "country", "transit", CAN_BE_TRANSIT),
)

_EVENT_MET_RULES = (
    reads("event_met", "event_met_is_true_or_false", "event_met is true, false or empty", PROGRAM_FAULT),
    reads(
        "event_met_until", "event_met_until_is_a_date", "event_met_until is a date or empty", PROGRAM_FAULT
    ),
    *(
        _flag(f"{name}_agrees_with_event_met", name, f"{name}_given", f"{name} is given with event_met only")
        for name in WITH_EVENT_MET
    ),
    _not_negative("event_met_usd"),
    within(
        "event_met_is_above_its_floor",
        ("event_met", "event_met_usd"),
        "met_amount",
        f"event_met_usd is above {EVENT_FLOOR_USD:,} where event_met is true",
        PROGRAM_FAULT,
        least=EVENT_FLOOR_USD + 1,
    ),
    _flag(
        "event_met_codes_are_codes",
        "event_met_codes",
        "met_codes_read",
        "event_met_codes is one to five six-digit codes with a space between, or empty",
    ),
    within(
        "event_met_codes_have_an_amount",
        ("event_met_codes", "event_met_usd"),
        "met_codes_amount",
        "event_met_usd is above 0 where event_met_codes names codes",
        PROGRAM_FAULT,
        least=1,
    ),
)

COUNTRY_RULES = (
    *_KEY_RULES,
    given("name", PROGRAM_FAULT),
    *_numbers(SCORES_COUNTRY),
    given("abstained", PROGRAM_FAULT),
    reads("abstained", "abstained_is_true_or_false", "abstained is true or false", PROGRAM_FAULT),
    *(
        _flag(f"{name}_is_finite", name, f"{name}_finite", f"{name} is a finite number or empty")
        for name in PROBABILITIES
    ),
    *(_bounded(name) for name in PROBABILITIES),
    *(rule for name in INTERVALS for rule in _inside_its_interval(name)),
    *(
        _flag(
            f"{name}_agrees_with_abstained", name, f"{name}_agrees", f"{name} is empty where abstained only"
        )
        for name in ONLY_SCORED
    ),
    *(
        _flag(
            f"{name}_is_empty_where_abstained", name, f"{name}_abstains", f"{name} is empty where abstained"
        )
        for name in EVENT_RISK
    ),
    *(
        _flag(
            f"{name}_agrees_with_event_risk", name, f"{name}_given", f"{name} is given with event_risk only"
        )
        for name in EVENT_RISK[1:]
    ),
    *_EVENT_MET_RULES,
    one_of("band_is_known", "band", BANDS, f"band is one of {', '.join(BANDS)} or empty", PROGRAM_FAULT),
    one_of("grade_is_known", "grade", GRADES, "grade is A, B, C, D or empty", PROGRAM_FAULT),
    _flag("rank_is_unique", "rank", "rank_copies", "no two countries share a rank"),
    within(
        "rank_follows_risk",
        ("rank", "risk"),
        "risks_above",
        "a higher risk ranks first",
        PROGRAM_FAULT,
        most=0,
    ),
    within(
        "rank_has_no_gap",
        ("rank", "risk"),
        "risks_below",
        "ranks run 1, 2, 3 without a gap",
        PROGRAM_FAULT,
        least=0,
    ),
    _not_negative("excess_transit_usd"),
    *(
        _flag(f"{name}_is_a_list", name, f"{name}_reads", f"{name} is a JSON list or empty")
        for name in JSON_COLUMNS
    ),
    given("model_id", PROGRAM_FAULT),
    given("run_id", PROGRAM_FAULT),
    within("one_row_per_country", ("country",), "copy_no", "each country has one row", PROGRAM_FAULT, most=0),
)

_SURPRISE_RULES = tuple(
    rule
    for leg in LEGS
    for rule in (
        within(
            f"{leg}_placebos_are_enough",
            (f"{leg}_placebos",),
            f"{leg}_placebos",
            f"{leg}_placebos is at least {LEAST_PLACEBOS} or empty",
            PROGRAM_FAULT,
            least=LEAST_PLACEBOS,
        ),
        _not_negative(f"{leg}_as_extreme"),
        within(
            f"{leg}_as_extreme_at_most_placebos",
            (f"{leg}_as_extreme",),
            f"{leg}_less_extreme",
            f"{leg}_as_extreme is at most {leg}_placebos",
            PROGRAM_FAULT,
            least=0,
        ),
        _flag(
            f"{leg}_surprise_follows_from_its_counts",
            f"{leg}_surprise",
            f"{leg}_counted",
            f"{leg}_surprise is -log10 of ({leg}_as_extreme + 1) / ({leg}_placebos + 1); all three or none "
            "are given",
        ),
    )
)

PRODUCT_RULES = (
    *_KEY_RULES,
    *six_digits(),
    given("family", PROGRAM_FAULT),
    given("tier", PROGRAM_FAULT),
    given("score", PROGRAM_FAULT),
    *_numbers(SCORES_PRODUCT),
    _flag("score_is_finite", "score", "score_finite", "score is a finite number"),
    *(_not_negative(name) for name in AMOUNTS),
    within(
        "matched_at_most_inbound",
        ("matched_transit_usd",),
        "matched_below_inbound",
        "matched_transit_usd is at most inbound_excess_usd",
        PROGRAM_FAULT,
        least=0,
    ),
    within(
        "matched_at_most_onward",
        ("matched_transit_usd",),
        "matched_below_onward",
        "matched_transit_usd is at most onward_excess_usd",
        PROGRAM_FAULT,
        least=0,
    ),
    within(
        "displaced_at_most_inbound",
        ("displaced_usd",),
        "displaced_below_inbound",
        "displaced_usd is at most inbound_excess_usd",
        PROGRAM_FAULT,
        least=0,
    ),
    *_SURPRISE_RULES,
    one_of("grade_is_known", "grade", GRADES, "grade is A, B, C, D or empty", PROGRAM_FAULT),
    within(
        "one_row_per_product",
        ("hs6",),
        "copy_no",
        "each country and product has one row",
        PROGRAM_FAULT,
        most=0,
    ),
)

COUNTRY = Contract(
    name="scores_country",
    version="1.2",
    columns=SCORES_COUNTRY,
    required=tuple(SCORES_COUNTRY),
    nullable=(
        "rank",
        *ONLY_SCORED,
        *EVENT_RISK,
        "event_met",
        *WITH_EVENT_MET,
        "event_met_codes",
        "excess_transit_usd",
        *JSON_COLUMNS,
    ),
    row_rules=COUNTRY_RULES,
    set_rules=OWN_BATCH_RULES,
    unique=Unique(key=("as_of", "country")),
    measures=measures_country,
    evidence=evidence_country,
    schema_rules=SCHEMA_RULES,
)

PRODUCT = Contract(
    name="scores_product",
    version="1.2",
    columns=SCORES_PRODUCT,
    required=tuple(SCORES_PRODUCT),
    nullable=(*AMOUNTS, *SURPRISES, "grade"),
    row_rules=PRODUCT_RULES,
    set_rules=OWN_BATCH_RULES,
    unique=Unique(key=("as_of", "country", "hs6")),
    measures=measures_product,
    schema_rules=SCHEMA_RULES,
)
