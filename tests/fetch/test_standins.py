"""The stand-ins answer as the sources are documented to, and each fault does what it says."""

from __future__ import annotations

import csv
import gzip
import hashlib
import http.client
import io
import json
import lzma
import re
import socket
import ssl
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import pytest
from standins import KEY, SOURCES, StandIns, World, faults, serve
from standins.archives import seven_zip_of

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
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=5)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        got = Got(answer.status, dict(answer.headers.items()), answer.read())
    finally:
        connection.close()
    there = got.headers.get("Location", "")
    return get(here, source, there, headers, hops - 1) if hops and there.startswith("/") else got


@pytest.fixture(scope="module")
def calm() -> Iterator[StandIns]:
    """All sources in good weather; tests that share it change neither the world nor the faults."""
    with serve(World()) as running:
        yield running


@pytest.fixture
def storm() -> Iterator[StandIns]:
    """A few sources of its own for a test that changes the world or switches faults on."""
    with serve(World(), "comtrade", "comext", "csl", "ecb", "ofac") as running:
        yield running


def test_addresses_go_to_the_settings_of_the_client(calm: StandIns) -> None:
    settings = calm.environment({"ofac": EXPORTS})
    assert set(settings) == {entry.setting for entry in SOURCES.values()}
    assert all(address.startswith("http://127.0.0.1:") for address in settings.values())
    assert settings["RISKMODEL_OFAC_URL"] == calm.url("ofac") + EXPORTS


def test_comtrade_key_and_count(calm: StandIns) -> None:
    assert get(calm, "comtrade", DATA + KGZ).status == 401
    assert get(calm, "comtrade", DATA + KGZ, {"Ocp-Apim-Subscription-Key": "other"}).status == 401
    rows = get(calm, "comtrade", DATA + KGZ, HEADER)
    count = get(calm, "comtrade", DATA + KGZ + "&countOnly=true", HEADER).content
    assert rows.content["count"] == len(rows.rows) == count["count"] > 0
    assert count["data"] == []
    assert rows.headers["x-ratelimit-limit"] == "1"
    assert rows.content["error"] == ""


def test_comtrade_preview_cuts_in_silence_and_has_no_weights(calm: StandIns) -> None:
    cut = get(calm, "comtrade", f"{PREVIEW}?period=202401&breakdownMode=classic")
    assert (cut.status, cut.content["count"], cut.content["error"]) == (200, 500, "")
    assert {row["netWgt"] for row in cut.rows} == {0}
    assert all(row["netWgt"] > 0 for row in get(calm, "comtrade", DATA + KGZ, HEADER).rows)


def test_comtrade_world_is_the_sum_of_partners_and_plus_triples(calm: StandIns) -> None:
    path = f"{PREVIEW}?reporterCode=417&period=202401&cmdCode=TOTAL&flowCode=X"
    classic = get(calm, "comtrade", path + "&breakdownMode=classic").rows
    world = sum(row["primaryValue"] for row in classic if row["partnerCode"] == 0)
    assert world == sum(row["primaryValue"] for row in classic if row["partnerCode"]) > 0
    plus = get(calm, "comtrade", path).rows
    assert sum(r["primaryValue"] for r in plus) == pytest.approx(3 * sum(r["primaryValue"] for r in classic))
    totals = get(calm, "comtrade", path + "&customsCode=C00&motCode=0&partner2Code=0").rows
    assert totals == classic


def test_comtrade_refuses_and_is_silent_as_documented(calm: StandIns) -> None:
    many = ",".join(f"2024{month:02d}" for month in range(1, 13)) + ",202301"
    assert get(calm, "comtrade", f"{PREVIEW}?period={many}").status == 400
    assert get(calm, "comtrade", f"{PREVIEW}?cmdCode={'854231,' * 700}").status == 414
    assert get(calm, "comtrade", "/public/v1/preview/C/M/H6" + KGZ).status == 500
    usa = f"{PREVIEW}?period=202401&cmdCode=TOTAL&reporterCode="
    assert get(calm, "comtrade", usa + "840").content["count"] == 0
    assert get(calm, "comtrade", usa + "842").content["count"] > 0


