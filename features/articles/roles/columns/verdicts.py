"""The roles of countries in many sentences at once: the verdicts of `roles.read_roles`, all sums in numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.articles.places.gazetteer import gazetteer
from features.articles.roles.columns.feature_table import FeatureTable, sentence_table, target_table
from features.articles.roles.columns.feature_words import FeatureWords, feature_words
from features.articles.roles.columns.tokens import TokenTable
from features.articles.roles.columns.views import NO_TARGET, Views, views
from features.articles.roles.columns.vocabulary import Flags, Head, scale, vocabulary
from features.articles.roles.features import Context
from features.articles.roles.linear import logistic
from features.articles.roles.model import ABOUT, ROUTE, Verdict, averaged, is_route, reason, role_model

Sums = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Asked:
    """Countries asked about, by sentence and by themselves: what is seen, and the features of it.

    `sentence`: number of the sentence of each country.
    """

    tokens: TokenTable
    iso3: list[str]
    sentence: NDArray[np.int64]
    whole: Views
    aimed: Views
    of_sentences: FeatureTable
    of_targets: FeatureTable


@dataclass(frozen=True, eq=False)
class _Sums:
    """`Head.summed` of the models that decide about a route, by country asked about."""

    sentence: Sums
    target: Sums
    joint: Sums


def read_many(
    tokens: TokenTable, contexts: Sequence[Context], countries: Sequence[Sequence[str]]
) -> list[dict[str, Verdict]]:
    """Verdicts by ISO code for each sentence; `contexts` and `countries` (ISO codes) are by sentence."""
    read: list[dict[str, Verdict]] = [{} for _ in countries]
    if any(countries):
        asked = _asked(tokens, contexts, countries)
        for row, iso3, verdict in zip(asked.sentence.tolist(), asked.iso3, _verdicts(asked), strict=True):
            read[row][iso3] = verdict
    return read


def _asked(tokens: TokenTable, contexts: Sequence[Context], countries: Sequence[Sequence[str]]) -> _Asked:
    numbers = np.arange(len(countries))
    sentence = np.repeat(numbers, [len(codes) for codes in countries])
    iso3 = [code for codes in countries for code in codes]
    place = {code: i for i, code in enumerate(tokens.codes)}
    target = np.array([place.get(code, NO_TARGET) for code in iso3], dtype=np.int32)
    whole = views(tokens, numbers, np.full(len(numbers), NO_TARGET, dtype=np.int32))
    aimed = views(tokens, sentence, target)
    groups = [gazetteer().group(code) for code in iso3]
    return _Asked(
        tokens, iso3, sentence, whole, aimed, sentence_table(whole, contexts), target_table(aimed, groups)
    )


def _verdicts(asked: _Asked) -> list[Verdict]:
    model, book = role_model(), vocabulary()
    sums = _Sums(
        _summed(book.sentence, asked.of_sentences)[asked.sentence],
        _summed(book.target, asked.of_targets),
        _both(book.joint, asked),
    )
    scores = zip(
        asked.iso3,
        book.sentence.scores(sums.sentence)[:, 0].tolist(),
        book.target.scores(sums.target)[:, 0].tolist(),
        book.joint.scores(sums.joint)[:, 0].tolist(),
        strict=True,
    )
    probabilities: list[float] = []
    routes: list[bool] = []
    for iso3, sentence, target, joint in scores:
        about = logistic(sentence)
        may_be = about >= ABOUT
        p = model.calibrated(averaged(about, target, joint)) if may_be else model.floor
        probabilities.append(p)
        routes.append(may_be and is_route(model, iso3, p))
    roles = book.role.best(_summed(book.role, asked.of_targets))
    polarities = book.polarity.best(_both(book.polarity, asked))
    reasons = _reasons(asked, sums, np.array(routes, dtype=np.bool_))
    return [
        Verdict(ROUTE, round(p, 4), True, int(polarity), reasons[row])
        if route
        else Verdict(role, round(p, 4), False, 0, "")
        for row, (p, route, role, polarity) in enumerate(
            zip(probabilities, routes, roles, polarities, strict=True)
        )
    ]


def _summed(head: Head, table: FeatureTable) -> Sums:
    return head.summed(table.view, table.feature, table.n)


def _both(head: Head, asked: _Asked) -> Sums:
    """Sums over the features of the sentence and of the country in it."""
    return _summed(head, asked.of_sentences)[asked.sentence] + _summed(head, asked.of_targets)


def _reasons(asked: _Asked, sums: _Sums, routes: Flags) -> dict[int, str]:
    """Telling words of the countries that are routes, by their number."""
    rows = np.flatnonzero(routes)
    sentences = asked.sentence[rows]
    read = np.zeros(asked.of_sentences.n, dtype=np.bool_)
    read[sentences] = True
    book, strings = vocabulary(), asked.tokens.strings
    told = asked.tokens.telling(read)
    telling = _with_a_word_of(strings, {key for found in told.values() for _, key in found})
    in_sentence = feature_words(
        asked.of_sentences, asked.whole, strings, read, book.sentence.or_known(book.joint), telling
    )
    at_target = feature_words(
        asked.of_targets, asked.aimed, strings, routes, book.target.or_known(book.joint), telling
    )
    added = zip(
        _added(in_sentence, sentences, book.sentence, sums.sentence[rows], sums.joint[rows]),
        _added(at_target, rows, book.target, sums.target[rows], sums.joint[rows]),
        strict=True,
    )
    return {
        row: reason(told[sentence], words + more_words, values + more_values)
        for row, sentence, ((words, values), (more_words, more_values)) in zip(
            rows.tolist(), sentences.tolist(), added, strict=True
        )
    }


def _with_a_word_of(strings: list[str], keys: set[str]) -> Flags:
    """Which strings have a word in common with one of the keys; all others can hold none of them."""
    words = {word for key in keys for word in key.split(" ")}
    return np.array([not words.isdisjoint(text.split(" ")) for text in strings], dtype=np.bool_)


def _added(
    found: FeatureWords, rows: NDArray[np.int64], own: Head, own_sums: Sums, joint_sums: Sums
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
