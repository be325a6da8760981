"""The catalogue is complete, and its page is what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from inspect import signature

import pytest

from features.catalogue import BY_NAME, MODEL_SIGNALS, SIGNALS, Signal, signals_of
from features.trade.measures.countries import measure_named
from features.trade.measures.inputs import MeasureInputs
from tools.signals_page import PAGE, page


def test_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.signals_page --write"


@pytest.mark.parametrize("name", sorted({signal.measured_by for signal in signals_of("trade")}))
def test_every_measure_exists_and_asks_for_what_there_is(name: str) -> None:
    asked = set(signature(measure_named(name)).parameters)
    given = {field.name for field in fields(MeasureInputs)} | set(vars(MeasureInputs))
    # `by` is filled in where a measure is asked once for all dates of a panel.
    assert asked <= given | {"by"}
    assert "by" not in asked or len(asked) == 2


@pytest.mark.parametrize("field", ["label", "unit", "formula", "minimum", "counter", "source", "needs"])
def test_nothing_is_left_unsaid(field: str) -> None:
    read: Callable[[Signal], object] = lambda signal: getattr(signal, field)  # noqa: E731
    assert [signal.name for signal in SIGNALS if not read(signal)] == []


def test_model_stays_small() -> None:
    """Few enough to read: about fifteen signals, and at most six that look at both legs at once."""
    pairs = [name for name in MODEL_SIGNALS if {"inbound", "onward"} <= set(BY_NAME[name].needs)]
    assert 8 <= len(MODEL_SIGNALS) - len(pairs) <= 16
    assert len(pairs) <= 6
