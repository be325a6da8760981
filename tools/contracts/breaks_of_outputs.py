"""Broken panels and scores: for every rule of the contracts on our own tables one that breaks only it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from data_contracts.scores.contract import (
    AMOUNTS,
    EVENT_RISK,
    JSON_COLUMNS,
    LEGS,
    PROBABILITIES,
    SURPRISES,
    WITH_EVENT_MET,
)
from data_contracts.signals.contract import AT_MOST, BETWEEN, FLOATS, NOT_NEGATIVE, SHARES, SIGNALS_PANEL
from data_contracts.tables import SCORES_COUNTRY, SCORES_PRODUCT
from tools.contracts.examples import (
    ROW,
    ROWS,
    Break,
    cell,
    empty_breaks,
    rows_repeated,
    schema_breaks,
)

# Whatever row of our own tables is refused, the table is.
FAULT = ("every_row_accepted",)


def _own(contract: str, column: str, given: str, *, filled: str) -> tuple[Break, ...]:
    """Faults of a table this project makes itself."""
    return (
        *empty_breaks(contract, filled, given),
        cell(contract, "every_row_accepted", column, None, also=(f"{column}_is_given",)),
    )


def _parts(total: str, besides: str = "") -> tuple[str, ...]:
    """Rules on the amounts that a total bounds, which a smaller total breaks as well."""
    return tuple(f"{part}_at_most_{whole}" for part, whole in AT_MOST if whole == total and part != besides)


SIGNALS = (
    *schema_breaks("signals", "as_of", "as_of_is_a_date", refusal="every_row_accepted"),
    *_own("signals", "country", "country_is_given", filled="country"),
    cell("signals", "as_of_is_given", "as_of", None, also=FAULT),
    cell("signals", "country_is_given", "country", None, also=FAULT),
    cell("signals", "as_of_is_a_date", "as_of", "October", also=FAULT),
    cell("signals", "country_is_a_country", "country", "XXX", also=FAULT),
    cell("signals", "country_can_be_transit", "country", "RUS", also=FAULT),
    *(
        cell("signals", f"{name}_is_a_number", name, "much", also=FAULT)
        for name, dtype in SIGNALS_PANEL.items()
        if dtype.is_numeric()
    ),
    *(cell("signals", f"{name}_is_finite", name, float("inf"), also=FAULT) for name in FLOATS),
    *(
        cell("signals", f"{name}_is_not_negative", name, -1, also=(*_parts(name), *FAULT))
        for name in NOT_NEGATIVE
    ),
    *(cell("signals", f"{name}_is_a_share", name, 1.5, also=FAULT) for name in SHARES),
    *(
        cell("signals", f"{name}_is_within_its_range", name, -most - 0.5, also=FAULT)
        for name, most in BETWEEN.items()
    ),
    *(
        cell("signals", f"{part}_at_most_{total}", total, 10, also=(*_parts(total, part), *FAULT))
        for part, total in AT_MOST
    ),
    cell("signals", "counterfactual_is_known", "counterfactual", "guess", also=FAULT),
    replace(rows_repeated("signals", "one_row_per_country"), also=FAULT),
    Break(
        "signals",
        "something_is_known",
        "every signal is empty in every row",
        lambda frame: frame.with_columns(
            pl.lit(None).cast(dtype).alias(name)
            for name, dtype in SIGNALS_PANEL.items()
            if name not in ("as_of", "country")
        ),
    ),
)


MENTIONS = (
    *schema_breaks("mentions", "published_on", "published_on_is_a_date", refusal="every_row_accepted"),
    *_own("mentions", "article_id", "country_is_given", filled="country"),
    *(
        cell("mentions", f"{name}_is_given", name, None, also=FAULT)
        for name in ("article_id", "published_on", "story_id", "sentence_no", "country", "role")
    ),
    *(
        cell("mentions", f"{name}_is_given", name, None, also=FAULT)
        for name in ("p_diversion", "is_diversion", "polarity")
    ),
    cell("mentions", "published_on_is_a_date", "published_on", "October", also=FAULT),
    cell("mentions", "sentence_no_is_whole_number", "sentence_no", "first", also=FAULT),
    cell("mentions", "sentence_no_is_not_negative", "sentence_no", -1, also=FAULT),
    cell("mentions", "country_is_a_country", "country", "XXX", also=FAULT),
    cell("mentions", "country_is_not_russia", "country", "RUS", also=FAULT),
    cell("mentions", "role_is_known", "role", "smuggler", also=FAULT),
    cell("mentions", "p_diversion_is_a_number", "p_diversion", "likely", also=FAULT),
    cell("mentions", "p_diversion_is_finite", "p_diversion", float("nan"), also=FAULT),
    cell("mentions", "p_diversion_is_a_probability", "p_diversion", 1.1, also=FAULT),
    cell("mentions", "is_diversion_is_true_or_false", "is_diversion", "perhaps", also=FAULT),
    cell("mentions", "diversion_has_its_role", "role", "origin", row=3, also=FAULT),
    cell("mentions", "polarity_is_whole_number", "polarity", "worse", also=FAULT),
    cell("mentions", "polarity_is_known", "polarity", 2, also=FAULT),
    replace(rows_repeated("mentions", "one_row_per_sentence_and_country"), also=FAULT),
)


def _keys(contract: str) -> tuple[Break, ...]:
    return (
        cell(contract, "as_of_is_given", "as_of", None, also=FAULT),
        cell(contract, "country_is_given", "country", None, also=FAULT),
        cell(contract, "as_of_is_a_date", "as_of", "October", also=FAULT),
        cell(contract, "country_is_a_country", "country", "XXX", also=FAULT),
        cell(contract, "country_can_be_transit", "country", "BLR", also=FAULT),
    )


LAST_SCORED = ROWS - 2
ABSTAINED = ROWS

# What a cell that is no number, and so empty, breaks as well.
WITHOUT_NUMBER = {
    **{name: (f"{name}_agrees_with_abstained",) for name in ("risk", "risk_low", "risk_high")},
    "event_risk": tuple(f"{name}_agrees_with_event_risk" for name in EVENT_RISK[1:]),
    **{name: (f"{name}_agrees_with_event_risk",) for name in EVENT_RISK[1:]},
    "event_met_usd": ("event_met_usd_agrees_with_event_met", "event_met_codes_have_an_amount"),
}


def _event_cell(rule: str, column: str, value: object, row: int = ROW, *also: str) -> Break:
    return cell("scores_country", rule, column, value, row=row, also=(*also, *FAULT))


EVENTS = (
    _event_cell("event_risk_is_a_probability", "event_risk", 1.2, 1, "event_risk_is_not_above_its_interval"),
    _event_cell("event_risk_low_is_a_probability", "event_risk_low", -0.1),
    _event_cell("event_risk_high_is_a_probability", "event_risk_high", 1.1),
    _event_cell("event_risk_is_not_below_its_interval", "event_risk_low", 0.99),
    _event_cell("event_risk_is_not_above_its_interval", "event_risk_high", 0.01),
    *(
        _event_cell(f"{name}_is_empty_where_abstained", name, 0.1, ABSTAINED, *WITHOUT_NUMBER[name])
        for name in EVENT_RISK
    ),
    *(_event_cell(f"{name}_agrees_with_event_risk", name, None) for name in EVENT_RISK[1:]),
    _event_cell(
        "event_met_is_true_or_false",
        "event_met",
        "perhaps",
        ROW,
        *(f"{name}_agrees_with_event_met" for name in WITH_EVENT_MET),
    ),
    _event_cell(
        "event_met_until_is_a_date", "event_met_until", "July", ROW, "event_met_until_agrees_with_event_met"
    ),
    _event_cell("event_met_usd_agrees_with_event_met", "event_met_usd", 5, ABSTAINED),
    _event_cell("event_met_until_agrees_with_event_met", "event_met_until", None),
    _event_cell("event_met_usd_is_not_negative", "event_met_usd", -1, ROW, "event_met_codes_have_an_amount"),
    _event_cell("event_met_is_above_its_floor", "event_met_usd", 1_000_000, 3),
    _event_cell("event_met_codes_are_codes", "event_met_codes", "854231,847150"),
    _event_cell("event_met_codes_have_an_amount", "event_met_usd", 0),
)

COUNTRIES = (
    *schema_breaks("scores_country", "as_of", "as_of_is_a_date", refusal="every_row_accepted"),
    *_own("scores_country", "country", "country_is_given", filled="country"),
    *(
        replace(b, also=(*b.also, "rank_has_no_gap")) if b.rule.startswith("as_of") else b
        for b in _keys("scores_country")
    ),
    *(
        cell("scores_country", f"{name}_is_given", name, None, also=FAULT)
        for name in ("name", "abstained", "model_id", "run_id")
    ),
    *(
        cell(
            "scores_country",
            f"{name}_is_a_number",
            name,
            "high",
            row=LAST_SCORED,
            also=(*WITHOUT_NUMBER.get(name, ()), *FAULT),
        )
        for name, dtype in SCORES_COUNTRY.items()
        if dtype.is_numeric()
    ),
    cell("scores_country", "abstained_is_true_or_false", "abstained", "perhaps", also=FAULT),
    *(
        cell("scores_country", f"{name}_is_finite", name, float("inf"), row=1, also=FAULT)
        for name in PROBABILITIES
    ),
    *EVENTS,
    cell(
        "scores_country",
        "risk_is_a_probability",
        "risk",
        1.2,
        row=1,
        also=("risk_is_not_above_its_interval", *FAULT),
    ),
    cell("scores_country", "risk_low_is_a_probability", "risk_low", -0.1, also=FAULT),
    cell("scores_country", "risk_high_is_a_probability", "risk_high", 1.1, also=FAULT),
    cell("scores_country", "risk_is_not_below_its_interval", "risk_low", 0.99, also=FAULT),
    cell("scores_country", "risk_is_not_above_its_interval", "risk_high", 0.01, also=FAULT),
    *(
        cell("scores_country", f"{name}_agrees_with_abstained", name, value, row=ABSTAINED, also=FAULT)
        for name, value in (
            ("risk", 0.001),
            ("risk_low", 0.1),
            ("risk_high", 0.1),
            ("band", "low"),
            ("grade", "C"),
        )
    ),
    cell("scores_country", "band_is_known", "band", "guilty", also=FAULT),
    cell("scores_country", "grade_is_known", "grade", "E", also=FAULT),
    Break(
        "scores_country",
        "rank_is_unique",
        "two countries with the same risk have the same rank",
        lambda frame: frame.with_columns(
            pl.when(pl.col("source_row") == 5).then(pl.col(name).shift(1)).otherwise(pl.col(name))
            for name in ("rank", "risk", "risk_low", "risk_high")
        ),
        FAULT,
    ),
    cell("scores_country", "rank_follows_risk", "rank", 0, also=FAULT),
    cell("scores_country", "rank_has_no_gap", "rank", ROWS + 1, row=LAST_SCORED, also=FAULT),
    cell("scores_country", "excess_transit_usd_is_not_negative", "excess_transit_usd", -1, also=FAULT),
    *(cell("scores_country", f"{name}_is_a_list", name, "{not json", also=FAULT) for name in JSON_COLUMNS),
    Break(
        "scores_country",
        "one_row_per_country",
        "an abstained country is given twice",
        lambda frame: pl.concat([frame, frame.tail(1)]),
        FAULT,
    ),
)


def _counted(name: str) -> tuple[str, ...]:
    """The rule that a surprise and its counts break together."""
    return (f"{name.split('_')[0]}_surprise_follows_from_its_counts",) if name in SURPRISES else ()


PRODUCTS = (
    *schema_breaks("scores_product", "as_of", "as_of_is_a_date", refusal="every_row_accepted"),
    *_own("scores_product", "country", "country_is_given", filled="country"),
    *_keys("scores_product"),
    *(
        cell("scores_product", f"{name}_is_given", name, None, also=FAULT)
        for name in ("hs6", "family", "tier", "score")
    ),
    cell("scores_product", "hs6_is_six_digits", "hs6", "10121", also=FAULT),
    cell("scores_product", "hs6_chapter_exists", "hs6", "990000", also=FAULT),
    *(
        cell("scores_product", f"{name}_is_a_number", name, "high", also=(*_counted(name), *FAULT))
        for name, dtype in SCORES_PRODUCT.items()
        if dtype.is_numeric()
    ),
    *(
        broken
        for leg in LEGS
        for broken in (
            cell(
                "scores_product",
                f"{leg}_surprise_follows_from_its_counts",
                f"{leg}_surprise",
                1.1,
                also=FAULT,
            ),
            *(
                cell("scores_product", rule, column, value, also=(*_counted(column), *FAULT))
                for rule, column, value in (
                    (f"{leg}_as_extreme_is_not_negative", f"{leg}_as_extreme", -1),
                    (f"{leg}_as_extreme_at_most_placebos", f"{leg}_as_extreme", 60),
                    (f"{leg}_placebos_are_enough", f"{leg}_placebos", 8),
                )
            ),
        )
    ),
    cell("scores_product", "score_is_finite", "score", float("nan"), also=FAULT),
    *(cell("scores_product", f"{name}_is_not_negative", name, -1, also=FAULT) for name in AMOUNTS[2:]),
    *(
        cell(
            "scores_product",
            f"{name}_is_not_negative",
            name,
            -1,
            also=(*others, *FAULT),
        )
        for name, others in (
            ("inbound_excess_usd", ("matched_at_most_inbound", "displaced_at_most_inbound")),
            ("onward_excess_usd", ("matched_at_most_onward",)),
        )
    ),
    cell(
        "scores_product",
        "matched_at_most_inbound",
        "inbound_excess_usd",
        10,
        also=("displaced_at_most_inbound", *FAULT),
    ),
    cell("scores_product", "matched_at_most_onward", "onward_excess_usd", 10, also=FAULT),
    cell("scores_product", "displaced_at_most_inbound", "displaced_usd", 901, also=FAULT),
    cell("scores_product", "grade_is_known", "grade", "E", also=FAULT),
    replace(rows_repeated("scores_product", "one_row_per_product"), also=FAULT),
)

OWN_BREAKS: tuple[Break, ...] = (*MENTIONS, *SIGNALS, *COUNTRIES, *PRODUCTS)
