"""The roles of countries in many sentences at once, all sums in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.articles.places.gazetteer import gazetteer
from features.articles.roles.columns.features import clause_table, sentence_table, target_table
from features.articles.roles.columns.reasons import (
    added_by_words,
    feature_words,
    reason,
    telling_words,
    with_a_word_of,
)
from features.articles.roles.columns.tables import FeatureTable, Flags, TokenTable, Views
from features.articles.roles.columns.views import NO_TARGET, views
from features.articles.roles.columns.vocabulary import Head, Sums, vocabulary
from features.articles.roles.model import ABOUT, ROUTE, RoleVerdict, averaged, logistic, role_model
from features.articles.roles.units import DocumentContext


@dataclass(frozen=True, eq=False)
class _Questions:
    """Countries whose role is in question, by sentence and by themselves: their views and features.

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
    """`Head.summed` of the models that decide about a route, by country in question."""

    sentence: Sums
    target: Sums
    joint: Sums


def read_many(
    tokens: TokenTable, contexts: Sequence[DocumentContext], countries: Sequence[Sequence[str]]
) -> list[dict[str, RoleVerdict]]:
    """Verdicts by ISO code for each sentence; `contexts` and `countries` (ISO codes) are by sentence."""
    read: list[dict[str, RoleVerdict]] = [{} for _ in countries]
    if any(countries):
        questions = _questions(tokens, contexts, countries)
        for row, iso3, verdict in zip(
            questions.sentence.tolist(), questions.iso3, _verdicts(questions), strict=True
        ):
            read[row][iso3] = verdict
    return read


def _questions(
    tokens: TokenTable, contexts: Sequence[DocumentContext], countries: Sequence[Sequence[str]]
) -> _Questions:
    numbers = np.arange(len(countries))
    sentence = np.repeat(numbers, [len(codes) for codes in countries])
    iso3 = [code for codes in countries for code in codes]
    place = {code: i for i, code in enumerate(tokens.codes)}
    target = np.array([place.get(code, NO_TARGET) for code in iso3], dtype=np.int32)
    whole = views(tokens, numbers, np.full(len(numbers), NO_TARGET, dtype=np.int32))
    aimed = views(tokens, sentence, target)
    groups = [gazetteer().group(code) for code in iso3]
    return _Questions(
        tokens, iso3, sentence, whole, aimed, sentence_table(whole, contexts), target_table(aimed, groups)
    )


def _verdicts(questions: _Questions) -> list[RoleVerdict]:
    model, book = role_model(), vocabulary()
    sums = _Sums(
        _summed(book.sentence, questions.of_sentences)[questions.sentence],
        _summed(book.target, questions.of_targets),
        _both(book.joint, questions),
    )
    scores = zip(
        questions.iso3,
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
        routes.append(may_be and model.is_route(iso3, p))
    roles = book.role.best(_summed(book.role, questions.of_targets))
    polarities = _polarities(questions, np.flatnonzero(routes))
    reasons = _reasons(questions, sums, np.array(routes, dtype=np.bool_))
    return [
        RoleVerdict(ROUTE, round(p, 4), True, polarities[row], reasons[row])
        if route
        else RoleVerdict(role, round(p, 4), False, 0, "")
        for row, (p, route, role) in enumerate(zip(probabilities, routes, roles, strict=True))
    ]


def _polarities(questions: _Questions, rows: NDArray[np.int64]) -> dict[int, int]:
    """Polarity of some countries in question, by their number; only routes have one."""
    head = vocabulary().polarity
    sentences, of = np.unique(questions.sentence[rows], return_inverse=True)
    sums = _summed(head, questions.of_sentences.of(sentences))[of]
    sums = sums + _summed(head, questions.of_targets.of(rows))
    sums = sums + _summed(head, clause_table(questions.aimed.of(rows)))
    return dict(zip(rows.tolist(), map(int, head.best(sums)), strict=True))


def _summed(head: Head, table: FeatureTable) -> Sums:
    return head.summed(table.view, table.feature, table.n)


def _both(head: Head, questions: _Questions) -> Sums:
    """Sums over the features of the sentence and of the country in it."""
    return _summed(head, questions.of_sentences)[questions.sentence] + _summed(head, questions.of_targets)


def _reasons(questions: _Questions, sums: _Sums, routes: Flags) -> dict[int, str]:
    """Telling words of the countries that are routes, by their number."""
    rows = np.flatnonzero(routes)
    sentences = questions.sentence[rows]
    read = np.zeros(questions.of_sentences.n, dtype=np.bool_)
    read[sentences] = True
    book, strings = vocabulary(), questions.tokens.strings
    shown = telling_words(questions.tokens, read)
    telling = with_a_word_of(strings, {key for found in shown.values() for _, key in found})
    in_sentence = feature_words(
        questions.of_sentences, questions.whole, strings, read, book.sentence.or_known(book.joint), telling
    )
    at_target = feature_words(
        questions.of_targets, questions.aimed, strings, routes, book.target.or_known(book.joint), telling
    )
    added = zip(
        added_by_words(in_sentence, sentences, book.sentence, sums.sentence[rows], sums.joint[rows]),
        added_by_words(at_target, rows, book.target, sums.target[rows], sums.joint[rows]),
        strict=True,
    )
    return {
        row: reason(shown[sentence], words + more_words, values + more_values)
        for row, sentence, ((words, values), (more_words, more_values)) in zip(
            rows.tolist(), sentences.tolist(), added, strict=True
        )
    }
