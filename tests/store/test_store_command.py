"""`riskmodel store`: list, check, prune, export; and what `fetch --plan` says without doing anything."""

import json

import pytest
from runs_of_fetch import current, entries, fetched, small_world, weather
from standins import KEY

from riskmodel.fetch.source import source_names
from riskmodel.store.layout import open_store


@pytest.fixture
def store(monkeypatch, tmp_path):
    with weather(monkeypatch, small_world(), "csl", "uk-list") as sources:
        fetched(tmp_path / "s", "csl", "uk-list")
        sources.world.list_party("Quite Invented LLC", "KGZ", sources.world.clock.date())
        sources.world.at(sources.world.clock.replace(hour=14))
        fetched(tmp_path / "s", "csl", "uk-list")
        yield tmp_path / "s"


def test_list_names_sources_versions_and_licence(store, run):
    ended = run(["store", "list", "--store", store])
    assert ended.code == 0 and "csl" in ended.out and "2 vintages" in ended.out


def test_a_sound_store_is_whole_and_a_changed_object_is_found(store, run):
    assert run(["store", "check", "--store", store]).code == 0
    entry = entries(store, "csl")[0]
    open_store(store).object(entry.sha256).write_bytes(b"other")
    ended = run(["store", "check", "--store", store])
    assert ended.code == 1 and "changed on disk" in ended.out


def test_a_missing_object_is_found(store, run):
    entry = entries(store, "csl")[0]
    open_store(store).object(entry.sha256).unlink()
    ended = run(["store", "check", "--store", store])
    assert ended.code == 1 and "missing" in ended.out


def test_prune_removes_orphans_and_never_the_newest(store, run):
    orphan = open_store(store).object("f" * 64)
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"left by a kill")
    newest = current(store, "csl", "consolidated.csv")
    assert run(["store", "prune", "--store", store, "--dry-run"]).code == 0
    assert orphan.exists()
    ended = run(["store", "prune", "--store", store, "--replaced-before", "2026-11-30"])
    assert ended.code == 0 and not orphan.exists()
    assert current(store, "csl", "consolidated.csv") == newest
    assert [e.outcome for e in entries(store, "csl")].count("pruned") == 1
    assert run(["store", "check", "--store", store]).code == 0


def test_export_copies_every_version_with_its_lines(store, run, tmp_path):
    assert run(["store", "export", "--store", store, "--source", "csl", "--out", tmp_path / "out"]).code == 0
    lines = [json.loads(line) for line in (tmp_path / "out" / "ledger.jsonl").read_text().splitlines()]
    assert len(lines) == 2 and all((tmp_path / "out" / line["file"]).is_file() for line in lines)


def test_a_folder_with_other_files_is_not_taken_for_a_store(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    ended = run(["fetch", "csl", "--store", tmp_path / "mine"])
    assert ended.code == 2 and "other files" in ended.err
    assert run(["store", "list", "--store", tmp_path / "none"]).code == 2


def test_the_plan_tells_calls_bytes_minutes_and_licences_and_does_nothing(monkeypatch, run, tmp_path):
    with weather(monkeypatch, small_world()) as sources:
        monkeypatch.setenv("COMTRADE_API_KEY", KEY)
        ended = run(["fetch", "starter", "--plan", "--store", tmp_path / "s"])
        assert ended.code == 0 and not (tmp_path / "s").exists()
        assert not sources.record.calls("")
    for word in ("calls", "MB", "minutes", "CC BY 4.0", "comtrade", "comext", "onward", "inbound"):
        assert word in ended.out
    assert KEY not in ended.out and "opensanctions" not in ended.out


@pytest.mark.parametrize(
    ("word", "meant"),
    [("comtrad", "comtrade"), ("uk_list", "uk-list"), ("annex-iv", "eu-annex-iv"), ("Starter", "starter")],
)
def test_an_unknown_source_names_the_nearest_and_those_that_are_known(run, tmp_path, word, meant):
    ended = run(["fetch", word, "--store", tmp_path / "s"])
    assert ended.code == 2 and f"did you mean {meant}?" in ended.err and "federal-register" in ended.err
    assert "did you mean" not in run(["fetch", "zzz", "--store", tmp_path / "s"]).err


@pytest.mark.parametrize("name", [*source_names(), "starter"])
def test_the_plan_of_every_source_says_cost_span_and_licence(run, tmp_path, name):
    words = ["fetch", name, "--since", "2024-03", "--until", "2024-05", "--plan", "--store", tmp_path / "s"]
    ended = run(words)
    assert ended.code == 0 and not (tmp_path / "s").exists()
    lines = ended.out.splitlines()
    assert "2024-03 to 2024-05" in lines[0] and "Licences:" in lines and "Leave out --plan" in lines[-1]
    assert name == "starter" or any(line.startswith(f"{name} ") and " calls " in line for line in lines)


def test_gdelt_without_days_is_yesterday(run, tmp_path):
    assert " 96 calls " in run(["fetch", "gdelt", "--plan", "--store", tmp_path / "s"]).out
    words = ["fetch", "gdelt", "--since", "2024-03-01", "--until", "2024-03-03", "--plan"]
    assert " 288 calls " in run([*words, "--store", tmp_path / "s"]).out


@pytest.mark.parametrize(
    ("since", "until"), [("2024-05", "2024-04"), ("2024-13", "2024-04"), ("x", "2024-04")]
)
def test_months_that_make_no_sense_are_refused(run, tmp_path, since, until):
    ended = run(["fetch", "csl", "--since", since, "--until", until, "--store", tmp_path / "s"])
    assert ended.code == 2 and not (tmp_path / "s").exists()


def test_the_doctor_says_what_a_store_lacks_and_how_to_get_it(store, run, monkeypatch):
    ended = run(["doctor", "--store", store])
    for words in ("riskmodel fetch comext", "riskmodel fetch comtrade", "COMTRADE_API_KEY"):
        assert words in ended.out
    assert ended.code == 1


def test_the_doctor_names_months_that_are_missing(monkeypatch, tmp_path, run):
    with weather(monkeypatch, small_world(), "comtrade"):
        fetched(tmp_path / "s", "comtrade")
    ended = run(["doctor", "--store", tmp_path / "s"])
    assert "UN Comtrade: 3 of " in ended.out
    assert "the first is 2019-01" in ended.out and "fetch comtrade --since 2019-01" in ended.out


def test_a_score_of_a_store_needs_no_other_word(tmp_path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = run(["score", "--store"])
    assert ended.code == 2 and "'store' holds no store" in ended.err
    assert "Missing option '--as-of'" in run(["score", "--out", "r"]).err
    assert "Missing option '--out'" in run(["score", "--as-of", "2024-01-31"]).err
