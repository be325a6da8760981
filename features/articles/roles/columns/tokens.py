"""Tokens of many sentences as columns: what `masking.tokenize` gives, made in one pass.

All sentences are joined into one text with a mark for each place and each end, split into words by one
regular expression, and looked up in a table of distinct words. Only where a phrase of several words may
begin are the words themselves compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.articles.places.gazetteer import straightened
from features.articles.roles.columns.vocabulary import Flags, Ids, vocabulary
from features.articles.roles.columns.word_facts import (
    WordFacts,
    goods_labels,
    label_numbers,
    label_units,
    word_fact,
)
from features.articles.roles.features import MASKS
from features.articles.roles.masking import (
    GOODS_LABEL,
    LISTABLE,
    POSSESSIVE,
    UNSPECIFIED,
    WORD,
    Mark,
    Token,
    lowered,
    mask,
    spoken,
)
from features.articles.roles.model import telling_word

NO_CODE = -1
_PLACE, _END = "\x00", "\x01"  # no cleaned text holds them
_PIECES = re.compile(f"{WORD.pattern}|[{_PLACE}{_END}]")


class Marked(NamedTuple):
    """A sentence, where it begins after its dateline, and the places in it (`masking.marks_of`)."""

    text: str
    head: int
    marks: Sequence[Mark]


@dataclass(frozen=True, eq=False)
class TokenTable:
    """Tokens of n sentences, one sentence after the other.

    Attributes
    ----------
    starts: (n + 1), where each sentence begins. strings, labels, codes: what `word`, `label` and `iso3` are
        indexes of; a place has its mask for a word, and a token without a country has -1 for a code.
    unit, stem: what the models call a token, and the stem of its words. joiner: may link places of a list.
    silent: says nothing. country: reads COUNTRY. listable: a place that may be part of a list.
    """

    starts: NDArray[np.int64]
    strings: list[str]
    labels: list[str]
    codes: list[str]
    word: Ids
    label: Ids
    iso3: Ids
    unit: Ids
    stem: Ids
    joiner: Flags
    silent: Flags
    country: Flags
    listable: Flags

    def telling(self, wanted: Flags) -> dict[int, list[tuple[str, str]]]:
        """What `roles.telling_word` finds in the wanted sentences (flags), by number."""
        may_tell = np.array([telling_word("", label, "") is not None for label in self.labels])
        russia = self.codes.index("RUS") if "RUS" in self.codes else NO_CODE - 1
        at = np.flatnonzero(may_tell[self.label] | (self.iso3 == russia))
        number = np.searchsorted(self.starts, at, side="right") - 1
        at, number = at[wanted[number]], number[wanted[number]]
        found: dict[int, list[tuple[str, str]]] = {i: [] for i in np.flatnonzero(wanted).tolist()}
        columns = (number, self.iso3[at], self.label[at], self.word[at])
        for i, code, label, word in zip(*(column.tolist() for column in columns), strict=True):
            iso3 = self.codes[code] if code != NO_CODE else ""
            told = telling_word(iso3, self.labels[label], self.strings[word])
            if told:
                found[i].append(told)
        return found

    def families(self) -> dict[int, list[str]]:
        """Product families named in a sentence, sorted, by number; the unspecific last resort left out."""
        named = np.array([name.startswith(GOODS_LABEL) and name != UNSPECIFIED for name in self.labels])
        at = np.flatnonzero(named[self.label])
        sentence = np.searchsorted(self.starts, at, side="right") - 1
        found: dict[int, list[str]] = {}
        for number, label in np.unique(np.stack([sentence, self.label[at]], axis=1), axis=0).tolist():
            found.setdefault(number, []).append(self.labels[label].removeprefix(GOODS_LABEL))
        return found


def token_table(sentences: Sequence[Marked]) -> TokenTable:
    """The tokens that `masking.tokenize` finds in each sentence."""
    pieces = _PIECES.findall(_joined(sentences))
    index = {text: number for number, text in enumerate((*MASKS, _PLACE, _END))}
    number_of = index.setdefault
    word = np.array([number_of(piece, len(index)) for piece in pieces], dtype=np.int32)
    word, label = _labelled(word, index, pieces)
    facts = WordFacts.of(index)
    before_goods = np.append(goods_labels()[label[1:]], False)
    label[facts.forbidden[word] & before_goods] = label_numbers()["sanction"]
    ends = np.flatnonzero(word == index[_END])
    word, label = np.delete(word, ends), np.delete(label, ends)
    unlabelled = label == 0
    table = TokenTable(
        starts=np.append(0, ends - np.arange(len(ends))),
        strings=list(index),
        labels=list(label_numbers()),
        codes=sorted({iso3 for sentence in sentences for _, _, iso3, _ in sentence.marks} - {""}),
        word=word,
        label=label,
        iso3=np.full(len(word), NO_CODE, dtype=np.int32),
        unit=np.where(unlabelled, facts.unit[word], label_units()[label]),
        stem=facts.stem[word],
        joiner=facts.joiner[word],
        silent=facts.silent[word] & unlabelled,
        country=facts.country[word] & unlabelled,
        listable=np.zeros(len(word), dtype=np.bool_),
    )
    _put_places(table, word == index[_PLACE], [mark for sentence in sentences for mark in sentence.marks])
    return table


def _joined(sentences: Sequence[Marked]) -> str:
    """All sentences in lower case as one text, marks for places and ends in it."""
    pieces: list[str] = []
    for text, head, marks in sentences:
        clean = text.replace(_PLACE, " ").replace(_END, " ")
        at = head
        for start, end, _, _ in marks:
            pieces += (lowered(clean[at:start]), _PLACE)
            at = end
        pieces += (lowered(clean[at:]), _END)
    return POSSESSIVE.sub("  ", straightened("".join(pieces)))


def _labelled(word: Ids, index: dict[str, int], pieces: list[str]) -> tuple[Ids, Ids]:
    """Tokens: their words (a longer token gets a string of its own in `index`) and their labels."""
    facts = list(map(word_fact, index))
    label = np.array([fact.label for fact in facts], dtype=np.int32)[word]
    begins = np.array([fact.begins for fact in facts])[word]
    goes_on = np.array([fact.goes_on for fact in facts])[word]
    inside = np.zeros(len(word), dtype=np.bool_)
    free = 0
    for at in np.flatnonzero(begins[:-1] & goes_on[1:]).tolist():
        if at < free:
            continue
        length, name = spoken(pieces, at)
        if length > 1:
            free = at + length
            label[at] = label_numbers()[name]
            inside[at + 1 : free] = True
            word[at] = index.setdefault(" ".join(pieces[at:free]), len(index))
    return word[~inside], label[~inside]


def _put_places(table: TokenTable, places: Flags, marks: Sequence[Mark]) -> None:
    """Fill in the tokens that are places, in order."""
    number = {iso3: i for i, iso3 in enumerate(table.codes)} | {"": NO_CODE}
    masks = [_mark_mask(iso3, label) for _, _, iso3, label in marks]
    strings = {text: i for i, text in enumerate(MASKS)}
    table.word[places] = [strings[text] for text in masks]
    table.label[places] = [label_numbers()[label] for _, _, _, label in marks]
    table.iso3[places] = [number[iso3] for _, _, iso3, _ in marks]
    table.unit[places] = vocabulary().unit_ids(masks)
    table.listable[places] = [text in LISTABLE for text in masks]


@lru_cache(maxsize=1_000)
def _mark_mask(iso3: str, label: str) -> str:
    return mask(Token("", label, iso3, 0, 0), "")
