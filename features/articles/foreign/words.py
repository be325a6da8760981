"""Words of a Russian or Turkish sentence, in lower case, and its sentences.

Hyphens part words (`турецко-российский`, `Абу-Даби`); a Turkish word loses what follows its apostrophe
(`Rusya'ya`), since that is the ending of a name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import polars as pl

from features.articles.places.gazetteer import straightened
from features.articles.text.sentences import sentence_list

RUSSIAN, TURKISH = "ru", "tr"
LANGUAGES = (RUSSIAN, TURKISH)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[,;:.!?()\"“”«»–—]")
_TURKISH_CAPITALS = str.maketrans({"İ": "i", "I": "ı"})
_RUSSIAN_LETTERS = str.maketrans({"ё": "е", "Ё": "Е"})
_GLUE = "\x1f"  # `sentence_list` takes it away
_ABBREVIATIONS = {
    RUSSIAN: r"г|гг|в|вв|им|ул|тыс|млн|млрд|трлн|руб|долл|коп|стр|см|рис|т|др|пр|проф|акад|ген|обл|ст|\p{Lu}",
    TURKISH: r"Dr|Doç|Prof|Av|Sn|No|vb|vs|bkz|Ltd|Şti|Cad|Sok|Mah|Gen|Yrd|\p{Lu}|\d{1,3}",
}


class Word(NamedTuple):
    """A word or mark: as the lexicon knows it, where it is, whether it begins with a capital."""

    text: str
    start: int
    end: int
    capital: bool
    apostrophe: bool


def lower(text: str, language: str) -> str:
    """Lower case of a language, as long as the text was.

    >>> lower("Iğdır'dan İran'a", "tr"), lower("Актёр", "ru")
    ("ığdır'dan iran'a", 'актер')
    """
    text = text.translate(_TURKISH_CAPITALS if language == TURKISH else _RUSSIAN_LETTERS)
    plain = text.lower()
    return plain if len(plain) == len(text) else text


def words_of(sentence: str, language: str) -> list[Word]:
    """Words and marks of a sentence, in order."""
    plain = straightened(sentence)
    low = lower(plain, language)
    found = []
    for match in _WORD.finditer(low):
        start, end = match.span()
        base, apostrophe, _ = match.group().partition("'")
        found.append(Word(base, start, end, plain[start].isupper(), bool(apostrophe)))
    return found


def foreign_sentences(text: pl.Expr, language: str) -> pl.Expr:
    """List of the sentences of cleaned texts; quotes and dashes of the language may begin one."""
    glued = text.str.replace_all(rf"\b({_ABBREVIATIONS[language]})\. ", f"$1.{_GLUE} ")
    parted = glued.str.replace_all(r"""([.!?…]["”’')\]»]*) ((?:[–—] )?[«"“‘'(\[]?[\p{Lu}\d])""", "$1\n$2")
    return sentence_list(parted)
