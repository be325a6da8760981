"""How the trade of a world is published: who reports what, when, under which codes, and what is revised.

Members publish exports with the lag that their office is known for and hardly ever stop. Of the scored
countries some publish exports, some imports, some re-exports; some late, some with months left out, some
stop, some start late, the rest never. A country's imports show what members sent, 5 to 10 per cent higher
for freight (Miao and Fortanier 2017, Estimating transport and insurance costs of international trade), with
noise, a month later in some cases, and for some countries less of it (Fisman and Wei 2004, Tax rates and
tax evasion; Carrere and Grigoriou 2014, Can mirror data help to capture informal international trade?).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import DEFAULT_LAG_DAYS, RUSSIA, reporter_lags
from riskmodel.worlds.planting.codes import declared_codes
from riskmodel.worlds.planting.months import dated, month_number
from riskmodel.worlds.planting.view import stream
from riskmodel.worlds.resampled.cast import ResampledCast
from riskmodel.worlds.resampled.params import Params

SOURCE = "simulated_resampled"
NEW_EDITION = month_number(date(2022, 1, 1))
LEAST_KG = 1


@dataclass(frozen=True)
class ResampledHabits:
    """How each reporter publishes; one row each.

    reporter, exports, imports, re_exports (Boolean), lag_days, adopts (month number of the new edition),
    weights (Boolean), cif (imports only), seen (part of arrivals that imports show).
    `published`: reporters by months, whether the month is ever published.
    """

    table: pl.DataFrame
    published: npt.NDArray[np.bool_]


def draw_habits(seed: int, params: Params, cast: ResampledCast) -> ResampledHabits:
    """Habits of members, then of countries, in the order of the cast."""
    rng = stream(seed, "resampled", "habits")
    m, n = len(cast.members), len(cast.countries)
    known = dict(reporter_lags().iter_rows())
    lags = [known.get(member, DEFAULT_LAG_DAYS) for member in cast.members]
    late = rng.random(n) < params.late
    own = np.where(late, rng.integers(120, 300, n), rng.integers(30, 110, n))
    exports = rng.random(n) < params.exports
    starter = np.array([role == "late_starter" for role in cast.roles])
    exports |= starter
    adopts = NEW_EDITION + np.where(rng.random(m + n) < 0.15, rng.integers(2, 13, m + n), 0)
    table = pl.DataFrame(
        {
            "reporter": [*cast.members, *cast.countries],
            "exports": [*([True] * m), *exports.tolist()],
            "imports": [*([False] * m), *(rng.random(n) < params.imports).tolist()],
            "re_exports": [*([False] * m), *(exports & (rng.random(n) < params.re_exports)).tolist()],
            "lag_days": np.concatenate([np.array(lags), own]).astype(np.int64),
            "adopts": adopts.astype(np.int32),
            "weights": rng.random(m + n) < params.weights,
            "cif": rng.uniform(1.05, 1.10, m + n),
            "seen": np.where(rng.random(m + n) < 0.2, rng.uniform(0.4, 0.95, m + n), 1.0),
        }
    )
    return ResampledHabits(table, _published(rng, params, m, n, starter))


def _published(
    rng: np.random.Generator, params: Params, m: int, n: int, starter: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    months = np.arange(params.months)[None, :]
    stop = np.full(m + n, params.months)
    stopping = rng.random(m + n) < np.concatenate([np.full(m, 0.04), np.full(n, params.stopping)])
    stop = np.where(stopping, rng.integers(params.months // 2, params.months, m + n), stop)
    start = np.zeros(m + n, dtype=np.int64)
    begin = NEW_EDITION - params.first + rng.integers(0, 22, m + n)
    starts = np.concatenate([np.zeros(m, dtype=bool), starter | (rng.random(n) < 0.03)])
    start = np.where(starts, begin, start)
    gaps = np.where(rng.random(m + n) < params.sparse, rng.uniform(0.2, 0.6, m + n), 0.01)
    gaps[:m] = 0.0
    kept = rng.random((m + n, params.months)) >= gaps[:, None]
    return kept & (months < stop[:, None]) & (months >= start[:, None])


def published_rows(
    table: pl.DataFrame, habits: ResampledHabits, seed: int, params: Params, cast: ResampledCast
) -> pl.DataFrame:
    """`TRADE_FLOWS` of the legal trade: every vintage, sorted."""
    rng = stream(seed, "resampled", "publishing")
    kg_per_usd = np.exp(rng.normal(np.log(0.02), 1.2, len(cast.goods)))
    table = table.with_columns(_kilograms(rng, table, kg_per_usd))
    rows = pl.concat([_exports(table, cast), _imports(rng, table, habits, cast, params)])
    rows = _under_codes(_kept(rows, habits, params), habits, params, cast)
    return _vintages(rows, habits, seed, params)


def _kilograms(rng: np.random.Generator, table: pl.DataFrame, per_usd: npt.NDArray[np.float64]) -> pl.Series:
    quantity = table["value"].to_numpy() / table["price"].to_numpy()
    noise = np.exp(0.25 * rng.standard_normal(table.height))
    return pl.Series("kg", quantity * per_usd[table["good"].to_numpy()] * noise)


def _named(column: str, names: tuple[str, ...]) -> pl.Expr:
    return pl.col(column).replace_strict(range(len(names)), names, default=None, return_dtype=pl.String)


def _exports(table: pl.DataFrame, cast: ResampledCast) -> pl.DataFrame:
    """Exports of members and of scored countries; the latter's world total holds Russia and all others."""
    member, country = _named("member", cast.members), _named("country", cast.countries)
    of_members = table.filter(pl.col("leg").is_in(["inbound", "direct"])).select(
        member.alias("reporter"), country.fill_null(RUSSIA).alias("partner"), "good", "month", "value", "kg"
    )
    own = table.filter(pl.col("leg").is_in(["onward", "other"]))
    to_russia = own.filter(pl.col("leg") == "onward").select(
        country.alias("reporter"), pl.lit(RUSSIA).alias("partner"), "good", "month", "value", "kg"
    )
    world = own.select(
        country.alias("reporter"), pl.lit("WLD").alias("partner"), "good", "month", "value", "kg"
    )
    return pl.concat([of_members, to_russia, world]).with_columns(pl.lit("X").alias("flow"))


