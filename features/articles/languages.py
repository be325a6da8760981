"""Which articles are English: the language column where it is filled, else the text itself.

English function words settle most texts in one polars pass; only the rest is shown to the language
identifier (py3langid, offline). Texts in other languages are counted, not read.
"""

from __future__ import annotations

import polars as pl

_ENGLISH_CODES = ["en", "eng", "english"]
_FUNCTION_WORDS = (
    r"(?i)\b(?:the|and|of|to|that|with|has|have|had|by|from|were|was|been|which|their|its|would|said|says|are|is|for|"
    r"through|they|who|not|this|be|as|on|at|it|into|than|will|more|over|after)\b"
)
_SAMPLE = 1500  # characters that are looked at
UNKNOWN = "unknown"


def with_language(articles: pl.DataFrame) -> pl.DataFrame:
    """Articles with `language` filled: `en`, another code, or `unknown` for texts without letters."""
    given = pl.col("language").str.to_lowercase().str.extract(r"^([a-z]+)")
    sample = pl.concat_str(
        [pl.col("title").fill_null(""), pl.col("text").fill_null("")], separator=" "
    ).str.slice(0, _SAMPLE)
    words = sample.str.count_matches(r"[\p{L}\p{N}]+")
    function_words = sample.str.count_matches(_FUNCTION_WORDS)
    short = (words <= 25) & (function_words >= 1) & ~sample.str.contains(r"[^\x00-\x7F’‘“”–—…]")
    english = ((function_words >= 2) & (function_words >= words * 0.12)) | short
    frame = articles.with_columns(
        _given=pl.when(given.is_in(_ENGLISH_CODES)).then(pl.lit("en")).otherwise(given), _sample=sample
    ).with_columns(_english=pl.col("_given").is_null() & english)
    open_cases = frame.filter(pl.col("_given").is_null() & ~pl.col("_english"))["_sample"].unique().to_list()
    found = {text: identify(text) for text in open_cases}
    named = (
        pl.col("_sample").replace_strict(found, default=UNKNOWN, return_dtype=pl.String)
        if found
        else pl.lit(UNKNOWN)
    )
    language = pl.when(pl.col("_english")).then(pl.lit("en")).otherwise(pl.coalesce("_given", named))
    return frame.with_columns(language=language).drop("_given", "_sample", "_english")


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
