"""Local workers: results in order, losses that cost time only, parts that cannot be done named."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from riskmodel.engines.choose import EngineChoice, open_engine
from riskmodel.engines.engine import InProcesses
from riskmodel.engines.ledger import Receipt
from riskmodel.engines.parts import Parts
from riskmodel.engines.work import do_order
from riskmodel.errors import InputUnreadable, RiskmodelError, WorkerLost, WrongUsage


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Where each call of the function leaves a file."""
    folder = tmp_path / "calls"
    folder.mkdir()
    return folder


def arguments(calls: Path, behaviour: dict[int, str] | None = None, number: int = 7):
    return [(n, (behaviour or {}).get(n, ""), str(calls)) for n in range(number)]


def squares(engine, calls: Path, behaviour: dict[int, str] | None = None, offset: int = 0) -> pl.DataFrame:
    from engine_works import SQUARE

    return pl.concat(engine.map(SQUARE, arguments(calls, behaviour), (offset,)))


@pytest.mark.parametrize("engine", ["local:1", "local:2"])
def test_an_engine_gives_what_one_process_gives(engine, calls):
    expected = squares(InProcesses(), calls, offset=3)
    with open_engine(EngineChoice(engine)) as chosen:
        assert squares(chosen, calls, offset=3).equals(expected)
        # A second pass, with other shared arguments, by the same workers.
        assert squares(chosen, calls, offset=4)["square"].to_list() == [n * n + 4 for n in range(7)]


def test_arguments_are_taken_a_few_ahead_only(calls):
    from engine_works import SQUARE

    taken = []
    with open_engine(EngineChoice("local:1")) as chosen:  # of two, one may be far ahead of the first part
        results = chosen.map(SQUARE, ((taken.append(each), each)[1] for each in arguments(calls, number=40)))
        next(results)
        assert len(taken) <= 4
        assert len(list(results)) == 39


def test_a_part_that_is_given_twice_is_done_once(calls):
    from engine_works import SQUARE

    with open_engine(EngineChoice("local:2")) as chosen:
        found = pl.concat(chosen.map(SQUARE, [(2, "", str(calls))] * 5))
    assert found["square"].to_list() == [4] * 5
    assert len(list(calls.iterdir())) == 1


def test_workers_that_are_lost_cost_time_only(calls):
    lost = {0: "kill once", 3: "kill once", 6: "kill once"}
    with open_engine(EngineChoice("local:2")) as chosen:
        assert squares(chosen, calls, lost)["square"].to_list() == [n * n for n in range(7)]
    assert {name: len(list(calls.glob(f"{name}-*"))) for name in (0, 3, 6)} == {0: 2, 3: 2, 6: 2}


def test_a_part_that_ends_its_workers_is_named_and_no_other(calls):
    with (
        pytest.raises(WorkerLost, match=r"squaring \(number 3\) ends its workers: 3 were lost") as caught,
        open_engine(EngineChoice("local:2")) as chosen,
    ):
        squares(chosen, calls, {3: "kill"})
    assert len(str(caught.value)) <= 400
    assert len(list(calls.glob("3-*"))) == 3


@pytest.mark.parametrize(
    ("behaviour", "kind", "words"),
    [
        ("raise", RiskmodelError, r"squaring \(number 2\) cannot be done: ValueError: no square"),
        ("panic", RiskmodelError, r"squaring \(number 2\) .* as a compiled library does"),
        ("refuse", InputUnreadable, "^part.csv holds no number; export it again$"),
    ],
)
def test_what_a_part_raises_ends_the_job_with_one_sentence(behaviour, kind, words, calls):
    with pytest.raises(kind, match=words) as caught, open_engine(EngineChoice("local:2")) as chosen:
        squares(chosen, calls, {2: behaviour})
    assert type(caught.value) is kind
    assert str(caught.value).isprintable()


