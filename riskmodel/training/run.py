"""What `riskmodel retrain` does: worlds or own tables, to labelled rows, to a trained model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.articles.officials import official_days
from features.trade.flows.windows import Windows
from riskmodel.engines.engine import Engine
from riskmodel.errors import WrongUsage
from riskmodel.outcomes.background import background_in
from riskmodel.outcomes.family_rows import family_jobs, family_rows
from riskmodel.outcomes.listing_rows import ListingTables, labelled_listings, listing_origins
from riskmodel.outcomes.rows import Tables, Target, labelled_frame, month_ends
from riskmodel.outcomes.simulated_rows import FIRST_AS_OF, held_out_jobs, training_jobs, world_rows
from riskmodel.settings import Settings, resolve_settings
from riskmodel.sources.checked import Intake, is_simulated, refuse_failures, take_in
from riskmodel.sources.request import InputRequest, open_input
from riskmodel.training.fit import Trained, train_on_families, train_on_tables, train_on_worlds
from riskmodel.training.listing import train_on_listings
from riskmodel.training.manifest import FamiliesSource, SourceFile, TablesSource, WorldsSource
from riskmodel.worlds.makers import MAKERS

Tell = Callable[[str], None]
HELD_OUT_SEED_OFFSET = 800_000


@dataclass(frozen=True)
class OwnTables:
    """What the user gave: files, windows, and today (no later row is expected)."""

    inputs: InputRequest
    baseline: str | None
    recent_months: int | None
    today: date


def from_worlds(
    n_worlds: int,
    n_held_out: int,
    seed: int,
    target: Target,
    n_jobs: int,
    tell: Tell,
    engine: Engine | None = None,
) -> Trained:
    """Train on `n_worlds` simulated worlds from `seed`, judge on `n_held_out` others."""
    held_out_seed = seed + HELD_OUT_SEED_OFFSET
    tell(f"Simulating {n_worlds} worlds to learn from (seeds from {seed}).")
    rows = world_rows(training_jobs(n_worlds, seed), target, n_jobs, engine=engine)
    tell(f"Simulating {n_held_out} other worlds to judge on (seeds from {held_out_seed}).")
    unseen = held_out_jobs(n_held_out, held_out_seed)
    held_out = world_rows(unseen, target, n_jobs, with_oracles=True, engine=engine)
    tell("Fitting candidates and simple rules.")
    source = WorldsSource(n_worlds, seed, n_held_out, held_out_seed, "small")
    return train_on_worlds(rows, held_out, source, target, seed=seed, n_jobs=n_jobs)


def from_families(
    n_worlds: int,
    seed: int,
    n_jobs: int,
    tell: Tell,
    background: Path | None = None,
    engine: Engine | None = None,
) -> Trained:
    """Train on `n_worlds` worlds of every author, from `seed`; each author is judged by the others.

    background: a folder of real tables (`outcomes.background`), which adds the family `resampled`.
    """
    jobs = family_jobs(tuple(MAKERS), n_worlds, seed, background)
    if background is not None:
        background_in(background)  # a folder that cannot serve is found before minutes of work
    names = tuple(dict.fromkeys(job.maker for job in jobs))
    tell(f"Making {n_worlds} worlds of each of {len(names)} authors: {', '.join(names)}.")
    rows = family_rows(jobs, n_jobs, engine)
    tell("Fitting candidates and simple rules, one author left out at a time.")
    return train_on_families(rows, FamiliesSource(names, n_worlds, seed), seed=seed, n_jobs=n_jobs)


def from_tables(
    request: OwnTables, target: Target, n_jobs: int, tell: Tell, engine: Engine | None = None
) -> Trained:
    """Train on the user's tables: every input passes its contract, then rows at every month's end."""
    rows, source = rows_of_tables(request, target, tell, engine)
    if target == "listing":
        return train_on_listings(rows, source)
    return train_on_tables(rows, source, target, n_jobs=n_jobs)


def rows_of_tables(
    request: OwnTables, target: Target, tell: Tell, engine: Engine | None = None
) -> tuple[pl.DataFrame, TablesSource]:
    """Labelled rows of a target, for `from_tables` and for judging on the same rows."""
    if target == "listing":
        return labelled_listing_tables(request, tell, engine)
    return labelled_tables(request, target, tell, engine)


def labelled_tables(
    request: OwnTables, target: Target, tell: Tell, engine: Engine | None = None
) -> tuple[pl.DataFrame, TablesSource]:
    """Labelled rows of the user's tables (`rows.FRAME`), and what they were made from, with digests.

    Raises ContractFailed where an input fails its contract, WrongUsage where the tables end too early.
    """
    settings, windows = resolve_settings(request.baseline, request.recent_months)
    intakes = _take_in(request, engine)
    refuse_failures(list(intakes.values()))
    tell("; ".join(f"{name}: {intake.rows_accepted} rows accepted" for name, intake in intakes.items()))
    trade = intakes["trade_flows"].lazy()
    listings = intakes["listings"].accepted if "listings" in intakes else None
    tables = Tables(
        trade,
        _goods(intakes),
        mentions=_mentions(intakes, request.inputs, engine),
        listings=listings,
        listings_end=None if listings is None else _last(listings, "listed_on"),
        article_windows=settings.article_windows,
    )
    end = _last(trade, "period")
    dates = month_ends(FIRST_AS_OF, end) if end >= FIRST_AS_OF else []
    if not dates:
        raise WrongUsage(
            f"The tables end on {end}, before the first date to learn from ({FIRST_AS_OF:%Y-%m}): give "
            "later months."
        )
    tell(f"Signals and labels at {len(dates)} dates, {dates[0]} to {dates[-1]}.")
    rows = labelled_frame(tables, dates, windows, target)
    return rows, _source(intakes, settings, windows)


def labelled_listing_tables(
    request: OwnTables, tell: Tell, engine: Engine | None = None
) -> tuple[pl.DataFrame, TablesSource]:
    """Labelled rows of the target `listing` (`outcomes.listing_rows`), and what they were made from.

    Raises ContractFailed where an input fails its contract, WrongUsage where the listings are too short.
    """
    settings, windows = resolve_settings(request.baseline, request.recent_months)
    intakes = _take_in(request, engine)
    refuse_failures(list(intakes.values()))
    tell("; ".join(f"{name}: {intake.rows_accepted} rows accepted" for name, intake in intakes.items()))
    listings = intakes["listings"].accepted
    end = _last(listings, "listed_on")
    articles = intakes.get("articles")
    tables = ListingTables(
        listings,
        end,
        trade=intakes["trade_flows"].lazy() if "trade_flows" in intakes else None,
        goods=_goods(intakes),
        mentions=_mentions(intakes, request.inputs, engine),
        official_days=None if articles is None else official_days(articles.lazy()),
        article_windows=settings.article_windows,
    )
    origins = listing_origins(listings, end)
    if not origins:
        raise WrongUsage(
            f"The listings end on {end}: there is no month end a month after the first of them, or after "
            "February 2022, to learn from; give --listings that reach over a longer time."
        )
    tell(f"Signals and labels at {len(origins)} dates, {origins[0]} to {origins[-1]}.")
    return labelled_listings(tables, origins, windows), _source(intakes, settings, windows)


def _source(intakes: dict[str, Intake], settings: Settings, windows: Windows) -> TablesSource:
    return TablesSource(
        files=tuple(
            SourceFile(name, file.name, file.sha256)
            for name, intake in intakes.items()
            for file in intake.files
        ),
        simulated=tuple(sorted(name for name, intake in intakes.items() if is_simulated(intake.lazy()))),
        baseline=windows.words(),
        recent_months=windows.recent_months,
        article_windows=settings.article_windows,
    )


def _take_in(request: OwnTables, engine: Engine | None) -> dict[str, Intake]:
    tables = (open_input(name, request.inputs) for name in request.inputs.paths())
    return {table.kind: take_in(table, request.today, engine=engine) for opened in tables for table in opened}


def _goods(intakes: dict[str, Intake]) -> pl.DataFrame:
    if "goods" in intakes:
        return intakes["goods"].accepted
    from features.reference.facts import priority_list

    return priority_list()


def _mentions(intakes: dict[str, Intake], inputs: InputRequest, engine: Engine | None) -> pl.DataFrame | None:
    from riskmodel.mentions.spool import dated_mentions, read_news

    articles, records = (intakes[kind].lazy() if kind in intakes else None for kind in ("articles", "gkg"))
    if articles is None and records is None:
        return None
    at_once = inputs.limits.read_articles
    return dated_mentions(
        read_news(articles, records, at_once=at_once, engine=engine, second_reader=inputs.second_reader)
    )


def _last(rows: pl.DataFrame | pl.LazyFrame | None, column: str) -> date:
    last = None
    if rows is not None:
        last = rows.lazy().select(pl.col(column).max()).collect(engine="streaming").item()
    if last is None:
        raise WrongUsage("The target listing needs --listings with at least one row.")
    assert isinstance(last, date)
    return last
