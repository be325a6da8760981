"""Broken input batches: for every rule of the input contracts at least one that breaks only it."""

from __future__ import annotations

from datetime import date

import polars as pl

from data_contracts.contract import Context
from tools.contracts.examples import (
    AS_OF,
    ROWS,
    TODAY,
    Break,
    Make,
    cell,
    empty_breaks,
    rows_repeated,
    schema_breaks,
    whole_column,
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
        *empty_breaks(contract, filled, f"{filled}_is_given"),
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
    *schema_breaks("trade_flows", "value_usd", "value_usd_is_whole_number"),
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
    cell("trade_flows", "hs6_exists_in_its_edition", "hs6", "854140"),
    cell("trade_flows", "hs6_exists_in_its_edition", "hs6", "847199"),
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
    *schema_breaks("articles", "published_at", "published_at_is_a_time"),
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
        "mostly_read_languages",
        "every article is in German",
        lambda frame: frame.with_columns(language=pl.lit("de")),
    ),
    whole_column("articles", "few_copied_texts", "text", "The same.", "every article has the same text"),
    _old("articles", "articles_are_fresh"),
    _size("articles"),
)

GKG = (
    *schema_breaks("gkg", "published_at", "published_at_is_a_time"),
    *_input("gkg", "country", "RS", "country_is_a_country", "n_locations"),
    *(
        cell("gkg", f"{column}_is_given", column, None)
        for column in ("record_id", "published_at", "source", "country", "n_locations", "near_russia")
    ),
    cell("gkg", "published_at_is_a_time", "published_at", "1 October"),
    cell("gkg", "published_at_is_not_in_the_future", "published_at", "2024-03-01"),
    cell("gkg", "published_at_is_not_ancient", "published_at", "1970-01-01"),
    cell("gkg", "url_is_a_web_address", "url", "BBC Monitoring"),
    cell("gkg", "country_is_a_country", "country", "TU"),
    cell("gkg", "n_locations_is_whole_number", "n_locations", "some"),
    cell("gkg", "n_locations_is_positive", "n_locations", "0"),
    cell("gkg", "n_locations_is_plausible", "n_locations", "10001"),
    cell("gkg", "near_russia_is_true_or_false", "near_russia", "close"),
    cell("gkg", "tone_is_a_number", "tone", "bad"),
    cell("gkg", "tone_is_finite", "tone", "inf"),
    cell("gkg", "tone_is_within_its_scale", "tone", "-100.5"),
    rows_repeated("gkg", "exact_duplicate"),
    rows_repeated("gkg", "conflicting_duplicate", n_locations="7"),
    _old("gkg", "records_are_fresh"),
    cell("gkg", "few_silent_days", "published_at", "2023-08-01"),
    whole_column("gkg", "no_source_dominates", "source", "example.org", "every record is of one site"),
    _size("gkg"),
)

LISTINGS = (
    *schema_breaks("listings", "listed_on", "listed_on_is_a_date"),
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
    *schema_breaks("goods", "valid_from", "valid_from_is_a_date")[1:],
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

INPUT_BREAKS: tuple[Break, ...] = (*TRADE, *ARTICLES, *GKG, *LISTINGS, *GOODS)
