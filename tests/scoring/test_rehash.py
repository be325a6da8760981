"""A second score remembers the digests of large inputs, and still sees every change of them."""

import json
import os

import pytest

from riskmodel.publication import stamps


@pytest.fixture
def command(tiny, run, tmp_path, monkeypatch):
    """The command on the tiny table, which counts as large and as long unchanged; gives what was read."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(stamps, "LEAST_BYTES", 4)
    trade = tmp_path / "trade.csv"
    trade.write_bytes((tiny.folder / "trade.csv").read_bytes())
    out, read, real, clock = tmp_path / "run", [], stamps.digest_file, stamps.time.time_ns
    monkeypatch.setattr(stamps, "digest_file", lambda path: (read.append(path.name), real(path))[1])
    monkeypatch.setattr(stamps.time, "time_ns", lambda: clock() + 3_600_000_000_000)

    def ran(*words):
        read.clear()
        ended = run([*tiny.arguments(out, trade=str(trade)), *words])
        assert ended.code == 0, ended.err
        manifest = json.loads((out / "manifest.json").read_text())
        return read.count("trade.csv"), manifest["run_id"]

    ran.trade = trade
    return ran


def test_an_unchanged_large_input_is_read_once_and_again_where_asked(command):
    read, run_id = command()
    assert read == 1
    assert command() == (0, run_id)
    assert command("--rehash") == (1, run_id)
    assert command() == (0, run_id)


def test_a_changed_large_input_of_the_same_size_and_time_is_scored_anew(command):
    _, run_id = command()
    before = command.trade.stat()
    text = command.trade.read_bytes()
    place = next(at for at in reversed(range(len(text))) if text[at : at + 1] in b"12345678")
    changed = text[:place] + bytes([text[place] + 1]) + text[place + 1 :]
    command.trade.write_bytes(changed)
    os.utime(command.trade, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert command.trade.stat().st_size == before.st_size
    read, other = command()
    assert read == 1 and other != run_id
