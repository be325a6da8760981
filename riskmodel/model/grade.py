"""The data grade: how much of what a score needs was reported, and when to abstain."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from features.listing_panel import is_listing_panel

GRADES = "ABCD"
AGED_MONTHS = 6


@dataclass(frozen=True)
class Shortfall:
    """One thing that was missing: a condition on the panel, what it costs, and the words for it."""

    when: pl.Expr
    steps: int
    words: str


SHORTFALLS: tuple[Shortfall, ...] = (
    Shortfall(
        pl.col("onward_surge").is_null(),
        1,
        "the country's own exports to Russia were not reported: nothing shows listed goods leaving",
    ),
    Shortfall(
        pl.col("onward_surge").is_not_null()
        & ((pl.col("onward_coverage") < 0.5) | (pl.col("onward_age_months") > AGED_MONTHS)),
        1,
        "the country's exports to Russia were reported for few or for old months only",
    ),
    Shortfall(
        pl.col("inbound_coverage") < 0.8,
        1,
        "part of the coalition's reports for the recent window is missing",
    ),
    Shortfall(pl.col("inbound_coverage") < 0.4, 1, "most of the coalition's reports are missing"),
    Shortfall(
        pl.col("inbound_age_months") > AGED_MONTHS,
        1,
        f"the newest coalition reports are more than {AGED_MONTHS} months old",
    ),
    Shortfall(
        pl.col("direct_coverage") == 0,
        1,
        "the coalition's own exports to Russia are not in the table, so no displacement can be seen",
    ),
    Shortfall(
        pl.col("counterfactual") == "none",
        1,
        "the table has no control countries, so growth of world trade is not taken out",
    ),
)


def with_grade(panel: pl.DataFrame) -> pl.DataFrame:
    """Grades of a panel: as_of, country, grade (A to D, null when abstained), abstained, shortfalls.

    Each shortfall costs its steps; four steps or an unknown inbound leg mean abstention. `shortfalls` is
    a JSON list of the words of all that was missing. A missing report moves the grade, never the risk.
    A panel of the target `listing` (`features.listing_panel`) has shortfalls of its own and never abstains.
    """
    if is_listing_panel(panel):
        return _listing_grade(panel)
    missing = [(item, item.when.fill_null(False)) for item in SHORTFALLS]
    steps = pl.sum_horizontal([when.cast(pl.Int64) * item.steps for item, when in missing])
    no_trade = pl.col("inbound_surge").is_null()
    words = panel.select(pl.concat_list([pl.when(when).then(pl.lit(item.words)) for item, when in missing]))
    reasons = [[word for word in row if word is not None] for row in words.to_series().to_list()]
    unknown = panel.select(no_trade).to_series().to_list()
    shown = [
        ["the coalition's exports to the country are unknown"] if blank else row
        for row, blank in zip(reasons, unknown, strict=True)
    ]
    abstained = no_trade | (steps >= len(GRADES))
    grade = steps.clip(0, len(GRADES) - 1).replace_strict(dict(enumerate(GRADES)), return_dtype=pl.String)
    return panel.select(
        "as_of",
        "country",
        pl.when(~abstained).then(grade).alias("grade"),
        abstained.alias("abstained"),
        pl.Series("shortfalls", [json.dumps(row, ensure_ascii=False) for row in shown], dtype=pl.String),
    )


LISTING_SHORTFALLS: tuple[Shortfall, ...] = (
    Shortfall(pl.col("listing_rounds").is_null(), 2, "no listings were given"),
    Shortfall(
        pl.col("officials_pressure").is_null(), 1, "no articles were given: pressure of officials is not seen"
    ),
    Shortfall(
        pl.col("inbound_surge").is_null(),
        1,
        "no trade of the country with the coalition is known: the score rests on listings and articles",
    ),
)


def _listing_grade(panel: pl.DataFrame) -> pl.DataFrame:
    missing = [(item, item.when.fill_null(False)) for item in LISTING_SHORTFALLS]
    steps = pl.sum_horizontal([when.cast(pl.Int64) * item.steps for item, when in missing])
    words = panel.select(pl.concat_list([pl.when(when).then(pl.lit(item.words)) for item, when in missing]))
    said = [[word for word in row if word is not None] for row in words.to_series().to_list()]
    grade = steps.clip(0, len(GRADES) - 1).replace_strict(dict(enumerate(GRADES)), return_dtype=pl.String)
    return panel.select(
        "as_of",
        "country",
        grade.alias("grade"),
        pl.lit(False).alias("abstained"),
        pl.Series("shortfalls", [json.dumps(row, ensure_ascii=False) for row in said], dtype=pl.String),
    )
