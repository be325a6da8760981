"""The stand-ins answer as the sources are documented to."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import pytest
from asking import ARCHIVE, CSL, DATA, EXPORTS, FILES, HEADER, KGZ, PREVIEW, RATES, get, listing
from standins import KEY, SOURCES, StandIns, World, serve


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


def test_comtrade_revised_month_revises_its_year(storm: StandIns) -> None:
    storm.world.revise("comtrade", date(2025, 7, 20), period="202401", reporter="KGZ", factor=2.0)
    path = "/public/v1/getDA/C/A/HS?reporterCode=417&period=2024"
    before = get(storm, "comtrade", path).rows[0]
    storm.world.at(date(2025, 7, 21))
    after = get(storm, "comtrade", path).rows[0]
    assert after["datasetChecksum"] != before["datasetChecksum"]
    assert after["lastReleased"][:10] == "2025-07-20" > before["lastReleased"][:10]


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
    wanted = quote("MonthId ge 202301 and (FlowTypeId eq 2 or FlowTypeId eq 4)")
    path = f"/OTS?$filter={wanted}&$count=true"
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


def test_ofac_files_at_another_host() -> None:
    with serve(World(ofac_files_elsewhere=True), "ofac") as here:
        place = urlsplit(get(here, "ofac", f"{EXPORTS}/SDN.XML").headers["Location"])
        assert f"http://{place.netloc}" == here.url("ofac-files") != here.url("ofac")
        assert place.hostname != "127.0.0.1"
        assert b"<sdnEntry>" in get(here, "ofac-files", f"{place.path}?{place.query}").body
        assert list(here.environment()) == ["RISKMODEL_OFAC_URL"]


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
    path = "/api/v1/documents.json?per_page=7&fields[]=document_number"
    path += "&conditions[publication_date][gte]=2022-06-01"
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


def test_a_stand_in_that_cannot_answer_says_so() -> None:
    broken = "/OTS?$filter=Unheard%20eq%20x1"
    with pytest.raises(RuntimeError, match="uk-trade GET /OTS"), serve(World(), "uk-trade") as here:
        assert get(here, "uk-trade", "/OTS?$skip=many").status == 500
        assert get(here, "uk-trade", broken).status == 400