def _imports(
    rng: np.random.Generator,
    table: pl.DataFrame,
    habits: ResampledHabits,
    cast: ResampledCast,
    params: Params,
) -> pl.DataFrame:
    """What scored countries' own statistics show of members' sales."""
    inbound = table.filter(pl.col("leg") == "inbound")
    draws = inbound.with_columns(
        pl.Series("noise", np.exp(0.15 * rng.standard_normal(inbound.height))),
        pl.Series("later", (rng.random(inbound.height) < 0.15).astype(np.int16)),
        pl.Series("lost", rng.random(inbound.height) < 0.05),
    )
    return (
        draws.filter(~pl.col("lost"))
        .select(
            _named("country", cast.countries).alias("reporter"),
            _named("member", cast.members).alias("partner"),
            "good",
            (pl.col("month") + pl.col("later")).cast(pl.Int16).alias("month"),
            "value",
            "kg",
            "noise",
        )
        .filter(pl.col("month") < params.months)
        .join(habits.table.filter("imports").select("reporter", "cif", "seen"), on="reporter")
        .select(
            *("reporter", "partner", "good", "month"),
            (pl.col("value") * pl.col("noise") * pl.col("cif") * pl.col("seen")).alias("value"),
            (pl.col("kg") * pl.col("seen")).alias("kg"),
            pl.lit("M").alias("flow"),
        )
    )


def _kept(rows: pl.DataFrame, habits: ResampledHabits, params: Params) -> pl.DataFrame:
    """Only months that the reporter publishes."""
    who, month = np.nonzero(habits.published)
    reporters = habits.table["reporter"].to_numpy()
    calendar = pl.DataFrame({"reporter": reporters[who], "month": month.astype(np.int16)})
    exporters = habits.table.filter("exports")["reporter"]
    published = (pl.col("flow") == "M") | pl.col("reporter").is_in(exporters.implode())
    return rows.filter(published).join(calendar, on=["reporter", "month"], how="semi")


