"""Sketches of articles: what telling stories apart needs of a text, in a few hundred bytes.

MinHash signatures (Broder 1997) of the word four-grams of the first 4,000 characters: texts that share
much of their wording agree in many places of the signature. Sketches are made part by part and kept in
files, so that the texts themselves need not stay in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

HASHES = 48
BANDS = 16
SHINGLE = 4
SAMPLE = 4000  # characters of a text that are compared
SLICE = 4000  # articles whose words are in memory at once
_Number = TypeVar("_Number", bound=np.generic)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)

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


@dataclass(frozen=True)
class Sketches:
    """Sketches of n articles, in the order given.

    Attributes
    ----------
    ids: article_id. at: published_at in microseconds since 1970, the smallest integer where it is unknown.
    signatures: (n, HASHES), the low 16 bits of each minimum. bands: BANDS arrays of n keys; texts that agree
        in a whole band have the same key. about_listing: the title announces a designation.
    retracts: the article takes a report back.
    """

    ids: pl.Series
    at: NDArray[np.int64]
    signatures: NDArray[np.uint16]
    bands: Sequence[NDArray[np.uint64]]
    about_listing: NDArray[np.bool_]
    retracts: NDArray[np.bool_]


def sketch(articles: pl.DataFrame, first_row: int = 0) -> Sketches:
    """Sketches of a table of articles (canonical schema).

    `first_row` is the place of the first article in the whole table, by which texts without a word are
    kept apart.
    """
    slices = [
        _signatures(articles.slice(start, SLICE), first_row + start)
        for start in range(0, max(articles.height, 1), SLICE)
    ]
    minima = np.concatenate(slices)
    flags = articles.select(
        about=_title().str.contains(_LISTING).fill_null(False),
        retracts=_head().str.contains(_RETRACTION).fill_null(False),
        at=pl.col("published_at").dt.epoch("us").fill_null(np.iinfo(np.int64).min),
    )
    return Sketches(
        articles["article_id"].cast(pl.String),
        flags["at"].to_numpy(),
        minima.astype(np.uint16),
        _keys(minima),
        flags["about"].to_numpy(),
        flags["retracts"].to_numpy(),
    )


def joined(parts: Sequence[Sketches]) -> Sketches:
    """Sketches of several parts, one after the other; at least one part."""
    return Sketches(
        pl.concat([part.ids for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.signatures for part in parts]),
        [np.concatenate([part.bands[band] for part in parts]) for band in range(BANDS)],
        np.concatenate([part.about_listing for part in parts]),
        np.concatenate([part.retracts for part in parts]),
    )


def _title() -> pl.Expr:
    """The title; an untitled text announces nothing."""
    return pl.col("title").fill_null("")


def _head() -> pl.Expr:
    return pl.concat_str(_title(), pl.col("text").fill_null("").str.slice(0, 200), separator=" ")


def _keys(minima: NDArray[np.uint32]) -> list[NDArray[np.uint64]]:
    """One key for the signature places of each band."""
    rows = HASHES // BANDS
    keys = []
    for band in range(BANDS):
        key = np.zeros(len(minima), dtype=np.uint64)
        for place in range(band * rows, (band + 1) * rows):
            key = (key ^ minima[:, place].astype(np.uint64)) * _GOLDEN
            key ^= key >> np.uint64(29)
        keys.append(key)
    return keys


def _signatures(articles: pl.DataFrame, first_row: int) -> NDArray[np.uint32]:
    """MinHash signatures, articles x HASHES; a text without words gets one of its own place in the table."""
    codes, counts = _word_codes(articles)
    rng = np.random.default_rng(0)
    factor = rng.integers(1, 2**32, HASHES, dtype=np.uint32) | np.uint32(1)
    offset = rng.integers(0, 2**32, HASHES, dtype=np.uint32)
    signatures = np.zeros((len(counts), HASHES), dtype=np.uint32)
    empty = np.flatnonzero(counts == 0)
    own = ((empty + first_row + 1).astype(np.uint64)[:, None] * _GOLDEN) >> np.uint64(32)
    signatures[empty] = own.astype(np.uint32) + np.arange(HASHES, dtype=np.uint32)
    full = np.flatnonzero(counts > 0)
    if not len(full):
        return signatures
    starts = np.cumsum(counts) - counts
    grams, firsts = _shingles(codes, starts[full], counts[full])
    short = (grams >> np.uint64(32)).astype(np.uint32)
    mixed = np.empty_like(short)
    for h in range(HASHES):
        np.multiply(short, factor[h], out=mixed)
        np.add(mixed, offset[h], out=mixed)
        signatures[full, h] = np.minimum.reduceat(mixed, firsts)
    return signatures


def _word_codes(articles: pl.DataFrame) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """A code for each word (run of letters and digits) of the compared texts; how many each text has."""
    words = (
        pl.concat_str(_title(), pl.col("text").fill_null(""), separator=" ")
        .str.slice(0, SAMPLE)
        .str.to_lowercase()
        .str.replace_all(r"[^\p{L}\p{N} ]+", " ")
        .str.split(" ")
    )
    lists = articles.select(words.alias("words"))["words"]
    pieces = lists.explode(empty_as_null=False)
    filled = (pieces.str.len_bytes() > 0).to_numpy()
    ends = np.cumsum(lists.list.len().to_numpy().astype(np.int64))
    before = np.append(0, np.cumsum(filled))[ends]
    return pieces.hash(seed=1).to_numpy()[filled], np.diff(before, prepend=0)


def _shingles(
    codes: NDArray[np.uint64], starts: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Codes of every run of `SHINGLE` words, text after text, and where each text's runs begin.

    A text of fewer words gives one run of what it has: missing words count as zero.
    """
    runs = np.maximum(counts - SHINGLE + 1, 1)
    firsts = np.cumsum(runs) - runs
    padded = np.concatenate([codes, np.zeros(SHINGLE - 1, dtype=np.uint64)])
    mixed = codes
    for k in range(1, SHINGLE):
        mixed = mixed * _GOLDEN + padded[k : len(codes) + k]
    whole = np.ones(len(codes), dtype=np.bool_)
    for k in range(1, SHINGLE):  # no run begins at the last words of a text, but at the first of a short one
        whole[(starts + counts - k)[counts > k]] = False
    grams = mixed[whole]
    for text in np.flatnonzero(counts < SHINGLE).tolist():
        grams[firsts[text]] = _short(codes[starts[text] : starts[text] + counts[text]])
    return grams, firsts


