"""Every guard refuses a case that nothing else refuses: taken out, the same answer would become current."""

import gzip
import hashlib
import io
import json
import zipfile

import pytest

from riskmodel.fetch import content, guards
from riskmodel.fetch.client import Received
from riskmodel.fetch.guards import Case, judge
from riskmodel.fetch.source import Expectation, Request
from riskmodel.store.ledger import Entry

KEY = "made-up-key-12345"
ROWS = json.dumps(
    {"count": 2, "data": [{"reporterCode": 417, "a": 1}, {"reporterCode": 417, "a": 2}]}
).encode()
TABLE = b"source,name\nEL,a\nEL,b\nSDN,c\n"
JSON = {"kind": "json", "rows_at": "data"}
CSV = {"kind": "csv", "header": ("source",)}


def before(rows, **counts):
    return Entry("csl", "x", "accepted", "2025-01-01T00:00:00+00:00", rows=rows, counts=counts)


# guard -> (answer, what is expected, media type, whether the transfer showed its end, the answer before)
BAD = {
    "size": (TABLE, {**CSV, "size": 99}, "text/csv", True, None),
    "digest": (TABLE, {**CSV, "digest": "md5:" + "0" * 32}, "text/csv", True, None),
    "ended": (TABLE[:-1], CSV, "text/csv", False, None),
    "media_type": (TABLE, CSV, "text/html", True, None),
    "page": (b"<html>source</html>\n", {"kind": "xml", "row_element": "html"}, "text/xml", True, None),
    "kind": (b'{"source": 1}\n', {"kind": "csv"}, "text/csv", True, None),
    "key_echo": (ROWS.replace(b'"count"', f'"said": "{KEY}", "count"'.encode()), JSON, "", True, None),
    "envelope": (b'{"id": "b-1", "warning": {"status": 413}}', JSON, "application/json", True, None),
    "header": (TABLE, {**CSV, "header": ("source", "programs")}, "text/csv", True, None),
    "only": (ROWS, {**JSON, "only": {"reporterCode": frozenset({"842"})}}, "", True, None),
    "row_count": (ROWS.replace(b'"count": 2', b'"count": 3'), JSON, "", True, None),
    "row_limit": (ROWS, {**JSON, "row_limit": 2}, "", True, None),
    "empty": (b'{"count": 0, "data": []}', {**JSON, "must_have_rows": True}, "", True, None),
    "shrunk": (
        TABLE,
        {**CSV, "least_share": 0.8, "list_column": "source"},
        "text/csv",
        True,
        before(3, EL=2, SDN=2),
    ),
}


def case(tmp_path, name):
    answer, expects, media_type, delimited, earlier = BAD[name]
    path = tmp_path / "answer"
    path.write_bytes(answer)
    request = Request("comtrade", "x", "http://127.0.0.1/", Expectation(**expects))
    return Case(request, Received(200, path, media_type, delimited=delimited), path, earlier)


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("RISKMODEL_COMTRADE_KEY", KEY)


def test_every_guard_has_a_case():
    assert set(BAD) == {*guards.ON_BYTES, *guards.ON_CONTENT}


@pytest.mark.parametrize("name", BAD)
def test_the_guard_refuses(tmp_path, name):
    verdict = judge(case(tmp_path, name))
    assert not verdict.passed and verdict.guard == name and verdict.why


@pytest.mark.parametrize("name", BAD)
def test_without_the_guard_the_answer_would_become_current(tmp_path, monkeypatch, name):
    for table in (guards.ON_BYTES, guards.ON_CONTENT):
        if name in table:
            monkeypatch.delitem(table, name)
    assert judge(case(tmp_path, name)).passed


def looked(tmp_path, body, **expects):
    path = tmp_path / "answer"
    path.write_bytes(body)
    return content.look(path, Expectation(**expects))


def zipped(names, body=b"a,b\n1,2\n"):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, body)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["../a.csv", "/a.csv", "a/b.csv", "..", ".a.csv", "C:\\a.csv", "a\n.csv"])
def test_a_path_in_an_archive_is_refused(tmp_path, name):
    with pytest.raises(content.NotWhole, match="path"):
        looked(tmp_path, zipped(["good.csv", name]), kind="zip", member=".csv")


def test_an_archive_without_the_file_is_refused(tmp_path):
    with pytest.raises(content.NotWhole, match="holds no file"):
        looked(tmp_path, zipped(["full_202352.dat"]), kind="zip", member="202301.dat")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    with pytest.raises(content.NotWhole, match="far more"):
        looked(tmp_path, zipped(["a.csv"], b" " * (content.SMALL + 1)), kind="zip", member=".csv")


@pytest.mark.parametrize("kind", ["json", "csv", "xml", "text", "xhtml"])
def test_a_gzip_bomb_is_refused_while_it_is_unpacked(tmp_path, kind):
    body = gzip.compress(b" " * (content.SMALL + (1 << 20)))
    with pytest.raises(content.NotWhole, match="far more"):
        looked(tmp_path, body, kind=kind)


def test_a_list_that_defines_entities_is_refused(tmp_path):
    body = b'<!DOCTYPE a [<!ENTITY b "c">]><a><row/></a>'
    with pytest.raises(content.NotWhole, match="entities"):
        looked(tmp_path, body, kind="xml", row_element="row")


WHOLE = {
    "json": (ROWS * 1, JSON),
    "xml": (b"<list>" + b"<row>text</row>" * 300 + b"</list>", {"kind": "xml", "row_element": "row"}),
    "zip": (zipped(["a.csv"], hashlib.sha256(b"x").digest() * 99), {"kind": "zip", "member": ".csv"}),
    "xhtml": (b"<html><body>" + b"<tr></tr>" * 300 + b"</body></html>", {"kind": "xhtml"}),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_cut_anywhere_is_refused(tmp_path, kind):
    body, expects = WHOLE[kind]
    looked(tmp_path, body, **expects)
    for at in range(0, len(body) - 1, max(1, len(body) // 40)):
        with pytest.raises(content.NotWhole):
            looked(tmp_path, body[:at], **expects)
