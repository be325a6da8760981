"""Servers that answer more plainly: no length, no type, no validator, packed, another base address."""

import datetime
import gzip
import http.client
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from runs_of_fetch import entries, fetched, small_world, weather
from standins import SOURCES

from riskmodel.store import ledger
from riskmodel.store.as_known import as_known
from riskmodel.store.layout import open_store

ALL = [name for name in SOURCES if name not in ("gdelt", "baci")]


@contextmanager
def relay(origin, manner):
    """A server of HTTP/1.0 in front of a stand-in that closes each connection; `manner` changes answers."""
    place = urlsplit(origin)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            behind = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
            behind.request("GET", self.path, headers=headers)
            answer = behind.getresponse()
            status, headers, body = manner(answer.status, dict(answer.headers.items()), answer.read())
            behind.close()
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def bare(status, headers, body):
    """The body and nothing else: no length, no type, no mark of the version, no date."""
    return status, {k: v for k, v in headers.items() if k == "Location"}, body


def packed(status, headers, body):
    """Every transfer is packed, whatever was asked for, and its length is that of the packed bytes."""
    if status != 200:
        return bare(status, headers, body)
    body = gzip.compress(body)
    return status, {"Content-Encoding": "gzip", "Content-Length": str(len(body))}, body


@pytest.mark.parametrize("manner", [bare, packed])
@pytest.mark.parametrize("name", ALL)
def test_a_plain_server_is_enough(monkeypatch, tmp_path, name, manner):
    if name == "comext":
        pytest.importorskip("py7zr", reason="7z archives need the extra `fetch` (py7zr)")
    with weather(monkeypatch, small_world()) as sources:
        setting = SOURCES[name].setting
        with relay(sources.url(name), manner) as origin:
            monkeypatch.setenv(setting, f"{origin}/")
            done = fetched(tmp_path / "s", name)
    assert not done.problems
    assert {e.outcome for e in entries(tmp_path / "s", name)} <= {"accepted", "seen", "rejected"}
    if name not in ("references", "ecb", "eu-annex-iv"):
        view = as_known(open_store(tmp_path / "s"), datetime.date.today())
        assert view.trade or view.listings or view.articles, name


def test_gdelt_behind_a_plain_server(monkeypatch, tmp_path):
    monkeypatch.setenv("RISKMODEL_GDELT_EVERY", "48")
    with weather(monkeypatch, small_world(), "gdelt") as sources, relay(sources.url("gdelt"), bare) as origin:
        monkeypatch.setenv("RISKMODEL_GDELT_URL", f"{origin}/gdeltv2/")
        done = fetched(tmp_path / "s", "gdelt", since="2025-06-01", until="2025-06-01")
    assert not done.problems and done.tallies["gdelt"].accepted == 3


def test_a_table_that_ends_in_the_middle_of_a_line_is_refused(monkeypatch, tmp_path):
    def cut(status, headers, body):
        return bare(status, headers, body[:-3])

    with weather(monkeypatch, small_world(), "csl") as sources, relay(sources.url("csl"), cut) as origin:
        monkeypatch.setenv("RISKMODEL_CSL_URL", origin)
        done = fetched(tmp_path / "s", "csl")
    assert "csl" in done.problems and not ledger.holding(entries(tmp_path / "s"))
