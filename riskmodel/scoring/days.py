"""Trade signals of earlier dates as a partition function: dates go to a worker, their panel comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import polars as pl

from features.trade.flows.condense import Condense, Condensed, condense_flows, plan_for
from features.trade.flows.windows import Windows
from features.trade.signals import panel_of_condensed
from riskmodel.engines.engine import Engine
from riskmodel.engines.parcel import Parcel
from riskmodel.engines.work import Work

DATES = 6  # of one part: a date takes much from the one before it
_FRAMES = ("series", "rows", "reported", "exports")


def panel_by_dates(
    flows: pl.LazyFrame,
    goods: pl.DataFrame,
    windows: Windows,
    dates: Sequence[date],
    engine: Engine | None,
    condense: Condense = condense_flows,
) -> pl.DataFrame:
    """`features.trade.signals.trade_panel` of dates in order, part by part where there is an engine."""
    condensed = condense(flows, plan_for(goods, windows, dates))
    if engine is None:
        return _panel(dates, condensed, goods, windows)
    return pl.concat(engine.map(DAYS, ((part,) for part in _parts(dates)), (condensed, goods, windows)))


def _panel(
    dates: Sequence[date], condensed: Condensed, goods: pl.DataFrame, windows: Windows
) -> pl.DataFrame:
    return panel_of_condensed(dates, condensed, goods, windows, allow_hindsight=True)


def _parts(dates: Sequence[date]) -> Iterator[Sequence[date]]:
    return (dates[first : first + DATES] for first in range(0, len(dates), DATES))


def _share(condensed: Condensed, goods: pl.DataFrame, windows: Windows) -> Parcel:
    months = {name: getattr(windows, name).isoformat() for name in ("baseline_start", "baseline_end")}
    frames = {name: getattr(condensed, name) for name in _FRAMES}
    return {**frames, "goods": goods, "windows": {**vars(windows), **months}}


def _take_shared(parcel: Parcel) -> tuple[Any, ...]:
    found: dict[str, Any] = dict(parcel["windows"])
    months: list[Any] = [date.fromisoformat(found.pop(name)) for name in ("baseline_start", "baseline_end")]
    condensed = Condensed(**{name: parcel[name] for name in _FRAMES})
    return condensed, parcel["goods"], Windows(*months, **found)


DAYS = Work(
    name="riskmodel.scoring.days:DAYS",
    title="scoring earlier dates",
    function=_panel,
    describe=lambda dates: f"{dates[0]} to {dates[-1]}",
    give=lambda dates: {"dates": [day.isoformat() for day in dates]},
    take=lambda parcel: ([date.fromisoformat(day) for day in parcel["dates"]],),
    to_parcel=lambda panel: {"panel": panel},
    from_parcel=lambda parcel: parcel["panel"],
    share=_share,
    take_shared=_take_shared,
)
