"""Column types of the canonical tables.

Every batch frame also carries the bookkeeping columns `source_file` (String) and `source_row` (Int64).
"""

import polars as pl

TRADE_FLOWS: dict[str, pl.DataType] = {
    "reporter": pl.String(),
    "partner": pl.String(),
    "flow": pl.String(),
    "hs6": pl.String(),
    "hs_edition": pl.String(),
    "period": pl.Date(),
    "value_usd": pl.Int64(),
    "net_kg": pl.Int64(),
    "known_at": pl.Date(),
    "source": pl.String(),
}

ARTICLES: dict[str, pl.DataType] = {
    "article_id": pl.String(),
    "published_at": pl.Datetime("us", "UTC"),
    "source": pl.String(),
    "language": pl.String(),
    "title": pl.String(),
    "text": pl.String(),
    "url": pl.String(),
}

MENTIONS: dict[str, pl.DataType] = {
    "article_id": pl.String(),
    "published_on": pl.Date(),
    "source": pl.String(),
    "story_id": pl.String(),
    "sentence_no": pl.Int64(),
    "country": pl.String(),
    "role": pl.String(),
    "p_diversion": pl.Float64(),
    "is_diversion": pl.Boolean(),
    "polarity": pl.Int8(),
    "goods": pl.List(pl.String()),
    "text": pl.String(),
}

GKG: dict[str, pl.DataType] = {
    "record_id": pl.String(),
    "published_at": pl.Datetime("us", "UTC"),
    "source": pl.String(),
    "url": pl.String(),
    "country": pl.String(),
    "n_locations": pl.Int64(),  # places in the country that the record names
    "near_russia": pl.Boolean(),  # Russia is named close to the country
    "themes": pl.String(),  # joined by `;`
    "tone": pl.Float64(),  # -100 (bad) to 100
}

LISTINGS: dict[str, pl.DataType] = {
    "country": pl.String(),
    "listed_on": pl.Date(),
    "jurisdiction": pl.String(),
    "list": pl.String(),
    "n_entities": pl.Int64(),
    "goods_diversion": pl.String(),
    "source": pl.String(),
}

# `entities`: `name [number]; name [number]; and 12 more`, as the list writes both; no part of a row's key.
LISTINGS_WITH_NAMES: dict[str, pl.DataType] = {**LISTINGS, "entities": pl.String()}

GOODS: dict[str, pl.DataType] = {
    "hs6": pl.String(),
    "tier": pl.String(),
    "family": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
    "source": pl.String(),
}

BOOKKEEPING: dict[str, pl.DataType] = {"source_file": pl.String(), "source_row": pl.Int64()}

EVIDENCE: dict[str, pl.DataType] = {
    "country": pl.String(),
    "kind": pl.String(),  # trade, article, article_to_read, listing, goods_mix
    "leg": pl.String(),  # inbound, onward, direct (trade only)
    "reporter": pl.String(),
    "partner": pl.String(),
    "hs6": pl.String(),
    "period": pl.Date(),
    "value_usd": pl.Int64(),
    "known_at": pl.Date(),
    "article_id": pl.String(),
    "sentence_no": pl.Int64(),
    "text": pl.String(),  # the sentence, or the name of the list
    "p_diversion": pl.Float64(),
    "polarity": pl.Int8(),
    "why": pl.String(),  # the words that decided
    "jurisdiction": pl.String(),
    "n_entities": pl.Int64(),
    "source": pl.String(),
    "source_file": pl.String(),
    "source_row": pl.Int64(),
    "row_digest": pl.String(),  # sha256 of the canonical row
    "title": pl.String(),  # of the article
    "url": pl.String(),  # of the article, as the input gives it
    "entities": pl.String(),  # who was listed: `name [number]; ...`; null where the input does not say
}

SCORES_COUNTRY: dict[str, pl.DataType] = {
    "as_of": pl.Date(),
    "country": pl.String(),
    "name": pl.String(),
    "rank": pl.Int64(),
    "risk": pl.Float64(),
    "risk_low": pl.Float64(),
    "risk_high": pl.Float64(),
    "event_risk": pl.Float64(),  # of the declared event; null when abstained or not learnt by the model
    "event_risk_low": pl.Float64(),
    "event_risk_high": pl.Float64(),
    "event_met": pl.Boolean(),  # declared event in the newest published six months; null: not published
    "event_met_usd": pl.Int64(),  # matched transit of these months
    "event_met_codes": pl.String(),  # families with the most of it, at most 5, space between
    "event_met_until": pl.Date(),  # first day of the last of these months
    "band": pl.String(),  # high, elevated, guarded, low; null when abstained
    "excess_transit_usd": pl.Int64(),
    "grade": pl.String(),  # A to D; null when abstained
    "abstained": pl.Boolean(),
    "drivers": pl.String(),  # JSON: [{signal, value, unit, contribution, quantile, words}], largest first
    "counter_evidence": pl.String(),  # JSON: [words]
    "lowers": pl.String(),  # JSON: [words]
    "model_id": pl.String(),
    "run_id": pl.String(),
}

SCORES_PRODUCT: dict[str, pl.DataType] = {
    "as_of": pl.Date(),
    "country": pl.String(),
    "hs6": pl.String(),
    "family": pl.String(),
    "tier": pl.String(),
    "score": pl.Float64(),
    "inbound_excess_usd": pl.Int64(),
    "onward_excess_usd": pl.Int64(),
    "displaced_usd": pl.Int64(),
    "matched_transit_usd": pl.Int64(),
    "inbound_surprise": pl.Float64(),  # -log10((as_extreme + 1) / (placebos + 1)) of the family's rise
    "inbound_placebos": pl.Int64(),  # other countries whose leg is known; null below nine
    "inbound_as_extreme": pl.Int64(),  # of them, those whose rise of the family is at least as large
    "onward_surprise": pl.Float64(),
    "onward_placebos": pl.Int64(),
    "onward_as_extreme": pl.Int64(),
    "grade": pl.String(),
}