def test_comtrade_year_is_month_52(calm: StandIns) -> None:
    year = get(calm, "comtrade", "/public/v1/preview/C/A/HS?reporterCode=417&period=2024&cmdCode=TOTAL")
    assert {row["refMonth"] for row in year.rows} == {52}


def test_comtrade_revision_is_not_seen_before_its_day(storm: StandIns) -> None:
    world = storm.world
    world.revise("comtrade", date(2024, 9, 2), period="202401", reporter="KGZ", factor=2.0)
    path = "/public/v1/getDA/C/M/HS?reporterCode=417&period=202401"
    seen = {}
    for day in (date(2024, 2, 1), date(2024, 9, 1), date(2024, 9, 3)):
        world.at(day)
        seen[day] = (get(storm, "comtrade", path).rows, get(storm, "comtrade", PREVIEW + KGZ).rows)
    early, before, after = seen.values()
    assert early == ([], [])
    assert before[0][0]["totalRecords"] == len(before[1])
    assert before[0][0]["datasetChecksum"] != after[0][0]["datasetChecksum"]
    assert before[0][0]["firstReleased"] == after[0][0]["firstReleased"] == before[0][0]["lastReleased"]
    assert after[0][0]["lastReleased"].startswith("2024-09-02T")
    assert after[1][0]["primaryValue"] == pytest.approx(2 * before[1][0]["primaryValue"], abs=8)
    notes = get(storm, "comtrade", path.replace("getDA", "getMetadata")).rows[0]["notes"]
    assert [note["publicationNote"] for note in notes] == ["New Data", "Revised Data"]
    since = get(storm, "comtrade", path + "&publishedDateFrom=2024-09-02")
    assert since.content["count"] == 1


def test_comtrade_quota_is_counted_by_day(storm: StandIns) -> None:
    storm.world.quota = 2
    assert [get(storm, "comtrade", DATA + KGZ, HEADER).status for _ in range(3)] == [200, 200, 403]
    assert get(storm, "comtrade", PREVIEW + KGZ).status == 200
    storm.world.at(date(2025, 7, 1))
    assert get(storm, "comtrade", DATA + KGZ, HEADER).status == 200


def test_comtrade_pace(storm: StandIns) -> None:
    storm.world.pace = 60
    assert get(storm, "comtrade", PREVIEW + KGZ).status == 200
    late = get(storm, "comtrade", PREVIEW + KGZ)
    assert (late.status, late.headers["Retry-After"]) == (429, "60")


@pytest.mark.parametrize("table", ["ListofReferences", "Reporters", "partnerAreas", "HS", "country_groups"])
def test_references_begin_with_a_mark(calm: StandIns, table: str) -> None:
    got = get(calm, "comtrade", f"/files/v1/app/reference/{table}.json")
    assert got.body.startswith(b"\xef\xbb\xbf")
    assert json.loads(got.body.decode("utf-8-sig"))["results"]


def test_seven_zip_holds_what_went_in() -> None:
    body = seven_zip_of("a.dat", b"REPORTER\n" * 999)
    packed, size, digest = (int.from_bytes(body[a:b], "little") for a, b in ((12, 20), (20, 28), (28, 32)))
    assert body[:6] == b"7z\xbc\xaf\x27\x1c"
    assert zlib.crc32(body[12:32]) == int.from_bytes(body[8:12], "little")
    assert len(body) == 32 + packed + size
    assert zlib.crc32(body[32 + packed :]) == digest
    lzma2 = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    assert lzma.decompress(body[32 : 32 + packed], lzma.FORMAT_RAW, filters=lzma2) == b"REPORTER\n" * 999


def test_seven_zip_opens_elsewhere() -> None:
    body = seven_zip_of("a.dat", b"REPORTER\n" * 999)
    py7zr = pytest.importorskip("py7zr")
    with py7zr.SevenZipFile(io.BytesIO(body)) as archive:
        assert archive.getnames() == ["a.dat"]


