"""The language of articles: the language column where it is filled, else the text itself.

English function words settle most texts in one polars pass; only the rest is shown to the language
identifier (py3langid, offline).
"""

from __future__ import annotations

import polars as pl

_CODES = {"eng": "en", "english": "en", "rus": "ru", "russian": "ru", "tur": "tr", "turkish": "tr"}
_FUNCTION_WORDS = (
    r"(?i)\b(?:the|and|of|to|that|with|has|have|had|by|from|were|was|been|which|their|its|would|said|says|are|is|for|"
    r"through|they|who|not|this|be|as|on|at|it|into|than|will|more|over|after)\b"
)
_SAMPLE = 800  # characters that are looked at
UNKNOWN = "unknown"


def with_language(articles: pl.DataFrame) -> pl.DataFrame:
    """Articles with `language` filled: `en`, another code, or `unknown` for texts without letters."""
    given = pl.col("language").str.to_lowercase().str.extract(r"^([a-z]+)")
    known = given.replace(_CODES)
    frame = articles.with_row_index("_row").with_columns(language=known)
    silent = frame.filter(pl.col("language").is_null())
    if not silent.height:
        return frame.drop("_row")
    read = silent.select("_row", _read=_read_language(silent))
    joined = frame.join(read, on="_row", how="left", maintain_order="left")
    return joined.with_columns(language=pl.coalesce("language", "_read")).drop("_row", "_read")


def _read_language(articles: pl.DataFrame) -> pl.Series:
    """Language of each article, from its title and the beginning of its text."""
    text = pl.concat_str([pl.col("title").fill_null(""), pl.col("text").fill_null("")], separator=" ")
    sample = text.str.slice(0, _SAMPLE)
    words = pl.col("sample").str.count_matches(r"[\p{L}\p{N}]+")
    function_words = pl.col("sample").str.count_matches(_FUNCTION_WORDS)
    plain = ~pl.col("sample").str.contains(r"[^\x00-\x7F’‘“”–—…]")
    counted = articles.select(sample=sample).with_columns(words=words, functions=function_words)
    enough = (pl.col("functions") >= 2) & (pl.col("functions") >= pl.col("words") * 0.12)
    short = (pl.col("words") <= 25) & (pl.col("functions") >= 1) & plain
    judged = counted.select("sample", english=enough | short)
    open_cases = judged.filter(~pl.col("english"))["sample"].unique().to_list()
    found = {case: identify(case) for case in open_cases}
    named = (
        pl.col("sample").replace_strict(found, default=UNKNOWN, return_dtype=pl.String)
        if found
        else pl.lit(UNKNOWN)
    )
    return judged.select(language=pl.when("english").then(pl.lit("en")).otherwise(named))["language"]


def identify(text: str) -> str:
    """ISO 639-1 code of a text's language, `unknown` where there is no letter to go by.

    >>> identify("Поставки микросхем в Россию выросли")
    'ru'
    """
    if not any(char.isalpha() for char in text):
        return UNKNOWN
    import py3langid

    code, _ = py3langid.classify(text)
    return str(code)
