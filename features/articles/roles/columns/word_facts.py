"""What is known of a word by itself: its class, what the models call it, what it may begin or go on."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from features.articles.places.gazetteer import gazetteer
from features.articles.roles.columns.vocabulary import NO_UNIT, Flags, Ids, vocabulary
from features.articles.roles.features import SILENT, stem, units_of
from features.articles.roles.lexicon import goods, phrases
from features.articles.roles.masking import FORBIDDEN, GOODS_LABEL, JOINERS, Masked, Token, spoken, symbol


class WordFact(NamedTuple):
    """A string of words by itself: its label, whether a longer phrase may begin there or go on, and so on."""

    label: int
    begins: bool
    goes_on: bool
    unit: int
    stem: int
    joiner: bool
    silent: bool
    forbidden: bool
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
    forbidden: Flags
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
        label=label_numbers()[spoken([word], 0)[1]],
        begins=phrases().may_begin_longer(word) or goods().may_begin_longer(word),
        goes_on=phrases().may_go_on(word) or goods().may_go_on(word),
        unit=units.get(_unit(word), NO_UNIT),
        stem=units.get(stem(word), NO_UNIT),
        joiner=word in JOINERS,
        silent=word in SILENT,
        forbidden=word in FORBIDDEN,
        country=word == "COUNTRY",
    )


def _unit(symbol: str) -> str:
    return units_of(Masked([symbol], [symbol], [], False))[0]


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
    symbols = [symbol(Token("", name, "", 0, 0)) for name in label_numbers()]
    return vocabulary().unit_ids(_unit(text) if text else "" for text in symbols)
