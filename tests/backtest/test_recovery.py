"""`riskmodel backtest --inject`: what would have been found in a user's own table, how soon, what alarms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from own_tables import CODES, OPENED, OTHERS, own_trade

from data_contracts.months import end_of_month
from features.reference.facts import priority_list
from features.trade.flows.windows import Windows
from riskmodel.backtest.recovery import (
    AMOUNTS,
    MONTHS_AFTER,
    OwnTable,
    floor_of,
    recover,
    wilson,
)
from riskmodel.backtest.recovery_results import BandFound, RecoveryLine
from riskmodel.backtest.recovery_words import recovery_chart, recovery_lines
from riskmodel.backtest.results import Backtest
from riskmodel.model.estimator import Model, fit_heads
from riskmodel.publication.typed_json import from_json
from riskmodel.registry.champion import promote, save

Run = Callable[[Sequence[object]], Any]
AS_OF = date(2023, 11, 30)
ELEVATED, HIGH = np.log(1.6), np.log(3.0)


class Growth(Model):
    """A model that is easy to reckon with: high above three times the baseline on the way in."""

    def predict(self, panel: pl.DataFrame) -> pl.DataFrame:
        surge = pl.col("inbound_surge")
        risk = pl.when(surge > HIGH).then(0.9).when(surge > ELEVATED).then(0.3).otherwise(0.01)
        return panel.select("country", risk.alias("risk"))


@pytest.fixture(scope="module")
def quiet_table() -> pl.DataFrame:
    """The table without its routes: no route opens."""
    opened = pl.col("reporter").is_in(list(OPENED)) | pl.col("partner").is_in(list(OPENED))
    return own_trade().filter(~opened)


def table(trade: pl.DataFrame) -> OwnTable:
    return OwnTable(trade, priority_list(), Windows(date(2020, 1, 1), date(2021, 12, 1)), AS_OF)


def test_large_plantings_are_found_small_ones_not_and_all_is_repeatable(
    quiet_table: pl.DataFrame,
) -> None:
    said: list[str] = []
    found = recover(table(quiet_table), Growth("m", {}), 10, 7, said.append)
    assert re.search(r"10 times .* 4 dates: about \d+ (seconds|minutes)", said[0]), "the time is said before"
    assert found.plantings == 10 and [line.amount_usd for line in found.lines] == list(AMOUNTS)
    assert found.first_month == date(2022, 12, 1) and found.as_of[0] == date(2023, 2, 28)
    assert found.as_of[-1] == AS_OF and len(found.as_of) == len(MONTHS_AFTER)
    by_amount = {line.amount_usd: line for line in found.lines}
    assert by_amount[1_000_000].high.share == 0.0
    assert by_amount[100_000_000].high.share == 1.0
    assert found.floor_high_usd is not None and found.floor_high_usd > 1_000_000
    assert found.floor_elevated_usd is not None and found.floor_elevated_usd <= found.floor_high_usd
    assert by_amount[100_000_000].elevated.first_months == 6.0, (
        "the first three months were not published yet"
    )
    assert [(one.elevated, one.high) for one in found.untouched] == [(0, 0)] * 4
    assert all(one.scored == len(OTHERS) for one in found.untouched)
    assert recover(table(quiet_table), Growth("m", {}), 10, 7, said.append) == found
    assert recover(table(quiet_table), Growth("m", {}), 10, 8, said.append).as_of == found.as_of


def test_a_country_that_alarms_without_planting_is_an_alarm_and_no_find() -> None:
    found = recover(table(own_trade()), Growth("m", {}), 5, 3, lambda words: None)
    assert found.untouched[-1].high == len(OPENED), "six routes open in this table"
    assert sum(line.high.already for line in found.lines) > 0
    for line in found.lines:
        assert line.high.planted + line.high.already == 1
        assert (line.high.share is None) == (line.high.planted == 0)


def band(share: float | None, planted: int = 8) -> BandFound:
    return BandFound(planted if share is not None else 0, 0, share, None, None, {})


def test_the_floor_is_where_every_larger_size_is_found_too() -> None:
    sizes = [(1, 0.9), (3, 0.5), (10, 0.8), (30, None), (100, 1.0)]
    assert floor_of([(amount, band(share)) for amount, share in sizes]) == 10
    assert floor_of([(1, band(0.9)), (3, band(0.1))]) is None
    assert floor_of([]) is None


def test_an_interval_of_a_share_holds_it_and_narrows() -> None:
    for share in (0.0, 0.25, 1.0):
        low, high = wilson(share, 8)
        assert 0 <= low <= share <= high <= 1
        assert wilson(share, 80)[1] - wilson(share, 80)[0] < high - low


def test_the_chart_draws_what_was_judged_and_nothing_else() -> None:
    lines = [
        RecoveryLine(1_000_000, band(0.0), band(None)),
        RecoveryLine(3_000_000, band(1.0), band(0.5)),
    ]
    chart = str(recovery_chart(lines))
    assert chart.count("<circle") == 3 and chart.count("<polyline") == 2
    assert "US$1.0m" in chart and ">high<" in chart and "nan" not in chart.lower()
    assert recovery_chart([RecoveryLine(1, band(None), band(None))]) == ""


def test_the_command_leaves_json_and_page(
    run: Run, quiet_table: pl.DataFrame, draw_panel: Callable[..., pl.DataFrame], tmp_path: Path
) -> None:
    panel = draw_panel(40, 2, seed=1)
    heads = fit_heads(panel, panel["target"].to_numpy(), panel["block"].to_numpy(), n_draws=2, wanted=[])
    models = tmp_path / "models"
    manifest = {"target": "transit", "rows": 80, "events": 16}
    promote(save(heads, manifest, "# {model_id}\n", {}, models), models)
    quiet_table.write_csv(tmp_path / "trade.csv")
    words = ["--trade", tmp_path / "trade.csv", "--models", models, "--baseline", "2020-01:2021-12"]
    out = tmp_path / "out"
    ended = run(["backtest", "--inject", 2, *words, "--as-of", AS_OF, "--seed", 4, "--out", out])
    assert ended.code == 0, ended.err
    assert "about" in ended.out and "Alarms without any planting" in ended.out
    text = (out / "backtest.json").read_text()
    found = from_json(Backtest, text)
    assert found.recovery is not None and found.recovery.draws == 2 and not found.simulated
    page = (out / "backtest.html").read_text()
    assert 'aria-label="Recovery: ' in page and "simulated diversions" in page
    for sentence in recovery_lines(found.recovery):
        assert sentence in page
    again = run(["backtest", "--inject", 2, *words, "--as-of", AS_OF, "--seed", 4, "--out", out, "--quiet"])
    assert again.code == 0 and (out / "backtest.json").read_text() == text
    assert json.loads(text)["recovery"]["first_month"] == "2022-12-01"

    early = run(["backtest", "--inject", 2, *words, "--as-of", end_of_month(date(2019, 5, 1)), "--out", out])
    assert early.code == 2 and "give another --as-of" in early.err and len(early.err) < 420


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--inject", "2"), "give --trade"),
        (("--inject", "0", "--trade", "t.csv"), "--inject"),
        (("--as-of", "2023-01-31"), "for --inject"),
        (("--inject", "2", "--target", "listing", "--listings", "l.csv"), "no other --target"),
    ],
)
def test_a_wrong_word_is_one_sentence(words: tuple[str, ...], said: str, run: Run, tmp_path: Path) -> None:
    ended = run(["backtest", *words, "--out", tmp_path / "out"])
    assert ended.code == 2 and said in ended.err


def test_codes_of_the_table_are_on_the_list() -> None:
    assert set(CODES) <= set(priority_list()["hs6"])
