"""Training and test rows from simulated worlds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from data_contracts.months import end_of_month, start_of_month
from features.trade.flows.windows import Windows
from riskmodel.engines.engine import Engine, InProcesses
from riskmodel.engines.parcel import Parcel
from riskmodel.outcomes.labels import HORIZON_MONTHS, final_legs
from riskmodel.outcomes.oracles import oracle_columns
from riskmodel.outcomes.rows import FRAME, Tables, Target, labelled_frame, month_ends
from riskmodel.outcomes.world_parts import worlds_work
from riskmodel.worlds.corridors.params import CorridorDecoys, WorldParams
from riskmodel.worlds.corridors.world import CorridorWorld, simulate_world

FIRST_AS_OF = date(2022, 6, 1)


@dataclass(frozen=True)
class WorldJob:
    """One world to draw rows from: its parameters, the windows of its signals, months between dates."""

    params: WorldParams
    recent_months: int = 12
    step_months: int = 3

    @property
    def name(self) -> str:
        return f"seed-{self.params.seed}"

    def windows(self) -> Windows:
        return Windows(max(self.params.first, date(2019, 1, 1)), date(2021, 12, 1), self.recent_months)

    def as_of_dates(self) -> list[date]:
        """Dates from June 2022 whose six months ahead lie inside the world."""
        return month_ends(FIRST_AS_OF, start_of_month(self.params.last, -HORIZON_MONTHS), self.step_months)


def training_jobs(n_worlds: int, seed: int) -> list[WorldJob]:
    """Small worlds with consecutive seeds.

    Every second world has small economies with steep growth (the published cases: EUR 3 to 128 million of
    priority goods in 2021, listed goods x1.8 to x7.9 in 2022 and, for Kyrgyzstan's imports of all goods from
    the EU, x10 by 2023), the others any size, where diversion is a small part of trade. Every third looks
    at nine recent months instead of twelve.
    """
    steep = {"inbound_usd_per_year": (2e6, 2e8), "growth": (1.8, 12.0)}
    return [
        WorldJob(
            WorldParams.small(seed + i, **(steep if i % 2 else {})), recent_months=9 if i % 3 == 2 else 12
        )
        for i in range(n_worlds)
    ]


def held_out_jobs(n_worlds: int, seed: int) -> list[WorldJob]:
    """Worlds no model is trained on: other seeds and other parameter ranges.

    Later starts and ends of diversion, more in chains, lumpier and smaller trade, other mark-ups, worse and
    later reporting, more decoys of each kind and sparser, noisier news than the training worlds have; again
    every second has smaller economies. The ranges were written down before any model saw such a world.
    """
    steep = {"inbound_usd_per_year": (1.5e6, 2.5e8), "growth": (1.6, 11.0)}
    changes = {
        "n_diverters": 4,
        "n_chains": 2,
        "growth": (1.3, 9.0),
        "inbound_usd_per_year": (1.5e6, 1e9),
        "pass_through": (0.45, 0.95),
        "markup": (1.0, 1.8),
        "lump_sd": 1.4,
        "pair_sd": 2.5,
        "drift_sd": 0.03,
        "start_after_control": (0, 20),
        "ramp_months": (2, 14),
        "p_crackdown": 0.5,
        "crackdown_after": (8, 20),
        "russian_pull": (0.6, 2.0),
        "missing_share": 0.15,
        "sparse_share": 0.15,
        "late_share": 0.18,
        "underreported_share": 0.3,
        "n_hubs": 4,
        "n_industry": 4,
        "n_relocation": 2,
        "n_projects": 3,
        "n_own_goods": 3,
        "n_ghost": 2,
        "n_attention": 4,
        "stories_per_month": 1.6,
        "false_stories": 0.03,
        "extraction_noise": 0.2,
    }
    return [
        WorldJob(
            WorldParams.small(seed + i, **{**changes, **(steep if i % 2 else {})}),
            recent_months=9 if i % 3 == 2 else 12,
        )
        for i in range(n_worlds)
    ]


def world_rows(
    jobs: list[WorldJob],
    target: Target = "transit",
    n_jobs: int = 2,
    *,
    with_oracles: bool = False,
    engine: Engine | None = None,
) -> pl.DataFrame:
    """Labelled rows of all worlds, worlds in the order of `jobs`.

    A frame of `frames.FRAME`, with what only the truth table knows: `role`, the columns of `planted` and,
    where asked for and the target is `transit`, those of `oracles.oracle_columns`. Made by `engine`, or
    without one in `n_jobs` processes; the rows are the same.
    """
    oracles = with_oracles and target == "transit"
    chosen = engine or InProcesses(n_jobs)
    parts = list(chosen.map(SIMULATED_WORLDS, ((job, target, oracles) for job in jobs)))
    return pl.concat(parts) if parts else pl.DataFrame(schema=FRAME)


def _one_world(job: WorldJob, target: Target, oracles: bool) -> pl.DataFrame:
    world = simulate_world(job.params)
    undeclared = undeclared_transit(world)
    tables = Tables(
        world.trade_flows,
        world.goods,
        world.mentions,
        world.listings,
        listings_end=end_of_month(job.params.last),
        undeclared=undeclared,
    )
    dates, windows = job.as_of_dates(), job.windows()
    rows = labelled_frame(tables, dates, windows, target, job.name)
    for part in (country_roles(world), planted(world)):
        rows = rows.join(part, on="country", how="left", maintain_order="left")
    if oracles:
        legs = final_legs(world.trade_flows, world.goods, max(dates), windows)
        known = oracle_columns(world, legs, undeclared, dates, windows)
        rows = rows.join(known, on=["as_of", "country"], how="left", maintain_order="left")
    return rows.with_columns(pl.col("role").fill_null("ordinary"))


def undeclared_transit(world: CorridorWorld) -> pl.DataFrame:
    """`undeclared_by_code` of all codes together: country, period, value_usd."""
    codes = undeclared_by_code(world).group_by("country", "period").agg(pl.col("value_usd").sum())
    return codes.sort("country", "period")


def undeclared_by_code(world: CorridorWorld) -> pl.DataFrame:
    """What reached Russia through a country without standing in its published exports.

    country, hs6, period, value_usd. In a month the country published, that is what it left undeclared; in a
    month it never published, all of it. Goods that went on through a second country count for both.
    Ghost trade never comes in and counts for neither.
    """
    ghosts = world.truth.filter(pl.col("kind") == "ghost_trade")["episode_id"]
    moved = world.truth_monthly.filter(~pl.col("episode_id").is_in(ghosts.to_list()))
    published = (
        world.trade_flows.filter(pl.col("flow") == "X")
        .select(pl.col("reporter").alias("last_country"), "period", pl.lit(True).alias("published"))
        .unique()
    )
    last = pl.coalesce("via", "country").alias("last_country")
    hidden = (
        pl.when(pl.col("published").is_null())
        .then("onward_usd")
        .otherwise(pl.col("onward_usd") - pl.col("declared_usd"))
    )
    by_last = moved.with_columns(last).join(published, on=["last_country", "period"], how="left")
    own = by_last.filter(pl.col("via").is_null()).select(
        "country", "hs6", "period", hidden.alias("value_usd")
    )
    chains = by_last.filter(pl.col("via").is_not_null())
    whole = ("hs6", "period", pl.col("onward_usd").alias("value_usd"))
    first, second = (chains.select(pl.col(name).alias("country"), *whole) for name in ("country", "via"))
    return (
        pl.concat([own, first, second])
        .group_by("country", "hs6", "period")
        .agg(pl.col("value_usd").sum())
        .filter(pl.col("value_usd") > 0)
        .sort("country", "hs6", "period")
    )


def country_roles(world: CorridorWorld) -> pl.DataFrame:
    """country, role: `diversion` where planted, else the first decoy that concerns it, for error analysis."""
    order = ["diversion", "ghost_trade"]
    table = world.truth.filter(pl.col("country") != "ALL").with_columns(
        pl.col("kind").replace_strict({kind: i for i, kind in enumerate(order)}, default=9).alias("_order")
    )
    via = world.truth.filter(pl.col("via").is_not_null()).select(
        pl.col("via").alias("country"),
        pl.lit("diversion").alias("kind"),
        pl.lit(0, dtype=pl.Int64).alias("_order"),
    )
    both = pl.concat([table.select("country", "kind", pl.col("_order").cast(pl.Int64)), via])
    return (
        both.sort("country", "_order", "kind").unique("country", keep="first", maintain_order=True)
    ).select("country", pl.col("kind").alias("role"))


def planted(world: CorridorWorld) -> pl.DataFrame:
    """country, diversion_start, diversion_usd_per_year, diversion_share, diversion_declared: first episode.

    The amount is twelve times the largest month; `diversion_share` is the amount over the sum of it and of
    the listed goods that others sent the country in 2021, before it began; `diversion_declared` is the share
    of what reaches Russia that the last country declares. Both countries of a chain have a row. Ghost trade
    is none.
    """
    episodes = world.truth.filter(pl.col("kind") == "diversion")
    columns = (
        pl.col("start").alias("diversion_start"),
        (12 * pl.col("peak_usd_per_month")).alias("diversion_usd_per_year"),
        pl.col("onward_declared").alias("diversion_declared"),
    )
    both = [
        episodes.filter(pl.col(name).is_not_null()).select(pl.col(name).alias("country"), *columns)
        for name in ("country", "via")
    ]
    usual = (
        world.trade_flows.filter(
            (pl.col("flow") == "X")
            & (pl.col("period").dt.year() == 2021)
            & pl.col("hs6").is_in(world.goods["hs6"].to_list())
        )
        .sort("known_at")
        .unique(["reporter", "partner", "hs6", "period"], keep="last", maintain_order=True)
        .group_by(pl.col("partner").alias("country"))
        .agg(pl.col("value_usd").sum().alias("usual"))
    )
    amount = pl.col("diversion_usd_per_year")
    return (
        pl.concat(both)
        .sort("country", "diversion_start", "diversion_usd_per_year")
        .unique("country", keep="first", maintain_order=True)
        .join(usual, on="country", how="left", maintain_order="left")
        .with_columns((amount / (amount + pl.col("usual").fill_null(0))).alias("diversion_share"))
        .drop("usual")
    )


_DAYS = ("first", "last")


def _give(job: WorldJob, target: Target, oracles: bool) -> Parcel:
    days = {name: getattr(job.params, name).isoformat() for name in _DAYS}
    given = asdict(job)
    return {"job": {**given, "params": {**given["params"], **days}}, "target": target, "oracles": oracles}


def _take(parcel: Parcel) -> tuple[WorldJob, Target, bool]:
    job = dict(parcel["job"])
    job["params"] = _params(job["params"])
    return WorldJob(**job), parcel["target"], parcel["oracles"]


def _params(found: dict[str, Any]) -> WorldParams:
    """Parameters as they were given: whole numbers stay whole, since draws tell them from fractions."""
    decoys = CorridorDecoys(**found.pop("decoys"))
    days: dict[str, Any] = {name: date.fromisoformat(found.pop(name)) for name in _DAYS}
    others: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
    }
    return WorldParams(**others, **days, decoys=decoys)


SIMULATED_WORLDS = worlds_work(
    "riskmodel.outcomes.simulated_rows:SIMULATED_WORLDS",
    _one_world,
    lambda job, target, oracles: f"world {job.name}",
    _give,
    _take,
)
