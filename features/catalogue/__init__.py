"""The one list of signals: what each means, its unit and direction, and what it needs.

The model, the report and the documentation read this list; nothing else repeats it.
"""

from __future__ import annotations

from features.catalogue.articles import ARTICLES
from features.catalogue.listings import LISTINGS
from features.catalogue.signal import Signal
from features.catalogue.trade_evidence import TRADE_EVIDENCE
from features.catalogue.trade_newest import TRADE_NEWEST
from features.catalogue.trade_windows import TRADE_WINDOWS

SIGNALS: tuple[Signal, ...] = (*TRADE_WINDOWS, *TRADE_NEWEST, *TRADE_EVIDENCE, *ARTICLES, *LISTINGS)
BY_NAME: dict[str, Signal] = {signal.name: signal for signal in SIGNALS}
MODEL_SIGNALS: tuple[str, ...] = tuple(signal.name for signal in SIGNALS if signal.in_model)
