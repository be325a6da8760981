"""The judge is great-expectations, in memory, without the network, and a rule it cannot judge is no pass."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from data_contracts.checking.check import validate
from data_contracts.checking.judged_values import Verdicts
from data_contracts.registry import CONTRACTS
from data_contracts.rules import within
from tools.contracts.examples import sound

pytestmark = pytest.mark.xdist_group("contracts")

WITHOUT_NETWORK = """
import socket, sys
def refuse(*args, **kwargs):
    raise AssertionError("a contract touched the network")
socket.socket.connect = refuse
socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
socket.create_connection = refuse
import warnings
warnings.simplefilter("error")
from tools.contracts.examples import SOUND_CONTEXT, sound
from data_contracts.registry import CONTRACTS
from data_contracts.checking.check import preload, validate
assert "great_expectations" not in sys.modules, "contracts must be importable without the judge"
preload().join()
for name, contract in CONTRACTS.items():
    report = validate(contract, sound(name), SOUND_CONTEXT).report
    assert report.passed, name
print("ok")
"""


def test_no_network_and_nothing_written(tmp_path: Path) -> None:
    """Usage statistics off, no project folder: the working and home folders stay empty."""
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NETWORK],
        cwd=home,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout.strip() == "ok", done.stderr
    assert done.stderr == ""
    assert list(home.iterdir()) == []


def test_a_rule_on_an_absent_measure_is_an_error() -> None:
    contract = CONTRACTS["goods"]
    wrong = replace(
        contract, row_rules=(*contract.row_rules, within("new", ("hs6",), "no_such", "x", "y.", least=0))
    )
    with pytest.raises((ValueError, pl.exceptions.ColumnNotFoundError)):
        validate(wrong, sound("goods"))


def test_a_rule_that_cannot_be_judged_is_an_error() -> None:
    """An exception inside great-expectations must not read as a pass."""
    rule = within("text_between", ("hs6",), "hs6", "x", "y.", least=0)
    with pytest.raises(ValueError, match="could not be judged"):
        Verdicts("goods", [rule]).broken(pl.DataFrame({"hs6": ["a", "b"]}))


def test_the_same_expectation_twice_is_an_error() -> None:
    """great-expectations keeps one of two equal expectations, so the other would never be judged."""
    first = within("first", ("n",), "n", "x", "y.", least=0)
    with pytest.raises(ValueError, match="states one expectation twice"):
        Verdicts("numbers", [first, replace(first, name="second")]).broken(pl.DataFrame({"n": [1]}))


def test_great_expectations_decides() -> None:
    """Replace the bound in the suite alone, and the verdict changes: polars measures, it does not judge."""
    contract = CONTRACTS["trade_flows"]
    lax = tuple(
        replace(rule, kwargs={**rule.kwargs, "max_value": -1, "min_value": -2})
        if rule.name == "period_is_not_in_the_future"
        else rule
        for rule in contract.row_rules
    )
    assert validate(contract, sound("trade_flows")).report.passed
    assert not validate(replace(contract, row_rules=lax), sound("trade_flows")).report.passed


def test_a_date_of_the_year_0_is_refused_and_shown() -> None:
    """Readers may hand it on as a typed date, of which Python has no value to show."""
    early = pl.Series("listed_on", [-719_528] * 40, pl.Int32).cast(pl.Date)
    report = validate(CONTRACTS["listings"], sound("listings").with_columns(early)).report
    assert report.rows_accepted == 0
    assert "Date such as '0000-01-01'" in report.critical_failures[0].detail
