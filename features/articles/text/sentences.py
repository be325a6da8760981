"""Article text to sentences, as polars expressions, so that a whole partition is split in one pass.

Titles and abbreviations (`Mr.`, `U.S.`, `No. 5`) do not end a sentence; a blank line does. Sentences
longer than `LONGEST` characters are cut, so that text without full stops costs no more than other text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from features.articles.text.html import visible

LONGEST = 1500
_ROOM = 80  # characters in which a blank is looked for
_BREAK = "\x1e"
_GLUE = "\x1f"
_ABBREVIATIONS = (
    "Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Capt|Sgt|Sen|Rep|Gov|Amb|Hon|Rev|St|No|Nos|vs|Inc|Ltd|Co|Corp|Bros|Jr|Sr|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Art|Sec|Fig|Vol|pp|al|cf|approx|est|Dept|Assn|Univ|Ave|Blvd|"
    "[A-Z]"
)
_STARTERS = (
    "The|He|She|It|In|But|They|This|That|These|Those|A|An|On|At|We|As|For|While|However|According|Its|His|Her|Their|"
    "And|Some|Many|Most|Now|Since|After|Before|When|Although|Last|Earlier|Meanwhile|Moreover|I|If|There|Both|Such"
)

_MAY_COMPOSE = r"[^\x00-\u02ff\u2010-\u2027]"  # what lies below combines with nothing below
_SPACES = r"[\u00a0\u2000-\u200a\u202f]"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"


def cleaned(texts: pl.Series) -> pl.Series:
    """Texts without mark-up, control characters and odd spaces; Unicode NFC; line breaks kept.

    Each step is taken only by the texts that need it: most are plain characters. Readers of files have taken
    mark-up away already (`text.html`); tables that were made in memory may still hold it.
    """
    texts = _changed(texts, texts.str.contains_any(["<", "&"]), _without_markup)
    texts = _changed(texts, _beyond_ascii(texts, _MAY_COMPOSE), lambda t: t.str.normalize("NFC"))
    return _changed(texts, texts.str.contains(_CONTROL), lambda t: t.str.replace_all(_CONTROL, ""))


def _changed(texts: pl.Series, odd: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Texts with the odd ones changed."""
    odd = odd.fill_null(False)
    return texts.scatter(odd.arg_true(), change(texts.filter(odd))) if odd.any() else texts


def _beyond_ascii(texts: pl.Series, pattern: str) -> pl.Series:
    """Which texts hold something that no ASCII text holds; to look at their lengths first is cheap."""
    odd = (texts.str.len_bytes() != texts.str.len_chars()).fill_null(False)
    return odd.scatter(odd.arg_true(), texts.filter(odd).str.contains(pattern))


def _without_markup(texts: pl.Series) -> pl.Series:
    return texts.map_elements(visible, return_dtype=pl.String)


def sentence_list(text: pl.Expr) -> pl.Expr:
    """List of the sentences of a cleaned text, in order; empty pieces left out."""
    marked = (
        text.str.replace_all(r"\r\n?", "\n")
        .str.replace_all(r"\n[ \t\u00a0]*(\p{Ll})", " $1")
        .str.replace_all(r"[ \t\u00a0\u2009\u202f]*\n\s*", _BREAK)
        .map_batches(_plain_blanks, return_dtype=pl.String)
        .str.replace_all(r" {2,}", " ")
        .str.replace_all(rf"\b({_ABBREVIATIONS})\. ", f"$1.{_GLUE} ")
        .str.replace_all(rf"\b([A-Z])\.{_GLUE} ({_STARTERS})\b", "$1. $2")
        .str.replace_all(r"""([.!?…]["”’')\]]*) (["“‘'(\[]?[\p{Lu}\d])""", f"$1{_BREAK}$2")
        .str.replace_all(_GLUE, "", literal=True)
    )
    return (
        marked.map_batches(_cut, return_dtype=pl.String)
        .str.split(_BREAK)
        .list.eval(pl.element().str.strip_chars())
        .list.eval(pl.element().filter(pl.element().str.len_bytes() > 0))
    )


def _plain_blanks(marked: pl.Series) -> pl.Series:
    marked = _changed(
        marked, marked.str.contains("\t", literal=True), lambda t: t.str.replace_all("\t", " ", literal=True)
    )
    return _changed(marked, _beyond_ascii(marked, _SPACES), lambda t: t.str.replace_all(_SPACES, " "))


def _cut(marked: pl.Series) -> pl.Series:
    """Texts with breaks in pieces longer than `LONGEST`: at the next blank, where one is near."""
    long = (marked.str.len_bytes() > LONGEST).fill_null(False)
    if not long.any():
        return marked
    cut = [
        _BREAK.join(part for piece in text.split(_BREAK) for part in _parts(piece))
        for text in marked.filter(long)
    ]
    return marked.scatter(long.arg_true(), pl.Series(cut, dtype=pl.String))


def _parts(piece: str) -> Iterator[str]:
    start = 0
    while len(piece) - start >= LONGEST:
        end = start + LONGEST
        blank = piece.find(" ", end, end + _ROOM)
        stop = blank if blank >= 0 else end + _ROOM
        yield piece[start:stop]
        start = stop
    yield piece[start:]


def split_sentences(text: str) -> list[str]:
    """Sentences of one text.

    >>> split_sentences("Mr. Smith of the U.S. Treasury came. He left.")
    ['Mr. Smith of the U.S. Treasury came.', 'He left.']
    """
    plain = cleaned(pl.Series("text", [text], dtype=pl.String))
    sentences: list[str] = plain.to_frame().select(sentence_list(pl.col("text"))).to_series()[0].to_list()
    return sentences
