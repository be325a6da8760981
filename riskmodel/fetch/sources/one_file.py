"""Public lists that are one file each: replaced in place, so every version that is seen is kept."""

from __future__ import annotations

from dataclasses import dataclass

from riskmodel.fetch.source import Estimate, Expectation, PublicSource, Request
from riskmodel.fetch.taking import Taker


@dataclass(frozen=True)
class OneFile:
    """A file at a fixed path: what it must be, and its usual size."""

    path: str
    expects: Expectation
    usual_bytes: int

    @property
    def name(self) -> str:
        """Base name."""
        return self.path.rpartition("/")[2]


def estimate_files(source: PublicSource, files: tuple[OneFile, ...]) -> list[Estimate]:
    """One call a file."""
    return [Estimate(source.name, file.name, 1, file.usual_bytes) for file in files]


def fetch_files(taker: Taker, files: tuple[OneFile, ...]) -> None:
    """Take each file; unchanged ones cost a call without a body."""
    for file in files:
        taker.take(
            Request(taker.source.name, file.name, taker.source.at(file.path), file.expects, name=file.name)
        )
