"""OFAC: the lists with their listing dates (only the advanced XML has them). SDN and consolidated list."""

from __future__ import annotations

from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource
from riskmodel.fetch.sources.one_file import OneFile, estimate_files, fetch_files
from riskmodel.fetch.taking import Taker

FILES = (
    OneFile(
        "api/PublicationPreview/exports/SDN_ADVANCED.XML",
        Expectation(
            "xml", row_element="DistinctParty", header=("DistinctParty", "SanctionsEntry"), least_share=0.8
        ),
        110000000,
    ),
    OneFile(
        "api/PublicationPreview/exports/CONS_ADVANCED.XML",
        Expectation(
            "xml", row_element="DistinctParty", header=("DistinctParty", "SanctionsEntry"), least_share=0.8
        ),
        4000000,
    ),
)


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """One call a file."""
    return estimate_files(source, FILES)


def fetch(taker: Taker, asked: Asked) -> None:
    """Take each file."""
    fetch_files(taker, FILES)
