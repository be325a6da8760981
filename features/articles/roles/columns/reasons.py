"""The words that decided a verdict, for the few views whose verdict is to be explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from features.articles.roles.columns.tables import (
    ABSENT,
    APART,
    NAMED,
    ONE,
    FeatureRows,
    FeatureTable,
    Flags,
    Ids,
    Places,
    TokenTable,
    Views,
)
from features.articles.roles.columns.vocabulary import Head, Sums, scale, vocabulary
from features.articles.roles.lexicon import GOODS_LABEL

# Classes of words that a reader takes as a reason; all others carry grammar or style.
TELLING = frozenset(
    [
        "evade", "illicit", "divert", "reexport", "transit", "hub", "supply", "reach", "increase", "decrease",
        "crackdown", "pledge", "deny", "pressure", "listed", "sanction", "military", "ease",
    ]
)  # fmt: skip
BY_WORDING = "reads as transit by its wording"


def reason(telling: Iterable[tuple[str, str]], words: list[str], added: list[float], most: int = 4) -> str:
    """The telling words of a sentence that supported the verdict, strongest first.

    `telling`: as `telling_word` gives them. `words`: the words that each feature came from, between blanks;
    `added`: what it added to the log-odds.
    """
    weight: dict[str, float] = {}
    for word, known in dict.fromkeys(telling):
        key = f" {known} "
        # Rounded, so that words that weigh the same stay in one order however the sum was made.
        value = round(sum([value for text, value in zip(words, added, strict=True) if key in text]), 6)
        if value > 0:
            weight[word] = max(value, weight.get(word, 0.0))
    chosen: list[str] = []
    for word in sorted(weight, key=lambda w: (-weight[w], w)):
        if len(chosen) < most and not any(word in kept or kept in word for kept in chosen):
            chosen.append(word)
    return "; ".join(chosen) or BY_WORDING


def telling_word(iso3: str, label: str, word: str) -> tuple[str, str] | None:
    """Words of a token to show, and the same words as the features know them, if they are a reason."""
    if iso3 == "RUS":
        return "Russia", "RUSSIA"
    if label in TELLING or (label.startswith(GOODS_LABEL) and not iso3):
        return word, word
    return None


def telling_words(tokens: TokenTable, wanted: Flags) -> dict[int, list[tuple[str, str]]]:
    """What `telling_word` finds in the wanted sentences (flags), by number."""
    may_tell = np.array([telling_word("", label, "") is not None for label in tokens.labels])
    russia = tokens.codes.index("RUS") if "RUS" in tokens.codes else ABSENT - 1
    at = np.flatnonzero(may_tell[tokens.label] | (tokens.iso3 == russia))
    number = np.searchsorted(tokens.starts, at, side="right") - 1
    at, number = at[wanted[number]], number[wanted[number]]
    telling: dict[int, list[tuple[str, str]]] = {i: [] for i in np.flatnonzero(wanted).tolist()}
    columns = (number, tokens.iso3[at], tokens.label[at], tokens.word[at])
    for i, code, label, word in zip(*(column.tolist() for column in columns), strict=True):
        iso3 = tokens.codes[code] if code != ABSENT else ""
        shown = telling_word(iso3, tokens.labels[label], tokens.strings[word])
        if shown:
            telling[i].append(shown)
    return telling


def with_a_word_of(strings: list[str], keys: set[str]) -> Flags:
    """Which strings have a word in common with one of the keys; all others can hold none of them."""
    words = {word for key in keys for word in key.split(" ")}
    return np.array([not words.isdisjoint(text.split(" ")) for text in strings], dtype=np.bool_)


def added_by_words(
    found: FeatureWords,
    rows: Places,
    own: Head,
    own_sums: Sums,
    joint_sums: Sums,
) -> Iterator[tuple[list[str], list[float]]]:
    """For each row (a view of `found`) the words of its features and what these add, in both models."""
    at, counts = found.places(rows)
    feature = found.feature[at]
    values = vocabulary().joint.weights[feature, 0] * np.repeat(scale(joint_sums[:, -1]), counts)
    values += own.weights[feature, 0] * np.repeat(scale(own_sums[:, -1]), counts)
    listed, starts = values.tolist(), found.starts[rows].tolist()
    done = 0
    for start, count in zip(starts, counts.tolist(), strict=True):
        yield found.words[start : start + count], listed[done : done + count]
        done += count


@dataclass(frozen=True, eq=False)
class FeatureWords:
    """Features of some views, view after view, and the words of each between blanks.

    `starts`: (n views + 1); a view that was not wanted has none.
    """

    starts: Places
    feature: Ids
    words: list[str]

    def places(self, views: Places) -> tuple[Places, Places]:
        """Places of the features of some views in `feature`, one view after the other; how many each has."""
        counts = np.diff(self.starts)[views]
        shift = self.starts[views] - np.cumsum(counts) + counts
        return np.arange(counts.sum()) + np.repeat(shift, counts), counts


def feature_words(
    table: FeatureTable, views: Views, strings: list[str], wanted: Flags, known: Flags, telling: Flags
) -> FeatureWords:
    """Features of the wanted views with the words of each where it comes first.

    `strings`: what `views.word` counts. `wanted`: by view. `known`: by feature. `telling`: by
    string; features without a telling word are left out.
    """
    is_telling = telling[views.word]
    running = np.append(0, np.cumsum(is_telling))
    parts = [part.where(wanted[part.view] & known[part.feature]) for part in table.rows]
    view = np.concatenate([part.view for part in parts])
    feature = np.concatenate([part.feature for part in parts])
    _, first = np.unique(view * len(vocabulary().names) + feature, return_index=True)
    chosen = np.zeros(len(view), dtype=np.bool_)
    chosen[first] = True  # a later place may have a telling word where the first has none
    chosen &= np.concatenate([_has_telling(part, is_telling, running) for part in parts])
    said = [strings[i] for i in views.word.tolist()]
    ends = np.cumsum([len(part.view) for part in parts])[:-1]
    kept = [part.where(flags) for part, flags in zip(parts, np.split(chosen, ends), strict=True)]
    words = np.array([text for part in kept for text in _words(part, said)], dtype=object)
    place = np.cumsum(chosen) - 1
    first = first[chosen[first]]
    starts = np.searchsorted(view[first], np.arange(table.n + 1))
    return FeatureWords(starts, feature[first], words[place[first]].tolist())


def _has_telling(part: FeatureRows, is_telling: Flags, running: Places) -> Flags:
    """Which of some features have a telling word among those shown; the ones without words always do."""
    if part.shown == NAMED:
        return np.ones(len(part.view), dtype=np.bool_)
    if part.shown == APART:
        return np.asarray(is_telling[part.first] | is_telling[part.last])
    return np.asarray(running[part.last + 1] > running[part.first])


def _words(part: FeatureRows, said: list[str]) -> Iterable[str]:
    if part.shown == NAMED:
        names = vocabulary().names
        return [f" {_cue_words(names[feature])} " for feature in part.feature.tolist()]
    first, last = part.first.tolist(), part.last.tolist()
    if part.shown == ONE:
        return [f" {said[at]} " for at in first]
    if part.shown == APART:
        return [f" {said[one]} … {said[two]} " for one, two in zip(first, last, strict=True)]
    return [f" {' '.join(said[one : two + 1])} " for one, two in zip(first, last, strict=True)]


_CUE_WORDS = {
    "target in title only": "", "in a list": "list",
    "west present": "coalition", "regime present": "other regime",
    "before russia": "before Russia", "after russia": "after Russia",
    **{f"others {number}": "other countries" for number in range(3)},
}  # fmt: skip


def _cue_words(name: str) -> str:
    """The words to show for a feature that no place in the sentence gave rise to."""
    cue = name.removeprefix("x:")
    return _CUE_WORDS.get(cue, cue.removeprefix("target "))
