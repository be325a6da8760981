"""Publication: all of a run or none of it, whatever a killed or failing job left behind."""

import errno
import json
import os
import resource
import subprocess
import sys
import threading

import polars as pl
import pytest

from riskmodel.errors import RiskmodelError, WrongUsage
from riskmodel.operations import disk
from riskmodel.publication.digests import is_whole, output_digests, read_manifest, write_json
from riskmodel.publication.publish import check_target, exclusive, publish

ENTRY = {"run_id": "0123456789abcdef", "as_of": "2024-06-30", "simulated": True}


def _write(text):
    def write(folder):
        (folder / "scores.csv").write_text(text)
        (folder / "quarantine").mkdir()
        write_json({**ENTRY, "files": output_digests(folder)}, folder / "manifest.json")

    return write


def _publish(out, text):
    publish(out, _write(text), ENTRY)


def _lines(out):
    return [json.loads(line) for line in (out.parent / "ledger.jsonl").read_text().splitlines()]


@pytest.fixture(params=["exchange", "two renames"])
def out(request, tmp_path, monkeypatch):
    """A run in place, on systems that exchange two names at once and on those that cannot."""
    if request.param == "two renames":
        monkeypatch.setattr(disk, "exchange", lambda one, other: False)
    _publish(tmp_path / "run", "first")
    return tmp_path / "run"


def test_a_run_is_replaced_as_a_whole_and_nothing_is_left(out):
    (out / "note-of-mine.txt").write_text("x")
    _publish(out, "second")
    assert (out / "scores.csv").read_text() == "second"
    assert not (out / "note-of-mine.txt").exists()
    assert {path.name for path in out.parent.iterdir()} == {"run", "ledger.jsonl"}
    assert len(_lines(out)) == 2


def test_a_failing_writer_leaves_the_run_in_place(out):
    def broken(folder):
        (folder / "scores.csv").write_text("half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish(out, broken, ENTRY)
    assert (out / "scores.csv").read_text() == "first"
    assert {path.name for path in out.parent.iterdir()} == {"run", "ledger.jsonl"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_disk_that_fails_is_one_sentence_and_costs_nothing(out, number):
    def failing(folder):
        (folder / "scores.csv").write_text("half")
        raise OSError(number, os.strerror(number))

    with pytest.raises(RiskmodelError, match="nothing was published") as raised:
        publish(out, failing, ENTRY)
    assert ("disk is full" in str(raised.value)) == (number in (errno.ENOSPC, errno.EDQUOT))
    assert (out / "scores.csv").read_text() == "first"


def test_a_library_that_keeps_only_the_words_of_a_full_disk_is_understood(out):
    class ComputeError(Exception):
        """As polars raises it: no error number."""

    def failing(folder):
        raise ComputeError("No space left on device (os error 28)")

    with pytest.raises(RiskmodelError, match="disk is full"):
        publish(out, failing, ENTRY)


def test_staging_of_a_killed_job_is_removed_at_the_next_start(out):
    staging = out.parent / ".run.partial"
    staging.mkdir()
    (staging / "scores.csv").write_text("half")
    with exclusive(out) as repaired:
        assert repaired == ("removed what a killed job left behind",)
    assert not staging.exists()
    assert (out / "scores.csv").read_text() == "first"


def test_a_run_found_only_under_its_old_name_is_put_back(out):
    out.rename(out.parent / ".run.old")  # where a kill between the two renames leaves it
    (out.parent / ".run.partial").mkdir()
    with exclusive(out) as repaired:
        assert "put the last run back in its place" in repaired
    assert (out / "scores.csv").read_text() == "first"
    assert {path.name for path in out.parent.iterdir()} == {"run", "ledger.jsonl", ".run.lock"}


def test_a_replaced_run_that_was_not_yet_removed_does_not_come_back(out):
    _publish(out.parent / "older", "older")
    (out.parent / "older").rename(out.parent / ".run.old")
    with exclusive(out):
        pass
    assert (out / "scores.csv").read_text() == "first"
    assert not (out.parent / ".run.old").exists()


def test_a_run_killed_before_its_ledger_line_gets_it_at_the_next_start(out):
    (out.parent / "ledger.jsonl").unlink()
    for expected in (1, 1):  # once, not at every start
        with exclusive(out):
            pass
        assert len(_lines(out)) == expected
    assert _lines(out)[0]["run_id"] == ENTRY["run_id"]


def test_a_torn_ledger_line_spoils_no_other(out):
    with (out.parent / "ledger.jsonl").open("a") as file:
        file.write('{"run_id": "torn')
    _publish(out, "second")
    lines = (out.parent / "ledger.jsonl").read_text().splitlines()
    assert len(lines) == 3 and json.loads(lines[0]) and json.loads(lines[2])


def test_a_ledger_without_room_is_said_and_fixed_at_the_next_start(out, monkeypatch):
    def full(path, line):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "append_line", full)
        with pytest.raises(RiskmodelError, match="is published and whole"):
            publish(out, _write("second"), {**ENTRY, "run_id": "fedcba9876543210"})
    assert (out / "scores.csv").read_text() == "second"


def test_many_jobs_add_to_one_ledger_without_mixing_lines(tmp_path):
    path = tmp_path / "ledger.jsonl"

    def add(number):
        for place in range(20):
            disk.append_line(path, json.dumps({"job": number, "place": place, "fill": "x" * 3000}))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [json.loads(line) for line in path.read_text().splitlines()]
    assert sorted((line["job"], line["place"]) for line in found) == [
        (j, p) for j in range(6) for p in range(20)
    ]


def test_a_second_job_is_refused_and_a_dead_one_holds_no_lock(tmp_path):
    out = tmp_path / "run"
    code = "import sys, time; from pathlib import Path; from riskmodel.publication.publish import exclusive\n"
    code += "with exclusive(Path(sys.argv[1])):\n print('held', flush=True)\n time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(out)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(WrongUsage, match="Another job"), exclusive(out):
            pass
        other.kill()
        other.wait()
    with exclusive(out):
        pass


def test_a_lock_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / ".run.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RiskmodelError, match="Cannot write"), exclusive(tmp_path / "run"):
        pass


@pytest.mark.parametrize("name", ["/", "..", "."])
def test_a_target_without_a_name_is_refused(name, tmp_path, monkeypatch):
    from pathlib import Path

    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUsage, match="--out"):
        check_target(Path(name))


