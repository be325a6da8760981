"""Articles to mentions: one row for each sentence and country, with role, probability and polarity.

Cheap passes come first: a partition is split into sentences and searched for countries in polars.
Only sentences that hold a word of trade, evasion, pressure or arms, in articles that could be about
Russia at all, are read closely by the role model; the rest keep their country rows with the floor
probability.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.foreign.read import read_foreign
from features.articles.foreign.words import LANGUAGES as FOREIGN
from features.articles.foreign.words import foreign_sentences
from features.articles.places.in_tables import countries_in
from features.articles.roles.bystanders import without_bystanders, without_flags
from features.articles.roles.context import with_context
from features.articles.roles.model import RoleVerdict, role_model
from features.articles.roles.off_topic import about_other_matters
from features.articles.roles.official import counted_of_official
from features.articles.roles.read import SentenceInContext, read_closely
from features.articles.roles.screen import article_screen, sentence_screen
from features.articles.roles.second.reader import with_second_opinions
from features.articles.roles.units import CONTEXT_FLAGS, DocumentContext
from features.articles.schema import COLUMNS, OF_STORIES
from features.articles.stories.clusters import Stories, stories_of, story_histories
from features.articles.stories.minhash import Sketches, joined, sketch
from features.articles.text.languages import with_language
from features.articles.text.sentences import LONGEST, cleaned, sentence_list

PLAIN = 0.9  # probability from which a target of a measure still counts as a route
PARTITION = 4000  # articles that are in memory at once


@dataclass(frozen=True)
class PartReading:
    """One part of a table of articles, read. Stories span parts, so their columns come with `with_stories`.

    `rows`: `COLUMNS` without those of stories, sorted by article_id, sentence_no, country. `sketches`: of the
    articles read. `not_read_by_language`: articles in languages that are not read, by language.
    `n_articles_read`: articles that were read, with mentions or without.
    """

    rows: pl.DataFrame
    sketches: Sketches
    not_read_by_language: Mapping[str, int]
    n_articles_read: int


def find_mentions(
    articles: pl.DataFrame,
    *,
    dated_stories: bool = False,
    at_once: int = PARTITION,
    second_reader: bool = False,
) -> pl.DataFrame:
    """Mentions of every article (`data_contracts.tables.ARTICLES`), a frame of `COLUMNS`.

    `why`: the words that decided. `about_listing`: the story is about a designation itself. Sentence 0 is the
    title. `to_read`: see `official.counted_of_official`. Sorted by article_id, sentence_no, country. With
    `dated_stories` there is `story_history` too, for readings as of several dates (`clusters.as_known_on`).
    `at_once`: articles in memory at once; it changes no row. `second_reader`: see `read_part`.
    """
    starts = range(0, max(articles.height, 1), at_once)
    parts = [read_part(articles.slice(start, at_once), start, second_reader) for start in starts]
    sketches = joined([part.sketches for part in parts])
    rows = pl.concat([part.rows for part in parts]).sort("article_id", "sentence_no", "country")
    mentions = with_stories(rows, stories_of(sketches))
    if not dated_stories:
        return mentions
    return mentions.join(story_histories(sketches), on="article_id", how="left", maintain_order="left")


def read_part(articles: pl.DataFrame, first_row: int = 0, second_reader: bool = False) -> PartReading:
    """Read one part; `first_row` is the number of its first article in the whole table, from 0.

    `second_reader`: English sentences in doubt, and all that would be shown, are read by a second, slower
    reader too (`roles.second.reader`).
    """
    labelled = with_language(articles)
    can_be_read = pl.col("language").is_in(["en", *FOREIGN])
    read = labelled.filter(can_be_read)
    others = labelled.filter(~can_be_read).group_by("language").len().sort("language")
    rows = [_rows(read.filter(pl.col("language") == "en"), second_reader)]
    for language in FOREIGN:
        own = read.filter(pl.col("language") == language)
        rows += [_foreign_rows(own, language)] if own.height else []
    return PartReading(
        pl.concat(rows).sort("article_id", "sentence_no", "country"),
        sketch(read, first_row),
        dict(zip(others["language"].to_list(), others["len"].to_list(), strict=True)),
        read.height,
    )


def with_stories(rows: pl.DataFrame, stories: Stories) -> pl.DataFrame:
    """Rows of a part with the columns of their stories: `COLUMNS`, in the same order."""
    found = stories.of(rows["article_id"])
    joined_rows = rows.join(found, on="article_id", how="left", maintain_order="left")
    return joined_rows.select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items())


def _rows(articles: pl.DataFrame, second_reader: bool) -> pl.DataFrame:
    sentences = _sentences(articles, sentence_list, _may_be_read)
    places = countries_in(sentences)
    wanted = _to_read(sentences, places)
    read = _read(wanted)
    if second_reader:
        read = with_second_opinions(read, wanted, sentences)
    read = without_bystanders(read, sentences)
    here = places.filter(~pl.col("iso3").is_in(sorted(NEVER_ROUTES))).select(
        "row", pl.col("iso3").alias("country")
    )
    skimmed = here.join(wanted.select("row"), on="row", how="anti").with_columns(
        role=pl.lit("other_mention"),
        p_diversion=pl.lit(role_model().floor),
        is_diversion=pl.lit(False),
        polarity=pl.lit(0, pl.Int8),
        goods=pl.lit([], pl.List(pl.String)),
        why=pl.lit(""),
    )
    rows = pl.concat([skimmed, read.select(skimmed.columns)])
    return _with_facts(rows, sentences, articles)


def _foreign_rows(articles: pl.DataFrame, language: str) -> pl.DataFrame:
    sentences = _sentences(
        articles, partial(foreign_sentences, language=language), lambda body: body["article"]
    )
    return _with_facts(read_foreign(sentences, language), sentences, articles)


def _with_facts(rows: pl.DataFrame, sentences: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Rows with the text of their sentence and what is known of their article: `COLUMNS` without stories."""
    read_texts = sentences.select("article", "sentence_no", "text")[rows["row"]]
    facts = articles.select("article_id", pl.col("published_at").dt.date().alias("published_on"), "source")
    whole = pl.concat([rows, read_texts, facts[read_texts["article"]]], how="horizontal")
    return counted_of_official(whole, articles).select(
        pl.col(name).cast(dtype) for name, dtype in COLUMNS.items() if name not in OF_STORIES
    )


