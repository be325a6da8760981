"""Mention rows from GDELT records: no text, so a country near Russia and near a telling theme is a weak hint.

No sentence was read here. A record says which places and themes are close together, which is what
counting names amounts to; the probability of such a row is therefore capped at `CEILING`, and a story known
from records alone counts for that much of a story that was read.
"""

from __future__ import annotations

import hashlib

import polars as pl

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.places.gazetteer import gazetteer
from features.articles.roles.model import role_model
from features.articles.schema import COLUMNS
from features.reference.read import read_reference

CEILING = (
    0.3  # p_diversion of a country near Russia and near a theme of sanctions, smuggling or export control
)
HINT = 0.15  # near Russia, and near a theme of trade or arms only
_SLUG_WORDS = 4  # words from which the end of an address names a story


def gkg_mentions(gkg: pl.DataFrame) -> pl.DataFrame:
    """Mention rows (`schema.COLUMNS`) of a canonical GKG table (`data_contracts.tables.GKG`).

    Empty or null `themes`: none of those that are watched is near.

    `text` is null and `sentence_no` 0. Countries that are never routes have no row; countries that apply
    controls, or are under others, have `p_diversion` at the floor. Records whose address ends in the same
    words are one story. Sorted by article_id, sentence_no, country.
    """
    telling, weaker = _themes("telling"), _themes("trade") + _themes("arms")
    book = gazetteer()
    routes = [code for code in gkg["country"].unique().to_list() if code and not book.group(code)]
    route = pl.col("country").is_in(routes) & pl.col("near_russia")
    themes = pl.col("themes").fill_null("")
    strong = route & themes.str.contains_any(telling)
    hint = route & themes.str.contains_any(weaker)
    rows = gkg.filter(~pl.col("country").is_in(sorted(NEVER_ROUTES))).select(
        pl.col("record_id").alias("article_id"),
        pl.col("published_at").dt.date().alias("published_on"),
        "source",
        story_id=_story(gkg.filter(~pl.col("country").is_in(sorted(NEVER_ROUTES)))),
        sentence_no=pl.lit(0, pl.Int64),
        country="country",
        role=pl.when(strong).then(pl.lit("transit_to_russia")).otherwise(pl.lit("other_mention")),
        p_diversion=pl.when(strong)
        .then(CEILING)
        .when(hint)
        .then(HINT)
        .otherwise(min(role_model().floor, HINT)),
        is_diversion=strong,
        polarity=pl.lit(0, pl.Int8),
        goods=pl.lit([], pl.List(pl.String)),
        text=pl.lit(None, pl.String),
        why=pl.when(strong | hint)
        .then(pl.format("no text: named near Russia and {}", pl.col("themes").str.replace_all(";", ", ")))
        .otherwise(pl.lit("")),
        about_listing=pl.lit(False),
        retracted=pl.lit(False),
        to_read=pl.lit(False),
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items()).sort(
        "article_id", "sentence_no", "country"
    )


def _themes(kind: str) -> list[str]:
    return [row["pattern"] for row in read_reference("gkg_themes.csv") if row["kind"] == kind]


def _story(rows: pl.DataFrame) -> pl.Series:
    """Story ids: of the words that an address ends in, where they are enough to name a story."""
    slug = (
        pl.col("url")
        .str.to_lowercase()
        .str.replace(r"[?#].*$", "")
        .str.extract(r"([^/]*[a-z][^/]*)/?(?:index\.\w+)?$")
        .str.replace(r"\.\w{2,5}$", "")
        .str.extract_all(r"[a-z]+")
    )
    named = pl.when(slug.list.len() >= _SLUG_WORDS).then(slug.list.join(" "))
    names = rows.select(pl.coalesce(named, pl.concat_str(pl.lit("record "), "record_id")))
    made = {name: "g" + hashlib.sha256(name.encode()).hexdigest()[:12] for name in names.to_series().unique()}
    return names.to_series().replace_strict(made, return_dtype=pl.String) if made else names.to_series()
