"""Every command reads the same inputs in the same way: one request, one set of options, one reader."""

from dataclasses import fields
from pathlib import Path

import click
import polars as pl
import pytest

from data_contracts.registry import CONTRACTS
from riskmodel.commands import backtest, mentions, retrain, score, validate
from riskmodel.errors import InputUnreadable, WrongUsage
from riskmodel.sources.batch import Parts, gone_through
from riskmodel.sources.request import InputRequest, open_as, open_input

FIELDS = {field.name for field in fields(InputRequest)} - {"limits"}
CSV = "reporter,partner,flow,hs6,period,value_usd\nDEU,KGZ,X,854231,2022-05,7\n"
FILES = {"trade", "articles", "listings", "goods"}


def options(command: click.Command) -> set[str]:
    return {option.name or "" for option in command.params} & FIELDS


@pytest.mark.parametrize("module", [score, retrain, backtest])
def test_commands_that_take_tables_have_every_option(module) -> None:
    assert options(module.command) == FIELDS


def test_commands_that_take_one_kind_have_the_options_that_say_how_it_is_read() -> None:
    assert options(validate.command) == FIELDS - FILES - {"second_reader"}
    assert options(mentions.command) == {"articles", "published_at", "strict", "second_reader"}


def test_each_kind_of_input_has_a_reader(tmp_path: Path) -> None:
    inputs = ("trade_flows", "articles", "gkg", "listings", "goods")
    assert set(inputs) <= set(CONTRACTS)
    for kind in inputs:
        with pytest.raises(InputUnreadable, match="does not exist"):
            open_as(kind, [tmp_path / "absent.csv"], InputRequest())


def test_only_what_was_given_is_read_and_goods_first() -> None:
    path = Path("x")
    assert list(InputRequest(trade=(path,), goods=path).paths()) == ["goods", "trade"]
    assert InputRequest().paths() == {}


def test_options_reach_the_reader(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "reporter,partner,flow,hs6,period,value_usd\nDEU,KGZ,X,854231,2022-05,7\n"
    )
    request = InputRequest(trade=(tmp_path / "t.csv",), hs_edition="HS2022")
    (trade,) = open_input("trade", request)
    assert pl.concat(trade)["hs_edition"].to_list() == ["HS2022"]
    named = InputRequest(trade=request.trade, trade_format="baci")
    with pytest.raises(InputUnreadable, match="no column for baci"):
        list(open_input("trade", named)[0])


def test_goods_are_one_list(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="one goods list"):
        open_as("goods", [tmp_path, tmp_path], InputRequest())


def test_counts_of_parts_are_not_to_be_had_before_the_last_part(tmp_path: Path) -> None:
    """They would be too low, and no one would see it."""
    (tmp_path / "t.csv").write_text(
        "reporter,partner,flow,hs6,period,value_usd\nDEU,KGZ,X,854231,2022-05,7\n"
    )
    (trade,) = open_input("trade", InputRequest(trade=(tmp_path / "t.csv",), hs_edition="HS2022"))
    assert isinstance(trade, Parts)
    for name in ("files", "rows_read", "dropped", "ignored_columns"):
        with pytest.raises(RuntimeError, match="only after the last part"):
            getattr(trade, name)
    frames = iter(trade)
    next(frames)
    with pytest.raises(RuntimeError):
        _ = trade.dropped
    assert list(frames) == []
    assert (trade.rows_read, dict(trade.dropped)) == (1, {})
    assert gone_through(trade).rows_read == 1, "a second time through counts the same"
