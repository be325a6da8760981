"""The client in bad weather: cuts, redirects, certificates, clocks, a full disk, two at once, kills."""

import errno
import io
import os
import signal
import time

import pytest
import requests
from runs_of_fetch import command, current, entries, fetched, outcomes, small_world, weather
from standins import faults

from riskmodel.errors import FetchIncomplete
from riskmodel.fetch.client import TRIES, Client
from riskmodel.fetch.pace import Pace
from riskmodel.fetch.source import Expectation, Request, source
from riskmodel.publication.digests import digest_file
from riskmodel.store import ledger
from riskmodel.store.layout import open_store
from riskmodel.store.run import check


@pytest.fixture
def world():
    return small_world()


@pytest.fixture
def sources(monkeypatch, world):
    with weather(monkeypatch, world, "ecb", "uk-list", "csl") as running:
        yield running


def whole(tmp_path, name="s"):
    return list(check(open_store(tmp_path / name))) == []


def test_a_file_that_is_cut_every_kilobyte_is_resumed_to_the_end(sources, tmp_path):
    fetched(tmp_path / "whole", "uk-list")
    body = current(tmp_path / "whole", "uk-list", "UK-Sanctions-List.xml")
    sources.on(faults.CutEveryKilobyte())
    assert not fetched(
        tmp_path / "s", "uk-list"
    ).problems  # each try brings a kilobyte, so none is one too many
    assert len(sources.record.calls("^uk-list")) > TRIES
    assert current(tmp_path / "s", "uk-list", "UK-Sanctions-List.xml") == body
    assert any("Range" in one.headers for one in sources.record.calls("^uk-list"))


@pytest.mark.parametrize("validators", [True, False], ids=["resumed", "from the start"])
def test_a_cut_anywhere_never_becomes_current(monkeypatch, tmp_path, validators):
    with weather(monkeypatch, small_world(validators=validators), "csl") as sources:
        fetched(tmp_path / "whole", "csl")
        body = current(tmp_path / "whole", "csl", "consolidated.csv")
        for number, cut in enumerate(faults.cuts(len(body), where="^csl ")):
            sources.on(cut)
            root = tmp_path / f"s{number}"
            assert not fetched(root, "csl").problems
            assert current(root, "csl", "consolidated.csv") == body


def test_a_reset_in_the_middle_is_overcome(sources, tmp_path):
    sources.on(faults.ConnectionReset("^csl ", byte=2000))
    assert not fetched(tmp_path / "s", "csl").problems


def test_a_file_that_changed_between_two_parts_is_fetched_again(sources, tmp_path):
    sources.on(
        faults.CutAt("^uk-list ", byte=2048), faults.OtherBytesMidway("^uk-list ", after=1, times=None)
    )
    assert not fetched(tmp_path / "s", "uk-list").problems
    assert current(tmp_path / "s", "uk-list", "UK-Sanctions-List.xml").endswith(b"</Designations>\n\n")


def test_a_redirect_to_another_host_is_refused(sources, tmp_path):
    sources.on(faults.RedirectElsewhere(to=sources.url("elsewhere"), times=None))
    done = fetched(tmp_path / "s", "csl")
    assert "another host" in done.problems["csl"] or "failed" in outcomes(tmp_path / "s", "csl")
    assert not sources.record.calls("^elsewhere")


