"""Second opinions: the doubtful rows, and all that would be shown, read again with what was said before.

The two readers' log-odds are averaged. What a rule has held below the threshold stays there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from features.articles.roles.model import NOT_COUNTED, ROLES, ROUTE, role_model
from features.articles.roles.second.network import Network
from features.articles.roles.second.passages import BEFORE, Passage, PassageMaker
from features.articles.roles.second.weights import stored

ASKED_FROM = 0.1  # probability of the first reader; below, a second opinion changes nothing that is shown
SHARE = 0.4  # of the second reader in the average of log-odds; chosen on training texts it had not seen
DIGITS = 2  # of its log-odds: what the last bits of sums differ by between processors is far below
POLARITIES = (-1, 0, 1)
WHY = "the wording as a whole, read with what was said before"
_OTHER_ROLES = tuple(role for role in ROLES if role != ROUTE)


class Opinion(NamedTuple):
    """Log-odds of a route; polarity if it is one; role if it is none."""

    odds: float
    polarity: int
    role: str


class SecondReader:
    """The network with its vocabulary."""

    def __init__(self, network: Network, maker: PassageMaker) -> None:
        self._network, self._maker = network, maker

    def opinion(
        self, sentence: str, iso3: str, carried: str | None, before: tuple[str, ...], title: str
    ) -> Opinion:
        """The opinion on one country in one sentence; arguments as of `PassageMaker.passage`."""
        return self.of_passage(self._maker.passage(sentence, iso3, carried, before, title))

    def of_passage(self, passage: Passage) -> Opinion:
        """The opinion on one passage."""
        found = self._network.answer(passage.numbers, passage.second, passage.target)
        answers = found.astype(np.float64).round(DIGITS).tolist()
        polarity = dict(zip(POLARITIES, answers[1:4], strict=True))
        role = dict(zip(ROLES, answers[4:], strict=True))
        return Opinion(
            answers[0],
            max(POLARITIES, key=lambda sign: polarity[sign]),
            max(_OTHER_ROLES, key=lambda name: role[name]),
        )


def second_reader() -> SecondReader:
    """The shipped reader."""
    network, words = stored()
    return SecondReader(network, PassageMaker(words))


def with_second_opinions(read: pl.DataFrame, wanted: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """`read` after the second reader; same rows and columns, same order.

    `read`: row, country, role, p_diversion, is_diversion, polarity, why and others. `wanted`: row, carried of
    the sentences read. `sentences`: row, article, text of all sentences, in reading order.
    """
    asked = (pl.col("p_diversion") >= ASKED_FROM) & (pl.col("p_diversion") != NOT_COUNTED)
    numbered = read.with_row_index("at")
    doubtful = numbered.filter(asked).join(
        wanted.select("row", "carried"), on="row", how="left", maintain_order="left"
    )
    opinions = _opinions(doubtful, sentences) if doubtful.height else ()
    again = [
        (at, *_averaged(country, p, role, why, opinion))
        for (at, country, p, role, why), opinion in zip(
            doubtful.select("at", "country", "p_diversion", "role", "why").iter_rows(), opinions, strict=True
        )
    ]
    names = ("role", "p_diversion", "is_diversion", "polarity", "why")
    table = pl.DataFrame(again, schema=["at", *names], orient="row") if again else numbered.head(0)
    answered = table.select("at", *names).cast({name: numbered.schema[name] for name in ("at", *names)})
    return numbered.update(answered, on="at").select(read.columns)


def _averaged(
    iso3: str, p: float, role: str, why: str, opinion: Opinion
) -> tuple[str, float, bool, int, str]:
    """role, p_diversion, is_diversion, polarity and why of both readers together."""
    held = min(max(p, 0.001), 0.999)
    odds = (1 - SHARE) * math.log(held / (1 - held)) + SHARE * opinion.odds
    both = round(1 / (1 + math.exp(-odds)), 4)
    if not role_model().is_route(iso3, both):
        return (opinion.role if role == ROUTE else role), both, False, 0, ""
    return ROUTE, both, True, opinion.polarity, why or WHY


def _opinions(doubtful: pl.DataFrame, sentences: pl.DataFrame) -> list[Opinion]:
    """Opinions on rows (row, country, carried), in order; copies of a report are read once."""
    opinion = lru_cache(maxsize=10_000)(second_reader().opinion)
    texts = _texts(sentences, set(doubtful["row"]))
    with threadpool_limits(1):  # matrices are small: a second thread costs more than it gives
        return [
            opinion(texts[row][0], country, carried, *texts[row][1:])
            for row, country, carried in doubtful.select("row", "country", "carried").iter_rows()
        ]


def _texts(sentences: pl.DataFrame, wanted: Iterable[int]) -> Mapping[int, tuple[str, tuple[str, ...], str]]:
    """Of each wanted row: its text, those before it, and the article's first where it is not among them."""
    rows, articles, texts = (sentences[name].to_list() for name in ("row", "article", "text"))
    place = {row: at for at, row in enumerate(rows)}
    first: dict[int, int] = {}
    for at, article in enumerate(articles):
        first.setdefault(article, at)
    found = {}
    for row in wanted:
        at = place[row]
        start = first[articles[at]]
        title = texts[start] if at - start > BEFORE else ""
        found[row] = (texts[at], tuple(texts[max(start, at - BEFORE) : at]), title)
    return found
