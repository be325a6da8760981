"""Contract of the canonical trade table: one row per reporter, partner, flow, product, month and vintage."""

from __future__ import annotations

import polars as pl

from data_contracts.codes.countries import WORLD, country_codes
from data_contracts.codes.hs_codes import EDITIONS, in_edition
from data_contracts.contract import Context, Contract, Unique
from data_contracts.months import month_number, month_numbers
from data_contracts.rules import (
    BATCH_RULES,
    SCHEMA_RULES,
    SIZE_LIKE_LAST_BATCH,
    a_country,
    batch,
    given,
    hs_measures,
    one_of,
    reads,
    six_digits,
    within,
)
from data_contracts.tables import TRADE_FLOWS
from data_contracts.trade_flows.evidence import evidence

FLOWS = ("X", "M", "RX")
LARGEST_VALUE_USD = 10**13

UNIQUE = Unique(
    key=("reporter", "partner", "flow", "hs6", "hs_edition", "period", "known_at"),
    values=("value_usd", "net_kg"),
    optional=("known_at", "net_kg"),
    vintage="known_at",
)


def measures(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """What row rules judge alongside the columns themselves; null where a column is null."""
    return frame.with_columns(
        *hs_measures(),
        hs6_in_edition=in_edition(),
        period_day=pl.col("period").dt.day().cast(pl.Int64),
        months_ahead=month_numbers(pl.col("period")) - month_number(context.today),
        days_to_known=(pl.col("known_at") - pl.col("period")).dt.total_days(),
        partner_differs=(pl.col("reporter") != pl.col("partner")).cast(pl.Int64),
    )


ROW_RULES = (
    *a_country("reporter", "Say which country reported the row."),
    given("partner", "Say which country the row is about."),
    one_of(
        "partner_is_a_country",
        "partner",
        (*country_codes(), WORLD),
        "partner is a known ISO 3166 alpha-3 country code, or WLD",
        "Use the ISO 3166 alpha-3 code, for example KGZ, or WLD for the world total; leave groups out.",
    ),
    within(
        "partner_is_not_the_reporter",
        ("partner", "reporter"),
        "partner_differs",
        "reporter and partner are different countries",
        "Nothing to fix where goods came back to their country of origin; the rows are kept.",
        least=1,
        severity="warning",
    ),
    given("flow", "Say X (export), M (import) or RX (re-export)."),
    one_of(
        "flow_is_known",
        "flow",
        FLOWS,
        "flow is X, M or RX",
        "Use X for exports, M for imports, RX for re-exports.",
    ),
    *six_digits(),
    given("hs_edition", "Say which edition of the Harmonized System the codes follow, for example HS2022."),
    one_of(
        "hs_edition_is_known",
        "hs_edition",
        EDITIONS,
        f"hs_edition is one of {', '.join(EDITIONS)}",
        "Use one of the listed editions.",
    ),
    within(
        "hs6_exists_in_its_edition",
        ("hs6", "hs_edition"),
        "hs6_in_edition",
        "hs6 is a product code of the edition that its row names",
        "Name the edition that the reporter used, or correct the code; the rows are kept, and codes that "
        "changed between editions are compared by their family.",
        least=1,
        severity="warning",
    ),
    given("period", "Give the month as YYYY-MM-01."),
    reads("period", "period_is_a_date", "period is a date", "Write the month as YYYY-MM-01 or YYYY-MM."),
    within(
        "period_is_first_of_month",
        ("period",),
        "period_day",
        "period is the first day of its month",
        "Write the month as YYYY-MM-01.",
        least=1,
        most=1,
    ),
    within(
        "period_is_not_in_the_future",
        ("period",),
        "months_ahead",
        "period is no later than the current month",
        "Correct the month; forecasts do not belong in a trade table.",
        most=0,
    ),
    given("value_usd", "Give the value in whole US dollars; leave rows without a value out."),
    reads(
        "value_usd",
        "value_usd_is_whole_number",
        "value_usd is a whole number",
        "Write whole US dollars without separators, units or decimals, and below 2^63.",
    ),
    within(
        "value_usd_is_not_negative",
        ("value_usd",),
        "value_usd",
        "value_usd is not negative",
        "Book corrections in the month they correct; a flow cannot be negative.",
        least=0,
    ),
    within(
        "value_usd_is_plausible",
        ("value_usd",),
        "value_usd",
        "value_usd is at most 10^13 dollars",
        "Check the unit: no flow of one product in one month is that large.",
        most=LARGEST_VALUE_USD,
    ),
    reads(
        "net_kg",
        "net_kg_is_whole_number",
        "net_kg is a whole number or empty",
        "Write whole kilograms, or leave the cell empty where the weight was not reported.",
    ),
    within(
        "net_kg_is_not_negative",
        ("net_kg",),
        "net_kg",
        "net_kg is not negative",
        "Leave the cell empty where the weight was not reported.",
        least=0,
    ),
    reads(
        "known_at",
        "known_at_is_a_date",
        "known_at is a date or empty",
        "Write the day the row became public as YYYY-MM-DD, or leave the cell empty.",
    ),
    within(
        "known_at_is_not_before_period",
        ("known_at", "period"),
        "days_to_known",
        "known_at is not before the month it is about",
        "Correct the day the row became public, or leave the cell empty.",
        least=0,
    ),
    within(
        "exact_duplicate",
        ("hs6",),
        "copy_no",
        "the row is no copy of an earlier one (same key, same value and weight)",
        "Nothing to fix: the first copy is used; check whether a file was given twice.",
        most=0,
    ),
    within(
        "conflicting_duplicate",
        ("value_usd",),
        "versions",
        "rows of one reporter, partner, flow, product, edition, month and known_at agree on value and weight",
        "Keep the right row, add up rows that are parts, or give revisions their own known_at.",
        most=1,
    ),
)

SET_RULES = (
    *BATCH_RULES,
    batch(
        "reporters_keep_reporting",
        "warning",
        ("reporter", "period"),
        "no reporter with a history stops three months or more before the newest month",
        "Not reported is not zero: look for newer files of these reporters.",
        "{n_stopped_reporters} of {n_reporters} reporters stop early: {stopped_reporters}.",
        "n_stopped_reporters",
        most=0,
    ),
    batch(
        "data_are_fresh",
        "warning",
        ("period",),
        "the newest month ended at most six months before the day of scoring",
        "Add newer months; older data cost grade.",
        "The newest month, {newest_period}, is {months_old} months before the day of scoring.",
        "months_old",
        most=6,
    ),
    batch(
        "parts_within_world_total",
        "warning",
        ("partner", "value_usd"),
        "partners add up to no more than the world total of the same reporter, flow, product and month",
        "Look for overlapping aggregates or customs procedures counted twice.",
        "{n_above_world} of {n_world} world totals are below their partners: {above_world}.",
        "n_above_world",
        most=0,
    ),
    batch(
        "totals_do_not_jump",
        "warning",
        ("value_usd",),
        "no total of reporter, partner and flow above US$1m is more than 20 times its previous month",
        "Check the unit of these months; nothing is removed, since a surge may be the finding.",
        "{n_jumps} totals jump; largest: {largest_jump}.",
        "n_jumps",
        most=0,
    ),
    batch(
        "one_edition_per_month",
        "warning",
        ("hs_edition",),
        "each reporter uses one edition of the Harmonized System in a month",
        "Leave one edition out; where both hold the same codes only that of the larger value is used.",
        "{n_mixed_editions} months of reporters mix editions, such as {mixed_editions}.",
        "n_mixed_editions",
        most=0,
    ),
    batch(
        "reporters_still_there",
        "warning",
        ("reporter",),
        "every reporter of the last batch is in this one",
        "Look for the files of the reporters that are gone.",
        "Gone since the last batch: {gone_reporters}.",
        "n_gone_reporters",
        most=0,
    ),
    SIZE_LIKE_LAST_BATCH,
)

CONTRACT = Contract(
    name="trade_flows",
    version="1.0",
    columns=TRADE_FLOWS,
    required=("reporter", "partner", "flow", "hs6", "hs_edition", "period", "value_usd"),
    row_rules=ROW_RULES,
    set_rules=SET_RULES,
    unique=UNIQUE,
    measures=measures,
    evidence=evidence,
    schema_rules=SCHEMA_RULES,
)
