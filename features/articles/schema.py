"""Columns of a table of mentions, as the reading makes them."""

from __future__ import annotations

import polars as pl

from data_contracts.tables import MENTIONS

OF_STORIES = ("story_id", "about_listing", "retracted")
COLUMNS: dict[str, pl.DataType] = {
    **MENTIONS,
    "why": pl.String(),
    "about_listing": pl.Boolean(),
    "retracted": pl.Boolean(),
    "to_read": pl.Boolean(),  # flagged in a journal of record, shown and not counted
}
