"""Reference rates of the European Central Bank, daily since 1999; they are not revised."""

from __future__ import annotations

from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource
from riskmodel.fetch.sources.one_file import OneFile, estimate_files, fetch_files
from riskmodel.fetch.taking import Taker

FILES = (
    OneFile(
        "stats/eurofxref/eurofxref-hist.zip",
        Expectation("zip", member=".csv", header=("Date", "USD"), least_share=0.99),
        700000,
    ),
)


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """One call a file."""
    return estimate_files(source, FILES)


def fetch(taker: Taker, asked: Asked) -> None:
    """Take each file."""
    fetch_files(taker, FILES)