@pytest.mark.parametrize(
    ("to", "followed"),
    [
        ("/resource/cellar/1", "https://publications.europa.eu/resource/cellar/1"),
        (
            "http://publications.europa.eu/resource/cellar/1",
            "https://publications.europa.eu/resource/cellar/1",
        ),
        ("https://publications.europa.eu:443/x", "https://publications.europa.eu:443/x"),
        ("http://publications.europa.eu:80/x", None),
        ("https://publications.europa.eu.example/x", None),
        ("https://publications.europa.eu@example.org/x", None),
        ("ftp://publications.europa.eu/x", None),
        ("//example.org/x", None),
    ],
)
def test_redirects_keep_to_the_host_and_to_encryption(tmp_path, to, followed):
    asked = []

    class Session:
        def get(self, url, **_):
            asked.append(url)
            answer = requests.Response()
            answer.url, answer.raw = url, io.BytesIO()
            answer.status_code = 302 if len(asked) == 1 else 200
            answer.headers["Location"] = to
            return answer

    one = source("eu-annex-iv")
    client = Client(one, tmp_path, Pace(one, tmp_path / "q"))
    client._session = Session()
    request = Request("eu-annex-iv", "x", one.at("resource/celex/x"), Expectation("xhtml"))
    if followed is None:
        with pytest.raises(FetchIncomplete, match="redirects"):
            client._following(request, {})
        assert len(asked) == 1
    else:
        client._following(request, {})
        assert asked[1] == followed


def test_a_certificate_that_does_not_hold_is_refused(monkeypatch, tmp_path):
    with weather(monkeypatch, small_world(), "csl", https=True) as sources:
        done = fetched(tmp_path / "s", "csl")
        assert "certificate" in done.problems["csl"] and outcomes(tmp_path / "s", "csl") == ["failed"]
        assert not sources.record.calls("^csl GET")


@pytest.mark.parametrize("words", ["csl", "starter"])
def test_without_a_network_it_is_one_sentence_and_an_exit_code(monkeypatch, tmp_path, words):
    with weather(monkeypatch, small_world()):
        pass
    done = command("fetch", words, "--quiet", "--store", tmp_path / "s")
    out, err = done.communicate(timeout=120)
    assert done.returncode == 6 and not out
    (sentence,) = err.strip().splitlines()
    assert sentence.startswith("riskmodel: ") and "network" in sentence.lower() and len(sentence) <= 400


def test_a_source_that_cannot_be_reached_is_asked_twice_and_no_more(monkeypatch, tmp_path):
    with weather(monkeypatch, small_world(), "federal-register"):
        pass
    done = fetched(tmp_path / "s", "federal-register", until="2024-12")
    assert done.tallies["federal-register"].calls == 2 and done.unreached == ["federal-register"]


def test_a_key_that_is_refused_ends_the_source_at_once(monkeypatch, tmp_path):
    with weather(monkeypatch, small_world(), "comtrade") as sources:
        monkeypatch.setenv("COMTRADE_API_KEY", "not-the-right-key")
        done = fetched(tmp_path / "s", "comtrade")
        assert "refuses the key" in done.problems["comtrade"] and "not-the-right" not in str(done.problems)
        assert len(sources.record.calls("^comtrade GET /data/")) == 1


def test_files_of_ofac_at_another_host_come_only_where_that_host_is_named(monkeypatch, tmp_path):
    with weather(monkeypatch, small_world(ofac_files_elsewhere=True), "ofac") as sources:
        done = fetched(tmp_path / "s", "ofac")
        assert "ofac" in done.problems and not ledger.holding(entries(tmp_path / "s"))
        reasons = {e.reason for e in entries(tmp_path / "s")}
        assert all("another host" in r and "RISKMODEL_OFAC_REDIRECT_HOSTS" in r for r in reasons)
        host = sources.url("ofac-files").split("/")[2].split(":")[0]
        monkeypatch.setenv("RISKMODEL_OFAC_REDIRECT_HOSTS", host)
        assert not fetched(tmp_path / "s", "ofac").problems


def test_a_html_page_with_status_200_is_refused(sources, tmp_path):
    sources.on(faults.HtmlPage("^csl ", times=None), faults.HtmlPage("^uk-list ", times=None, kind=""))
    done = fetched(tmp_path / "s", "csl", "uk-list")
    assert set(done.problems) == {"csl", "uk-list"}
    assert not ledger.holding(entries(tmp_path / "s"))


