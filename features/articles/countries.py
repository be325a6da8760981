"""Countries in many sentences at once, as polars expressions over a whole partition.

The fast path beside `gazetteer.find_places`: one automaton over all spellings, then a look at the
bytes on either side for the word boundary. Sentences with a name that may mean something else go
through `find_places` itself.
"""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from features.articles.gazetteer import country_spellings, find_places, trap_names


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
    start = pl.max_horizontal(pl.col("at") - 3, 0)
    sided = hits.with_columns(
        after=pl.when(pl.col("name").str.ends_with(".")).then(pl.lit("")).otherwise(_hex("bytes", end, 2)),
        before=_hex("bytes", start, pl.col("at") - start),
    ).filter(~_word_start("after") & ~_word_end("before"))
    doubtful = _letter_after("after") | _letter_before("before")
    tricky = sided.filter(pl.col("name").is_in(list(trap_names())) | doubtful)["row"].unique()
    plain = sided.filter(~pl.col("row").is_in(tricky.implode())).select(
        "row", pl.col("name").replace_strict(_code_of(), return_dtype=pl.String).alias("iso3"), order="at"
    )
    read = _read_closely(sentences.filter(pl.col("row").is_in(tricky.implode())))
    return (
        pl.concat([plain, read])
        .sort("row", "order")
        .unique(["row", "iso3"], keep="first", maintain_order=True)
    )


def _hex(column: str, offset: pl.Expr, length: pl.Expr | int) -> pl.Expr:
    return pl.col(column).bin.slice(offset, length).bin.encode("hex")


_WORD_BYTE = "(?:3[0-9]|4[1-9a-f]|5[0-9a]|5f|6[1-9a-f]|7[0-9a])"  # ASCII letters, digits and `_`


def _word_start(column: str) -> pl.Expr:
    return pl.col(column).str.contains(rf"^{_WORD_BYTE}")


def _word_end(column: str) -> pl.Expr:
    return pl.col(column).str.contains(rf"^(?:[0-9a-f]{{2}})*{_WORD_BYTE}$")


def _letter_after(column: str) -> pl.Expr:
    """A character beyond ASCII follows, other than typographic punctuation (U+2000 to U+203F)."""
    return pl.col(column).str.contains(r"^[89a-f]") & ~pl.col(column).str.starts_with("e280")


def _letter_before(column: str) -> pl.Expr:
    """As `_letter_after`, for the character before the name."""
    beyond, mark = pl.col(column).str.contains(r"[89a-f][0-9a-f]$"), r"e280[0-9a-f]{2}$"
    return beyond & ~pl.col(column).str.contains(mark)


def _read_closely(sentences: pl.DataFrame) -> pl.DataFrame:
    found = [
        (row, place.iso3, place.start)
        for row, text in sentences.select("row", "text").iter_rows()
        for place in find_places(text)
        if place.iso3
    ]
    schema = pl.Schema({"row": sentences.schema["row"], "iso3": pl.String(), "order": pl.Int64()})
    return pl.DataFrame(found, schema=schema, orient="row")
