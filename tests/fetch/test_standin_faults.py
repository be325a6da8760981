"""Each fault does what it says, to the requests it names and to no other."""

from __future__ import annotations

import gzip
import http.client
import io
import re
import socket
import ssl
import zipfile
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from asking import ARCHIVE, CSL, DATA, EXPORTS, FILES, HEADER, KGZ, PREVIEW, RATES, get, listing
from standins import KEY, StandIns, World, faults, serve


@pytest.fixture
def storm() -> Iterator[StandIns]:
    """A few sources of its own for a test that changes the world or switches faults on."""
    with serve(World(), "comtrade", "comext", "csl", "ecb", "ofac") as running:
        yield running


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
    assert "../../../full_202401.dat".encode("utf-16-le") in get(storm, "comext", ARCHIVE).body


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
