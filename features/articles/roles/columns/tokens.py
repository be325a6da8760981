"""Tokens of many sentences as columns, made in one pass.

All sentences are joined into one text with a mark for each place and each end, split into words by one
regular expression, and looked up in a table of distinct words. Only where a phrase of several words may
begin are the words themselves compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from features.articles.places.gazetteer import gazetteer, straightened
from features.articles.roles.columns.tables import ABSENT, Flags, Ids, MarkedSentence, TokenTable
from features.articles.roles.columns.vocabulary import NO_UNIT, vocabulary
from features.articles.roles.lexicon import (
    GOODS_LABEL,
    POSSESSIVE,
    RESTRICTING,
    WORD,
    goods,
    longest_phrase,
    lowered,
    phrases,
    symbol,
)
from features.articles.roles.marks import JOINERS, LISTABLE, Mark, mask
from features.articles.roles.units import CLAUSE_ENDS, MASKS, SILENT, stem, unit_of

_PLACE, _END = "\x00", "\x01"  # no cleaned text holds them
_PIECE_PATTERN = re.compile(f"{WORD.pattern}|[{_PLACE}{_END}]")


def token_table(sentences: Sequence[MarkedSentence]) -> TokenTable:
    """The tokens that the definition (`tools.roles.tokens.tokenize`) finds in each sentence."""
    pieces = _PIECE_PATTERN.findall(_joined(sentences))
    index = {text: number for number, text in enumerate((*MASKS, _PLACE, _END))}
    number_of = index.setdefault
    word = np.array([number_of(piece, len(index)) for piece in pieces], dtype=np.int32)
    word, label = _labelled(word, index, pieces)
    facts = WordFacts.of(index)
    before_goods = np.append(goods_labels()[label[1:]], False)
    label[facts.restricting[word] & before_goods] = label_numbers()["sanction"]
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
        iso3=np.full(len(word), ABSENT, dtype=np.int32),
        unit=np.where(unlabelled, facts.unit[word], label_units()[label]),
        stem=facts.stem[word],
        joiner=facts.joiner[word],
        silent=facts.silent[word] & unlabelled,
        ends=facts.ends[word] & unlabelled,
        country=facts.country[word] & unlabelled,
        listable=np.zeros(len(word), dtype=np.bool_),
    )
    _put_places(table, word == index[_PLACE], [mark for sentence in sentences for mark in sentence.marks])
    return table


def _joined(sentences: Sequence[MarkedSentence]) -> str:
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
        length, name = longest_phrase(pieces, at)
        if length > 1:
            free = at + length
            label[at] = label_numbers()[name]
            inside[at + 1 : free] = True
            word[at] = index.setdefault(" ".join(pieces[at:free]), len(index))
    return word[~inside], label[~inside]


def _put_places(table: TokenTable, places: Flags, marks: Sequence[Mark]) -> None:
    """Fill in the tokens that are places, in order."""
    number = {iso3: i for i, iso3 in enumerate(table.codes)} | {"": ABSENT}
    masks = [_mark_mask(iso3, label) for _, _, iso3, label in marks]
    strings = {text: i for i, text in enumerate(MASKS)}
    table.word[places] = [strings[text] for text in masks]
    table.label[places] = [label_numbers()[label] for _, _, _, label in marks]
    table.iso3[places] = [number[iso3] for _, _, iso3, _ in marks]
    table.unit[places] = vocabulary().unit_ids(masks)
    table.listable[places] = [text in LISTABLE for text in masks]


@lru_cache(maxsize=1_000)
def _mark_mask(iso3: str, label: str) -> str:
    return mask(iso3, label, "")


class WordFact(NamedTuple):
    """A string of words by itself: its label, whether a longer phrase may begin there or go on, and so on."""

    label: int
    begins: bool
    goes_on: bool
    unit: int
    stem: int
    joiner: bool
    silent: bool
    ends: bool
    restricting: bool
    country: bool


class WordFacts(NamedTuple):
    """`WordFact` of many strings, by column."""

    label: Ids
    begins: Flags
    goes_on: Flags
    unit: Ids
    stem: Ids
    joiner: Flags
    silent: Flags
    ends: Flags
    restricting: Flags
    country: Flags

    @classmethod
    def of(cls, words: Iterable[str]) -> WordFacts:
        """Facts of some strings; at least one."""
        return cls(*map(np.array, zip(*map(word_fact, words), strict=True)))


@lru_cache(maxsize=50_000)  # a few thousand words make up most of any text
def word_fact(word: str) -> WordFact:
    """The facts of one string."""
    units = vocabulary().units
    return WordFact(
        label=label_numbers()[longest_phrase([word], 0)[1]],
        begins=phrases().may_begin_longer(word) or goods().may_begin_longer(word),
        goes_on=phrases().may_go_on(word) or goods().may_go_on(word),
        unit=units.get(unit_of(word), NO_UNIT),
        stem=units.get(stem(word), NO_UNIT),
        joiner=word in JOINERS,
        silent=word in SILENT,
        ends=word in CLAUSE_ENDS,
        restricting=word in RESTRICTING,
        country=word == "COUNTRY",
    )


@lru_cache(maxsize=1)
def label_numbers() -> dict[str, int]:
    """Every label of a token, numbered; the empty one is 0."""
    names = {*phrases().labels(), *(f"{GOODS_LABEL}{family}" for family in goods().labels())}
    names |= {"PLACE", "ANAPHOR", "sanction", *gazetteer().regions.values()}
    return {name: number for number, name in enumerate(["", *sorted(names)])}


@lru_cache(maxsize=1)
def goods_labels() -> Flags:
    """Which labels are goods, by number."""
    return np.array([name.startswith(GOODS_LABEL) for name in label_numbers()])


@lru_cache(maxsize=1)
def label_units() -> Ids:
    """What the models call a token of each label."""
    symbols = [symbol("", name) for name in label_numbers()]
    return vocabulary().unit_ids(unit_of(text) if text else "" for text in symbols)
