"""The US Consolidated Screening List as one file; each list in it is compared with its last size."""

from __future__ import annotations

from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource
from riskmodel.fetch.sources.one_file import OneFile, estimate_files, fetch_files
from riskmodel.fetch.taking import Taker

FILES = (
    OneFile(
        "downloadable_consolidated_screening_list/v1/consolidated.csv",
        Expectation(
            "csv",
            header=("source", "type", "programs", "addresses", "start_date"),
            least_share=0.8,
            list_column="source",
        ),
        18000000,
    ),
)


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """One call a file."""
    return estimate_files(source, FILES)


def fetch(taker: Taker, asked: Asked) -> None:
    """Take each file."""
    fetch_files(taker, FILES)
