"""The rows and sentences behind one country's score, cut to what a page can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import polars as pl
from markupsafe import Markup

from features.articles.stories.source_classes import OFFICIAL, hit_rates, source_class
from riskmodel.explain.evidence import NO_TEXT, TO_READ
from riskmodel.report import words
from riskmodel.report.highlight import deciding_words, mark_words
from riskmodel.report.rows import EvidenceRow, rows_of

Item = TypeVar("Item")
MOST_TO_READ = 2  # sentences on a page that are only there to be read


@dataclass(frozen=True)
class Shown(Generic[Item]):
    """The items printed, and how many there are in all."""

    items: list[Item]
    total: int

    @property
    def more(self) -> int:
        """How many are not printed here but are in the run folder's files."""
        return self.total - len(self.items)


@dataclass(frozen=True)
class Sentence:
    """One sentence of an article, its deciding words marked; `standing`: how often its like was right."""

    html: Markup
    polarity: str
    standing: str
    copies: int
    row: EvidenceRow


def evidence_parts(
    frame: pl.DataFrame | None, full: bool, abstained: bool
) -> tuple[Shown[EvidenceRow], Shown[Sentence], Shown[EvidenceRow]]:
    """Trade rows, sentences and listings of one country; a null frame gives three empty lists."""
    if frame is None:
        return Shown([], 0), Shown([], 0), Shown([], 0)
    names = ("trade", "article", TO_READ, "listing")
    found = {str(key[0]): part for key, part in frame.partition_by("kind", as_dict=True).items()}
    kinds = {kind: found.get(kind, frame.clear()) for kind in names}
    counted = _sentences(kinds["article"], 6 if full or abstained else 2)
    to_read = _sentences(kinds[TO_READ], MOST_TO_READ)
    return (
        _trade(kinds["trade"], 6 if full else 2),
        Shown(counted.items + to_read.items, counted.total + to_read.total),
        _listings(kinds["listing"], 8 if full else 3),
    )


def _trade(frame: pl.DataFrame, per_leg: int) -> Shown[EvidenceRow]:
    """The largest rows of each leg, so that a big inbound leg does not crowd out the onward one."""
    if frame.is_empty():
        return Shown([], 0)
    ordered = frame.sort(
        ["value_usd", "period", "reporter", "partner", "hs6", "source_row"],
        descending=[True, True, False, False, False, False],
        nulls_last=True,
    )
    rows: list[EvidenceRow] = []
    for leg in ("inbound", "onward", "direct", None):
        of_leg = ordered.filter(pl.col("leg").is_null() if leg is None else pl.col("leg") == leg)
        rows += rows_of(EvidenceRow, of_leg.head(per_leg))
    return Shown(rows, frame.height)


def _sentences(frame: pl.DataFrame, limit: int) -> Shown[Sentence]:
    """The likeliest sentences; up to half the place is kept for easing ones, which speak for the country.

    A sentence printed word for word by several articles is shown once, with the number of copies.
    """
    if frame.is_empty():
        return Shown([], 0)
    ordered = frame.sort(
        ["p_diversion", "known_at", "article_id", "sentence_no"],
        descending=[True, True, False, False],
        nulls_last=True,
    ).with_columns(pl.len().over("text", "polarity").alias("copies"))
    ordered = ordered.unique(["text", "polarity"], keep="first", maintain_order=True)
    easing = pl.col("polarity").fill_null(0) < 0
    kept = ordered.filter(easing).head(max(1, limit // 2))
    others = ordered.filter(~easing).head(limit - kept.height)
    shown = pl.concat([others, kept])
    rows = zip(rows_of(EvidenceRow, shown), shown["copies"], strict=True)
    return Shown([_sentence(row, copies) for row, copies in rows], ordered.height)


def _sentence(row: EvidenceRow, copies: int) -> Sentence:
    sign = None if row.kind == TO_READ else row.polarity
    polarity = "unclear" if sign is None else words.POLARITY_WORDS.get(sign, "unclear")
    return Sentence(
        html=mark_words(words.clean(row.text, 700), deciding_words(row.why)),
        polarity=polarity,
        standing=_standing(row),
        copies=copies,
        row=row,
    )


def _standing(row: EvidenceRow) -> str:
    """What a reader may expect of a sentence: the measured hit rate of its class of source."""
    if row.kind == TO_READ:
        return "to read, not counted"
    if row.text == NO_TEXT:
        return f"{words.percent(row.p_diversion)} likely to be about diversion"
    kind = source_class(row.source)
    name = "journals of record" if kind == OFFICIAL else "the press"
    right, shown = hit_rates()[kind]
    share = words.percent(right / shown)
    return f"{share} of such sentences of {name} were right when measured ({right} of {shown})"


def _listings(frame: pl.DataFrame, limit: int) -> Shown[EvidenceRow]:
    if frame.is_empty():
        return Shown([], 0)
    ordered = frame.sort(
        ["known_at", "jurisdiction", "text"], descending=[True, False, False], nulls_last=True
    )
    return Shown(list(rows_of(EvidenceRow, ordered.head(limit))), frame.height)