def test_a_restart_skips_what_is_done_and_nothing_else(calls, tmp_path):
    parts = tmp_path / "parts"
    with (
        pytest.raises(RiskmodelError, match="parts that are done are kept: ValueError"),
        open_engine(EngineChoice("local:1", str(parts))) as chosen,
    ):
        squares(chosen, calls, {5: "raise"})
    assert len(list(calls.iterdir())) == 6
    damaged = min((parts / "results").iterdir())
    damaged.write_bytes(b"cut off")
    with open_engine(EngineChoice("local:1", str(parts))) as chosen:
        assert squares(chosen, calls)["square"].to_list() == [n * n for n in range(7)]
    # Parts 5 and 6 are new, and one result was damaged.
    assert len(list(calls.iterdir())) == 9
    assert list((parts / "results").iterdir()) == []


def test_other_code_or_other_shared_arguments_are_another_part(calls, tmp_path, monkeypatch):
    choice = EngineChoice("local:1", str(tmp_path / "parts"))
    monkeypatch.setattr(Parts, "tidy", lambda self: None)
    for offset in (0, 1, 1):
        with open_engine(choice) as chosen:
            assert squares(chosen, calls, offset=offset)["square"].to_list()[2] == 4 + offset
    assert len(list(calls.iterdir())) == 14
    message = {"work": "engine_works:SQUARE", "place": "", "key": "", "shared": "", "environment": "other"}
    assert do_order(message)["failed"] == "WrongUsage"
    assert "another version" in str(do_order(message)["words"])


def test_a_receipt_and_a_failure_are_below_a_kilobyte(calls):
    receipt = Receipt("reading articles", "0" * 64, "0" * 64, 10**12)
    assert len(json.dumps(vars(receipt))) < 1000
    long = do_order({"work": "x" * 5000, "environment": "é" * 5000})
    assert len(json.dumps(long, ensure_ascii=False).encode()) < 1000


def test_two_jobs_do_not_share_a_folder(calls, tmp_path):
    choice = EngineChoice("local:1", str(tmp_path / "parts"))
    with open_engine(choice), pytest.raises(WrongUsage, match="in use by another job"), open_engine(choice):
        pass


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(WrongUsage, match="cannot be written"),
        open_engine(EngineChoice("local:1", str(tmp_path / "file" / "parts"))),
    ):
        pass


@pytest.mark.parametrize(
    ("engine", "parts", "words"),
    [
        (None, "parts", "--parts needs --engine"),
        ("local:0", None, "--engine local:0 is not known"),
        ("local:9999", None, "local:N with N from 1 to"),
        ("dask://host", "parts", "dask://HOST:PORT"),
        ("dask://host:99999", "parts", "dask://HOST:PORT"),
        ("dask://host:8786", None, "needs --parts"),
        ("spark\n\x1b", None, "is not known"),
    ],
)
def test_what_cannot_be_an_engine_is_refused_in_a_sentence(engine, parts, words):
    with pytest.raises(WrongUsage, match=words) as caught:
        EngineChoice(engine, parts)
    assert str(caught.value).isprintable()


ENDLESS = """
import sys
from riskmodel.engines.choose import EngineChoice, open_engine
from engine_works import SQUARE
with open_engine(EngineChoice("local:2")) as engine:
    for rows in engine.map(SQUARE, ((n, "", sys.argv[1]) for n in range(10**9))):
        print("one", flush=True)
"""


def test_workers_end_with_the_process_that_started_them_however_it_ends(calls):
    before = workers_alive()
    job = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(calls)], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert job.stdout is not None
    assert job.stdout.readline() == "one\n"
    mine = workers_alive() - before
    assert mine
    job.send_signal(signal.SIGKILL)
    job.wait()
    job.stdout.close()
    while mine & workers_alive():  # the test ends by its time limit where they stay
        os.sched_yield()


def workers_alive() -> set[str]:
    """Processes of local workers on this machine."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if b"riskmodel.engines.local" in (path / "cmdline").read_bytes():
                found.add(path.name)
        except OSError:
            continue
    return found
