"""Comtrade the whole way: availability, calls, guards, store; and its bad weather."""

import json

import pytest
from runs_of_fetch import current, entries, fetched, outcomes, small_world, weather
from standins import KEY, faults

from riskmodel.fetch.sources import comtrade
from riskmodel.fetch.sources.comtrade import ONWARD, Part, held_codes
from riskmodel.store.vintages import of_covers

DATA = r"^comtrade GET /(data/v1/get|public/v1/preview)/"


@pytest.fixture
def sources(monkeypatch):
    with weather(monkeypatch, small_world(), "comtrade") as running:
        yield running


@pytest.fixture
def keyed(sources, monkeypatch):
    monkeypatch.setenv("COMTRADE_API_KEY", KEY)
    return sources


def asked_for(sources):
    return sources.record.calls(DATA)


def units(root, leg="onward"):
    found = held_codes(entries(root), next(one for one in comtrade.legs(True) if one.name == leg))
    return {(reporter, period) for reporter, period, _ in found}


def test_without_a_key_the_exports_to_russia_come(sources, tmp_path):
    done = fetched(tmp_path / "s", "comtrade")
    assert not done.problems
    assert units(tmp_path / "s") == {
        (r, f"2024{m:02d}") for r in ("417", "792", "842", "276") for m in (1, 2, 3)
    }
    assert not units(tmp_path / "s", "inbound")


def test_with_a_key_all_legs_come_and_the_key_goes_by_header_only(keyed, tmp_path):
    done = fetched(tmp_path / "s", "comtrade")
    assert not done.problems
    assert {reporter for reporter, _ in units(tmp_path / "s", "inbound")} == {
        "842"
    }  # the EU is left to Eurostat
    assert {reporter for reporter, _ in units(tmp_path / "s", "arrival")} == {"417", "792"}
    assert keyed.record.hosts_that_saw(KEY) == {"comtrade"} and not keyed.record.addresses_with(KEY)


def test_a_second_run_asks_only_for_what_changed(keyed, tmp_path):
    fetched(tmp_path / "s", "comtrade")
    n = len(asked_for(keyed))
    fetched(tmp_path / "s", "comtrade")
    assert len(asked_for(keyed)) == n
    keyed.world.revise("comtrade", keyed.world.clock.date(), period="202402", reporter="KGZ", factor=2.0)
    keyed.world.at(keyed.world.clock.replace(hour=23))
    fetched(tmp_path / "s", "comtrade")
    new = asked_for(keyed)[n:]
    assert new and all("reporterCode=417&period=202402" in one.target for one in new)


def test_an_answer_with_exactly_the_limit_is_split(monkeypatch, tmp_path):
    world = small_world(limits={"data": 100_000, "preview": 2})
    monkeypatch.setenv("RISKMODEL_COMTRADE_PREVIEW_ROWS", "2")
    with weather(monkeypatch, world, "comtrade") as sources:
        done = fetched(tmp_path / "s", "comtrade")
        assert not done.problems
        held = [e for e in entries(tmp_path / "s", "comtrade") if e.outcome == "accepted"]
        assert all(e.rows < 2 for e in held if e.dataset.startswith("onward/"))
        assert any(e.reason.startswith("row_limit") for e in entries(tmp_path / "s", "comtrade"))
        vintages = of_covers(entries(tmp_path / "s"), "comtrade", "onward")
        assert len(vintages) == 12 and all(vintages.values())
        codes = held_codes(entries(tmp_path / "s"), ONWARD)
        assert len(set(codes.values())) == 1
        assert len(asked_for(sources)) > 3


def test_months_are_split_first_then_reporters_then_codes():
    part = Part(("1", "2"), ("202401", "202402"), ("854231", "854239"))
    assert [half.periods for half in part.halves()] == [("202401",), ("202402",)]
    part = Part(("1", "2"), ("202401",), ("854231", "854239"))
    assert [half.reporters for half in part.halves()] == [("1",), ("2",)]
    part = Part(("1",), ("202401",), ("854231", "854239"))
    assert [half.codes for half in part.halves()] == [("854231",), ("854239",)]
    assert not Part(("1",), ("202401",), ("854231",)).halves()


def test_a_cell_that_fills_an_answer_by_itself_is_a_failure_and_not_current(sources, tmp_path):
    sources.on(faults.ExactlyRowLimit(times=None))
    done = fetched(tmp_path / "s", "comtrade", until="2024-01")
    assert "comtrade" in done.problems
    vintages = of_covers(entries(tmp_path / "s"), "comtrade", "onward")
    assert not vintages["417", "202401"]  # empty halves came, but the reporter's month is not whole


def test_a_quota_that_is_used_up_stops_for_the_day_and_goes_on_after_it(keyed, tmp_path):
    fault = faults.QuotaUsedUp(after=1)
    keyed.on(fault)
    done = fetched(tmp_path / "s", "comtrade")
    assert "used up" in done.problems["comtrade"] and "UTC" in done.problems["comtrade"]
    assert units(tmp_path / "s") and not units(tmp_path / "s", "arrival")
    n = len(keyed.record.calls(r"^comtrade GET /data/"))
    keyed.faults.off(fault)
    fetched(tmp_path / "s", "comtrade")  # still the same day: no call is made
    assert len(keyed.record.calls(r"^comtrade GET /data/")) == n
    (tmp_path / "s" / "quota" / "comtrade.json").unlink()  # the next day
    done = fetched(tmp_path / "s", "comtrade")
    assert not done.problems and units(tmp_path / "s", "arrival")
    again = keyed.record.calls(r"^comtrade GET /data/")[n:]
    assert not any("flowCode=X" in one.target and "partnerCode=643" in one.target for one in again)