def _short(codes: NDArray[np.uint64]) -> np.uint64:
    """The one run of a text of fewer words than a run has."""
    padded = np.concatenate([codes, np.zeros(SHINGLE - len(codes), dtype=np.uint64)])
    mixed = padded[:1]
    for code in padded[1:]:
        mixed = mixed * _GOLDEN + code
    return np.uint64(mixed[0])


class SketchFiles:
    """Sketches of any number of parts, kept in files of a folder: a band is read when it is its turn."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ids: list[pl.Series] = []

    def __len__(self) -> int:
        return sum(map(len, self._ids))

    def append(self, part: Sketches) -> None:
        """Add the sketches of one part."""
        self._ids.append(part.ids)
        columns = {"at": part.at, "about": part.about_listing, "retracts": part.retracts}
        columns |= {f"band{i}": band for i, band in enumerate(part.bands)}
        for name, values in {**columns, "signatures": part.signatures}.items():
            with (self._folder / name).open("ab") as file:
                values.tofile(file)

    def read(self) -> Sketches:
        """All sketches, the large arrays mapped from their files."""
        empty = pl.Series("article_id", [], dtype=pl.String)
        return Sketches(
            pl.concat(self._ids) if self._ids else empty,
            np.asarray(self._mapped("at", np.int64)),
            self._mapped("signatures", np.uint16).reshape(-1, HASHES),
            [self._mapped(f"band{i}", np.uint64) for i in range(BANDS)],
            np.asarray(self._mapped("about", np.bool_)),
            np.asarray(self._mapped("retracts", np.bool_)),
        )

    def _mapped(self, name: str, dtype: type[_Number]) -> NDArray[_Number]:
        path = self._folder / name
        if not path.is_file() or path.stat().st_size == 0:
            return np.zeros(0, dtype=dtype)
        return np.memmap(path, dtype=dtype, mode="r")
