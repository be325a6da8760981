"""Russian and Turkish sentences to rows of mentions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.foreign.features import ForeignSentence, features_of, sentence_of
from features.articles.foreign.model import ForeignModel, foreign_models
from features.articles.roles.columns.reasons import BY_WORDING, TELLING
from features.articles.roles.lexicon import GOODS_LABEL
from features.articles.roles.model import NOT_COUNTED, ROUTE, RoleVerdict, role_model

OTHER = "other_mention"
_MOST = 4  # words of a reason
_TELLING = TELLING | {"home"}


class _Row(NamedTuple):
    row: int
    country: str
    role: str
    p_diversion: float
    is_diversion: bool
    polarity: int
    goods: list[str]
    why: str


_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(),
    "country": pl.String(),
    "role": pl.String(),
    "p_diversion": pl.Float64(),
    "is_diversion": pl.Boolean(),
    "polarity": pl.Int8(),
    "goods": pl.List(pl.String()),
    "why": pl.String(),
}


def read_foreign(sentences: pl.DataFrame, language: str) -> pl.DataFrame:
    """Rows of the countries of sentences.

    `sentences`: row, article, text, in reading order. Returns row, country, role, p_diversion, is_diversion,
    polarity, goods and why. A country is flagged only once the article has named Russia or meant it.
    """
    return pl.DataFrame(list(_rows(sentences, language)), schema=_SCHEMA, orient="row")


def _rows(sentences: pl.DataFrame, language: str) -> Iterator[_Row]:
    model = foreign_models()[language]
    article, before = -1, frozenset[str]()
    for row, of, text in sentences.select("row", "article", "text").iter_rows():
        if of != article:
            article, before = of, frozenset()
        sentence = sentence_of(text, language)
        for iso3 in sentence.countries:
            if iso3 not in NEVER_ROUTES:
                read = verdict(model, sentence, iso3, language, before)
                goods = sentence.families() if read.p_diversion > role_model().floor else []
                yield _Row(row, iso3, *read[:4], goods, read.why)
        before |= sentence.says()


def verdict(
    model: ForeignModel, sentence: ForeignSentence, iso3: str, language: str, before: frozenset[str]
) -> RoleVerdict:
    """The reading of one country in one sentence."""
    if not (sentence.russia or sentence.home or "russia" in before):
        return RoleVerdict(OTHER, role_model().floor, False, 0, "")
    features = features_of(sentence, iso3, language, before)
    p = round(model.probability(features), 4)
    if sentence.never or not model.is_route(iso3, p):
        return RoleVerdict(OTHER, min(p, NOT_COUNTED), False, 0, "")
    return RoleVerdict(ROUTE, p, True, model.direction(features), _why(model, sentence))


def _why(model: ForeignModel, sentence: ForeignSentence) -> str:
    """The telling words of a sentence, those whose class weighs most first."""
    weight: dict[str, float] = {}
    for words, label, code in sentence.tokens:
        goods = label.startswith(GOODS_LABEL)
        name = "RUSSIA" if code == "RUS" else "GOODS" if goods else label.upper()
        if code == "RUS" or goods or label in _TELLING:
            weight.setdefault(words, model.route.weights.get(f"c:{name}", (0.0,))[0])
    chosen = sorted((word for word, value in weight.items() if value > 0), key=lambda w: (-weight[w], w))
    return "; ".join(chosen[:_MOST]) or BY_WORDING