def listing(here: StandIns) -> dict[str, dict[str, str]]:
    path = f"{FILES}?format=csv&dir=comext&hierarchy=true&sizeFormat=NONE&dateFormat=ISO"
    rows = csv.DictReader(io.StringIO(get(here, "comext", path).body.decode()))
    return {row["NAME"].rsplit("/", 1)[-1]: row for row in rows}


def test_comext_listing_times_are_the_vintage(storm: StandIns) -> None:
    before = listing(storm)
    storm.world.revise("comext", date(2025, 7, 15), period="202401")
    assert listing(storm) == before
    storm.world.at(date(2025, 7, 16))
    after = listing(storm)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"full_v2_202401.7z", "full_v2_202452.7z"}
    assert after["full_v2_202401.7z"]["LAST_MODIFIED"].startswith("2025-07-15")
    got = get(storm, "comext", ARCHIVE)
    assert len(got.body) == int(after["full_v2_202401.7z"]["SIZE"])


def test_comext_download_redirects_and_old_names_are_gone(calm: StandIns) -> None:
    asked = f"{FILES}?file={quote('comext/COMEXT_DATA/PRODUCTS/', safe='')}"
    assert get(calm, "comext", f"{asked}full_v2_202401.7z", hops=0).status == 302
    assert get(calm, "comext", f"{asked}full_v2_202401.7z").body.startswith(b"7z")
    assert get(calm, "comext", f"{asked}full202401.7z").status == 404
    assert get(calm, "comext", f"{asked}full_v2_202506.7z").status == 404


def test_conditional_and_ranged_requests(calm: StandIns) -> None:
    whole = get(calm, "comext", ARCHIVE)
    tag, time = whole.headers["ETag"], whole.headers["Last-Modified"]
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": time}):
        same = get(calm, "comext", ARCHIVE, headers)
        assert (same.status, same.body) == (304, b"")
    assert get(calm, "comext", ARCHIVE, {"If-None-Match": '"other"', "If-Modified-Since": time}).status == 200
    for guard in ({}, {"If-Range": tag}, {"If-Range": time}):
        part = get(calm, "comext", ARCHIVE, {"Range": "bytes=100-"} | guard)
        assert (part.status, part.body) == (206, whole.body[100:])
    assert get(calm, "comext", ARCHIVE, {"Range": "bytes=100-", "If-Range": '"other"'}).body == whole.body
    assert get(calm, "comext", ARCHIVE, {"Range": "bytes=-5"}).body == whole.body[-5:]
    assert get(calm, "comext", ARCHIVE, {"Range": f"bytes={len(whole.body)}-"}).status == 416


def test_baci(calm: StandIns) -> None:
    page = get(calm, "baci", "/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37").body.decode()
    place = re.findall(r'href="([^"]+HS22_V202501\.zip)"', page)[0]
    with zipfile.ZipFile(io.BytesIO(get(calm, "baci", place).body)) as archive:
        names = archive.namelist()
        year = archive.read(names[0]).decode().splitlines()
    assert names == [
        "BACI_HS22_Y2023_V202501.csv",
        "product_codes_HS22_V202501.csv",
        "country_codes_V202501.csv",
    ]
    assert year[0] == "t,i,j,k,v,q"
    assert len(year) > 100
    assert get(calm, "baci", place.replace("202501", "202601")).status == 404


def test_uk_trade_pages(calm: StandIns) -> None:
    path = "/OTS?$filter=MonthId%20ge%20202301%20and%20(FlowTypeId%20eq%202%20or%20FlowTypeId%20eq%204)&$count=true"
    rows: list[dict[str, Any]] = []
    while path:
        page = get(calm, "uk-trade", path.replace(" ", "%20")).content
        rows.extend(page["value"])
        path = page.get("@odata.nextLink", "").removeprefix(calm.url("uk-trade"))
    assert len(rows) == page["@odata.count"] > calm.world.uk_page
    assert {row["FlowTypeId"] for row in rows} == {2, 4}
    assert len({json.dumps(row) for row in rows}) == len(rows)
    assert get(calm, "uk-trade", "/OTS?$filter=nonsense").status == 400


