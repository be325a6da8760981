"""A signal is an entry of the catalogue and a function: with these two it reaches all that reads signals."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
COPIED = ("data_contracts", "features", "riskmodel", "tools", "tests/report", "tests/features/equivalence")
ENTRY = """
[[signal]]
name = "families_seen"
group = "trade"
label = "product families with trade on either leg"
unit = "families"
direction = 1
transform = "identity"
needs = ["inbound"]
formula = "families with a row"
minimum = "one row"
counter = "a signal made for a test"
source = "this test"
measured_by = "seen.families_seen"
least = 0
zero_without_row = true
says = "trade in {value} families"
in_model = false
"""
FUNCTION = '''
import polars as pl


def families_seen(families: pl.DataFrame) -> pl.DataFrame:
    """country, families_seen (Float64)."""
    return families.group_by("country").agg(pl.len().cast(pl.Float64).alias("families_seen"))
'''
TEST = """
from datetime import date

import polars as pl
from data_contracts.checking.check import validate
from data_contracts.contract import Context
from data_contracts.signals.contract import CONTRACT
from features.panel import build_panel
from features.trade.flows.windows import Windows
from features.trade.signals import trade_signals
from riskmodel.explain.wording import say
from riskmodel.report.html import render_report
from tools.signals_page import page
from trade_tables import goods, long_table

DAY = date(2023, 3, 31)


def panel():
    signals = trade_signals(long_table(3), goods(), Windows(date(2020, 1, 1), date(2021, 12, 1)), DAY)
    return build_panel(DAY, signals.countries, None, None)


def test_panel():
    assert panel()["families_seen"].max() > 0


def test_contract():
    context = Context(as_of=DAY, today=DAY)
    assert validate(CONTRACT, panel(), context).report.passed
    below = panel().with_columns(families_seen=pl.lit(-1.0))
    failed = {r.rule for r in validate(CONTRACT, below, context).report.results if not r.passed}
    assert "families_seen_is_not_negative" in failed


def test_page_and_words():
    assert "### families_seen" in page()
    assert say("families_seen", 3) == "trade in 3.00 families"


def test_report(make_report):
    assert "product families with trade on either leg" in render_report(make_report())
"""


def test_an_entry_and_a_function_reach_panel_contract_page_words_and_report(tmp_path: Path) -> None:
    for folder in COPIED:
        ignored = shutil.ignore_patterns("__pycache__", "test_*.py", "golden*.json", "articles.txt")
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=ignored)
    for name in ("pyproject.toml", "tests/conftest.py", "tests/made_manifest.py", "tests/model_fixtures.py"):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    with (tmp_path / "data_contracts" / "signals" / "catalogue.toml").open("a", encoding="utf-8") as file:
        file.write(ENTRY)
    (tmp_path / "features" / "trade" / "measures" / "seen.py").write_text(FUNCTION, encoding="utf-8")
    added = tmp_path / "tests" / "report" / "test_added.py"
    added.write_text(TEST, encoding="utf-8")
    paths = [str(tmp_path), str(tmp_path / "tests" / "features" / "equivalence")]
    path = f"import sys; sys.path[:0] = {paths!r}; "
    words = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(added)]
    command = [sys.executable, "-c", f"{path}import pytest; raise SystemExit(pytest.main({words!r}))"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-3000:]
