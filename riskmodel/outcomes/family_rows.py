"""Labelled rows from worlds of several families: signals as known on a date, and what was true after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from data_contracts.months import end_of_month, start_of_month
from features.trade.flows.windows import Windows
from riskmodel.engines.engine import Engine, InProcesses
from riskmodel.engines.parcel import Parcel
from riskmodel.outcomes.background import background_in
from riskmodel.outcomes.diverted import DIVERTED_FLOOR_USD, diverted_ahead, diverts
from riskmodel.outcomes.labels import HORIZON_MONTHS
from riskmodel.outcomes.rows import FRAME, Tables, labelled_frame, month_ends
from riskmodel.outcomes.world_parts import digest_of_folder, worlds_work
from riskmodel.worlds.makers import make_world
from riskmodel.worlds.resampled import MAKER as RESAMPLED
from riskmodel.worlds.resampled import resampled_world
from riskmodel.worlds.world import World

FIRST_AS_OF = date(2022, 6, 1)

FAMILY_FRAME: dict[str, pl.DataType] = {
    # Here `target` is that more than US$1 million is diverted ahead, `onset` that it was not in either half
    # of the year before.
    **FRAME,
    "family": pl.String(),  # name of the maker
    "role": pl.String(),
    "diverted_usd": pl.Int64(),  # physically diverted in the six months after as_of
    "diverted_before_usd": pl.Int64(),  # in the six months up to as_of, whoever knew
    "event": pl.Boolean(),  # the declared event on published figures; null where they are not whole
}


@dataclass(frozen=True)
class FamilyJob:
    """One world to draw rows from."""

    maker: str
    seed: int
    step_months: int = 3
    background: Path | None = None  # folder of real tables, for the family `resampled`

    @property
    def name(self) -> str:
        return f"{self.maker}-{self.seed}"

    @property
    def recent_months(self) -> int:
        """Every third world looks at nine recent months instead of twelve."""
        return 9 if self.seed % 3 == 2 else 12


def family_jobs(
    makers: Sequence[str], n_worlds: int, seed: int, background: Path | None = None
) -> list[FamilyJob]:
    """`n_worlds` worlds of each family with seeds from `seed`; with `background` also of `resampled`."""
    names = [*makers, RESAMPLED] if background else makers
    return [
        FamilyJob(maker, seed + i, background=background if maker == RESAMPLED else None)
        for maker in names
        for i in range(n_worlds)
    ]


def family_rows(jobs: Sequence[FamilyJob], n_jobs: int = 2, engine: Engine | None = None) -> pl.DataFrame:
    """Labelled rows of all worlds (`FAMILY_FRAME`), worlds in the order of `jobs`.

    They are made by `engine`, or without one in `n_jobs` processes; the rows are the same.
    """
    parts = list((engine or InProcesses(n_jobs)).map(FAMILY_WORLDS, ((job,) for job in jobs)))
    return pl.concat(parts) if parts else pl.DataFrame(schema=FAMILY_FRAME)


def _one_world(job: FamilyJob) -> pl.DataFrame:
    if job.background is None:
        world = make_world(job.maker, job.seed)
    else:
        world = resampled_world(job.seed, background_in(job.background))
    return world_rows(world, job.recent_months, job.step_months, job.name)


def world_rows(world: World, recent_months: int, step_months: int, name: str) -> pl.DataFrame:
    """Rows of one world at the ends of months whose six months ahead lie inside it."""
    windows = Windows(max(world.first, date(2019, 1, 1)), date(2021, 12, 1), recent_months)
    tables = Tables(world.trade_flows, world.goods, world.mentions, world.listings, listings_end=world.last)
    dates = month_ends(FIRST_AS_OF, start_of_month(world.last, -HORIZON_MONTHS), step_months)
    rows = labelled_frame(tables, dates, windows, "transit", name)
    return with_truth(rows, world)


def with_truth(rows: pl.DataFrame, world: World) -> pl.DataFrame:
    """Rows of one world with what only its maker knows: the columns of `FAMILY_FRAME`."""
    parts = []
    for (as_of,), part in rows.group_by("as_of", maintain_order=True):
        assert isinstance(as_of, date)
        countries = part["country"].to_list()
        half, year = (
            diverted_ahead(world.diverted, end_of_month(as_of, -months), countries)
            for months in (HORIZON_MONTHS, 2 * HORIZON_MONTHS)
        )
        parts.append(
            part.with_columns(
                diverted_ahead(world.diverted, as_of, countries),
                half.alias("diverted_before_usd"),
                ((half <= DIVERTED_FLOOR_USD) & (year <= DIVERTED_FLOOR_USD)).alias("onset"),
            )
        )
    return (
        pl.concat(parts)
        .with_columns(
            pl.col("target").alias("event"),
            diverts(pl.col("diverted_usd")).alias("target"),
            pl.lit(None, dtype=pl.String).alias("why_null"),
            pl.lit(world.maker).alias("family"),
        )
        .join(world.roles.select("country", "role"), on="country", how="left", maintain_order="left")
        .with_columns(pl.col("role").fill_null("ordinary"))
        .select(pl.col(name).cast(dtype) for name, dtype in FAMILY_FRAME.items())
    )


def _give(job: FamilyJob) -> Parcel:
    folder = job.background
    return {
        "maker": job.maker,
        "seed": job.seed,
        "step_months": job.step_months,
        "background": None if folder is None else str(folder.absolute()),
        "background_sha256": None if folder is None else digest_of_folder(folder),
    }


def _take(parcel: Parcel) -> tuple[FamilyJob]:
    folder = parcel["background"]
    job = FamilyJob(
        parcel["maker"], parcel["seed"], parcel["step_months"], None if folder is None else Path(folder)
    )
    return (job,)


FAMILY_WORLDS = worlds_work(
    "riskmodel.outcomes.family_rows:FAMILY_WORLDS",
    _one_world,
    lambda job: f"world {job.name}",
    _give,
    _take,
)
