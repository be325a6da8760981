"""Rows of a run's tables as typed values; the fields are the columns of `data_contracts.tables`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import TypeVar

import polars as pl

Row = TypeVar("Row", bound="CountryScore | ProductScore | EvidenceRow")


@dataclass(frozen=True)
class CountryScore:
    """A row of `SCORES_COUNTRY`; `drivers`, `counter_evidence` and `lowers` are JSON lists."""

    as_of: date
    country: str
    name: str | None
    rank: int | None
    risk: float | None
    risk_low: float | None
    risk_high: float | None
    event_risk: float | None
    event_risk_low: float | None
    event_risk_high: float | None
    event_met: bool | None
    event_met_usd: int | None
    event_met_codes: str | None
    event_met_until: date | None
    band: str | None
    excess_transit_usd: int | None
    grade: str | None
    abstained: bool
    drivers: str | None
    counter_evidence: str | None
    lowers: str | None


@dataclass(frozen=True)
class ProductScore:
    """A row of `SCORES_PRODUCT`."""

    hs6: str
    tier: str | None
    score: float | None
    inbound_excess_usd: int | None
    onward_excess_usd: int | None
    displaced_usd: int | None
    matched_transit_usd: int | None
    inbound_surprise: float | None
    inbound_placebos: int | None
    inbound_as_extreme: int | None
    onward_surprise: float | None
    onward_placebos: int | None
    onward_as_extreme: int | None
    grade: str | None


@dataclass(frozen=True)
class EvidenceRow:
    """A row of `EVIDENCE`; what its kind does not have is null."""

    kind: str
    leg: str | None
    reporter: str | None
    partner: str | None
    hs6: str | None
    period: date | None
    value_usd: int | None
    known_at: date | None
    article_id: str | None
    sentence_no: int | None
    text: str | None
    p_diversion: float | None
    polarity: int | None
    why: str | None
    jurisdiction: str | None
    n_entities: int | None
    source: str | None
    source_file: str | None
    source_row: int | None
    row_digest: str | None
    title: str | None
    url: str | None
    entities: str | None = None


def rows_of(kind: type[Row], frame: pl.DataFrame) -> Iterator[Row]:
    """The rows of a frame in its order; columns without a field are left out.

    A column that an earlier version did not write yet has its default.
    """
    names = [f.name for f in fields(kind) if f.name in frame.columns or f.default is MISSING]
    for row in frame.select(names).iter_rows(named=True):
        yield kind(**row)
