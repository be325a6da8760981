"""From a goods list to families that stay comparable across HS editions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from features.reference.facts import hs_edition, hs_families

# Weight of a tier in tenths: integers, so that weighted dollars stay exact.
TIER_WEIGHT_TENTHS = {"1": 10, "2": 9, "3.A": 8, "3.B": 7, "4.A": 6, "4.B": 6}
OTHER_TIER_WEIGHT_TENTHS = 10


@dataclass(frozen=True)
class GoodsList:
    """The goods list in force.

    Attributes
    ----------
    frame: hs6, family, tier, weight_tenths (Int64), hs_break (Boolean), listed (Boolean: False for a code
        that is not listed but needed to compare its family across editions); one row per hs6.
    n_codes: listed codes in force. hindsight: the list is younger than as_of. dated: the list has dates.
    """

    frame: pl.DataFrame
    n_codes: int
    hindsight: bool
    dated: bool


class HindsightError(ValueError):
    """The goods list was not yet in force on the as_of date."""


def goods_in_force(
    goods: pl.DataFrame, as_of: date, *, first_month: date, allow_hindsight: bool = False
) -> GoodsList:
    """Codes in force on `as_of`, with their families.

    Parameters
    ----------
    goods: canonical goods columns. Null dates mean always valid.
    first_month: the earliest month compared; families bridge every HS edition from then on.
    allow_hindsight: use codes that came into force after `as_of`, and say so in the result.

    Raises
    ------
    HindsightError: no code was in force on `as_of` and hindsight is not allowed.
    """
    started = pl.col("valid_from").is_null() | (pl.col("valid_from") <= as_of)
    alive = pl.col("valid_to").is_null() | (pl.col("valid_to") >= as_of)
    in_force = goods.filter(alive & (started | pl.lit(allow_hindsight)))
    if in_force.is_empty():
        first = goods["valid_from"].min()
        raise HindsightError(
            f"No code of the goods list was in force on {as_of}: it starts on {first!s}. Score a later date, "
            "give another list with --goods, or allow a later list with --allow-hindsight (the manifest "
            "will say so)."
        )
    hindsight = in_force.filter(~started).height > 0
    listed = in_force.select("hs6", "tier", pl.col("family").fill_null(pl.col("hs6"))).unique(
        "hs6", keep="first", maintain_order=True
    )
    return GoodsList(
        frame=_with_siblings(listed, hs_families(hs_edition(first_month))),
        n_codes=listed.height,
        hindsight=hindsight,
        dated=goods["valid_from"].null_count() < goods.height,
    )


def changes_of_list(goods: pl.DataFrame) -> list[int]:
    """Days (ordinals) from which another set of codes may be in force than on the day before, sorted."""
    first = {day.toordinal() for day in goods["valid_from"].drop_nulls()}
    return sorted(first | {day.toordinal() + 1 for day in goods["valid_to"].drop_nulls()})


def _with_siblings(listed: pl.DataFrame, editions: pl.DataFrame) -> pl.DataFrame:
    # The list's own family wins unless the code changed between editions.
    changed = editions.rename({"family": "stable"})
    own = listed.join(changed, on="hs6", how="left").with_columns(
        pl.col("stable").fill_null(pl.col("family")).alias("family"),
        pl.col("hs_break").fill_null(False),
        pl.lit(True).alias("listed"),
    )
    tiers = own.group_by("stable").agg(pl.col("tier").min(), pl.col("hs_break").first())
    siblings = (
        changed.drop("hs_break")
        .join(tiers.drop_nulls("stable").rename({"stable": "family"}), left_on="stable", right_on="family")
        .join(own.select("hs6"), on="hs6", how="anti")
        .filter(~pl.col("hs_break"))
        .with_columns(pl.col("stable").alias("family"), pl.lit(False).alias("listed"))
    )
    columns = ["hs6", "family", "tier", "hs_break", "listed"]
    weight = pl.col("tier").replace_strict(
        TIER_WEIGHT_TENTHS, default=OTHER_TIER_WEIGHT_TENTHS, return_dtype=pl.Int64
    )
    both = pl.concat([own.select(columns), siblings.select(columns)])
    return both.with_columns(weight.alias("weight_tenths")).sort("hs6")
