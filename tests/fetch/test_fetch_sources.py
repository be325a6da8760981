"""Each other source the whole way, and the bad weather that is its own."""

import datetime as dt
import shutil
import sys

import polars as pl
import pytest
from runs_of_fetch import current, entries, fetched, outcomes, small_world, weather
from standins import faults

from riskmodel.fetch.content import look
from riskmodel.fetch.source import Expectation
from riskmodel.fetch.sources.comext import archives
from riskmodel.store.as_known import as_known
from riskmodel.store.layout import open_store
from riskmodel.store.opened import NotWhole

pytest.importorskip("py7zr", reason="7z archives need the extra `fetch` (py7zr)")


@pytest.fixture
def world():
    return small_world()


@pytest.fixture
def sources(monkeypatch, world):
    with weather(monkeypatch, world) as running:
        yield running


ONCE = {
    "references": 4,
    "ecb": 1,
    "csl": 1,
    "uk-list": 1,
    "ofac": 2,
    "opensanctions": 2,
    "federal-register": 3,
    "uk-trade": 4,
}


@pytest.mark.parametrize("name", ONCE)
def test_it_comes_once_and_is_seen_again(sources, tmp_path, name):
    done = fetched(tmp_path / "s", name)
    assert not done.problems and done.tallies[name].accepted >= ONCE[name]
    again = fetched(tmp_path / "s", name)
    assert not again.problems and again.tallies[name].accepted == 0


@pytest.mark.parametrize("name", ["ecb", "csl", "uk-list", "ofac"])
def test_what_did_not_change_costs_no_body(sources, tmp_path, name):
    fetched(tmp_path / "s", name)
    assert fetched(tmp_path / "s", name).tallies[name].bytes == 0


def test_baci_has_its_version_as_vintage(tmp_path, monkeypatch):
    monkeypatch.setenv("RISKMODEL_BACI_VERSION", "HS22_V202501")
    with weather(monkeypatch, small_world(first="202301"), "baci"):
        assert not fetched(tmp_path / "s", "baci").problems
        assert [e.published_at[:10] for e in entries(tmp_path / "s", "baci")] == ["2025-01-31"]
        assert fetched(tmp_path / "s", "baci").tallies["baci"].calls == 0


def test_baci_without_a_table_of_a_year_is_refused(sources, tmp_path, monkeypatch):
    monkeypatch.setenv("RISKMODEL_BACI_VERSION", "HS22_V202501")  # of a world that begins in 2024
    done = fetched(tmp_path / "s", "baci")
    assert "baci" in done.problems and outcomes(tmp_path / "s", "baci") == ["rejected"]


def test_comext_takes_months_by_the_listing_and_rewritten_ones_again(sources, tmp_path, world):
    assert not fetched(tmp_path / "s", "comext").problems
    assert {e.period for e in entries(tmp_path / "s", "comext") if e.dataset != "listing"} == {
        "202401", "202402", "202403",
    }  # fmt: skip
    world.revise("comext", world.clock.date() + dt.timedelta(days=5), period="202402")
    world.at(world.clock + dt.timedelta(days=6))
    assert fetched(tmp_path / "s", "comext").tallies["comext"].accepted == 2  # the listing and the month


def test_a_renamed_archive_is_found_in_the_listing(sources, tmp_path):
    sources.on(faults.RenamedArchive())
    assert not fetched(tmp_path / "s", "comext").problems
    assert any("full_v3_202401.7z" in e.name for e in entries(tmp_path / "s", "comext"))


def test_a_year_under_the_name_of_a_month_is_refused(sources, tmp_path):
    sources.on(faults.Period52())
    done = fetched(tmp_path / "s", "comext")
    assert "comext" in done.problems
    assert [e for e in entries(tmp_path / "s", "comext") if e.outcome == "accepted"][1:] == []


def test_month_52_and_the_british_archive_are_no_months():
    rows = [f"{name},10,7z,2025-01-01T00:00:00" for name in
            ("full_v2_202352.7z", "full_partxixu_v2_202301.7z", "full_v2_202301.7z",
             "full202302.7z")]  # fmt: skip
    assert sorted(archives("NAME,SIZE,TYPE,LAST_MODIFIED\n" + "\n".join(rows))) == ["202301", "202302"]


def test_a_month_that_is_not_in_the_listing_is_absent(sources, tmp_path):
    fetched(tmp_path / "s", "comext", since="2025-05", until="2025-06")
    assert [e.period for e in entries(tmp_path / "s", "comext") if e.outcome == "absent"] == [
        "202505",
        "202506",
    ]


@pytest.mark.parametrize("name", ["csl", "uk-list", "ofac"])
def test_a_list_at_half_its_length_is_kept_back(sources, tmp_path, world, name):
    fetched(tmp_path / "s", name)
    held = {e.dataset: current(tmp_path / "s", name, e.dataset) for e in entries(tmp_path / "s", name)}
    world.at(world.clock + dt.timedelta(days=60))
    world.list_party("Quite Invented LLC", "KGZ", world.clock.date() - dt.timedelta(days=1))
    fault = faults.ShorterList()
    sources.on(fault)
    done = fetched(tmp_path / "s", name)
    assert "refused" in done.problems[name] and "rejected" in outcomes(tmp_path / "s", name)
    assert all(current(tmp_path / "s", name, dataset) == body for dataset, body in held.items())
    assert not fetched(tmp_path / "s", name, accept_shrunk=True).problems
    assert any(current(tmp_path / "s", name, dataset) != body for dataset, body in held.items())


