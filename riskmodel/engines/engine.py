"""The one thing a job asks of an engine: the result of each part, in the order of the parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from riskmodel.engines.work import Arguments, Result, Work
from riskmodel.operations.workers import in_processes


class Engine(Protocol):
    """Runs a partition function over parts."""

    def map(
        self, work: Work[Result], arguments: Iterable[Arguments], shared: Arguments = ()
    ) -> Iterator[Result]:
        """Yield `work.function(*each, *shared)` for each of `arguments`, in their order.

        Arguments are taken when they are needed, a few ahead. The results are the same for every engine.
        """


class InProcesses:
    """No engine: all in this process, or in `jobs` of joblib's with one job's parts in their memory."""

    def __init__(self, jobs: int = 1) -> None:
        self._jobs = jobs

    def map(
        self, work: Work[Result], arguments: Iterable[Arguments], shared: Arguments = ()
    ) -> Iterator[Result]:
        """As `Engine.map`."""
        return in_processes(work.function, ((*each, *shared) for each in arguments), self._jobs)