def test_our_own_count_of_calls_stops_before_the_source_does(keyed, tmp_path, monkeypatch):
    monkeypatch.setenv("RISKMODEL_COMTRADE_DAILY_CALLS", "2")
    done = fetched(tmp_path / "s", "comtrade")
    assert "used up" in done.problems["comtrade"]
    assert len([c for c in keyed.record.calls("^comtrade") if "reference" not in c.target]) == 2


def test_an_empty_answer_is_refused_where_availability_says_rows(sources, tmp_path):
    sources.on(faults.EmptyAnswer())
    done = fetched(tmp_path / "s", "comtrade", until="2024-01")
    assert "comtrade" in done.problems
    assert not units(tmp_path / "s") and "rejected" in outcomes(tmp_path / "s", "comtrade")


def test_an_empty_answer_is_believed_where_the_total_shows_that_the_reporter_is_there(monkeypatch, tmp_path):
    with weather(monkeypatch, small_world(codes=("010121",)), "comtrade") as sources:
        done = fetched(tmp_path / "s", "comtrade", until="2024-01")
        assert not done.problems and len(units(tmp_path / "s")) == 4
        assert any("cmdCode=TOTAL" in one.target for one in asked_for(sources))


def test_rows_under_another_area_code_are_refused(sources, tmp_path):
    sources.on(faults.WrongAreaCode(times=None))
    done = fetched(tmp_path / "s", "comtrade", until="2024-01")
    assert "comtrade" in done.problems and not units(tmp_path / "s")
    assert any("840" in e.reason for e in entries(tmp_path / "s", "comtrade"))


def test_codes_of_partners_are_those_of_comtrade(keyed, tmp_path):
    fetched(tmp_path / "s", "comtrade", until="2024-01")
    arrival = next(e for e in entries(tmp_path / "s") if e.dataset.startswith("arrival/"))
    partners = set(arrival.request["params"]["partnerCode"].split(","))
    assert {"842", "251", "757", "579"} <= partners and not {"840", "250", "756", "578"} & partners


@pytest.mark.parametrize("seconds", [1, None])
def test_429_waits_and_goes_on(sources, tmp_path, seconds, monkeypatch):
    waits = []
    monkeypatch.setattr("riskmodel.fetch.client.time.sleep", waits.append)
    sources.on(faults.TooManyRequests(DATA, seconds=seconds, times=2))
    done = fetched(tmp_path / "s", "comtrade", until="2024-01")
    assert not done.problems and units(tmp_path / "s")


def test_500_five_times_is_a_failure_and_the_next_run_completes(sources, tmp_path):
    sources.on(faults.ServerErrors(DATA, times=5))
    done = fetched(tmp_path / "s", "comtrade", until="2024-01")
    assert "comtrade" in done.problems and "failed" in outcomes(tmp_path / "s", "comtrade")
    assert not fetched(tmp_path / "s", "comtrade", until="2024-01").problems
    assert len(units(tmp_path / "s")) == 4


def test_500_four_times_is_overcome(sources, tmp_path):
    sources.on(faults.ServerErrors(DATA, times=4))
    assert not fetched(tmp_path / "s", "comtrade", until="2024-01").problems


@pytest.mark.parametrize(
    "fault",
    [
        faults.AsynchronousEnvelope(DATA, times=None),
        faults.AsynchronousEnvelope(DATA, times=None, form="json"),
        faults.HtmlPage(DATA, times=None),
        faults.HtmlPage(DATA, times=None, kind=""),
        faults.GzipBomb(DATA, times=None, size=20 << 20),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_status_200_with_something_else_never_becomes_current(sources, tmp_path, fault):
    sources.on(fault)
    done = fetched(tmp_path / "s", "comtrade", until="2024-01")
    assert "comtrade" in done.problems and not units(tmp_path / "s")
    assert any((tmp_path / "s" / "rejected").glob("*/*"))


def test_a_key_in_an_error_text_reaches_no_log_ledger_or_error(keyed, tmp_path):
    said = []
    keyed.on(faults.KeyInErrorText(times=None), faults.KeyInErrorText(status=400, times=1))
    done = fetched(tmp_path / "s", "comtrade", say=said.append)
    assert "comtrade" in done.problems
    assert KEY not in " ".join([*said, *done.problems.values()])
    for path in (tmp_path / "s").rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path.name


def test_a_refused_answer_that_repeats_the_key_is_kept_without_it(keyed, tmp_path):
    keyed.on(EchoesKey(DATA, times=None))
    done = fetched(tmp_path / "s", "comtrade")
    assert "comtrade" in done.problems
    kept = [p.read_bytes() for p in (tmp_path / "s" / "rejected").glob("*/*")]
    assert kept and not any(KEY.encode() in raw for raw in kept) and any(b"***" in raw for raw in kept)


class EchoesKey(faults.Fault):
    def answered(self, request, response, turn):
        record = json.loads(response.body) | {"asked": request.header("Ocp-Apim-Subscription-Key")}
        return faults.json_answer(record)


def test_the_stored_bytes_are_those_that_were_sent(sources, tmp_path):
    fetched(tmp_path / "s", "references")
    assert current(tmp_path / "s", "references", "Reporters.json").startswith(b"\xef\xbb\xbf")
