"""Documents of the US Federal Register on Russia by the Bureau of Industry and Security."""

from __future__ import annotations

import calendar

from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource, Request
from riskmodel.fetch.taking import Taker

PAGE_ROWS = 1_000


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """One page a month."""
    n = len(asked.months)
    return [Estimate(source.name, "documents by month", n, n * 60_000)]


def fetch(taker: Taker, asked: Asked) -> None:
    """Take each month; closed months that are held are not asked again, since documents are never changed."""
    for month in asked.months:
        held = taker.newest(f"documents/{month}")
        if held is None or held.retrieved_at[:7].replace("-", "") <= month:
            taker.take(_request(taker.source, month))


def _request(source: PublicSource, month: str) -> Request:
    year, number = int(month[:4]), int(month[4:])
    last = calendar.monthrange(year, number)[1]
    return Request(
        source.name,
        f"documents/{month}",
        source.at("api/v1/documents.json"),
        Expectation(
            "json", rows_at="results", header=("document_number", "publication_date"), row_limit=PAGE_ROWS
        ),
        {
            "per_page": str(PAGE_ROWS),
            "order": "oldest",
            "conditions[term]": "Russia",
            "conditions[agencies][]": "industry-and-security-bureau",
            "conditions[publication_date][gte]": f"{year}-{number:02d}-01",
            "conditions[publication_date][lte]": f"{year}-{number:02d}-{last:02d}",
        },
        period=month,
        name=f"documents-{month}.json",
    )
