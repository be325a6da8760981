"""What became of each accepted trade row: used, or left out under one named reason."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.reference.facts import coalition
from features.trade.cells import with_leg
from features.trade.families import GoodsList
from features.trade.vintages import known_on, with_publication_day


def account(flows: pl.DataFrame, goods: GoodsList, broken: tuple[str, ...], as_of: date) -> dict[str, int]:
    """Count rows by fate; the counts add up to `flows.height`.

    Keys: `not_known_at_as_of`, `older_vintage`, `not_an_export` (imports, re-exports), `not_on_a_leg`,
    `not_on_goods_list`, `hs_edition_break`, `used`.
    """
    dated = with_publication_day(flows.lazy())
    early = dated.filter(pl.col("known_at") <= as_of)
    latest = known_on(dated, as_of)
    exports = latest.filter(pl.col("flow") == "X")
    on_leg = with_leg(latest, coalition(as_of))
    listed = on_leg.filter(pl.col("hs6").is_in(goods.frame["hs6"].to_list()))
    comparable = listed.filter(~pl.col("hs6").is_in(list(broken)))
    stages = [dated, early, latest, exports, on_leg, listed, comparable]
    left = [int(frame.item()) for frame in pl.collect_all([stage.select(pl.len()) for stage in stages])]
    reasons = (
        "not_known_at_as_of",
        "older_vintage",
        "not_an_export",
        "not_on_a_leg",
        "not_on_goods_list",
        "hs_edition_break",
    )
    lost = {reason: left[i] - left[i + 1] for i, reason in enumerate(reasons)}
    return {**{reason: count for reason, count in lost.items() if count}, "used": left[-1]}