def test_a_server_whose_clock_runs_backwards_brings_no_older_figures_to_the_fore(sources, tmp_path, world):
    fetched(tmp_path / "s", "uk-list")
    body = current(tmp_path / "s", "uk-list", "UK-Sanctions-List.xml")
    sources.on(faults.ClockBackwards("^uk-list ", times=None, days=200))
    fetched(tmp_path / "s", "uk-list")
    from riskmodel.store.vintages import known_on, of_files

    vintages = of_files(entries(tmp_path / "s"), "uk-list")["UK-Sanctions-List.xml"]
    newest = known_on(vintages, world.clock.date()).vintage
    assert open_store(tmp_path / "s").object(newest.key).read_bytes() == body


def test_our_own_clock_that_was_set_back_keeps_the_order_of_the_ledger(sources, tmp_path):
    fetched(tmp_path / "s", "csl")
    path = open_store(tmp_path / "s").ledger
    path.write_text(
        path.read_text().replace(entries(tmp_path / "s")[0].retrieved_at, "2999-01-01T00:00:00+00:00")
    )
    fetched(tmp_path / "s", "uk-list")
    assert [e.retrieved_at for e in entries(tmp_path / "s")] == ["2999-01-01T00:00:00+00:00"] * 2


def test_a_full_disk_leaves_a_whole_store(sources, tmp_path, monkeypatch):
    fetched(tmp_path / "s", "csl")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for place in (
        "riskmodel.fetch.client.Client._write",
        "riskmodel.store.objects.keep",
        "riskmodel.store.ledger.append",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(place, full)
            with pytest.raises(OSError, match="No space"):
                fetched(tmp_path / "s", "uk-list")
        assert not [e for e in entries(tmp_path / "s", "uk-list") if e.outcome == "accepted"]
    assert not fetched(tmp_path / "s", "uk-list").problems
    assert whole(tmp_path)


def test_two_fetchers_at_once_leave_one_whole_store(sources, tmp_path):
    sources.on(faults.SlowDrip("", times=None, piece=512, pause=0.002))
    both = [command("fetch", "csl", "uk-list", "--store", tmp_path / "s") for _ in range(2)]
    ends = [one.communicate(timeout=120) for one in both]
    assert [one.returncode for one in both] == [0, 0], ends
    assert whole(tmp_path)
    assert sorted(outcomes(tmp_path / "s", "csl")) == ["accepted", "seen"]


MOMENTS = int(os.environ.get("RISKMODEL_KILLS", "6"))


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_kill_9_at_any_moment_loses_nothing(sources, tmp_path, moment):
    fetched(tmp_path / "s", "csl")
    held = current(tmp_path / "s", "csl", "consolidated.csv")
    sources.on(faults.SlowDrip("^(uk-list|ecb) ", times=None, piece=256, pause=0.004))
    job = command("fetch", "uk-list", "ecb", "--store", tmp_path / "s")
    time.sleep(0.15 + 1.6 * moment / MOMENTS)
    os.kill(job.pid, signal.SIGKILL)
    job.communicate()
    assert current(tmp_path / "s", "csl", "consolidated.csv") == held
    for entry in ledger.holding(entries(tmp_path / "s")):
        assert digest_file(open_store(tmp_path / "s").object(entry.sha256)) == entry.sha256
    assert not fetched(tmp_path / "s", "uk-list", "ecb").problems
    fetched(tmp_path / "other", "uk-list", "ecb")
    for name, dataset in (("uk-list", "UK-Sanctions-List.xml"), ("ecb", "eurofxref-hist.zip")):
        assert current(tmp_path / "s", name, dataset) == current(tmp_path / "other", name, dataset)
    assert [p for p in check(open_store(tmp_path / "s")) if "in no line" not in p.what] == []


def test_stopped_politely_it_says_so(sources, tmp_path):
    sources.on(faults.SlowDrip("^uk-list ", times=None, piece=16, pause=0.02))
    job = command("fetch", "uk-list", "--store", tmp_path / "s")
    while not sources.record.calls("^uk-list"):
        time.sleep(0.05)
    job.terminate()
    _, err = job.communicate(timeout=60)
    assert job.returncode == 143 and "Traceback" not in err