def test_all_slots_of_a_day_are_accounted_for(monkeypatch, tmp_path):
    missing, unlisted = "20250601001500", "20250601003000"
    world = small_world(gdelt_missing={missing}, gdelt_unlisted={unlisted})
    with weather(monkeypatch, world, "gdelt"):
        done = fetched(tmp_path / "s", "gdelt", since="2025-06-01", until="2025-06-01")
    assert not done.problems
    slots = [e for e in entries(tmp_path / "s", "gdelt") if e.dataset.startswith("gkg/")]
    assert len(slots) == 96
    by_outcome = {e.dataset: e.outcome for e in slots}
    assert by_outcome.pop(f"gkg/{missing}") == "absent"
    assert set(by_outcome.values()) == {"accepted"} and f"gkg/{unlisted}" in by_outcome


def test_a_slot_with_another_digest_than_the_list_says_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("RISKMODEL_GDELT_EVERY", "48")
    with weather(monkeypatch, small_world(), "gdelt") as sources:
        sources.on(faults.OtherBytesMidway(r"\.gkg\.csv\.zip", times=None))
        done = fetched(tmp_path / "s", "gdelt", since="2025-06-01", until="2025-06-01")
    assert "gdelt" in done.problems and outcomes(tmp_path / "s", "gdelt").count("rejected") == 2


@pytest.mark.parametrize("name", ["ecb", "comext"])
def test_a_path_in_a_file_name_writes_nothing_elsewhere(sources, tmp_path, name):
    sources.on(faults.PathInFileName(f"^{name} "))
    root = tmp_path / "a" / "b" / "c" / "s"
    done = fetched(root, name)
    assert name in done.problems or not [
        e for e in entries(root, name) if e.outcome == "accepted" and e.period
    ]
    outside = [p for p in tmp_path.rglob("*") if p.is_file() and not p.is_relative_to(root)]
    assert not outside


def out_by(day, days):
    return dt.datetime.strptime(day, "%Y%m%d").date() + dt.timedelta(days=days)


def test_the_lag_of_the_texts_is_a_setting(sources, tmp_path, monkeypatch):
    monkeypatch.setenv("RISKMODEL_EULEX_LAG_DAYS", "3")
    fetched(tmp_path / "s", "eu-annex-iv")
    texts = [e for e in entries(tmp_path / "s", "eu-annex-iv") if e.period]
    assert {e.published_field for e in texts} == {"CELEX date and 3 days"}
    assert all(e.published_at[:10] == str(out_by(e.period, 3)) for e in texts)


def test_versions_of_the_regulation_are_dated_and_fetched_once(sources, tmp_path):
    done = fetched(tmp_path / "s", "eu-annex-iv")
    assert not done.problems
    texts = [e for e in entries(tmp_path / "s", "eu-annex-iv") if e.period]
    assert len(texts) > 5 and all(e.published_at[:10] == str(out_by(e.period, 14)) for e in texts)
    assert fetched(tmp_path / "s", "eu-annex-iv").tallies["eu-annex-iv"].calls == 1


def test_a_starter_run_goes_on_where_one_source_fails(sources, tmp_path):
    sources.on(faults.ServerErrors("^csl ", times=None))
    done = fetched(tmp_path / "s", "starter")
    assert set(done.problems) == {"csl"}
    assert {e.source for e in entries(tmp_path / "s") if e.outcome == "accepted"} == {
        "references", "ecb", "uk-list", "ofac", "eu-annex-iv", "comtrade", "comext",
    }  # fmt: skip


def test_without_the_reader_of_archives_it_is_one_sentence(sources, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "py7zr", None)
    monkeypatch.setattr("riskmodel.store.archives._PROGRAMS", ())
    done = fetched(tmp_path / "s", "comext")
    assert "pip install" in done.problems["comext"] and not sources.record.calls("^comext")


@pytest.mark.skipif(not any(map(shutil.which, ("7zz", "7z", "7za"))), reason="7-Zip is not installed")
def test_an_installed_program_reads_archives_too(sources, tmp_path, monkeypatch):
    fetched(tmp_path / "library", "comext")
    views = [as_known(open_store(tmp_path / "library"), dt.date(2025, 6, 30))]
    monkeypatch.setitem(sys.modules, "py7zr", None)
    assert not fetched(tmp_path / "program", "comext").problems
    views.append(as_known(open_store(tmp_path / "program"), dt.date(2025, 6, 30)))
    tables = [pl.read_parquet(view.trade[0]) for view in views]
    assert tables[0].equals(tables[1]) and tables[0].height
    assert (
        entries(tmp_path / "library", "comext")[-1].rows == entries(tmp_path / "program", "comext")[-1].rows
    )
    for name, cut in (("cut", slice(0, -40)), ("changed", slice(0, None))):
        held = entries(tmp_path / "program", "comext")[-1]
        raw = bytearray(open_store(tmp_path / "program").object(held.sha256).read_bytes()[cut])
        raw[200] ^= 255
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(NotWhole):
            look(tmp_path / name, Expectation("7z", member=".dat"))


def test_an_archive_with_other_columns_is_refused(sources, tmp_path, monkeypatch):
    monkeypatch.setattr("riskmodel.fetch.sources.comext.COLUMNS", ("REPORTER", "RENAMED_COLUMN"))
    done = fetched(tmp_path / "s", "comext")
    assert "comext" in done.problems
    reasons = [e.reason for e in entries(tmp_path / "s", "comext") if e.outcome == "rejected"]
    assert len(reasons) == 3 and all(reason == "header: it lacks RENAMED_COLUMN" for reason in reasons)
