"""Runs of a timer: an empty night has its own exit code, dated runs are kept up to a number."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date

import pytest

from features.trade.flows.windows import Windows
from riskmodel.errors import TooFewScored, WrongUsage
from riskmodel.scoring.nights import counted, dated_runs, is_run, refuse_overlap, refuse_too_few, remove_older
from riskmodel.scoring.request import ScoreRequest
from riskmodel.sources.request import InputRequest


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def good(tiny, tmp_path_factory):
    """A published run of the tiny table."""
    from riskmodel.cli import main

    out = tmp_path_factory.mktemp("good") / "run"
    with pytest.raises(SystemExit) as ended:
        main([*tiny.arguments(out), "--quiet"])
    assert ended.value.code == 0
    return out


@pytest.fixture
def request_of(good, tmp_path):
    def made(name="run", **given):
        out = tmp_path / name
        out.parent.mkdir(parents=True, exist_ok=True)
        return ScoreRequest(date(2024, 6, 30), out, InputRequest(), **given)

    return made


def dated_copy(good, folder, day):
    """The good run as it would have been published for another day."""
    place = folder / day
    shutil.copytree(good, place)
    manifest = json.loads((place / "manifest.json").read_text())
    (place / "manifest.json").write_text(json.dumps(manifest | {"as_of": day}))
    return place


def test_a_night_without_trade_ends_with_7_and_leaves_the_last_run(tiny, good, run, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(good, out)
    before = content(out)
    ended = run(tiny.arguments(out, trade="", listings=""))
    assert ended.code == 7
    assert content(out) == before
    sentence = ended.err.strip()
    assert len(sentence.splitlines()) == 1 and len(sentence) <= 400 and "--min-scored 0" in sentence
    refused = json.loads((tmp_path / "run-refused" / "manifest.json").read_text())
    assert refused["scored"] is False and refused["rows"]["articles"]["accepted"] == 3
    assert run([*tiny.arguments(out, trade="", listings=""), "--min-scored", "0"]).code == 0
    assert counted(out)[0] == 0
    # The same night again, without the word that allows it, is an alarm again.
    assert run(tiny.arguments(out, trade="", listings="")).code == 7


@pytest.mark.parametrize(
    ("scored", "min_scored", "refused"),
    [(0, None, True), (0, 0, False), (3, 4, True), (4, 4, False), (1, 1, False)],
)
def test_without_a_last_run_at_least_one_country_or_the_number_asked_for(
    scored, min_scored, refused, request_of
):
    request = request_of(min_scored=min_scored)
    if refused:
        with pytest.raises(TooFewScored) as raised:
            refuse_too_few(scored, 9, request)
        assert raised.value.exit_code == 7
    else:
        refuse_too_few(scored, 9, request)


@pytest.mark.parametrize("keep", [None, 5])
def test_half_of_the_last_run_is_needed_where_no_number_is_given(keep, good, request_of, tmp_path):
    last = counted(good)[0]
    assert last >= 2
    needed = (last + 1) // 2
    if keep is None:
        shutil.copytree(good, tmp_path / "run")
        request = request_of()
    else:
        dated_copy(good, tmp_path / "nights", "2024-06-29")
        request = request_of("nights/2024-06-30", keep=keep)
    refuse_too_few(needed, 9, request)
    if needed > 1:
        with pytest.raises(TooFewScored, match="half of the last run"):
            refuse_too_few(needed - 1, 9, request)
    with pytest.raises(TooFewScored):
        refuse_too_few(0, 9, request)


def test_the_oldest_dated_runs_are_removed_and_nothing_else(good, request_of, tmp_path):
    nights = tmp_path / "nights"
    for day in ("2024-06-26", "2024-06-27", "2024-06-28", "2024-06-30"):
        dated_copy(good, nights, day)
    (nights / "2024-06-27-refused").mkdir()
    (nights / "2024-06-27-refused" / "manifest.json").write_text('{"scored": false}')
    shutil.copytree(good, nights / "2024-06-01")  # a run, but of another day than its name says
    (nights / "2024-06-02").mkdir()
    (nights / "2024-06-02" / "notes.txt").write_text("mine")
    (nights / "2024-06-03").mkdir()
    (nights / "2024-06-03" / "manifest.json").write_text('{"as_of": "2024-06-03"}')
    (nights / "2024-06-04").symlink_to(good)
    shutil.copytree(good, nights / "mine")
    assert remove_older(request_of("nights/2024-06-30", keep=2)) == ("2024-06-26", "2024-06-27")
    assert {path.name for path in nights.iterdir() if path.suffix not in (".lock", ".jsonl")} == {
        "2024-06-01",
        "2024-06-02",
        "2024-06-03",
        "2024-06-04",
        "2024-06-28",
        "2024-06-30",
        "mine",
    }
    assert is_run(good)


def test_a_run_of_a_day_long_ago_does_not_remove_itself_nor_newer_ones(good, request_of, tmp_path):
    for day in ("2024-06-27", "2024-06-28", "2024-06-30"):
        dated_copy(good, tmp_path / "nights", day)
    assert remove_older(request_of("nights/2024-06-27", keep=2)) == ()
    assert [path.name for path in dated_runs(tmp_path / "nights")] == [
        "2024-06-27",
        "2024-06-28",
        "2024-06-30",
    ]


def test_score_keeps_dated_runs(tiny, run, tmp_path, good):
    nights = tmp_path / "nights"
    dated_copy(good, nights, "2024-05-01")
    ended = run([*tiny.arguments(nights), "--keep", "1"])
    assert ended.code == 0, ended.err
    assert [path.name for path in dated_runs(nights)] == ["2024-06-30"]
    assert not (nights / "2024-05-01").exists()
    ended = run([*tiny.arguments(nights / "2024-06-30"), "--keep", "1"])
    assert ended.code == 2 and "is a run" in ended.err


@pytest.mark.parametrize(
    ("windows", "as_of", "words"),
    [
        (Windows(recent_months=60), date(2024, 6, 30), "--recent-months 30 or fewer"),
        (Windows(baseline_end=date(2024, 5, 1)), date(2024, 6, 30), "End --baseline before 2023-07"),
        (Windows(baseline_end=date(2025, 5, 1)), date(2024, 6, 30), "End --baseline before 2023-07"),
        (Windows(recent_months=31), date(2024, 6, 30), "starts in 2021-12"),
        (Windows(recent_months=30), date(2024, 6, 30), None),
        (Windows(recent_months=30), date(2024, 6, 29), "starts in 2021-12"),
        (Windows(), date(2022, 12, 31), None),
    ],
)
def test_a_recent_window_that_overlaps_the_baseline_is_refused(windows, as_of, words):
    if words is None:
        refuse_overlap(windows, as_of)
        return
    with pytest.raises(WrongUsage) as raised:
        refuse_overlap(windows, as_of)
    assert words in str(raised.value) and "compared with themselves" in str(raised.value)
    assert len(str(raised.value)) <= 400


def test_the_command_refuses_overlap(tiny, run, tmp_path):
    ended = run([*tiny.arguments(tmp_path / "run"), "--recent-months", "60"])
    assert ended.code == 2 and "overlaps the baseline" in ended.err
    assert not (tmp_path / "run").exists()


def test_a_terminal_of_ascii_gets_the_ranking(good, tiny):
    words = [sys.executable, "-m", "riskmodel.cli", *tiny.arguments(good)]
    ended = subprocess.run(
        words, env=os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}, capture_output=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == b""
    lines = ended.stdout.decode().splitlines()
    assert any("Tajikistan" in line and "%" in line for line in lines)
