"""One plain GET, and the addresses that the tests of stand-ins ask for."""

from __future__ import annotations

import csv
import http.client
import io
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from standins import KEY, StandIns

HEADER = {"Ocp-Apim-Subscription-Key": KEY}
PREVIEW = "/public/v1/preview/C/M/HS"
DATA = "/data/v1/get/C/M/HS"
KGZ = "?reporterCode=417&period=202401&breakdownMode=classic"
FILES = "/eurostat/api/dissemination/files"
EXPORTS = "/api/PublicationPreview/exports"
ARCHIVE = f"{FILES}/download/comext/COMEXT_DATA/PRODUCTS/full_v2_202401.7z"
RATES = "/stats/eurofxref/eurofxref-hist.zip"
CSL = "/downloadable_consolidated_screening_list/v1/consolidated.csv"


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.content["data"]


def get(here: StandIns, source: str, path: str, headers: dict[str, str] | None = None, hops: int = 3) -> Got:
    """One GET without decoding, following up to `hops` redirects at the same host."""
    place = urlsplit(here.url(source))
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        got = Got(answer.status, dict(answer.headers.items()), answer.read())
    finally:
        connection.close()
    there = got.headers.get("Location", "")
    return get(here, source, there, headers, hops - 1) if hops and there.startswith("/") else got


def listing(here: StandIns) -> dict[str, dict[str, str]]:
    path = f"{FILES}?format=csv&dir=comext&hierarchy=true&sizeFormat=NONE&dateFormat=ISO"
    rows = csv.DictReader(io.StringIO(get(here, "comext", path).body.decode()))
    return {row["NAME"].rsplit("/", 1)[-1]: row for row in rows}
