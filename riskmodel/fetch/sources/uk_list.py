"""The UK Sanctions List, the one British list since 28 January 2026."""

from __future__ import annotations

from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource
from riskmodel.fetch.sources.one_file import OneFile, estimate_files, fetch_files
from riskmodel.fetch.taking import Taker

FILES = (
    OneFile(
        "docs/UK-Sanctions-List.xml",
        Expectation("xml", row_element="Designation", header=("Designation", "UniqueID"), least_share=0.8),
        25000000,
    ),
)


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """One call a file."""
    return estimate_files(source, FILES)


def fetch(taker: Taker, asked: Asked) -> None:
    """Take each file."""
    fetch_files(taker, FILES)
