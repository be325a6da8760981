"""Sentences seen from a country, as columns.

Countries joined in one list become one placeholder, which is the target if one of them is.
"""

from __future__ import annotations

import numpy as np

from features.articles.roles.columns.tables import Flags, Ids, Places, TokenTable, Views
from features.articles.roles.columns.vocabulary import vocabulary
from features.articles.roles.marks import LONGEST_LINK
from features.articles.roles.units import MASKS

NO_TARGET = -2
_RANKED = ("REGIME", "OTHER", "COUNTRY")  # what a list of several becomes: the last that is among them


def views(tokens: TokenTable, sentence: Places, target: Ids) -> Views:
    """Views of sentences (their numbers) from targets (indexes of `tokens.codes`, or `NO_TARGET`)."""
    n = len(sentence)
    lengths = np.diff(tokens.starts)[sentence]
    view = np.repeat(np.arange(n), lengths)
    at = np.arange(len(view)) + np.repeat(tokens.starts[sentence] - np.cumsum(lengths) + lengths, lengths)
    units = vocabulary().unit_ids(_RANKED)
    aimed = tokens.iso3[at] == target[view]
    unit, word = tokens.unit[at], tokens.word[at]
    unit[aimed], word[aimed] = units[-1], MASKS.index("COUNTRY")
    country = tokens.country[at] | aimed
    kept, ends, in_list = ~tokens.silent[at], tokens.ends[at], np.zeros(n, dtype=np.bool_)
    places = np.flatnonzero(tokens.listable[at] | aimed)
    if len(places):
        linked = _linked(places, view, tokens.joiner[at])
        heads = np.flatnonzero(~linked)
        rank = np.maximum.reduceat((unit[places, None] == units).argmax(axis=1), heads)
        unit[places[heads]], country[places[heads]] = units[rank], rank == len(units) - 1
        several = np.diff(np.append(heads, len(places))) > 1
        in_list[view[places[heads[several & (rank == len(units) - 1)]]]] = True
        between = _between(places[:-1][linked[1:]], places[1:][linked[1:]], len(view))
        kept, ends = kept & ~between, ends & ~between
    stem, clause = tokens.stem[at][kept], np.cumsum(ends)[kept]
    return Views(n, view[kept], unit[kept], word[kept], stem, country[kept], clause, in_list)


def _linked(places: Places, view: Places, joiner: Flags) -> Flags:
    """Whether only a few joiners are between a place and the one before."""
    gap = np.diff(places) - 1
    joiners = np.diff(np.cumsum(joiner)[places])
    near = (view[places[1:]] == view[places[:-1]]) & (gap <= LONGEST_LINK) & (joiners == gap)
    return np.append(False, near)


def _between(after: Places, until: Places, n: int) -> Flags:
    """Positions after one place of a list up to the next, itself included."""
    depth = np.zeros(n + 1, dtype=np.int64)
    depth[after + 1] += 1
    depth[until + 1] -= 1
    return np.cumsum(depth[:n]) > 0
