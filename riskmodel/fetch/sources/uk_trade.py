"""UK trade info (HMRC): exports of the United Kingdom by month, paged as OData."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource, Request
from riskmodel.fetch.taking import Taker
from riskmodel.store.opened import opened

EXPORTS = (2, 4)  # flow types: to the EU, to other countries
_FIELDS = ("MonthId", "FlowTypeId", "CommodityId", "CountryId", "Value")


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """A few pages a month for the chapters of the goods list."""
    n = len(asked.months)
    return [Estimate(source.name, "exports by month", n * 5 + 1, n * 20_000_000)]


def fetch(taker: Taker, asked: Asked) -> None:
    """Take the table of countries and each month; months are asked again, since they are revised in place."""
    country = Expectation("json", rows_at="value", header=("CountryId", "CountryCodeAlpha"), least_share=0.8)
    table = Request(taker.source.name, "Country", taker.source.at("Country"), country, name="Country.json")
    taker.take(table)
    for month in asked.months:
        params = {"$filter": _filter(month, asked.codes)}
        for page in range(1_000):
            params = _take_page(taker, month, page, params)
            if not params:
                break


def _filter(month: str, codes: Sequence[str]) -> str:
    """Exports of a month in the range of the goods list; commodities are codes of eight digits as numbers."""
    flows = " or ".join(f"FlowTypeId eq {flow}" for flow in EXPORTS)
    first, last = int(min(codes)[:2]) * 1_000_000, int(max(codes)[:2]) * 1_000_000 + 999_999
    return f"MonthId eq {month} and ({flows}) and CommodityId ge {first} and CommodityId le {last}"


def _take_page(taker: Taker, month: str, page: int, params: dict[str, str]) -> dict[str, str]:
    """Take one page; returns the parameters of the next, empty after the last."""
    request = _request(taker.source, month, page, params)
    entry = taker.take(request).entry
    if entry is None:
        return {}
    with opened(taker.store.object(entry.sha256), 1 << 30) as file:
        link = json.loads(file.read().decode("utf-8-sig")).get("@odata.nextLink", "")
    # Only the question is taken from the link, never its host.
    return dict(parse_qsl(urlsplit(str(link)).query))


def _request(source: PublicSource, month: str, page: int, params: dict[str, str]) -> Request:
    return Request(
        source.name,
        f"ots/{month}/{page}",
        source.at("OTS"),
        Expectation("json", rows_at="value", header=_FIELDS),
        params,
        period=month,
        name=f"OTS-{month}-{page}.json",
    )
