"""From consignments to published trade: what reporters show, under which code, and when."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.worlds.networks.draws import stream
from riskmodel.worlds.networks.habits import NetworkHabits
from riskmodel.worlds.networks.shipments import ELSEWHERE, RUSSIA
from riskmodel.worlds.networks.stage import OLD_CODES, NetworkStage

SOURCE = "simulated-networks"
KEY = ("reporter", "partner", "flow", "hs6", "hs_edition", "t")
CODED = ("reporter", "partner", "flow", "hs6", "hs_edition")
WORLD = "WLD"


def published(
    stage: NetworkStage, habits: NetworkHabits, moves: pl.DataFrame, covered: np.ndarray
) -> pl.DataFrame:
    """All vintages of all published rows, `TRADE_FLOWS`, sorted.

    Values are rounded up to whole dollars, so that no part of a cell exceeds the cell. The last vintage of
    a cell is what the reporter's statistics cover; earlier ones miss or add some.
    """
    habit = _by_reporter(habits)
    cover = _by_month(habits, covered, stage)
    sides = pl.concat([*_exports(moves, habit), _imports(stage, moves, habits, habit)])
    sides = sides.filter(pl.col("t") < stage.length).join(cover, on=["reporter", "t"])
    cells = _cells(stage, sides.join(habit, on="reporter"))
    seen = cells.filter((pl.col("partner") != RUSSIA) | (pl.col("t") < pl.col("hides")))
    return _vintages(stage, _with_world(seen, cells))


def declared_in(
    stage: NetworkStage,
    habits: NetworkHabits,
    leaving: pl.DataFrame,
    trade: pl.DataFrame,
    covered: np.ndarray,
) -> pl.DataFrame:
    """`leaving` with `shown` (Int64): whole US$ of it that the published exports to Russia contain."""
    habit, cover = _by_reporter(habits), _by_month(habits, covered, stage)
    coded = leaving.rename({"country": "reporter"}).join(habit, on="reporter")
    coded = _coded(stage, coded).join(cover, on=["reporter", "t"], how="left")
    cells = trade.filter(pl.col("flow") == "X", pl.col("partner") == RUSSIA)
    cells = cells.select("reporter", "hs6", "period", there=pl.lit(True)).unique()
    periods = pl.Series("period", stage.months, dtype=pl.Date)
    found = coded.with_columns(period=periods.gather(coded["t"])).join(
        cells, on=["reporter", "hs6", "period"], how="left", maintain_order="left"
    )
    share = pl.when("there").then(pl.col("covered")).otherwise(0.0).fill_null(0.0)
    return found.select(
        pl.col("reporter").alias("country"),
        "good",
        "period",
        "stop",
        "value",
        shown=(pl.col("declared") * share).floor().cast(pl.Int64),
    )


def _by_reporter(habits: NetworkHabits) -> pl.DataFrame:
    names = ("edition", "revised", "floor", "weighs", "reexports", "world", "hides", "cif", "moved")
    return pl.DataFrame({"reporter": habits.reporters, **{name: getattr(habits, name) for name in names}})


def _by_month(habits: NetworkHabits, covered: np.ndarray, stage: NetworkStage) -> pl.DataFrame:
    """Months that are published: reporter, t, known (days since 1970), covered (part that is recorded)."""
    every = np.ones(habits.known.shape)
    every[stage.reporting : stage.reporting + len(stage.scored)] = covered
    place, t = np.nonzero(habits.known >= 0)
    return pl.DataFrame(
        {
            "reporter": np.array(habits.reporters)[place],
            "t": t,
            "known": habits.known[place, t],
            "covered": every[place, t],
        }
    )


def _exports(moves: pl.DataFrame, habit: pl.DataFrame) -> list[pl.DataFrame]:
    shown = moves.filter(pl.col("shown_x") > 0)
    out = shown.select(
        reporter="origin",
        partner="dest",
        flow=pl.lit("X"),
        code="code_x",
        t="t_x",
        shown=pl.col("value") * pl.col("shown_x"),
        weighed="value",
        foreign="foreign",
    )
    again = habit.filter("reexports").select("reporter")
    return [
        out.drop("foreign"),
        out.filter("foreign")
        .join(again, on="reporter", how="semi")
        .with_columns(flow=pl.lit("RX"))
        .drop("foreign"),
    ]


def _imports(
    stage: NetworkStage, moves: pl.DataFrame, habits: NetworkHabits, habit: pl.DataFrame
) -> pl.DataFrame:
    """Scored countries' (and, before the war, Russia's) imports; some are booked under another partner."""
    rng = stream(stage.seed, "imports")
    seen = moves.filter(pl.col("shown_m") > 0, pl.col("dest") != ELSEWHERE)
    seen = seen.join(
        habit.select(pl.col("reporter").alias("dest"), "cif", "moved"),
        on="dest",
        how="inner",
        maintain_order="left",
    )
    seen = seen.filter(~pl.col("dest").is_in(list(habits.reporters[: stage.reporting])))
    n = seen.height
    other = np.array(stage.exporters)[rng.integers(0, len(stage.exporters), n)]
    coded = np.where(rng.random(n) < 0.015, stage.lookalike[seen["code_m"]], seen["code_m"])
    noise = np.exp(rng.normal(0, 0.04, n))
    return seen.with_columns(other=pl.Series(other), luck=rng.random(n), noise=noise, code=coded).select(
        reporter="dest",
        partner=pl.when((pl.col("luck") < pl.col("moved")) & (pl.col("other") != pl.col("dest")))
        .then("other")
        .otherwise("origin"),
        flow=pl.lit("M"),
        code="code",
        t="t_m",
        shown=pl.col("value") * pl.col("shown_m") * pl.col("cif") * pl.col("noise"),
        weighed="value",
    )


def _coded(stage: NetworkStage, frame: pl.DataFrame) -> pl.DataFrame:
    """Add hs6 and hs_edition: the code as the reporter's edition has it."""
    names = pl.Series(stage.goods, dtype=pl.String)
    old = pl.col("t") < pl.col("edition")
    return frame.with_columns(hs6=names.gather(frame["code"])).with_columns(
        hs6=pl.when(old).then(pl.col("hs6").replace(OLD_CODES)).otherwise("hs6"),
        hs_edition=pl.when(old).then(pl.lit("HS2017")).otherwise(pl.lit("HS2022")),
    )


