"""The rows, sentences and listings behind each score."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl

from data_contracts.tables import EVIDENCE, LISTINGS, TRADE_FLOWS
from features.articles.rates import ArticleWindows, goods_mix
from features.reference.facts import RUSSIA
from features.trade.flows.vintages import documented_day
from features.trade.flows.windows import Windows
from features.trade.signals import TradeSignals

_FLOW = ("reporter", "partner", "hs6", "period")


def trade_evidence(
    flows: pl.LazyFrame, signals: TradeSignals, windows: Windows, as_of: date, limit: int
) -> pl.DataFrame:
    """Largest recent rows of each country and leg, from the families with the largest excess first.

    The rows are chosen among the condensed cells; one streamed query then fetches them from `flows`.
    """
    families = pl.concat(
        signals.families.select(
            "country", "family", pl.lit(leg).alias("leg"), pl.col(f"{leg}_excess_usd").alias("excess")
        )
        for leg in ("inbound", "onward")
    )
    start = pl.col("end").dt.offset_by(f"-{windows.recent_months - 1}mo")
    chosen = (
        signals.cells.filter((pl.col("leg") != "direct") & (pl.col("value_usd") > 0))
        .join(signals.sums.codes.select("family", "hs6").unique(), on=["family", "hs6"], how="semi")
        .join(signals.sums.coverage.select("leg", "reporter", "end"), on=["leg", "reporter"])
        .filter(pl.col("period").is_between(start, pl.col("end")))
        .join(families, on=["country", "family", "leg"], how="left")
        .sort(
            ["country", "leg", "excess", "value_usd", "reporter", "hs6", "period"],
            descending=[False, False, True, True, False, False, True],
            nulls_last=True,
        )
        .group_by("country", "leg", maintain_order=True)
        .head(limit)
        .with_columns(
            pl.when(pl.col("leg") == "onward").then(pl.lit(RUSSIA)).otherwise("country").alias("partner")
        )
        .select("country", "leg", *_FLOW)
    )
    rows = chosen.join(_latest(flows, chosen, as_of), on=_FLOW, how="left", maintain_order="left")
    return _shape(rows.with_columns(pl.lit("trade").alias("kind"), _digests(rows, TRADE_FLOWS)))


def _latest(flows: pl.LazyFrame, chosen: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The latest vintage known on `as_of` of the chosen exports, with all columns of the accepted rows."""
    codes, months = chosen["hs6"].unique().sort(), chosen["period"].unique().sort()
    known = (
        flows.filter((pl.col("flow") == "X") & pl.col("hs6").is_in(codes.implode()))
        .filter(pl.col("period").is_in(months.implode()))
        .join(chosen.lazy().select(_FLOW), on=_FLOW, how="semi")
        .collect(engine="streaming")
        .with_columns(pl.col("known_at").fill_null(documented_day()))
    )
    return (
        known.filter(pl.col("known_at") <= as_of)
        .sort("known_at", "value_usd", "source_file", "source_row")
        .unique(_FLOW, keep="last", maintain_order=True)
    )


TO_READ = "article_to_read"  # kind of the sentences of journals of record that are shown and not counted
NO_TEXT = "(A GDELT record: no text was read.)"


def article_evidence(telling: pl.DataFrame, news: Sequence[pl.LazyFrame]) -> pl.DataFrame:
    """The diversion sentences of `most_telling`, with the file and row that each is from.

    Those that are only there to be read have the kind `TO_READ`.
    `news`: accepted articles (with `article_id`) and GDELT records (with `record_id`), for their files.
    """
    rows = (
        telling.with_columns(pl.col("text").fill_null(NO_TEXT))
        .join(_places(telling["article_id"], news), on="article_id", how="left", maintain_order="left")
        .with_columns(
            pl.when("to_read").then(pl.lit(TO_READ)).otherwise(pl.lit("article")).alias("kind"),
            pl.col("published_on").alias("known_at"),
        )
    )
    return _shape(rows.with_columns(_digests(rows, ("article_id", "sentence_no", "country", "text"))))


def _places(ids: pl.Series, news: Sequence[pl.LazyFrame]) -> pl.DataFrame:
    """article_id, source_file, source_row, title and url of some articles or records, each once."""
    found = []
    for rows in news:
        name = "record_id" if "record_id" in rows.collect_schema() else "article_id"
        chosen = rows.filter(pl.col(name).is_in(ids.unique().implode()))
        title = pl.col("title") if name == "article_id" else pl.lit(None, dtype=pl.String).alias("title")
        chosen = chosen.select(pl.col(name).alias("article_id"), "source_file", "source_row", title, "url")
        found.append(chosen.collect(engine="streaming"))
    return pl.concat(found).unique("article_id", keep="first", maintain_order=True)


def goods_evidence(mentions: pl.DataFrame, as_of: date, windows: ArticleWindows) -> pl.DataFrame:
    """What the diversion stories of each country are about, the most frequent goods first.

    One row of kind `goods_mix` for a country and family; `n_entities` is empty, the text says the share.
    """
    mix = goods_mix(mentions, as_of, windows)
    share = (100 * pl.col("share")).round().cast(pl.Int64)
    words = pl.format("{}: {} of the diversion stories ({}%)", "family", "n_stories", share)
    rows = mix.select(
        "country", kind=pl.lit("goods_mix"), text=words, known_at=pl.lit(as_of), source=pl.lit("articles")
    )
    return _shape(rows.with_columns(_digests(rows, ("country", "text"))))


def listing_evidence(listings: pl.DataFrame, as_of: date, limit: int) -> pl.DataFrame:
    """The newest listings of each country, summed by day and list; `row_digest` leaves the names out."""
    rows = (
        listings.filter(pl.col("listed_on") <= as_of)
        .sort("country", "listed_on", "jurisdiction", "list", "source_file", "source_row")
        .group_by(
            "country", "listed_on", "jurisdiction", "list", "goods_diversion", "source", maintain_order=True
        )
        .agg(
            pl.col("n_entities").sum(),
            pl.col("source_file", "source_row").first(),
            pl.col("entities").drop_nulls().first(),
        )
        .sort(["country", "listed_on", "list"], descending=[False, True, False])
        .group_by("country", maintain_order=True)
        .head(limit)
        .select(
            pl.all(),
            pl.lit("listing").alias("kind"),
            pl.col("listed_on").alias("known_at"),
            pl.col("list").alias("text"),
        )
    )
    return _shape(rows.with_columns(_digests(rows, LISTINGS)))


def _shape(rows: pl.DataFrame) -> pl.DataFrame:
    absent = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in EVIDENCE.items() if name not in rows.columns
    ]
    return rows.with_columns(absent).select(pl.col(name).cast(dtype) for name, dtype in EVIDENCE.items())


def _digests(rows: pl.DataFrame, fields: Iterable[str]) -> pl.Series:
    """sha256 of each row's canonical fields, so that a reader can find and check the very row."""
    canonical = rows.select(name for name in fields if name in rows.columns)
    digests = [
        hashlib.sha256(json.dumps(row, default=str, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        for row in canonical.iter_rows(named=True)
    ]
    return pl.Series("row_digest", digests, dtype=pl.String)
