"""From `--engine` and `--parts` to an engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from data_contracts.plain_text import one_line
from riskmodel.engines.crew import Crew
from riskmodel.engines.engine import Engine, InProcesses
from riskmodel.engines.parts import Parts
from riskmodel.engines.places import check_place, open_place, own_place
from riskmodel.errors import WrongUsage

MOST_PROCESSES = 1024


@dataclass(frozen=True)
class EngineChoice:
    """What the user asked for; None: no engine."""

    engine: str | None = None
    parts: str | None = None

    def __post_init__(self) -> None:
        if self.engine is None and self.parts is not None:
            raise WrongUsage("--parts needs --engine: without one no part is written.")
        if self.engine is not None:
            _processes(self.engine) or _scheduler(self.engine)
            if _scheduler(self.engine) and self.parts is None:
                raise WrongUsage(
                    "--engine dask:// needs --parts: a folder or an object store that all workers see."
                )


@contextmanager
def open_engine(choice: EngineChoice, jobs: int = 1) -> Iterator[Engine]:
    """The engine for one job; `jobs` processes where none was chosen. Results are removed if it ends well."""
    if choice.engine is None:
        yield InProcesses(jobs)
        return
    place = own_place() if choice.parts is None else open_place(choice.parts)
    check_place(place)
    try:
        with closing(_crew(choice.engine)) as crew:
            engine = Parts(place, crew)
            yield engine
            engine.tidy()
    finally:
        place.release()


def _crew(engine: str) -> Crew:
    processes = _processes(engine)
    if processes:
        from riskmodel.engines.local import LocalCrew

        return LocalCrew(processes)
    from riskmodel.engines.cluster import DaskCrew

    return DaskCrew(_scheduler(engine))


def _processes(engine: str) -> int:
    """N of `local:N`, 0 where it is something else.

    >>> _processes("local:4"), _processes("dask://host:8786")
    (4, 0)
    """
    found = re.fullmatch(r"local:([0-9]{1,4})", engine)
    number = int(found[1]) if found else 0
    return number if number <= MOST_PROCESSES else 0


def _scheduler(engine: str) -> str:
    """HOST:PORT of `dask://HOST:PORT`, empty for `local:N`; raises WrongUsage for anything else."""
    if _processes(engine):
        return ""
    found = re.fullmatch(r"dask://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", engine)
    if found is None or not 0 < int(found[2]) < 65536:
        raise WrongUsage(
            f"--engine {one_line(engine, 80)} is not known; give local:N with N from 1 to {MOST_PROCESSES} "
            "processes, or dask://HOST:PORT of a Dask scheduler."
        )
    return f"{found[1]}:{found[2]}"