def test_gdelt_slots(calm: StandIns) -> None:
    lines = get(calm, "gdelt", "/gdeltv2/masterfilelist.txt").body.decode().split("\n")
    listed = [line.split() for line in lines if line.endswith(".gkg.csv.zip")]
    assert len(listed) == 2 * 96
    size, digest, url = listed[0]
    got = get(calm, "gdelt", urlsplit(url).path)
    assert (len(got.body), hashlib.md5(got.body, usedforsecurity=False).hexdigest()) == (int(size), digest)
    with zipfile.ZipFile(io.BytesIO(got.body)) as archive:
        first = archive.read("20250601000000.gkg.csv").decode().split("\n")[0]
    assert len(first.split("\t")) == 27
    assert get(calm, "gdelt", "/gdeltv2/20250603000000.gkg.csv.zip").status == 404


def test_gdelt_missing_unlisted_and_late_slots() -> None:
    missing, unlisted, late = (f"20250601{hour}0000" for hour in ("03", "04", "05"))
    world = World(gdelt_missing={missing}, gdelt_unlisted={unlisted}, gdelt_late={late: date(2025, 6, 20)})
    with serve(world.at(date(2025, 6, 10)), "gdelt") as here:

        def there(slot: str) -> tuple[int, bool]:
            status = get(here, "gdelt", f"/gdeltv2/{slot}.gkg.csv.zip").status
            return status, slot.encode() in get(here, "gdelt", "/gdeltv2/masterfilelist.txt").body

        assert [there(slot) for slot in (missing, unlisted, late)] == [
            (404, False),
            (200, False),
            (404, False),
        ]
        world.at(date(2025, 6, 21))
        assert there(late) == (200, True)


def test_ofac_exports_behind_a_signed_redirect(calm: StandIns) -> None:
    first = get(calm, "ofac", f"{EXPORTS}/SDN.XML", hops=0)
    assert (first.status, "X-Amz-Signature" in first.headers["Location"]) == (302, True)
    assert get(calm, "ofac", first.headers["Location"].partition("?")[0]).status == 403
    plain = get(calm, "ofac", f"{EXPORTS}/SDN.XML").body
    tree = ElementTree.fromstring(plain)
    space = {"s": tree.tag[1:].partition("}")[0]}
    assert len(tree.findall("s:sdnEntry", space)) == int(tree.findtext(".//s:Record_Count", "", space)) > 0
    table = get(calm, "ofac", f"{EXPORTS}/SDN.CSV").body
    assert table.endswith(b"\x1a\r\n")
    assert {len(row) for row in csv.reader(table.decode().splitlines()[:-1])} == {12}
    assert b"<EntryEvent" in get(calm, "ofac", f"{EXPORTS}/SDN_ADVANCED.XML").body
    assert b"<sdnEntry>" in get(calm, "ofac", f"{EXPORTS}/CONSOLIDATED.XML").body
    history = get(calm, "ofac", "/changes/history/2023").content
    assert get(calm, "ofac", f"/changes/{history[0]['publicationId']}").content["added"]


def test_lists_change_on_their_day(storm: StandIns) -> None:
    world = storm.world
    world.list_party("Wholly Invented LLC", "KGZ", date(2025, 7, 10), city="Sampleton")
    world.delist(1, date(2025, 7, 12))

    def names() -> str:
        return (get(storm, "ofac", f"{EXPORTS}/SDN.CSV").body + get(storm, "csl", CSL).body).decode().upper()

    before = get(storm, "ofac", f"{EXPORTS}/SDN.CSV").headers["Last-Modified"]
    assert "WHOLLY INVENTED" not in names()
    world.at(date(2025, 7, 11))
    assert names().count("WHOLLY INVENTED LLC") == 2
    assert names().count("UMBRA COMPONENTS 000") == 2
    world.at(date(2025, 7, 13))
    assert "UMBRA COMPONENTS 000" not in names()
    after = get(storm, "ofac", f"{EXPORTS}/SDN.CSV").headers["Last-Modified"]
    assert (before[5:16], after[5:16]) == ("04 May 2025", "12 Jul 2025")