def _cells(stage: NetworkStage, sides: pl.DataFrame) -> pl.DataFrame:
    """One row per key, in whole dollars and kilograms, with the habits of its reporter."""
    unit = pl.Series(stage.unit_usd).gather(sides["code"])
    coded = _coded(stage, sides).with_columns(
        usd=pl.col("shown") * pl.col("covered"),
        kg=(pl.col("weighed") * pl.col("covered") / unit).clip(0, 1e10).round().cast(pl.Int64),
    )
    # Cents as whole numbers, so that sums do not depend on the order of adding.
    coded = coded.with_columns(_ordered(coded), cents=(pl.col("usd") * 100).ceil().cast(pl.Int64))
    firsts = ("known", "revised", "floor", "weighs", "world", "hides")
    cells = coded.group_by(KEY).agg(pl.col("cents", "kg").sum(), pl.col(firsts).first())
    cells = cells.with_columns(value_usd=(pl.col("cents") + 99) // 100).drop("cents")
    return cells.filter(pl.col("value_usd") >= pl.max_horizontal("floor", 1))


def _ordered(frame: pl.DataFrame) -> list[pl.Expr]:
    """The text columns of the key as ordered categories: they sort as text does, many times faster."""
    return [pl.col(name).cast(pl.Enum(_categories(frame[name]))) for name in CODED]


def _categories(names: pl.Series) -> list[str]:
    return sorted({*names.unique(), WORLD, ELSEWHERE, RUSSIA})


def _with_world(seen: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Add world totals of exports, in the place of partners that are not named or hidden."""
    total = cells.filter("world", pl.col("flow") == "X")
    key = [k for k in KEY if k != "partner"]
    firsts = ("known", "revised", "floor", "weighs", "world", "hides")
    total = total.group_by(key).agg(pl.col("value_usd", "kg").sum(), pl.col(firsts).first())
    total = total.with_columns(partner=pl.lit(WORLD).cast(cells["partner"].dtype), revised=0.0)
    named = seen.filter(pl.col("partner") != ELSEWHERE)
    return pl.concat([named, total.select(cells.columns)]).sort(KEY)


def _vintages(stage: NetworkStage, cells: pl.DataFrame) -> pl.DataFrame:
    rng = stream(stage.seed, "vintages")
    n = cells.height
    again = rng.random(n) < cells["revised"].to_numpy()
    first = np.where(rng.random(n) < 0.8, rng.uniform(0.55, 1.0, n), rng.uniform(1.0, 1.2, n))
    first = np.where(cells["world"].to_numpy(), np.minimum(first, 1.0), first)  # within the world total
    later = rng.integers(45, 420, n)
    weighed = rng.random(n) < cells["weighs"].to_numpy()
    drift = np.exp(rng.normal(0, 0.15, n))
    cells = cells.with_columns(
        period=pl.Series(stage.months, dtype=pl.Date).gather(cells["t"]),
        net_kg=pl.when(pl.Series(weighed)).then((pl.col("kg") * drift).round().cast(pl.Int64)),
        again=again,
        first=first,
        later=later,
        source=pl.lit(SOURCE),
    )
    day = pl.col("known").cast(pl.Int32)
    final = cells.with_columns(
        known_at=(pl.when("again").then(day + pl.col("later").cast(pl.Int32)).otherwise(day)).cast(pl.Date)
    )
    early = cells.filter("again").with_columns(
        known_at=day.cast(pl.Date),
        value_usd=(pl.col("value_usd") * pl.col("first")).ceil().cast(pl.Int64),
    )
    both = pl.concat([final, early.select(final.columns)]).select(list(TRADE_FLOWS))
    both = both.sort("reporter", "partner", "flow", "hs6", "hs_edition", "period", "known_at")
    return both.with_columns(pl.col(name).cast(pl.String) for name in CODED)


def last_vintage(trade: pl.DataFrame, on: date | None = None) -> pl.DataFrame:
    """The newest figure of each cell, of those known on a day (all where no day is given)."""
    known = trade if on is None else trade.filter(pl.col("known_at") <= on)
    key = ["reporter", "partner", "flow", "hs6", "hs_edition", "period"]
    return known.sort(*key, "known_at").unique(key, keep="last", maintain_order=True)
