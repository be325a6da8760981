"""Countries in many sentences at once, as polars expressions over a whole partition.

The fast counterpart of `gazetteer.find_places`: one automaton over all spellings, then a look at the
bytes on either side for the word boundary. Sentences with a name that may mean something else, or be part
of a longer one (`namesakes.py`), go through `find_places` itself.
"""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from features.articles.places.gazetteer import country_spellings, find_places, trap_names
from features.articles.places.namesakes import namesake_marks


@lru_cache(maxsize=1)
def _spellings() -> list[str]:
    """Every spelling with either apostrophe, longest first so that the longest match wins."""
    names = set(country_spellings())
    names |= {name.replace("'", "’") for name in names}
    return sorted(names, key=lambda name: (-len(name), name))


@lru_cache(maxsize=1)
def _book() -> pl.DataFrame:
    """name, iso3, trap (may mean something else), dotted (ends with a full stop)."""
    codes, traps, names = country_spellings(), trap_names(), _spellings()
    return pl.DataFrame(
        {
            "name": names,
            "iso3": [codes[name.replace("’", "'")] for name in names],
            "trap": [name in traps for name in names],
            "dotted": [name.endswith(".") for name in names],
        }
    )


def countries_in(sentences: pl.DataFrame) -> pl.DataFrame:
    """Countries of each sentence.

    `sentences`: columns `row` (unique) and `text`. Returns `row`, `iso3`, `order` (place in the
    sentence), one row for each sentence and country, sorted; Russia and Ukraine are included.
    """
    names, text = _spellings(), pl.col("text")
    hits = (
        sentences.select("row", "text", name=text.str.extract_many(names, leftmost=True))
        .filter(pl.col("name").list.len() > 0)
        .select(
            "row",
            "name",
            at=text.str.find_many(names, leftmost=True).cast(pl.List(pl.Int64)),
            bytes=text.cast(pl.Binary),
            marked=text.str.contains_any(list(namesake_marks())),
        )
        .explode("name", "at")
        .join(_book(), on="name", how="left", maintain_order="left")
        .with_columns(end=pl.col("at") + pl.col("name").str.len_bytes())
    )
    start, end = pl.col("at"), pl.col("end")
    inside = _word(_byte(start - 1)) | (_word(_byte(end)) & ~pl.col("dotted"))
    beyond = _letter(_byte(start - 1), _byte(start - 3), _byte(start - 2))
    beyond |= _letter(_byte(end), _byte(end), _byte(end + 1)) & ~pl.col("dotted")
    goes_on = _byte(end).is_in([0x20, 0x2D]) & _byte(end + 1).is_between(0x41, 0x5A)
    whole = hits.filter(~inside).with_columns(doubtful=pl.col("trap") | beyond | pl.col("marked") | goes_on)
    tricky = whole.filter("doubtful")["row"].unique()
    plain = whole.filter(~pl.col("row").is_in(tricky.implode())).select("row", "iso3", order="at")
    read = _read_closely(sentences.filter(pl.col("row").is_in(tricky.implode())))
    return (
        pl.concat([plain, read])
        .sort("row", "order")
        .unique(["row", "iso3"], keep="first", maintain_order=True)
    )


def _byte(at: pl.Expr) -> pl.Expr:
    """The byte at a place; 0 before the beginning and after the end."""
    return pl.col("bytes").bin.get(pl.when(at >= 0).then(at), null_on_oob=True).fill_null(0)


def _word(byte: pl.Expr) -> pl.Expr:
    """ASCII letters, digits and `_`."""
    letter = byte.is_between(0x41, 0x5A) | byte.is_between(0x61, 0x7A)
    return letter | byte.is_between(0x30, 0x39) | (byte == 0x5F)


def _letter(byte: pl.Expr, first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Part of a character beyond ASCII, other than typographic punctuation (U+2000 to U+203F, E2 80 ..)."""
    return (byte >= 0x80) & ~((first == 0xE2) & (second == 0x80))


def _read_closely(sentences: pl.DataFrame) -> pl.DataFrame:
    places = [[p for p in find_places(text) if p.iso3] for text in sentences["text"].to_list()]
    named = pl.Series([len(found) for found in places], dtype=pl.UInt32)
    return sentences.select(pl.col("row").repeat_by(named).explode(empty_as_null=False)).with_columns(
        pl.Series("iso3", [place.iso3 for found in places for place in found], dtype=pl.String),
        pl.Series("order", [place.start for found in places for place in found], dtype=pl.Int64),
    )