def test_screening_list_forms_agree(calm: StandIns) -> None:
    table = list(csv.DictReader(io.StringIO(get(calm, "csl", CSL).body.decode())))
    tabs = get(calm, "csl", CSL.replace("csv", "tsv")).body.decode().splitlines()
    found = get(calm, "csl", CSL.replace("csv", "json")).content
    assert len(table[0]) == 29
    assert len(table) == len(tabs) - 1 == found["total"] == len(found["results"]) > 20


def test_uk_list(calm: StandIns) -> None:
    tree = ElementTree.fromstring(get(calm, "uk-list", "/docs/UK-Sanctions-List.xml").body)
    days = [node.text or "" for node in tree.iter("DateDesignated")]
    assert len(days) > 20
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4}", day) for day in days)
    lines = get(calm, "uk-list", "/docs/UK-Sanctions-List.csv").body.decode().splitlines()
    assert (lines[0][:6], len(lines)) == ("Report", len(days) + 2)


def test_eu_texts_by_date(calm: StandIns) -> None:
    answer = get(calm, "eu-annex-iv", "/webapi/rdf/sparql?query=SELECT").content
    numbers = [each["celex"]["value"] for each in answer["results"]["bindings"]]
    english = {"Accept": "application/xhtml+xml", "Accept-Language": "eng"}
    first, last = (get(calm, "eu-annex-iv", f"/resource/celex/{numbers[n]}", english) for n in (0, -1))
    for text in (first, last):
        ElementTree.fromstring(text.body)
        assert b"ANNEX IV<" in text.body
    assert first.body.count(b"<tr>") < last.body.count(b"<tr>")
    place = f"/resource/celex/{numbers[0]}"
    assert get(calm, "eu-annex-iv", place, english | {"Accept": "application/pdf"}).status == 406
    assert get(calm, "eu-annex-iv", "/resource/celex/02014R0833-20230101", english).status == 404


def test_opensanctions_artifacts_stay(calm: StandIns) -> None:
    versions = get(calm, "opensanctions", "/datasets/latest/sanctions/versions.json").content
    latest = get(calm, "opensanctions", "/datasets/latest/sanctions/targets.simple.csv", hops=0)
    assert latest.status == 302
    assert f"/{versions['last_successful']}/" in latest.headers["Location"]
    sizes = []
    for stamp in (versions["items"][0], versions["last_successful"]):
        place = f"/artifacts/sanctions/{stamp}"
        index = get(calm, "opensanctions", f"{place}/index.json").content
        body = get(calm, "opensanctions", f"{place}/targets.simple.csv").body
        said = {each["name"]: each for each in index["resources"]}["targets.simple.csv"]
        digest = hashlib.sha1(body, usedforsecurity=False).hexdigest()
        assert (said["checksum"], said["size"]) == (digest, len(body))
        sizes.append(len(body.splitlines()))
    assert sizes[0] < sizes[1]
    assert get(calm, "opensanctions", "/artifacts/sanctions/20200101000000-abc/index.json").status == 403


def test_ecb_rates(calm: StandIns) -> None:
    with zipfile.ZipFile(io.BytesIO(get(calm, "ecb", RATES).body)) as archive:
        rows = list(csv.reader(archive.read("eurofxref-hist.csv").decode().splitlines()))
    assert rows[0][0] == "Date"
    assert {row[-1] for row in rows} == {""}
    assert rows[1][0] > rows[2][0]
    rouble = rows[0].index("RUB")
    assert {row[rouble] for row in rows[1:] if row[0] > "2022-03-01"} == {"N/A"}
    monthly = get(calm, "ecb", "/service/data/EXR/M.USD.EUR.SP00.A?format=csvdata").body.decode()
    assert list(csv.DictReader(io.StringIO(monthly)))[-1]["TIME_PERIOD"] == "2025-05"
    ElementTree.fromstring(get(calm, "ecb", "/stats/eurofxref/eurofxref-daily.xml").body)


