"""Each protection taken out: the fault of a stand-in that it keeps out then does its harm.

Guards on a single answer are taken out one by one in test_guards.py; here they meet the faults they are for.
"""

import gzip
import json
from contextlib import suppress
from datetime import date

import polars as pl
import pytest
import requests
from runs_of_fetch import current, entries, fetched, small_world, weather
from standins import KEY, faults
from standins.exchange import json_answer, redirect
from test_plain_servers import bare, relay

from riskmodel.errors import WrongUsage
from riskmodel.fetch import client, content, guards, taking
from riskmodel.fetch.pace import Pace
from riskmodel.fetch.source import Expectation
from riskmodel.operations import disk
from riskmodel.store import as_known, layout, ledger, opened, vintages
from riskmodel.store.layout import open_store

DATA = r"^comtrade GET /(data/v1/get|public/v1/preview)/"


@pytest.fixture
def harm(monkeypatch, tmp_path):
    """Runs a fault with and without a protection; returns what it did each time."""

    def both(what, *taken_out):
        found = []
        runs = tmp_path / str(len(list(tmp_path.iterdir())))
        runs.mkdir()
        for number, patches in enumerate(((), taken_out)):
            with pytest.MonkeyPatch.context() as patch:
                for target, name, value in patches:
                    if isinstance(target, dict):
                        patch.delitem(target, name)
                    else:
                        patch.setattr(target, name, value)
                found.append(what(patch, runs / f"s{number}"))
        return found

    return both


def without(name):
    table = guards.ON_BYTES if name in guards.ON_BYTES else guards.ON_CONTENT
    return (table, name, None)


def onward(root):
    """Whether a view would use what Kyrgyzstan exported to Russia in January."""
    return bool(vintages.of_covers(entries(root), "comtrade", "onward").get(("417", "202401")))


class ErrorAndRows(faults.Fault):
    """Rows, and an error in words: which of the two holds is not known."""

    def answered(self, request, response, turn):
        return json_answer(json.loads(response.body) | {"error": "partial result"})


