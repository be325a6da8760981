"""Large inputs wait on disk in a folder of their own: gone with the job, or when the next one starts."""

import gc
import os
import signal
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskmodel.operations import scratch
from riskmodel.sources.checked import take_in
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.trade.read import read_trade, trade_parts
from tools.contracts.examples import sound

pytestmark = pytest.mark.xdist_group("contracts")
HOLD = """
import sys, time
from riskmodel.operations.scratch import Scratch
held = Scratch()
print(held.folder, flush=True)
time.sleep(60)
"""


SMALL = ReadingLimits(trade_rows=9)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def trade(tmp_path: Path) -> Path:
    table = pl.concat([sound("trade_flows"), sound("trade_flows").head(3)])
    path = tmp_path / "trade.csv"
    table.drop("source_file", "source_row").write_csv(path)
    return path


def held(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(f"{scratch.PREFIX}*"))


def test_a_large_input_is_the_same_on_disk_and_in_memory(temporary: Path, trade: Path) -> None:
    large = take_in(trade_parts([trade], limits=SMALL), date(2023, 10, 31))
    small = take_in(read_trade([trade]), date(2023, 10, 31))
    assert held(temporary)
    assert large.report == small.report
    assert large.accepted.equals(small.accepted)
    assert large.quarantined.collect().equals(small.quarantined.collect())
    assert large.counts() == small.counts()
    assert large.rows_quarantined == 3
    assert large.files == small.files


def test_the_folder_goes_with_its_intake(temporary: Path, trade: Path) -> None:
    large = take_in(trade_parts([trade], limits=SMALL), None)
    assert len(held(temporary)) == 1
    assert large.lazy().collect().height == 40
    del large
    gc.collect()
    assert held(temporary) == []


def test_a_small_input_needs_no_folder(temporary: Path, trade: Path) -> None:
    small = take_in(trade_parts([trade]), None)
    assert small.scratch is None
    assert held(temporary) == []


def test_a_killed_job_leaves_a_folder_that_the_next_removes(temporary: Path) -> None:
    """And only that: the folder of a job that is at work stays."""
    jobs = [
        subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    try:
        folders = [Path(job.stdout.readline().strip()) for job in jobs if job.stdout]
        assert all(folder.is_dir() for folder in folders)
        jobs[0].send_signal(signal.SIGKILL)
        jobs[0].wait()
        assert folders[0].is_dir()
        scratch.remove_leftovers()
        assert held(temporary) == [folders[1].name]
    finally:
        for job in jobs:
            job.kill()
            job.communicate()


def test_a_link_and_a_newborn_folder_are_left_alone(temporary: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (temporary / f"{scratch.PREFIX}link").symlink_to(precious)
    (temporary / f"{scratch.PREFIX}newborn").mkdir()
    scratch.remove_leftovers()
    assert precious.is_dir()
    assert len(held(temporary)) == 2


def test_an_error_while_reading_leaves_nothing(temporary: Path, trade: Path) -> None:
    trade.write_text(trade.read_text() + "too,many" + "," * 30 + "\n")
    with pytest.raises(Exception, match="data row 44"):
        take_in(trade_parts([trade]), None)
    gc.collect()
    assert held(temporary) == []
    assert os.environ["TMPDIR"] == str(temporary)


def test_a_folder_taken_for_a_leftover_before_it_is_locked_is_made_again(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another job starts between the making of the lock file and the lock."""
    lock, taken = scratch.fcntl.flock, []

    def late(handle: int, how: int) -> None:
        if not taken:
            taken.extend(held(temporary))
            scratch.remove_leftovers()
            assert not held(temporary)
        lock(handle, how)

    monkeypatch.setattr(scratch.fcntl, "flock", late)
    mine = scratch.Scratch()
    assert taken and mine.folder.name not in taken
    assert held(temporary) == [mine.folder.name]
    scratch.remove_leftovers()
    assert held(temporary) == [mine.folder.name]
