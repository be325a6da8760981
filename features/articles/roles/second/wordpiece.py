"""Text to the pieces of words that the network knows (WordPiece, as BERT's uncased models use it).

Lower case, no accents; words are cut at blanks and punctuation, then into the longest pieces of the
vocabulary from the left, `##` before those that go on a word (Wu et al. 2016, arXiv:1609.08144, section 4.1).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

LONGEST_WORD = 100  # letters; a longer word is unknown
UNKNOWN = "[UNK]"
# A sign by itself, or a run of anything else but blanks. Signs: what is not a letter, digit, mark or blank.
_WORD = re.compile(r"[^\w\s]|_|[^\W_]+")


class WordPieces:
    """A vocabulary, with the pieces of every word met so far."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary
        self._unknown = vocabulary[UNKNOWN]
        self.of_word = lru_cache(maxsize=50_000)(self._of_word)

    def numbers(self, text: str) -> list[int]:
        """Numbers of the pieces of a text, in order; no beginning or end is added."""
        plain = "".join(
            c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn"
        )
        return [number for word in _WORD.findall(plain) for number in self.of_word(word)]

    def _of_word(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            end = len(word)
            while end > start and (piece := self._piece(word, start, end)) is None:
                end -= 1
            if end == start:
                return (self._unknown,)
            assert piece is not None
            found.append(piece)
            start = end
        return tuple(found)

    def _piece(self, word: str, start: int, end: int) -> int | None:
        return self._vocabulary.get(("##" if start else "") + word[start:end])
