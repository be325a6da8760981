"""Trade tables that are canonical already."""

from __future__ import annotations

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.sources.files.cells import canonical
from riskmodel.sources.files.plain import Cells
from riskmodel.sources.files.table import FILE, ROW
from riskmodel.sources.formats import Format, Reading, unused
from riskmodel.sources.trade.areas import country_or_text
from riskmodel.sources.trade.copies import without_parts

NAME = "canonical"
_MAY_LACK = ("net_kg", "known_at", "source", "hs_edition")


def recognise(columns: frozenset[str]) -> bool:
    """All canonical columns, save those that may be null, `source`, and `hs_edition` (see `read_trade`)."""
    return set(TRADE_FLOWS) - columns <= set(_MAY_LACK)


def read(frame: pl.DataFrame) -> Reading:
    """Cast to canonical types. Absent `net_kg` and `known_at` are null, absent `source` is `canonical`.

    Countries may be codes of two letters, ISO numbers or names. Rows that a further column shows to be of one
    state, port, procedure and the like are dropped.
    """
    frame, dropped, looked_at = without_parts(frame, list(TRADE_FLOWS))
    absent = [name for name in TRADE_FLOWS if name not in frame.columns]
    fill = {"source": NAME}
    table = frame.with_columns(pl.lit(fill.get(name), pl.String()).alias(name) for name in absent)
    table = canonical(table, TRADE_FLOWS).select(*TRADE_FLOWS, FILE, ROW)
    table = table.with_columns(country_or_text(table[side], "m49") for side in ("reporter", "partner"))
    return Reading(table, dropped, unused(frame, [*TRADE_FLOWS, *looked_at]))


def _cells(_: frozenset[str]) -> Cells:
    return Cells(
        numbers={"value_usd": "USD", "net_kg": ""}, products=("hs6",), codes=("known_at",), months=("period",)
    )


FORMAT = Format(
    NAME,
    "reporter, partner, flow, hs6, hs_edition, period, value_usd, net_kg, known_at, source",
    recognise,
    read,
    by_row=True,
    cells=_cells,
)
