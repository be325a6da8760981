"""`riskmodel simulate`: the same bytes every time, all of a folder or none, one clear sentence on errors."""

import hashlib
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from riskmodel.cli import main
from riskmodel.errors import WrongUsage
from riskmodel.simulate.run import FILES, is_world, write_world
from riskmodel.worlds.corridors.params import WorldParams
from tests.tiny_world import tiny


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def _run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["simulate", *map(str, arguments)])
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("worlds") / "world"
    assert write_world(tiny(), out)
    return out


def test_the_same_parameters_give_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_world(tiny(), tmp_path / "again")
    assert _digests(written) == _digests(tmp_path / "again")
    assert set(_digests(written)) == set(FILES)


def test_the_folder_says_that_it_is_simulated(written: Path) -> None:
    world = json.loads((written / "world.json").read_text(encoding="utf-8"))
    assert world["simulated"] is True
    assert "drawn at random" in world["statement"]
    assert world["params"]["seed"] == tiny().seed
    for line in (written / "articles.jsonl").read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["title"].startswith("[simulated] ")


def test_the_trade_file_equals_the_world_in_memory(written: Path, world) -> None:
    assert pl.read_parquet(written / "trade_flows.parquet").equals(world.trade_flows)


def test_row_groups_do_not_change_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world) -> None:
    monkeypatch.setattr("riskmodel.simulate.run.GROUP_ROWS", 10_000)
    write_world(tiny(), tmp_path / "parts")
    assert pl.read_parquet(tmp_path / "parts" / "trade_flows.parquet").equals(world.trade_flows)


def test_a_second_call_writes_nothing(written: Path) -> None:
    before = [path.stat().st_mtime_ns for path in sorted(written.iterdir())]
    assert write_world(tiny(), written) is False
    assert [path.stat().st_mtime_ns for path in sorted(written.iterdir())] == before


def test_a_damaged_world_is_made_again(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written, tmp_path / "w")
    listings = tmp_path / "w" / "listings.csv"
    listings.write_text(listings.read_text(encoding="utf-8").replace("US", "SU"), encoding="utf-8")
    assert not is_world(tiny(), tmp_path / "w")
    assert write_world(tiny(), tmp_path / "w")
    assert _digests(tmp_path / "w") == _digests(written)


def test_a_world_of_an_older_simulator_is_made_again(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(written, tmp_path / "w")
    monkeypatch.setattr("riskmodel.simulate.run._code_digest", lambda: "another simulator")
    assert not is_world(tiny(), tmp_path / "w")
    assert write_world(tiny(), tmp_path / "w")
    assert "another simulator" in (tmp_path / "w" / "world.json").read_text(encoding="utf-8")


def test_a_file_added_to_a_world_is_not_lost(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written, tmp_path / "w")
    (tmp_path / "w" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(WrongUsage, match="no simulated world"):
        write_world(tiny(7), tmp_path / "w", force=True)
    assert (tmp_path / "w" / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_another_world_needs_force(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(written, tmp_path / "w")
    assert _run("--seed", "7", "--out", tmp_path / "w") == 2
    assert "--force" in capsys.readouterr().err
    assert _digests(tmp_path / "w") == _digests(written)
    assert write_world(tiny(7), tmp_path / "w", force=True)
    assert _digests(tmp_path / "w") != _digests(written)


def test_foreign_files_are_never_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious", encoding="utf-8")
    assert _run("--seed", "7", "--out", tmp_path / "mine", "--force") == 2
    assert "no simulated world" in capsys.readouterr().err
    assert (tmp_path / "mine" / "thesis.txt").read_text(encoding="utf-8") == "precious"


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "w").write_text("", encoding="utf-8")
    assert _run("--seed", "7", "--out", tmp_path / "w") == 2
    assert "not a folder" in capsys.readouterr().err


def test_an_unwritable_place_gives_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskmodel.publication.publish.os.access", lambda *_: False)
    assert _run("--seed", "7", "--out", tmp_path / "w") == 2
    assert "not writable" in capsys.readouterr().err
    assert not (tmp_path / "w").exists()


def test_a_parent_that_is_a_file_gives_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert _run("--seed", "7", "--out", tmp_path / "file" / "w") == 2
    assert "cannot use the folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", "-1"], "-1 is not in the range"),
        (["--seed", "one"], "'one' is not a valid integer"),
        ([], "Give --seed N"),
        (["--sample", "--seed", "3"], "--sample has a fixed seed"),
        (["--seed", "3", "--size", "huge"], "'huge' is not one of"),
    ],
)
def test_wrong_usage_says_what_is_allowed(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(*arguments, "--out", tmp_path / "w") == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "w").exists()


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("riskmodel.simulate.run._write_articles", full)
    with pytest.raises(Exception, match="disk is full"):
        write_world(tiny(), tmp_path / "w")
    assert [path.name for path in tmp_path.iterdir()] in ([], [".w.lock"])


def test_the_sample_is_small_and_made_twice_without_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sample"
    assert _run("--sample", "--out", out, "--quiet") == 0
    assert capsys.readouterr().out == ""
    assert (out / "trade_flows.parquet").stat().st_size < 3_500_000
    assert _run("--sample", "--out", out) == 0
    assert "Already there" in capsys.readouterr().out
    truth = pl.read_csv(out / "truth.csv")
    diverters = truth.filter(pl.col("kind") == "diversion")
    assert 4 <= diverters.height <= 7
    assert json.loads((out / "world.json").read_text(encoding="utf-8"))["news_only"]
    assert WorldParams.sample().last.isoformat() < "2024-06-30"
