"""Stories: articles that tell the same thing, so that a syndicated report counts once.

Each article gets MinHash signatures (Broder 1997) of its word four-grams; articles that agree in one
band of the signature are candidates and join when enough of the whole signature agrees. Bands are
found by sorting, so the work is linear in the number of articles.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

HASHES = 48
BANDS = 16
AGREEMENT = 0.4  # share of equal signature places from which two texts count as the same story
SHINGLE = 4
SLICE = 4000  # articles
SAMPLE = 4000  # characters of a text that are compared


@dataclass(frozen=True)
class Stories:
    """`table`: article_id, story_id, about_listing, retracted; one row for each article_id."""

    table: pl.DataFrame


_LISTING = (
    r"(?i)\b(?:sanction(?:s|ed)|blacklist(?:s|ed)?|designat(?:es|ed|ion)|entity list|added? to (?:the )?"
    r"(?:list|entity)|sdn list|specially designated|sanctions package|new package|addition of entities|"
    r"revisions? to the entity)\b"
)
_RETRACTION = (
    r"(?i)\b(?:retract(?:s|ed|ion)|corrects? (?:a |an )?earlier|"
    r"withdr(?:ew|awn) (?:the|this|its) (?:report|story|article)|"
    r"(?:denied|denies|refuted|walks back|walked back) (?:the |an? )?(?:earlier )?"
    r"(?:report|statement|announcement)s?|"
    r"was misquoted|misinterpreted|no such ban|there is no ban)\b"
)


STORY_STATE = pl.Struct(
    {
        "known_on": pl.Date(),
        "story_id": pl.String(),
        "about_listing": pl.Boolean(),
        "retracted": pl.Boolean(),
    }
)


def standing(mentions: pl.DataFrame, day: date) -> pl.DataFrame:
    """Mention rows with `story_id`, `about_listing` and `retracted` as they stood on a day.

    `story_history` (List of `STORY_STATE`, oldest first) tells when an article's story changed: a later
    article joined two stories, or took one back. Without that column the rows are returned as they are.
    """
    if "story_history" not in mentions.columns:
        return mentions
    known = pl.element().filter(pl.element().struct.field("known_on") <= day)
    state = pl.col("story_history").list.eval(known).list.last()
    return mentions.with_columns(
        state.struct.field(name) for name in ("story_id", "about_listing", "retracted")
    )


def story_table(articles: pl.DataFrame) -> Stories:
    """Stories of a table of articles (canonical schema).

    A story's id is made from the smallest article_id in it. `about_listing`: the title, or the first
    words of an untitled text, announce a designation. `retracted`: some article of the story takes it back.
    Only the articles given are looked at: for a reading as of a date, leave later articles out first.
    """
    ids = articles["article_id"].to_list()
    parents = _join(_all_signatures(articles))
    first: dict[int, str] = {}
    for i, root in enumerate(parents):
        first[root] = min(first.get(root, ids[i]), ids[i])
    story = ["s" + hashlib.sha256(first[root].encode()).hexdigest()[:12] for root in parents]
    head = pl.concat_str(
        pl.col("title").fill_null(""), pl.col("text").fill_null("").str.slice(0, 200), separator=" "
    )
    title = (
        pl.when(pl.col("title").fill_null("").str.len_chars() > 0)
        .then("title")
        .otherwise(pl.col("text").fill_null("").str.slice(0, 0))
    )
    table = (
        articles.select(
            "article_id", about_listing=title.str.contains(_LISTING), retracted=head.str.contains(_RETRACTION)
        )
        .with_columns(story_id=pl.Series(story, dtype=pl.String))
        .with_columns(
            pl.col("about_listing").all().over("story_id"), pl.col("retracted").any().over("story_id")
        )
    )
    return Stories(table.unique("article_id", keep="first", maintain_order=True))


def _all_signatures(articles: pl.DataFrame) -> NDArray[np.uint64]:
    """Signatures made slice by slice: words of all articles at once would fill the memory."""
    parts = [
        _signatures(articles.slice(start, SLICE), start) for start in range(0, max(articles.height, 1), SLICE)
    ]
    return np.concatenate(parts)


def _signatures(articles: pl.DataFrame, start: int) -> NDArray[np.uint64]:
    """MinHash signatures, articles x HASHES; a text without words gets one of its own place in the table."""
    words = (
        pl.concat_str(pl.col("title").fill_null(""), pl.col("text").fill_null(""), separator=" ")
        .str.slice(0, SAMPLE)
        .str.to_lowercase()
        .str.extract_all(r"[\p{L}\p{N}]+")
    )
    lists = articles.select(words.alias("words"))["words"]
    rng = np.random.default_rng(0)
    factor = rng.integers(1, 2**63, HASHES, dtype=np.uint64) | np.uint64(1)
    offset = rng.integers(0, 2**63, HASHES, dtype=np.uint64)
    signatures = np.zeros((len(lists), HASHES), dtype=np.uint64)
    counts = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
    codes = lists.explode(empty_as_null=False, keep_nulls=False).hash(seed=1).to_numpy()
    starts = np.cumsum(counts) - counts
    empty = np.flatnonzero(counts == 0)
    signatures[empty] = (empty + start).astype(np.uint64)[:, None]
    full = np.flatnonzero(counts > 0)
    grams, firsts = _shingles(codes, starts[full], counts[full])
    for h in range(HASHES):
        if len(full):
            signatures[full, h] = np.minimum.reduceat(grams * factor[h] + offset[h], firsts)
    return signatures


def _shingles(
    codes: NDArray[np.uint64], starts: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Codes of every run of `SHINGLE` words, text after text, and where each text's runs begin.

    A text of fewer words gives one run of what it has: missing words count as zero.
    """
    padded = np.concatenate([codes, np.zeros(SHINGLE, dtype=np.uint64)])
    runs = np.maximum(counts - SHINGLE + 1, 1)
    firsts = np.cumsum(runs) - runs
    at = np.repeat(starts - firsts, runs) + np.arange(int(runs.sum()))
    room = np.repeat(starts + counts, runs) - at
    mixed = padded[at]
    for k in range(1, SHINGLE):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + np.where(room > k, padded[at + k], np.uint64(0))
    return mixed, firsts


def _join(signatures: NDArray[np.uint64]) -> list[int]:
    parent = list(range(len(signatures)))
    rows = HASHES // BANDS
    for band in range(BANDS):
        keys = signatures[:, band * rows : (band + 1) * rows]
        order = np.lexsort(keys.T)
        same = (keys[order[1:]] == keys[order[:-1]]).all(axis=1)
        one, two = order[:-1][same], order[1:][same]
        alike = (signatures[one] == signatures[two]).mean(axis=1) >= AGREEMENT
        for a, b in zip(one[alike].tolist(), two[alike].tolist(), strict=True):
            left, right = _root(parent, a), _root(parent, b)
            if left != right:
                parent[max(left, right)] = min(left, right)
    return [_root(parent, i) for i in range(len(parent))]


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i
