"""Phrases and goods of Russian and Turkish, in the classes of the English lexicon (`phrases_ru_tr.csv`)."""

from __future__ import annotations

from functools import lru_cache

from features.articles.roles.lexicon import GOODS_LABEL, Lexicon, lexicon_of
from features.reference.read import read_reference

_GOODS = "goods:"


@lru_cache(maxsize=2)
def phrase_book(language: str) -> Lexicon:
    """Phrases of a language; goods have the product family in their label.

    Of two beginnings of a word the longer one holds: `silah*` (weapon) before `sil*` (to strike off).
    """
    rows = [row for row in read_reference("phrases_ru_tr.csv") if row["language"] == language]
    rows.sort(key=lambda row: -len(row["phrase"]))
    return lexicon_of([(row["phrase"], row["class"].replace(_GOODS, GOODS_LABEL)) for row in rows])