def test_federal_register_pages(calm: StandIns) -> None:
    path = "/api/v1/documents.json?per_page=7&conditions[publication_date][gte]=2022-06-01&fields[]=document_number"
    numbers: list[str] = []
    while path:
        page = get(calm, "federal-register", path).content
        numbers.extend(row["document_number"] for row in page["results"])
        path = page.get("next_page_url", "").removeprefix(calm.url("federal-register"))
    assert len(set(numbers)) == len(numbers) == page["count"] > 14


def test_two_worlds_of_one_seed_are_the_same(storm: StandIns) -> None:
    paths = [("comtrade", PREVIEW + KGZ), ("comext", ARCHIVE), ("csl", CSL), ("ecb", RATES)]
    with (
        serve(World(), "comtrade", "comext", "csl", "ecb") as again,
        serve(World(seed=8), "comtrade") as other,
    ):
        for source, path in paths:
            assert get(storm, source, path).body == get(again, source, path).body
        assert get(storm, "comtrade", PREVIEW + KGZ).body != get(other, "comtrade", PREVIEW + KGZ).body


def test_record_says_what_was_called_and_where_a_key_went(storm: StandIns) -> None:
    get(storm, "comtrade", DATA + KGZ, HEADER)
    assert storm.record.hosts_that_saw(KEY) == {"comtrade"}
    assert storm.record.addresses_with(KEY) == []
    get(storm, "comtrade", f"{DATA}{KGZ}&subscription-key={KEY}")
    get(storm, "csl", CSL, {"X-Other": KEY})
    assert storm.record.hosts_that_saw(KEY) == {"comtrade", "csl"}
    assert len(storm.record.addresses_with(KEY)) == 1
    assert len(storm.record.calls(r"^comtrade GET /data/.*period=202401")) == 2
    storm.record.clear()
    assert storm.record.calls() == []


def test_fault_touches_what_it_matches_after_and_times(storm: StandIns) -> None:
    fault = faults.ServerErrors("^csl ", times=2, after=1, status=503)
    storm.on(fault)
    assert [get(storm, "csl", CSL).status for _ in range(5)] == [200, 503, 503, 200, 200]
    assert get(storm, "ecb", RATES).status == 200
    assert storm.faults.count(fault) == 2


def test_five_errors_are_five(storm: StandIns) -> None:
    storm.on(faults.ServerErrors("^ecb "))
    assert [get(storm, "ecb", RATES).status for _ in range(6)] == [500] * 5 + [200]


def test_exactly_the_row_limit(storm: StandIns) -> None:
    storm.on(faults.ExactlyRowLimit(limit=500))
    assert len(get(storm, "comtrade", PREVIEW + KGZ).rows) == 500
    assert len(get(storm, "comtrade", PREVIEW + KGZ).rows) != 500


def test_quota_in_the_middle(storm: StandIns) -> None:
    storm.on(faults.QuotaUsedUp(after=1))
    assert get(storm, "comtrade", DATA + KGZ, HEADER).status == 200
    refused = get(storm, "comtrade", DATA + KGZ, HEADER)
    assert refused.status == 403
    assert re.search(r"replenished in 12:00:00\.", refused.content["message"])


def test_too_many_requests_with_and_without_a_time(storm: StandIns) -> None:
    storm.on(faults.TooManyRequests("^csl ", seconds=3))
    timed = get(storm, "csl", CSL)
    assert (timed.status, timed.headers["Retry-After"]) == (429, "3")
    storm.on(faults.TooManyRequests("^csl ", seconds=3, dated=True))
    assert get(storm, "csl", CSL).headers["Retry-After"] == "Mon, 30 Jun 2025 12:00:03 GMT"
    storm.on(faults.TooManyRequests("^csl ", seconds=None))
    assert "Retry-After" not in get(storm, "csl", CSL).headers


def test_empty_although_availability_announces_rows(storm: StandIns) -> None:
    storm.on(faults.EmptyAnswer())
    assert get(storm, "comtrade", PREVIEW + KGZ).content["count"] == 0
    assert get(storm, "comtrade", "/public/v1/getDA/C/M/HS" + KGZ).rows[0]["totalRecords"] > 0