def test_a_changed_missing_or_added_file_makes_a_run_not_whole(out):
    manifest = read_manifest(out)
    assert is_whole(out, manifest)
    (out / "extra.txt").write_text("x")
    assert not is_whole(out, manifest)
    (out / "extra.txt").unlink()
    (out / "scores.csv").write_text("First")
    assert not is_whole(out, manifest)
    (out / "scores.csv").unlink()
    assert not is_whole(out, manifest)


def test_a_file_replaced_at_once_is_never_seen_in_part(tmp_path):
    path, seen, done = tmp_path / "status.json", [], threading.Event()
    disk.replace_text(path, "a" * 100_000)

    def look():
        while not done.is_set():
            seen.append(len(set(path.read_text())) == 1 and path.stat().st_size == 100_000)

    looking = threading.Thread(target=look)
    looking.start()
    for letter in "bcdefgh" * 5:
        disk.replace_text(path, letter * 100_000)
    done.set()
    looking.join()
    assert seen and all(seen)
    assert [p.name for p in tmp_path.iterdir()] == ["status.json"]


@pytest.mark.parametrize("room", [0, 5, 500, 3000, 6000, 8000])
def test_wherever_a_table_finds_no_more_room_it_is_called_a_full_disk(room, tmp_path):
    table = pl.DataFrame({name: [number * 7 % 1009 for number in range(2000)] for name in "abcdef"})
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))
    try:
        with pytest.raises(RiskmodelError, match="disk is full") as raised:
            publish(tmp_path / "run", lambda folder: table.write_parquet(folder / "scores.parquet"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert "nothing was published" in str(raised.value)
    assert not any(tmp_path.iterdir())


def test_all_of_a_run_is_on_the_disk_before_it_takes_its_place(out, monkeypatch):
    """Else a power cut after the exchange leaves a run whose files are empty."""
    flushed, fsync = set(), os.fsync

    def watched(handle):
        fsync(handle)
        if (out / "scores.csv").is_file() and (out / "scores.csv").read_text() == "first":
            flushed.add(os.fstat(handle).st_ino)

    monkeypatch.setattr(os, "fsync", watched)
    _publish(out, "second")
    run = [out, *out.rglob("*")]
    assert {path.name for path in run} == {"run", "scores.csv", "quarantine", "manifest.json"}
    assert [path.name for path in run if path.stat().st_ino not in flushed] == []


def test_where_the_second_rename_fails_the_last_run_is_back_at_once(tmp_path, monkeypatch):
    """On a system that cannot exchange two names; no later start is needed to put it back."""
    out = tmp_path / "run"
    _publish(out, "first")
    rename = type(out).rename

    def failing(path, target):
        if path.name == ".run.partial":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(path, target)

    monkeypatch.setattr(disk, "exchange", lambda one, other: False)
    monkeypatch.setattr(type(out), "rename", failing)
    with pytest.raises(RiskmodelError, match="nothing was published"):
        publish(out, _write("second"), {**ENTRY, "run_id": "fedcba9876543210"})
    assert (out / "scores.csv").read_text() == "first"
    assert {path.name for path in tmp_path.iterdir()} == {"run", "ledger.jsonl"}
    assert [line["run_id"] for line in _lines(out)] == [ENTRY["run_id"]]