def _sentences(
    articles: pl.DataFrame,
    parted: Callable[[pl.Expr], pl.Expr],
    may_be_read: Callable[[pl.DataFrame], pl.Series],
) -> pl.DataFrame:
    """One row for each sentence: row, article (its index), sentence_no (title 0), text, gate.

    `parted`: texts to lists of sentences. `may_be_read`: the articles that pass the gate.
    """
    given = articles.select(pl.col("title", "text").fill_null(""))
    body = (
        pl.DataFrame([cleaned(given["title"]), cleaned(given["text"])])
        .with_columns(pl.col("title").str.replace_all(r"\s+", " ").str.strip_chars())
        .with_columns(  # what no headline is long enough for belongs to the text
            pl.col("title").str.slice(0, LONGEST),
            pl.when(pl.col("title").str.len_chars() > LONGEST)
            .then(pl.concat_str(pl.col("title").str.slice(LONGEST), "text", separator="\n"))
            .otherwise("text")
            .alias("text"),
        )
        .with_row_index("article")
        .select(
            "article",
            whole=pl.concat_str("title", "text", separator="\n"),
            text=pl.concat_list(pl.concat_list("title"), parted(pl.col("text"))),
            titled=(pl.col("title").str.len_bytes() > 0).cast(pl.Int64),
        )
    )
    return (
        body.select(
            "article",
            "text",
            gate=pl.col("article").is_in(may_be_read(body).implode()),
            sentence_no=pl.int_ranges(0, pl.col("text").list.len()),
        )
        .explode("text", "sentence_no")
        .filter(pl.col("text").str.len_bytes() > 0)
        .with_row_index("row")
        .with_columns(pl.col("sentence_no").cast(pl.Int64))
    )


def _may_be_read(body: pl.DataFrame) -> pl.Series:
    """Articles that may be about goods for Russia; the wider screen spares most of them the closer one."""
    number = pl.col("text").list.len() - 1 + pl.col("titled")
    screened = body.filter(article_screen(pl.col("whole")))
    return screened.filter(~about_other_matters(pl.col("whole"), number))["article"]


def _to_read(sentences: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Sentences for the role model, with what the document lends them.

    Columns: row, article, text, carried (ISO code or null) and the flags of `DocumentContext`.
    """
    gated = sentences.filter("gate")
    here = found.join(gated.select("row"), on="row", how="semi", maintain_order="left")
    named = here.filter(~pl.col("iso3").is_in(sorted(NEVER_ROUTES))).select("row").unique()
    return (
        with_context(gated, here)
        .filter(pl.col("russia") | sentence_screen(pl.col("text")))
        .join(named.with_columns(named=True), on="row", how="left", maintain_order="left")
        .filter(pl.col("named").fill_null(False) | pl.col("carried").is_not_null())
        .select("row", "article", "text", "carried", *CONTEXT_FLAGS)
    )


_VERDICT: dict[str, pl.DataType] = {
    "role": pl.String(),
    "p_diversion": pl.Float64(),
    "is_diversion": pl.Boolean(),
    "polarity": pl.Int8(),
    "why": pl.String(),
}


def _read(wanted: pl.DataFrame) -> pl.DataFrame:
    sentences = [
        SentenceInContext(text, carried, DocumentContext(*flags))
        for text, carried, *flags in wanted.select("text", "carried", *CONTEXT_FLAGS).iter_rows()
    ]
    by_sentence = read_closely(sentences)
    readings = [by_sentence[sentence] for sentence in sentences]
    articles = wanted["article"].to_list()
    aimed_at = {
        (article, iso3)
        for article, reading in zip(articles, readings, strict=True)
        for iso3 in reading.aimed_at
    }
    verdicts = [verdict for reading in readings for verdict in reading.verdicts.values()]
    of = pl.Series(np.repeat(np.arange(len(readings)), [len(reading.verdicts) for reading in readings]))
    columns = dict(
        zip(RoleVerdict._fields, zip(*verdicts, strict=True), strict=False)
    )  # none without a verdict
    families = pl.Series([";".join(reading.families) for reading in readings], dtype=pl.String)
    read = wanted.select("row", "article")[of].with_columns(
        pl.Series("country", [iso3 for reading in readings for iso3 in reading.verdicts], dtype=pl.String),
        *(pl.Series(name, columns.get(name, ()), dtype=dtype) for name, dtype in _VERDICT.items()),
        goods=families.gather(of).str.split(";").list.filter(pl.element() != ""),
    )
    return _without_targets(read, aimed_at).drop("article")


def _without_targets(read: pl.DataFrame, aimed_at: set[tuple[int, str]]) -> pl.DataFrame:
    """Countries that an article names as targets of a measure together with Russia are seldom routes."""
    schema = {name: read.schema[name] for name in ("article", "country")}
    targets = pl.DataFrame(sorted(aimed_at), schema=schema, orient="row").with_columns(aimed=True)
    joined = read.join(targets, on=["article", "country"], how="left", maintain_order="left")
    undone = pl.col("aimed") & (pl.col("p_diversion") < PLAIN)
    return without_flags(joined, undone, "destination_not_russia").drop("aimed")
