"""The catalogue is complete, and its page is what it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from features.catalogue import MODEL_SIGNALS, SIGNALS
from features.catalogue.signal import Signal
from features.trade.measures.countries import CORE, FURTHER, NEEDS
from tools.signals_page import PAGE, page


def test_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.signals_page --write"


def test_every_trade_signal_is_in_the_catalogue_in_order_with_its_legs() -> None:
    trade = [signal for signal in SIGNALS if signal.group == "trade"]
    assert [signal.name for signal in trade] == [*CORE, *FURTHER]
    assert {signal.name: signal.needs for signal in trade} == NEEDS


@pytest.mark.parametrize("field", ["label", "unit", "formula", "minimum", "counter", "source", "needs"])
def test_nothing_is_left_unsaid(field: str) -> None:
    read: Callable[[Signal], object] = lambda signal: getattr(signal, field)  # noqa: E731
    assert [signal.name for signal in SIGNALS if not read(signal)] == []


def test_model_stays_small() -> None:
    assert 8 <= len(MODEL_SIGNALS) <= 15