def test_wrong_area_code_and_plus_rows(storm: StandIns) -> None:
    honest = get(storm, "comtrade", PREVIEW + KGZ).rows
    storm.on(faults.WrongAreaCode(code=840))
    assert {row["reporterCode"] for row in get(storm, "comtrade", PREVIEW + KGZ).rows} == {840}
    storm.on(faults.PlusRows())
    assert len(get(storm, "comtrade", PREVIEW + KGZ).rows) == 5 * len(honest)


def test_renamed_archive_is_in_the_listing(storm: StandIns) -> None:
    old = f"{FILES}?file=comext%2FCOMEXT_DATA%2FPRODUCTS%2Ffull_v2_202401.7z"
    body = get(storm, "comext", old).body
    storm.on(faults.RenamedArchive())
    assert get(storm, "comext", old).status == 404
    assert "full_v3_202401.7z" in listing(storm)
    assert "full_v2_202401.7z" not in listing(storm)
    assert get(storm, "comext", old.replace("v2", "v3")).body == body


def test_year_under_the_name_of_a_month(storm: StandIns) -> None:
    year = get(storm, "comext", ARCHIVE.replace("202401", "202452")).body
    storm.on(faults.Period52())
    assert get(storm, "comext", ARCHIVE).body == year


@pytest.mark.parametrize("form, first", [("xml", b"<?xml"), ("json", b'{"warning"')])
def test_asynchronous_envelope(storm: StandIns, form: str, first: bytes) -> None:
    storm.on(faults.AsynchronousEnvelope(form=form))
    got = get(storm, "comext", ARCHIVE)
    assert (got.status, got.body.startswith(first)) == (200, True)


def test_html_page_honest_or_lying_about_its_type(storm: StandIns) -> None:
    storm.on(faults.HtmlPage("^csl "))
    assert get(storm, "csl", CSL).headers["Content-Type"].startswith("text/html")
    storm.on(faults.HtmlPage("^csl ", kind=""))
    lying = get(storm, "csl", CSL)
    assert (lying.status, lying.headers["Content-Type"]) == (200, "text/csv")
    assert lying.body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("source, path", [("csl", CSL), ("ofac", f"{EXPORTS}/SDN.CSV")])
def test_half_a_list(storm: StandIns, source: str, path: str) -> None:
    whole = len(get(storm, source, path).body.splitlines())
    fault = faults.ShorterList(f"^{source} ")
    storm.on(fault)
    assert 0.4 * whole < len(get(storm, source, path).body.splitlines()) < 0.65 * whole
    storm.faults.off(fault)
    assert len(get(storm, source, path).body.splitlines()) == whole


def test_cut_at_every_kilobyte(storm: StandIns) -> None:
    whole = get(storm, "comext", ARCHIVE).body
    for cut in faults.cuts(len(whole), where="^comext "):
        storm.on(cut)
        with pytest.raises(http.client.IncompleteRead) as stopped:
            get(storm, "comext", ARCHIVE)
        assert stopped.value.partial == whole[: cut.byte]
    assert get(storm, "comext", ARCHIVE).body == whole