class FewerRowsThanCounted(faults.Fault):
    """The count of the whole, and the first half of its rows."""

    def answered(self, request, response, turn):
        record = json.loads(response.body)
        return json_answer(record | {"data": record["data"][: max(1, len(record["data"]) // 2)]})


class OtherField(faults.Fault):
    """A field that is read has another name."""

    def answered(self, request, response, turn):
        return faults.replace(response, body=response.body.replace(b"primaryValue", b"tradeValue2"))


COMTRADE = {
    "row_limit": (faults.ExactlyRowLimit(times=None), ["row_limit"]),
    "empty": (faults.EmptyAnswer(), ["empty"]),
    "only": (faults.WrongAreaCode(times=None), ["only"]),
    "row_count": (FewerRowsThanCounted(DATA, times=None), ["row_count"]),
    "header": (OtherField(DATA, times=None), ["header"]),
    "envelope": (ErrorAndRows(DATA, times=None), ["envelope"]),
    "an envelope without rows": (faults.AsynchronousEnvelope(DATA, times=None, form="json"),
                                 ["envelope", "empty"]),
}  # fmt: skip


@pytest.mark.parametrize("name", COMTRADE)
def test_answers_of_comtrade(harm, name):
    fault, removed = COMTRADE[name]

    def taken(patch, root):
        with weather(patch, small_world(), "comtrade", faults=[fault]):
            fetched(root, "comtrade", until="2024-01")
        return onward(root)

    assert harm(taken, *map(without, removed)) == [False, True]


def test_a_web_page_instead_of_a_table(harm):
    def taken(patch, root):
        with weather(patch, small_world(), "csl", faults=[faults.HtmlPage("^csl ", times=None)]):
            fetched(root, "csl")
        return bool(ledger.holding(entries(root)))

    removed = ["media_type", "page", "kind", "header", "ended"]
    assert harm(taken, *map(without, removed)) == [False, True]
    assert harm(taken, *map(without, removed[:-2])) == [False, False]  # its columns would still betray it


def test_a_list_at_half_its_length(harm):
    def taken(patch, root):
        world = small_world()
        with weather(patch, world, "uk-list") as sources:
            fetched(root, "uk-list")
            whole = current(root, "uk-list", "UK-Sanctions-List.xml")
            world.list_party("Quite Invented LLC", "KGZ", world.clock.date())
            world.at(world.clock.replace(hour=23))
            sources.on(faults.ShorterList())
            fetched(root, "uk-list")
        return len(current(root, "uk-list", "UK-Sanctions-List.xml")) < 0.7 * len(whole)

    assert harm(taken, without("shrunk")) == [False, True]


def test_a_slot_that_is_not_the_one_of_the_list(harm):
    def taken(patch, root):
        patch.setenv("RISKMODEL_GDELT_EVERY", "96")
        changed = faults.OtherBytesMidway(r"\.gkg\.csv\.zip", times=None)
        with weather(patch, small_world(), "gdelt", faults=[changed]):
            fetched(root, "gdelt", since="2025-06-01", until="2025-06-01")
        return any(e.dataset.startswith("gkg/") for e in ledger.holding(entries(root)))

    assert harm(taken, without("size"), without("digest")) == [False, True]
    assert harm(taken, without("size")) == [False, False]


def test_a_table_cut_where_nothing_says_so(harm):
    def taken(patch, root):
        def cut(status, headers, body):
            return bare(status, headers, body[:-3])

        with weather(patch, small_world(), "csl") as sources, relay(sources.url("csl"), cut) as origin:
            patch.setenv("RISKMODEL_CSL_URL", origin)
            fetched(root, "csl")
        return bool(ledger.holding(entries(root)))

    assert harm(taken, without("ended")) == [False, True]


def test_a_cut_that_the_length_shows(harm):
    def taken(patch, root):
        with weather(patch, small_world(), "csl", faults=[faults.CutAt("^csl ", byte=300)]):
            fetched(root, "csl")
        return len(current(root, "csl", "consolidated.csv")) == 300

    ignored = (client, "_length", lambda response: None)
    unread = (requests.Session, "get", _forgiving(requests.Session.get))
    assert harm(taken, ignored, unread, without("ended")) == [False, True]


def _forgiving(get):
    """urllib3 holds to the length by itself; this lets it forget."""

    def got(*words, **more):
        response = get(*words, **more)
        response.raw.enforce_content_length = False
        response.raw.length_remaining = None
        return response

    return got


def test_a_redirect_to_another_host(harm):
    def taken(patch, root):
        with weather(patch, small_world(), "csl") as sources:
            sources.on(faults.RedirectElsewhere(to=sources.url("elsewhere"), times=None))
            fetched(root, "csl")
            return bool(sources.record.calls("^elsewhere"))

    assert harm(taken, (client.Client, "_allow", lambda *_: None)) == [False, True]


class LeadsAway(faults.Fault):
    """A redirect to a host that is allowed, but has nothing to do with the key."""

    def answered(self, request, response, turn):
        return redirect(self.to)


def test_a_key_at_another_host(harm):
    def seen(patch, root):
        with weather(patch, small_world(), "comtrade") as sources:
            patch.setenv("COMTRADE_API_KEY", KEY)
            patch.setenv("RISKMODEL_COMTRADE_REDIRECT_HOSTS", "*")
            fault = LeadsAway("^comtrade GET /data/", None)
            object.__setattr__(fault, "to", f"{sources.url('elsewhere')}/data")
            sources.on(fault)
            fetched(root, "comtrade", until="2024-01")
            return "elsewhere" in sources.record.hosts_that_saw(KEY)

    assert harm(seen, (client, "_place", lambda url: ("", None))) == [False, True]


def test_a_certificate_that_no_one_signed(harm):
    def taken(patch, root):
        with weather(patch, small_world(), "csl", https=True):
            fetched(root, "csl")
        return bool(ledger.holding(entries(root)))

    get = requests.Session.get
    trusting = (requests.Session, "get", lambda *a, **k: get(*a, **k, verify=False))
    with pytest.warns(Warning, match="Unverified"):
        assert harm(taken, trusting) == [False, True]


def test_a_key_in_the_words_of_an_error(harm):
    def kept(patch, root):
        with weather(patch, small_world(), "comtrade") as sources:
            patch.setenv("COMTRADE_API_KEY", KEY)
            sources.on(faults.KeyInErrorText(status=400, times=None))
            fetched(root, "comtrade", until="2024-01")
        return KEY in open_store(root).ledger.read_text()

    same = [(module, "masked", lambda text: text) for module in (client, taking)]
    assert harm(kept, *same) == [False, True]


def test_a_key_in_an_answer(harm):
    class Echoes(faults.Fault):
        def answered(self, request, response, turn):
            return json_answer(json.loads(response.body) | {"asked": request.header(client.KEY_HEADER)})

    def kept(patch, root):
        with weather(patch, small_world(), "comtrade", faults=[Echoes(DATA, times=None)]):
            patch.setenv("COMTRADE_API_KEY", KEY)
            fetched(root, "comtrade", until="2024-01")
        return any(KEY.encode() in p.read_bytes() for p in root.rglob("*") if p.is_file())

    assert harm(kept, without("key_echo")) == [False, True]


def test_a_bomb(harm, tmp_path):
    (tmp_path / "answer").write_bytes(gzip.compress(b"line\n" * (content.SMALL // 4)))

    def unpacked(patch, root):
        try:
            content.look(tmp_path / "answer", Expectation("text"))
        except opened.NotWhole:
            return False
        return True

    assert harm(unpacked, (opened, "MOST_TIMES", 1 << 20)) == [False, True]


def test_a_path_in_an_archive(harm):
    def taken(patch, root):
        with weather(patch, small_world(), "ecb", faults=[faults.PathInFileName("^ecb ")]):
            fetched(root, "ecb")
        return bool(ledger.holding(entries(root)))

    assert harm(taken, (content, "checked_names", lambda names, expects: names)) == [False, True]


def test_a_quota_that_is_used_up(harm):
    def calls(patch, root):
        with weather(patch, small_world(), "comtrade") as sources:
            patch.setenv("COMTRADE_API_KEY", KEY)
            sources.on(faults.QuotaUsedUp())
            fetched(root, "comtrade")
            return len(sources.record.calls("^comtrade GET /data/")) > 1

    def go_on(self, words):
        return client.FetchIncomplete("no more")

    assert harm(calls, (Pace, "stop_for_today", go_on)) == [False, True]


def test_the_calls_of_a_day(harm):
    def calls(patch, root):
        patch.setenv("RISKMODEL_COMTRADE_DAILY_CALLS", "2")
        with weather(patch, small_world(), "comtrade") as sources:
            patch.setenv("COMTRADE_API_KEY", KEY)
            fetched(root, "comtrade")
            return len([c for c in sources.record.calls("^comtrade") if "reference" not in c.target]) > 2

    assert harm(calls, (Pace, "_count", lambda self: None)) == [False, True]


def test_a_part_of_a_split_answer(harm):
    def used(patch, root):
        fault = faults.ExactlyRowLimit(times=None)
        with weather(patch, small_world(), "comtrade", faults=[fault]):
            fetched(root, "comtrade", until="2024-01")
        return onward(root)

    assert harm(used, (vintages, "_is_whole", lambda answers: True)) == [False, True]


def test_a_page_of_a_month(harm):
    def used(patch, root):
        codes = ("847130", "850440", "852691", "853221", "854110", "854231", "854232", "854239", "903089")
        with weather(patch, small_world(uk_page=90, cells=900, codes=codes), "uk-trade", "ecb") as sources:
            sources.on(faults.ServerErrors(r"^uk-trade GET /OTS\?", after=1, times=None))
            fetched(root, "uk-trade", until="2024-01")
        return bool(as_known.as_known(open_store(root), date.today()).trade)

    assert harm(used, (as_known, "is_last_page", lambda store, entry: True)) == [False, True]


def test_figures_of_a_later_day(harm):
    def leaked(patch, root):
        world = small_world()
        with weather(patch, world, "comtrade") as sources:
            fetched(root, "comtrade")
            sources.world.revise("comtrade", date(2025, 8, 1), period="202402", factor=3.0)
            world.at(date(2025, 9, 1))
            fetched(root, "comtrade")
        rows = pl.read_parquet(as_known.as_known(open_store(root), date(2025, 7, 1)).trade[0])
        return rows["known_at"].max() > date(2025, 7, 1)

    def newest(found, as_of):
        return vintages.Known("got", max(found, key=lambda v: v.known_at))

    assert harm(leaked, (as_known, "known_on", newest)) == [False, True]


def test_a_clock_that_was_set_back(harm):
    def reordered(patch, root):
        with weather(patch, small_world(), "csl", "uk-list"):
            fetched(root, "csl")
            path = open_store(root).ledger
            path.write_text(
                path.read_text().replace(entries(root)[0].retrieved_at, "2999-01-01T00:00:00+00:00")
            )
            fetched(root, "uk-list")
        moments = [e.retrieved_at for e in entries(root)]
        return moments != sorted(moments)

    now = ledger.now
    assert harm(reordered, (ledger, "now", lambda entries=(): now())) == [False, True]


def test_a_line_of_the_ledger_that_a_crash_tore(harm):
    def lost(patch, root):
        with weather(patch, small_world(), "csl", "uk-list"):
            fetched(root, "csl")
            with open_store(root).ledger.open("a") as file:
                file.write('{"source": "uk-list", "dataset": "UK')
            fetched(root, "uk-list")
        return "uk-list" not in {e.source for e in ledger.read(open_store(root).ledger)[0]}

    def appended(path, line):
        with path.open("a") as file:
            file.write(line + "\n")

    assert harm(lost, (disk, "append_line", appended)) == [False, True]


def test_two_at_once(harm):
    """Without the lock a second process would fetch while the first holds the source."""

    def at_once(patch, root):
        patch.setenv("RISKMODEL_FETCH_LOCK_SECONDS", "0")
        with weather(patch, small_world(), "csl") as sources:
            with open_store(root, create=True).exclusive("csl", 0), suppress(WrongUsage):
                fetched(root, "csl")
            return bool(sources.record.calls("^csl"))

    assert harm(at_once, (layout, "_wait_for", lambda *_: None)) == [False, True]
