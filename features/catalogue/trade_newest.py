"""Trade of the newest three months: what has just begun."""

from __future__ import annotations

from features.catalogue.signal import Signal

TRADE_NEWEST: tuple[Signal, ...] = (
    Signal(
        "new_lines",
        "trade",
        "more lines of listed trade toward the country than baseline and growth explain, newest three months",
        "ln(1 + lines of 1,000 possible)",
        1,
        "identity",
        ("inbound",),
        "ln(1 + 1000 max(0, n - g*b) / possible), lines: a reporter, a family and a month with US$1,000 or "
        "more; g the larger growth of lines to the controls and of the country's unlisted lines; at most 1.5 "
        "times the new lines of its own imports where it reports them",
        "one reporter with newest and baseline months",
        "many small buyers entered a growing market; small parcels are declared more fully than before",
        "extensive margin of trade; measured on the Eurostat CN8 table",
    ),
    Signal(
        "onward_lines",
        "trade",
        "more lines of listed goods from the country to Russia than before, newest three months",
        "ln(1 + lines of 1,000 possible)",
        1,
        "identity",
        ("onward",),
        "ln(1 + 1000 max(0, n - b) / possible), lines: a family and a month with US$1,000 or more",
        "the country's own newest and baseline months",
        "first sales of own products; small parcels are declared more fully than before",
        "extensive margin of trade",
    ),
    Signal(
        "transit_ratio",
        "trade",
        "the same goods on both legs at the pace of the newest three months, against what the event needs",
        "log ratio",
        1,
        "identity",
        ("inbound", "onward"),
        "ln((T + e) / (max(US$1m, 2*B) + e)), T the sum over families of min(inbound, onward), brought to "
        "six months, B the same of the baseline, e = US$100,000",
        "both legs, one of the newest three months of the country's own",
        "home use and own exports of a family that both happen to be large in these months",
        "the event that the model foresees, as far as it is public",
    ),
)