def test_a_client_that_resumes_gets_the_whole(storm: StandIns) -> None:
    whole = get(storm, "comext", ARCHIVE)
    storm.on(faults.CutEveryKilobyte("^comext "))
    had = b""
    for _ in range(len(whole.body) // 1024 + 1):
        ranged = {"Range": f"bytes={len(had)}-", "If-Range": whole.headers["ETag"]}
        try:
            had += get(storm, "comext", ARCHIVE, ranged).body
        except http.client.IncompleteRead as cut:
            had += cut.partial
    assert had == whole.body


def test_a_file_that_changed_midway_starts_again(storm: StandIns) -> None:
    whole = get(storm, "comext", ARCHIVE)
    storm.on(faults.OtherBytesMidway("^comext "))
    again = get(storm, "comext", ARCHIVE, {"Range": "bytes=10-", "If-Range": whole.headers["ETag"]})
    assert (again.status, again.body) == (200, whole.body + b"\n")


def test_redirect_to_another_host(storm: StandIns) -> None:
    storm.on(faults.RedirectElsewhere("^csl ", to=storm.url("elsewhere")))
    place = get(storm, "csl", CSL).headers["Location"]
    assert urlsplit(place).hostname != "127.0.0.1"
    assert get(storm, "elsewhere", urlsplit(place).path).body == b"answer of another host"
    assert len(storm.record.calls("^elsewhere ")) == 1


def test_certificate_that_signs_itself() -> None:
    with serve(World(), "csl", https=True) as here:
        place = urlsplit(here.url("csl"))
        strict = http.client.HTTPSConnection(
            place.hostname or "", place.port, timeout=5, context=ssl.create_default_context()
        )
        with pytest.raises(ssl.SSLCertVerificationError):
            strict.request("GET", CSL)
        strict.close()
        assert here.record.calls() == []
        careless = ssl._create_unverified_context()
        loose = http.client.HTTPSConnection(place.hostname or "", place.port, timeout=5, context=careless)
        loose.request("GET", CSL)
        assert loose.getresponse().status == 200
        loose.close()


def test_bombs(storm: StandIns) -> None:
    storm.on(faults.GzipBomb("^csl ", size=3 << 20))
    got = get(storm, "csl", CSL)
    assert got.headers["Content-Encoding"] == "gzip"
    assert len(got.body) < 10_000
    assert len(gzip.decompress(got.body)) == 3 << 20
    storm.on(faults.ZipBomb("^ecb ", size=3 << 20))
    with zipfile.ZipFile(io.BytesIO(get(storm, "ecb", RATES).body)) as archive:
        assert [entry.file_size for entry in archive.infolist()] == [3 << 20]


def test_path_in_file_names(storm: StandIns) -> None:
    storm.on(faults.PathInFileName())
    rates = get(storm, "ecb", RATES)
    assert 'filename="../../../eurofxref-hist.zip"' in rates.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(rates.body)) as archive:
        assert archive.namelist() == ["../../../eurofxref-hist.csv"]
    assert all(row["NAME"].startswith("../../../") for row in listing(storm).values())


def test_clock_that_runs_backwards(storm: StandIns) -> None:
    now = get(storm, "ecb", RATES)
    storm.on(faults.ClockBackwards("^ecb ", days=60))
    then = get(storm, "ecb", RATES)
    assert (now.headers["Date"][5:16], then.headers["Date"][5:16]) == ("30 Jun 2025", "01 May 2025")
    assert then.headers["Last-Modified"] != now.headers["Last-Modified"]
    assert then.body != now.body


def test_slow_drip_comes_in_pieces(storm: StandIns) -> None:
    whole = get(storm, "csl", CSL).body
    size = -(-len(whole) // 4)
    storm.on(faults.SlowDrip("^csl ", piece=size, pause=0.02))
    place = urlsplit(storm.url("csl"))
    pieces = []
    with socket.create_connection((place.hostname, place.port), timeout=5) as line:
        line.sendall(f"GET {CSL} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        while piece := line.recv(1 << 20):
            pieces.append(piece)
    assert b"".join(pieces).endswith(whole)
    assert len(pieces) >= 3


@pytest.mark.parametrize("byte", [0, 2000])
def test_connection_reset(storm: StandIns, byte: int) -> None:
    storm.on(faults.ConnectionReset("^csl ", byte=byte))
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        get(storm, "csl", CSL)
    assert get(storm, "csl", CSL).status == 200


def test_key_in_the_text_of_an_error(storm: StandIns) -> None:
    storm.on(faults.KeyInErrorText())
    got = get(storm, "comtrade", DATA + KGZ, HEADER)
    assert (got.status, KEY.encode() in got.body) == (401, True)


def test_file_that_is_gone(storm: StandIns) -> None:
    storm.on(faults.Gone("^csl "))
    assert get(storm, "csl", CSL).status == 404


def test_a_stand_in_that_cannot_answer_says_so() -> None:
    broken = "/OTS?$filter=Unheard%20eq%20x1"
    with pytest.raises(RuntimeError, match="uk-trade GET /OTS"), serve(World(), "uk-trade") as here:
        assert get(here, "uk-trade", "/OTS?$skip=many").status == 500
        assert get(here, "uk-trade", broken).status == 400
