"""What the second reader sees: a sentence from the side of one country, and what was said before it.

Names of countries are placeholders here as for the first reader, so no country can be learnt by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.articles.places.gazetteer import find_places
from features.articles.roles.context import anaphors_for
from features.articles.roles.marks import marks_of, mask
from features.articles.roles.second.wordpiece import WordPieces

BEFORE = 2  # sentences before the sentence
LONGEST_BEFORE, LONGEST_TITLE, LONGEST_SENTENCE = 56, 20, 64  # pieces
BEGIN, END = "[CLS]", "[SEP]"
# Entries of the vocabulary that stand for placeholders; the first four were free.
PLACEHOLDERS = {
    "COUNTRY": "[unused1]",
    "OTHER": "[unused2]",
    "WEST": "[unused3]",
    "REGIME": "[unused4]",
    "RUSSIA": "russia",
    "UKRAINE": "ukraine",
    "REGION": "region",
}


@dataclass(frozen=True, eq=False)
class Passage:
    """Pieces of one text; which belong to the sentence itself; which stand for the country."""

    numbers: NDArray[np.int64]
    second: NDArray[np.bool_]
    target: NDArray[np.bool_]


class PassageMaker:
    """Makes passages with one vocabulary."""

    def __init__(self, words: WordPieces) -> None:
        self._words = words
        self._mask = {name: words.of_word(word)[0] for name, word in PLACEHOLDERS.items()}
        self._begin, self._end = words.of_word(BEGIN)[0], words.of_word(END)[0]

    def passage(
        self, sentence: str, iso3: str, carried: str | None, before: Sequence[str], title: str
    ) -> Passage:
        """The passage of one country in one sentence.

        `carried`: what `there` means in it. `before`: the sentences before it, in order; `title`: the first
        sentence of the article where it is not among those, else empty.
        """
        said = [number for text in before for number in self._numbers(text, iso3, None)][-LONGEST_BEFORE:]
        if title:
            head = self._numbers(title, iso3, None)[:LONGEST_TITLE]
            said = [*head, *said[-(LONGEST_BEFORE - LONGEST_TITLE) :]]
        own = self._numbers(sentence, iso3, carried)[:LONGEST_SENTENCE]
        numbers = np.array([self._begin, *said, self._end, *own, self._end], dtype=np.int64)
        second = np.arange(len(numbers)) >= len(said) + 2
        return Passage(numbers, second, numbers == self._mask["COUNTRY"])

    def _numbers(self, text: str, iso3: str, carried: str | None) -> list[int]:
        anaphors = anaphors_for(text, carried) if carried else ()
        at, marks = marks_of(text, find_places(text), anaphors)
        numbers: list[int] = []
        for start, end, code, label in marks:
            placeholder = mask(code, label, iso3)
            if placeholder:
                numbers += [*self._words.numbers(text[at:start]), self._mask[placeholder]]
                at = end
        return numbers + self._words.numbers(text[at:])