def _under_codes(
    rows: pl.DataFrame, habits: ResampledHabits, params: Params, cast: ResampledCast
) -> pl.DataFrame:
    """Under the codes of the edition that the reporter uses in the month, in whole dollars and kilograms."""
    codes = declared_codes(cast.goods, ("HS2017", "HS2022"))
    places = pl.DataFrame({"hs6": cast.goods, "good": np.arange(len(cast.goods), dtype=np.int16)})
    number = pl.col("month").cast(pl.Int32) + params.first
    whole = [pl.col(name).round().cast(pl.Int64) for name in ("value", "kg")]
    key = ["reporter", "partner", "flow", "hs6", "hs_edition", "number"]
    return (
        rows.join(habits.table.select("reporter", "adopts", "weights"), on="reporter")
        .with_columns(*whole, number.alias("number"))
        .with_columns(
            pl.when(pl.col("number") >= pl.col("adopts"))
            .then(pl.lit("HS2022"))
            .otherwise(pl.lit("HS2017"))
            .alias("hs_edition")
        )
        .join(
            codes.join(places, on="hs6").select("good", "hs_edition", "declared"), on=["good", "hs_edition"]
        )
        .rename({"declared": "hs6"})
        .group_by(key)
        .agg(pl.col("value").sum(), pl.col("kg").sum().clip(LEAST_KG), pl.col("weights").first())
        .filter(pl.col("value") > 0)
        .sort(key)
    )


def _vintages(rows: pl.DataFrame, habits: ResampledHabits, seed: int, params: Params) -> pl.DataFrame:
    """First publication of each figure, and for some a revised one, mostly upward."""
    rng = stream(seed, "resampled", "vintages")
    jitter = rng.integers(0, 12, habits.published.shape)
    who, month = np.nonzero(habits.published)
    days = pl.DataFrame(
        {
            "reporter": habits.table["reporter"].to_numpy()[who],
            "number": (month + params.first).astype(np.int32),
            "late": (habits.table["lag_days"].to_numpy()[who] + jitter[who, month]).astype(np.int64),
        }
    )
    first = rows.join(days, on=["reporter", "number"], maintain_order="left").with_columns(
        dated("number").alias("period")
    )
    end = pl.col("period").dt.month_end()
    first = first.with_columns((end + pl.duration(days="late")).alias("known_at"))
    together = _together(first)  # a total is revised with its part
    revised = pl.Series((rng.random(first.height) < params.revised)[together])
    factor = pl.Series("factor", np.exp(rng.normal(0.03, 0.1, first.height))[together])
    wait = pl.Series("wait", rng.integers(60, 300, first.height)[together])
    again = (
        first.with_columns(factor, wait)
        .filter(revised)
        .with_columns(
            (pl.col("value") * pl.col("factor")).round().cast(pl.Int64).clip(1).alias("value"),
            (pl.col("known_at") + pl.duration(days="wait")).alias("known_at"),
        )
        .drop("factor", "wait")
    )
    return (
        pl.concat([first, again])
        .with_columns(
            pl.col("value").alias("value_usd"),
            pl.when("weights").then("kg").alias("net_kg"),
            pl.lit(SOURCE).alias("source"),
        )
        .select(*TRADE_FLOWS)
        .sort(*list(TRADE_FLOWS)[:6], "known_at")
    )


def _together(rows: pl.DataFrame) -> npt.NDArray[np.int64]:
    """A number for each figure; world totals and exports to Russia of one good and month share theirs."""
    part = pl.when((pl.col("flow") == "X") & pl.col("partner").is_in(["WLD", RUSSIA])).then(pl.lit(""))
    keyed = rows.with_columns(part.otherwise("partner").alias("partner"))
    number = pl.struct("reporter", "partner", "flow", "hs6", "number").rank("dense")
    return keyed.select(number.cast(pl.Int64) - 1).to_series().to_numpy()


def with_re_exports(trade: pl.DataFrame, habits: ResampledHabits, seed: int) -> pl.DataFrame:
    """Re-exports of countries that publish them: a share of their exports to Russia, of the same vintages."""
    mine = habits.table.filter("re_exports").select("reporter")
    share = pl.Series("share", stream(seed, "resampled", "re_exports").uniform(0.3, 0.9, mine.height))
    part = (pl.col("value_usd") * pl.col("share")).round().cast(pl.Int64)
    again = (
        trade.filter(pl.col("flow") == "X", pl.col("partner") == RUSSIA)
        .join(mine.with_columns(share), on="reporter")
        .with_columns(part.alias("value_usd"), pl.lit("RX").alias("flow"))
        .with_columns((pl.col("net_kg") * pl.col("share")).round().cast(pl.Int64).alias("net_kg"))
        .filter(pl.col("value_usd") > 0)
    )
    return pl.concat([trade, again.select(*TRADE_FLOWS)])
