"""Article text to sentences, as polars expressions, so that a whole partition is split in one pass.

Titles and abbreviations (`Mr.`, `U.S.`, `No. 5`) do not end a sentence; a blank line does. Sentences
longer than `LONGEST` characters are cut, so that text without full stops costs no more than other text.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

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


def clean(text: pl.Expr) -> pl.Expr:
    """Text without mark-up, control characters and odd spaces; Unicode NFC; line breaks kept."""
    marked_up = text.str.contains_any(["<", "&"])
    plain = (
        text.str.replace_all(r"(?is)<script\b.*?</script>|<style\b.*?</style>|<!--.*?-->", " ")
        .str.replace_all(r"(?i)</?(?:p|br|div|li|h[1-6]|tr)\b[^<>]*>", "\n\n")
        .str.replace_all(r"</?[A-Za-z!][^<>]*>", " ")
        .str.replace_many(
            [
                "&nbsp;",
                "&amp;",
                "&quot;",
                "&#39;",
                "&rsquo;",
                "&lsquo;",
                "&ldquo;",
                "&rdquo;",
                "&mdash;",
                "&ndash;",
            ],
            [" ", "&", '"', "'", "’", "‘", "“", "”", "—", "–"],
        )
    )
    tidy = pl.when(marked_up).then(plain).otherwise(text)
    composed = pl.when(tidy.str.contains(r"[^\x00-\x7F]")).then(tidy.str.normalize("NFC")).otherwise(tidy)
    return composed.str.replace_all(
        r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", ""
    )


def cleaned(texts: pl.Series) -> pl.Series:
    """`clean` of each text; texts of plain characters, most of them, are passed over."""
    odd = texts.str.contains(r"[<&]|[^\t\n\r -~]").fill_null(False)
    if not odd.any():
        return texts
    mended = texts.filter(odd).to_frame("text").select(clean(pl.col("text"))).to_series()
    return texts.scatter(odd.arg_true(), mended)


def sentence_list(text: pl.Expr) -> pl.Expr:
    """List of the sentences of a cleaned text, in order; empty pieces left out."""
    marked = (
        text.str.replace_all(r"\r\n?", "\n")
        .str.replace_all(r"\n[ \t\u00a0]*(\p{Ll})", " $1")
        .str.replace_all(r"[ \t\u00a0\u2009\u202f]*\n\s*", _BREAK)
        .str.replace_all(r"[\t\u00a0\u2000-\u200a\u202f]", " ")
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
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    sentences: list[str] = frame.select(sentence_list(clean(pl.col("text")))).to_series()[0].to_list()
    return sentences
