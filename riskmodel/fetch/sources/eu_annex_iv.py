"""EU Regulation 833/2014 as it was in force on each day: dated consolidated texts, which never change."""

from __future__ import annotations

import re
from datetime import date, timedelta

from riskmodel.errors import FetchIncomplete
from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource, Request, number, setting
from riskmodel.fetch.taking import Taker
from riskmodel.store.opened import opened

CELEX = "02014R0833"
# A consolidated text bears the date of the act that it includes and comes out later; by how much is not
# documented.
USUAL_LAG_DAYS = 14
_DATED = re.compile(CELEX + r"-(\d{8})")
_QUERY = (
    "PREFIX cdm: <http://publications.europa.eu/ontology/cdm#> SELECT DISTINCT ?celex WHERE "
    '{ ?work cdm:resource_legal_id_celex ?celex . FILTER(STRSTARTS(STR(?celex), "' + CELEX + '-")) }'
)


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """Some forty dated texts, each fetched once."""
    return [
        Estimate(source.name, "list of versions", 1, 20_000),
        Estimate(
            source.name, "dated consolidated texts", 40, 40 * 3_000_000, "later runs: new versions only"
        ),
    ]


def fetch(taker: Taker, asked: Asked) -> None:
    """Take every dated text that is not held."""
    listing = Request(
        taker.source.name,
        "versions",
        taker.source.at("webapi/rdf/sparql"),
        Expectation("json", rows_at="results.bindings", must_have_rows=True, least_share=0.8),
        {"query": _QUERY, "format": "application/sparql-results+json"},
        {"Accept": "application/sparql-results+json"},
        name="versions.json",
    )
    entry = taker.take(listing).entry
    if entry is None:
        raise FetchIncomplete(f"{taker.source.title}: the list of versions did not come.")
    with opened(taker.store.object(entry.sha256), 1 << 28) as file:
        days = sorted(set(_DATED.findall(file.read().decode("utf-8"))))
    for day in days:
        if _is_day(day) and taker.newest(f"{CELEX}/{day}") is None:
            taker.take(_request(taker.source, day))


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _request(source: PublicSource, day: str) -> Request:
    lag = int(number(setting(source.name, "lag_days"), USUAL_LAG_DAYS))
    return Request(
        source.name,
        f"{CELEX}/{day}",
        source.at(f"resource/celex/{CELEX}-{day}"),
        Expectation("xhtml", header=("ANNEX",)),
        headers={"Accept": "application/xhtml+xml", "Accept-Language": "eng"},
        period=day,
        name=f"{CELEX}-{day}.xhtml",
        published_at=(date.fromisoformat(day) + timedelta(days=lag)).isoformat(),
        published_field=f"CELEX date and {lag} days",
    )
