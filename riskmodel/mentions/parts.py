"""Reading articles as a partition function: what goes to a worker and what comes back."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from features.articles.mentions import PartReading, read_part
from features.articles.stories.minhash import Sketches
from riskmodel.engines.parcel import Parcel
from riskmodel.engines.work import Work


def _words(articles: pl.DataFrame, first_row: int) -> str:
    return f"articles {first_row + 1:,} to {first_row + articles.height:,}"


def _give(articles: pl.DataFrame, first_row: int) -> Parcel:
    return {"articles": articles, "first_row": first_row}


def _take(parcel: Parcel) -> tuple[Any, ...]:
    return parcel["articles"], parcel["first_row"]


def _share(second_reader: bool) -> Parcel:
    return {"second_reader": second_reader}


def _take_shared(parcel: Parcel) -> tuple[Any, ...]:
    return (parcel["second_reader"],)


def _to_parcel(part: PartReading) -> Parcel:
    return {
        "rows": part.rows,
        "ids": part.sketches.ids.to_frame("article_id"),
        "at": part.sketches.at,
        "signatures": part.sketches.signatures,
        "bands": np.stack(part.sketches.bands),
        "about_listing": part.sketches.about_listing,
        "retracts": part.sketches.retracts,
        "not_read_by_language": dict(part.not_read_by_language),
        "n_articles_read": part.n_articles_read,
    }


def _from_parcel(parcel: Parcel) -> PartReading:
    sketches = Sketches(
        parcel["ids"].to_series(),
        parcel["at"],
        parcel["signatures"],
        list(parcel["bands"]),
        parcel["about_listing"],
        parcel["retracts"],
    )
    return PartReading(parcel["rows"], sketches, parcel["not_read_by_language"], parcel["n_articles_read"])


READING = Work(
    name="riskmodel.mentions.parts:READING",
    title="reading articles",
    function=read_part,
    describe=_words,
    give=_give,
    take=_take,
    to_parcel=_to_parcel,
    from_parcel=_from_parcel,
    share=_share,
    take_shared=_take_shared,
)
