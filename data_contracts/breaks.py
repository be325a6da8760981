"""The broken batches: for every rule of every contract at least one that breaks only it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from data_contracts.contract import Context
from data_contracts.examples import AS_OF, ROWS, TODAY, Break, Make, cell, rows_repeated, whole_column
from data_contracts.scores.contract import AMOUNTS, JSON_COLUMNS
from data_contracts.signals.contract import AT_MOST, FLOATS, NOT_NEGATIVE, SHARES, SIGNALS_PANEL
from data_contracts.tables import SCORES_COUNTRY, SCORES_PRODUCT

FAULT = ("every_row_accepted",)


def _schema(
    contract: str, column: str, reads: str, *, refusal: str = "some_rows_accepted"
) -> tuple[Break, ...]:
    """A missing column, and a column that holds something else throughout."""
    return (
        Break(contract, "columns_present", f"no column {column}", lambda frame: frame.drop(column)),
        whole_column(
            contract,
            "columns_have_their_type",
            column,
            "n/a",
            f"{column} is 'n/a' in every row",
            also=(reads, refusal),
        ),
    )


def _own(contract: str, column: str, given: str, *, filled: str) -> tuple[Break, ...]:
    """Faults of a table this project makes itself."""
    return (
        Break(contract, "has_rows", "no rows", lambda frame: frame.clear()),
        whole_column(
            contract,
            "required_columns_filled",
            filled,
            None,
            f"{filled} is empty in every row",
            also=(given,),
        ),
        cell(contract, "every_row_accepted", column, None, also=(f"{column}_is_given",)),
    )


def _input(contract: str, column: str, wrong: str, breaks: str, filled: str) -> tuple[Break, ...]:
    """Batches of which nothing, little or not enough can be used."""

    def some(share: str, every: int, rest: int) -> tuple[str, Make]:
        def make(frame: pl.DataFrame) -> pl.DataFrame:
            hit = pl.col("source_row") % every >= rest
            return frame.with_columns(
                pl.when(hit).then(pl.lit(wrong)).otherwise(pl.col(column)).alias(column)
            )

        return f"{column} is {wrong!r} in {share} of the rows", make

    return (
        Break(contract, "has_rows", "no rows", lambda frame: frame.clear()),
        whole_column(
            contract,
            "required_columns_filled",
            filled,
            None,
            f"{filled} is empty in every row",
            also=(f"{filled}_is_given",),
        ),
        whole_column(
            contract,
            "some_rows_accepted",
            column,
            wrong,
            f"{column} is {wrong!r} in every row",
            also=(breaks,),
        ),
        Break(contract, "mostly_accepted", *some("three quarters", 4, 1), (breaks,)),
        Break(contract, "few_refused", *some("a tenth", 10, 9), (breaks,)),
    )


def _when(contract: str, rule: str, words: str, context: Context) -> Break:
    return Break(contract, rule, words, lambda frame: frame, context=context)


def _old(contract: str, rule: str) -> Break:
    late = Context(as_of=date(2025, 6, 30), today=TODAY)
    return _when(contract, rule, "the day of scoring is in June 2025", late)


def _size(contract: str) -> Break:
    before = Context(as_of=AS_OF, today=TODAY, previous={"rows_accepted": ROWS * 10})
    return _when(contract, "size_like_last_batch", "the last batch had ten times the rows", before)


def _gone(contract: str, rule: str, what: str, name: str) -> Break:
    before = Context(as_of=AS_OF, today=TODAY, previous={"rows_accepted": ROWS, what: [name]})
    return _when(contract, rule, f"the last batch had {name}", before)


def _stops(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter((pl.col("reporter") != "FRA") | (pl.col("period") < "2023-06"))


def _world(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([frame, frame.head(1).with_columns(partner=pl.lit("WLD"), value_usd=pl.lit("10"))])


def _editions(frame: pl.DataFrame) -> pl.DataFrame:
    other = frame.head(1).with_columns(hs_edition=pl.lit("HS2017"), hs6=pl.lit("854232"))
    return pl.concat([frame, other])


TRADE = (
    *_schema("trade_flows", "value_usd", "value_usd_is_whole_number"),
    *_input("trade_flows", "hs6", "85423", "hs6_is_six_digits", "value_usd"),
    *(
        cell("trade_flows", f"{column}_is_given", column, None)
        for column in ("reporter", "partner", "flow", "hs6", "hs_edition", "period", "value_usd")
    ),
    cell("trade_flows", "reporter_is_a_country", "reporter", "EU27"),
    cell("trade_flows", "partner_is_a_country", "partner", "ZZZ"),
    cell("trade_flows", "partner_is_not_the_reporter", "partner", "DEU"),
    cell("trade_flows", "flow_is_known", "flow", "export"),
    cell("trade_flows", "hs6_is_six_digits", "hs6", "10121"),
    cell("trade_flows", "hs6_is_six_digits", "hs6", "85.4231"),
    cell("trade_flows", "hs6_chapter_exists", "hs6", "999999"),
    cell("trade_flows", "hs6_chapter_exists", "hs6", "770000"),
    cell("trade_flows", "hs_edition_is_known", "hs_edition", "HS1988"),
    cell("trade_flows", "period_is_a_date", "period", "2022-13-01"),
    cell("trade_flows", "period_is_a_date", "period", "01/02/2022"),
    cell("trade_flows", "period_is_first_of_month", "period", "2022-05-15"),
    cell(
        "trade_flows",
        "period_is_not_in_the_future",
        "period",
        "2024-02-01",
        also=("known_at_is_not_before_period",),
    ),
    cell("trade_flows", "value_usd_is_whole_number", "value_usd", "12.5"),
    cell("trade_flows", "value_usd_is_whole_number", "value_usd", "1,000"),
    cell("trade_flows", "value_usd_is_not_negative", "value_usd", "-5"),
    cell("trade_flows", "value_usd_is_plausible", "value_usd", "10000000000001"),
    cell("trade_flows", "net_kg_is_whole_number", "net_kg", "1.5"),
    cell("trade_flows", "net_kg_is_not_negative", "net_kg", "-1"),
    cell("trade_flows", "known_at_is_a_date", "known_at", "soon"),
    cell("trade_flows", "known_at_is_not_before_period", "known_at", "2021-01-01"),
    rows_repeated("trade_flows", "exact_duplicate"),
    rows_repeated("trade_flows", "conflicting_duplicate", value_usd="7"),
    Break(
        "trade_flows",
        "reporters_keep_reporting",
        "one of two reporters ends four months early",
        _stops,
    ),
    _old("trade_flows", "data_are_fresh"),
    Break("trade_flows", "parts_within_world_total", "a world total of US$10 is added", _world),
    cell("trade_flows", "totals_do_not_jump", "value_usd", "900000000"),
    Break("trade_flows", "one_edition_per_month", "one more row of the month in HS2017", _editions),
    _gone("trade_flows", "reporters_still_there", "reporters", "ITA"),
    _size("trade_flows"),
)

ARTICLES = (
    *_schema("articles", "published_at", "published_at_is_a_time"),
    *_input("articles", "published_at", "1970-01-01", "published_at_is_not_ancient", "text"),
    *(
        cell("articles", f"{column}_is_given", column, None)
        for column in ("article_id", "published_at", "text")
    ),
    cell("articles", "text_is_given", "text", "  "),
    cell("articles", "published_at_is_a_time", "published_at", "5 November"),
    cell("articles", "published_at_is_not_in_the_future", "published_at", "2024-03-01"),
    cell("articles", "published_at_is_not_ancient", "published_at", "1970-01-01"),
    cell("articles", "text_is_not_huge", "text", "x" * 1_000_001),
    cell("articles", "text_has_no_nul", "text", "half\x00a\x00word"),
    cell("articles", "text_was_decodable", "text", "caf\ufffd"),
    cell("articles", "language_is_a_code", "language", "English, mostly"),
    cell("articles", "url_is_a_web_address", "url", "javascript:alert(1)"),
    rows_repeated("articles", "exact_duplicate"),
    rows_repeated("articles", "conflicting_duplicate", text="Another text."),
    Break(
        "articles",
        "mostly_english",
        "every article is in German",
        lambda frame: frame.with_columns(language=pl.lit("de")),
    ),
    whole_column("articles", "few_copied_texts", "text", "The same.", "every article has the same text"),
    _old("articles", "articles_are_fresh"),
    _size("articles"),
)

LISTINGS = (
    *_schema("listings", "listed_on", "listed_on_is_a_date"),
    *_input("listings", "country", "Dubai", "country_is_a_country", "n_entities"),
    *(
        cell("listings", f"{column}_is_given", column, None)
        for column in ("country", "listed_on", "jurisdiction", "list", "n_entities", "goods_diversion")
    ),
    cell("listings", "country_is_a_country", "country", "TR"),
    cell("listings", "listed_on_is_a_date", "listed_on", "2023"),
    cell("listings", "listed_on_is_not_in_the_future", "listed_on", "2024-02-01"),
    cell("listings", "listed_on_is_not_ancient", "listed_on", "1970-01-01"),
    cell("listings", "n_entities_is_whole_number", "n_entities", "several"),
    cell("listings", "n_entities_is_positive", "n_entities", "0"),
    cell("listings", "n_entities_is_plausible", "n_entities", "10001"),
    cell("listings", "goods_diversion_is_known", "goods_diversion", "maybe"),
    rows_repeated("listings", "exact_duplicate"),
    rows_repeated("listings", "conflicting_duplicate", n_entities="3"),
    whole_column(
        "listings",
        "listings_have_a_basis",
        "goods_diversion",
        "unknown",
        "goods_diversion is unknown in every row",
    ),
    _old("listings", "listings_are_fresh"),
    _gone("listings", "lists_still_there", "lists", "EU-ANNEX-IV"),
    _size("listings"),
)


def _many_codes(frame: pl.DataFrame) -> pl.DataFrame:
    codes = [f"{chapter}{place:04d}" for chapter in (84, 85) for place in range(800)]
    first = frame.head(1)
    return pl.concat([first.with_columns(hs6=pl.lit(code), family=pl.lit(code)) for code in codes])


GOODS = (
    *_schema("goods", "valid_from", "valid_from_is_a_date")[1:],
    Break("goods", "columns_present", "no column tier", lambda frame: frame.drop("tier")),
    *_input("goods", "tier", "high", "tier_is_known", "family"),
    *(cell("goods", f"{column}_is_given", column, None) for column in ("hs6", "tier", "family")),
    cell("goods", "hs6_is_six_digits", "hs6", "10121"),
    cell("goods", "hs6_chapter_exists", "hs6", "990000"),
    cell("goods", "tier_is_known", "tier", "5"),
    cell("goods", "valid_from_is_a_date", "valid_from", "24.02.2023"),
    cell("goods", "valid_to_is_a_date", "valid_to", "never", also=("columns_have_their_type",)),
    cell("goods", "valid_to_is_not_before_valid_from", "valid_to", "2022-01-01"),
    cell("goods", "flows_toward_russia", "hs6", "710812"),
    rows_repeated("goods", "exact_duplicate"),
    rows_repeated("goods", "one_tier_at_a_time", tier="2"),
    Break("goods", "list_is_specific", "the list has 1,600 codes", _many_codes),
    _when(
        "goods",
        "valid_on_the_day",
        "the day of scoring is before the list",
        Context(as_of=date(2022, 6, 30), today=TODAY),
    ),
)


def _parts(total: str, besides: str = "") -> tuple[str, ...]:
    """Rules on the amounts that a total bounds, which a smaller total breaks as well."""
    return tuple(f"{part}_at_most_{whole}" for part, whole in AT_MOST if whole == total and part != besides)


SIGNALS = (
    *_schema("signals", "as_of", "as_of_is_a_date", refusal="every_row_accepted"),
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

COUNTRIES = (
    *_schema("scores_country", "as_of", "as_of_is_a_date", refusal="every_row_accepted"),
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
            also=(f"{name}_agrees_with_abstained", *FAULT) if name.startswith("risk") else FAULT,
        )
        for name, dtype in SCORES_COUNTRY.items()
        if dtype.is_numeric()
    ),
    cell("scores_country", "abstained_is_true_or_false", "abstained", "perhaps", also=FAULT),
    *(
        cell("scores_country", f"{name}_is_finite", name, float("inf"), row=1, also=FAULT)
        for name in ("risk", "risk_low", "risk_high")
    ),
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

PRODUCTS = (
    *_schema("scores_product", "as_of", "as_of_is_a_date", refusal="every_row_accepted"),
    *_own("scores_product", "country", "country_is_given", filled="country"),
    *_keys("scores_product"),
    *(
        cell("scores_product", f"{name}_is_given", name, None, also=FAULT)
        for name in ("hs6", "family", "tier", "score")
    ),
    cell("scores_product", "hs6_is_six_digits", "hs6", "10121", also=FAULT),
    cell("scores_product", "hs6_chapter_exists", "hs6", "990000", also=FAULT),
    *(
        cell("scores_product", f"{name}_is_a_number", name, "high", also=FAULT)
        for name, dtype in SCORES_PRODUCT.items()
        if dtype.is_numeric()
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

BREAKS: tuple[Break, ...] = (*TRADE, *ARTICLES, *LISTINGS, *GOODS, *SIGNALS, *COUNTRIES, *PRODUCTS)
