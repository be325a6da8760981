"""Countries in many sentences at once, as polars expressions over a whole partition.

The fast path beside `gazetteer.find_places`: one automaton over all spellings, then a look at the
bytes on either side for the word boundary. Sentences with a name that may mean something else go
through `find_places` itself.
"""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from features.articles.gazetteer import country_spellings, find_places, trap_names
from features.articles.roles import NEVER_ROUTES


@lru_cache(maxsize=1)
def _spellings() -> list[str]:
    """Every spelling with either apostrophe, longest first so that the longest match wins."""
    names = set(country_spellings())
    names |= {name.replace("'", "’") for name in names}
    return sorted(names, key=lambda name: (-len(name), name))


@lru_cache(maxsize=1)
def _code_of() -> dict[str, str]:
    codes = country_spellings()
    return {name: codes[name.replace("’", "'")] for name in _spellings()}


def countries_in(sentences: pl.DataFrame) -> pl.DataFrame:
    """Countries of each sentence.

    `sentences`: columns `row` (unique) and `text`. Returns `row`, `iso3`, `order` (place in the
    sentence), one row for each sentence and country, sorted; Russia and Ukraine are included.
    """
    names = _spellings()
    hits = (
        sentences.select("row", "text")
        .filter(pl.col("text").str.contains_any(names))
        .with_columns(
            name=pl.col("text").str.extract_many(names, leftmost=True),
            at=pl.col("text").str.find_many(names, leftmost=True).cast(pl.List(pl.Int64)),
            bytes=pl.col("text").cast(pl.Binary),
        )
        .explode("name", "at")
    )
    end = pl.col("at") + pl.col("name").str.len_bytes()
    bounded = hits.filter(
        ~_word_byte(pl.col("bytes").bin.slice(end, 1)) | pl.col("name").str.ends_with("."),
        (pl.col("at") == 0)
        | ~_word_byte(pl.col("bytes").bin.slice(pl.max_horizontal(pl.col("at") - 1, 0), 1)),
    )
    traps = list(trap_names())
    tricky = bounded.filter(pl.col("name").is_in(traps))["row"].unique()
    plain = bounded.filter(~pl.col("row").is_in(tricky.implode())).select(
        "row", pl.col("name").replace_strict(_code_of(), return_dtype=pl.String).alias("iso3"), order="at"
    )
    read = _read_closely(sentences.filter(pl.col("row").is_in(tricky.implode())))
    return (
        pl.concat([plain, read])
        .sort("row", "order")
        .unique(["row", "iso3"], keep="first", maintain_order=True)
    )


def _word_byte(byte: pl.Expr) -> pl.Expr:
    """ASCII letters, digits and `_`, and the lead bytes of letters beyond ASCII."""
    text = byte.cast(pl.Binary).bin.encode("hex")
    return text.str.contains(
        r"^(?:3[0-9]|4[1-9a-f]|5[0-9a]|5f|6[1-9a-f]|7[0-9a]|[c][3-9a-f]|d[0-9a-f]|e[013-9a-f])"
    )


def _read_closely(sentences: pl.DataFrame) -> pl.DataFrame:
    found = [
        (row, place.iso3, place.start)
        for row, text in sentences.select("row", "text").iter_rows()
        for place in find_places(text)
        if place.iso3
    ]
    schema = {"row": sentences.schema["row"], "iso3": pl.String, "order": pl.Int64}
    return pl.DataFrame(found, schema=schema, orient="row")


def routes_only(found: pl.DataFrame) -> pl.DataFrame:
    """Without Russia and Ukraine, which never get a row."""
    return found.filter(~pl.col("iso3").is_in(sorted(NEVER_ROUTES)))
