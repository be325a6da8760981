"""Condensing trade rows as a partition function: accepted rows go to a worker as their file has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from data_contracts.checking.large.rows_on_disk import Bytes, accepted_of
from features.trade.flows.condense import (
    COLUMNS,
    Condense,
    Condensed,
    CondensePlan,
    PartFlows,
    condense_flows,
    condense_part,
    condense_parts,
)
from riskmodel.engines.engine import Engine
from riskmodel.engines.parcel import Parcel
from riskmodel.engines.work import Work
from riskmodel.sources.checked import Intake

_FRAMES = ("rows", "months", "exports", "editions")


def condenser(trade: Intake, engine: Engine | None) -> Condense:
    """Who condenses the accepted rows of an intake: an engine where there is one and they lie in parts.

    Tables in which a month has two HS editions are condensed here.
    """
    if engine is None or len(trade.stored) < 2:
        return condense_flows

    def condense(flows: pl.DataFrame | pl.LazyFrame, plan: CondensePlan) -> Condensed:
        found = condense_parts(engine.map(CONDENSING, _stored(trade), (plan,)))
        return condense_flows(flows, plan) if found is None else found

    return condense


def _stored(trade: Intake) -> Iterator[tuple[int, Bytes, Bytes]]:
    for number, (rows, flags) in enumerate(trade.stored):
        yield number, np.fromfile(rows, np.uint8), np.fromfile(flags, np.uint8)


def _condensed(number: int, rows: Bytes, flags: Bytes, plan: CondensePlan) -> PartFlows:
    return condense_part(accepted_of(rows, flags, [*COLUMNS, "hs_edition"]), plan)


def _share(plan: CondensePlan) -> Parcel:
    return {**asdict(plan), "first": plan.first.isoformat(), "last": plan.last.isoformat()}


def _take_shared(parcel: Parcel) -> tuple[Any, ...]:
    codes, headings, members, lasting = (
        tuple(parcel[name]) for name in ("codes", "headings", "members", "lasting")
    )
    first, last = (date.fromisoformat(parcel[name]) for name in ("first", "last"))
    return (CondensePlan(codes, headings, members, lasting, first, last),)


CONDENSING = Work(
    name="riskmodel.scoring.condensing:CONDENSING",
    title="condensing trade",
    function=_condensed,
    describe=lambda number, rows, flags: f"part {number + 1}",
    give=lambda number, rows, flags: {"number": number, "rows": rows, "flags": flags},
    take=lambda parcel: (parcel["number"], parcel["rows"], parcel["flags"]),
    to_parcel=lambda part: {name: getattr(part, name) for name in _FRAMES},
    from_parcel=lambda parcel: PartFlows(**{name: parcel[name] for name in _FRAMES}),
    share=_share,
    take_shared=_take_shared,
)
