"""`riskmodel backtest --inject`: the user's table in, a backtest with a recovery curve out."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.reference.facts import priority_list
from features.trade.flows.vintages import documented_day
from features.trade.flows.windows import Windows
from riskmodel.backtest.recovery import OwnTable, Tell, recover
from riskmodel.backtest.results import Backtest, Evaluation, SliceResult
from riskmodel.errors import WrongUsage
from riskmodel.model.estimator import Model
from riskmodel.model.listing import ListingModel
from riskmodel.sources.checked import refuse_failures, take_in
from riskmodel.sources.request import InputRequest, open_input

PROTOCOL = (
    "Diversion of known size planted {draws} times in the user's own table, in countries, goods and lines "
    "drawn at random (seed {seed}), scored by model {model}, frozen. Planted dollars are simulated; that a "
    "country was drawn says nothing about it."
)


def on_planted(
    model: Model,
    inputs: InputRequest,
    windows: Windows,
    *,
    draws: int,
    seed: int,
    as_of: date | None,
    today: date,
    tell: Tell,
) -> Backtest:
    """Plant diversion `draws` times in the tables of `inputs.trade`, and say what a score finds.

    `as_of`: day of the last score; None is the day when the newest month of the table was public. The whole
    table is held in memory. Raises ContractFailed, InputUnreadable, WrongUsage.
    """
    if isinstance(model, ListingModel):
        raise WrongUsage(
            f"Model {model.model_id} is of target listing, and diversion is planted in trade: give --model "
            "with one of target transit."
        )
    table = _read(inputs, windows, as_of, today)
    found = recover(table, model, draws, seed, tell)
    return Backtest(
        protocol=PROTOCOL.format(draws=draws, seed=seed, model=model.model_id),
        simulated=False,
        method="model",
        dropped={},
        evaluation=Evaluation({"all": SliceResult(0, 0)}),
        curves={},
        timelines=(),
        model_id=model.model_id,
        recovery=found,
    )


def _read(inputs: InputRequest, windows: Windows, as_of: date | None, today: date) -> OwnTable:
    asked = [name for name in inputs.paths() if name in {"goods", "trade"}]
    opened = (table for name in asked for table in open_input(name, inputs))
    intakes = {table.kind: take_in(table, today) for table in opened}
    refuse_failures(list(intakes.values()))
    trade = intakes["trade_flows"].accepted
    goods = intakes["goods"].accepted if "goods" in intakes else priority_list()
    day = as_of or min(_newest_public(trade), today)
    return OwnTable(trade, goods, windows, day)


def _newest_public(trade: pl.DataFrame) -> date:
    """The day on which the newest month was public, of most reporters; a day without any is refused."""
    newest = trade.filter(pl.col("period") == pl.col("period").max())
    days = newest.select(pl.col("known_at").fill_null(documented_day()).alias("day"))["day"].sort()
    if days.is_empty():
        raise WrongUsage("The trade table has no row; give one with trade in it.")
    middle = days[len(days) // 2]
    assert isinstance(middle, date)
    return middle
