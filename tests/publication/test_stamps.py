"""A digest that is remembered is the file's; a file that changed is seen, whatever was remembered."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from riskmodel.publication import stamps
from riskmodel.publication.stamps import Stamps, read_stamps

LONG_AGO = time.time() - 3600


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that counts as large and whose times are an hour old, for a clock that is an hour ahead."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(stamps, "LEAST_BYTES", 4)
    path = tmp_path / "trade.csv"
    path.write_bytes(b"first")
    now = time.time_ns()
    monkeypatch.setattr(stamps.time, "time_ns", lambda: now + 3_600_000_000_000)
    return path


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read for their digest."""
    found: list[Path] = []
    digest_file = stamps.digest_file

    def counted(path: Path) -> str:
        found.append(path)
        return digest_file(path)

    monkeypatch.setattr(stamps, "digest_file", counted)
    return found


def digest(path: Path, *, again: bool = False) -> str:
    """The digest as a command takes it: remembered before and after."""
    remembered = read_stamps(again)
    found = remembered.digest(path)
    remembered.keep()
    return found


def test_an_unchanged_file_is_read_once(large: Path, reads: list[Path]) -> None:
    assert digest(large) == digest(large) == sha256(b"first").hexdigest()
    assert reads == [large]
    assert digest(large, again=True) == sha256(b"first").hexdigest()
    assert reads == [large, large]


def test_another_content_of_the_same_size_is_seen_even_with_the_old_time(large: Path) -> None:
    digest(large)
    before = large.stat()
    large.write_bytes(b"other")
    os.utime(large, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert large.stat().st_size == before.st_size and large.stat().st_mtime_ns == before.st_mtime_ns
    assert digest(large) == sha256(b"other").hexdigest()


def test_another_file_under_the_name_is_seen(large: Path, tmp_path: Path) -> None:
    digest(large)
    other = tmp_path / "other"
    other.write_bytes(b"other")
    os.utime(other, ns=(large.stat().st_atime_ns, large.stat().st_mtime_ns))
    other.replace(large)
    assert digest(large) == sha256(b"other").hexdigest()


def test_a_file_that_was_written_just_now_is_read_again(
    large: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = large.stat().st_mtime_ns
    monkeypatch.setattr(stamps.time, "time_ns", lambda: written + stamps.COARSE)
    digest(large)
    digest(large)
    assert reads == [large, large]
    # Nor is a stamp believed that was taken too soon, whoever wrote it.
    marks = stamps._marks(large.stat())
    soon = Stamps(None, {str(large): [*marks, written + stamps.COARSE, "0" * 64]})
    assert soon.digest(large) == sha256(b"first").hexdigest()
    later = Stamps(None, {str(large): [*marks, written + stamps.COARSE + 1, "0" * 64]})
    assert later.digest(large) == "0" * 64


def test_a_file_that_changes_while_it_is_read_is_not_remembered(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest_file = stamps.digest_file

    def while_it_is_written(path: Path) -> str:
        found = digest_file(path)
        path.write_bytes(b"longer now")
        return found

    monkeypatch.setattr(stamps, "digest_file", while_it_is_written)
    remembered = read_stamps()
    remembered.digest(large)
    assert remembered.known == {}


@pytest.mark.parametrize("held", ["", "[]", "{", '{"trade.csv": [1]}', "[" * 100_000])
def test_a_damaged_memory_only_costs_time(held: str, large: Path, tmp_path: Path) -> None:
    place = tmp_path / "cache" / "riskmodel" / "digests.json"
    place.parent.mkdir(parents=True)
    place.write_text(held)
    assert digest(large) == sha256(b"first").hexdigest()


def test_a_cache_folder_that_cannot_be_written_is_no_error(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert digest(large) == digest(large) == sha256(b"first").hexdigest()


def test_small_files_are_always_read(large: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "LEAST_BYTES", 6)
    digest(large)
    digest(large)
    assert reads == [large, large]
