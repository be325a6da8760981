"""The short version of the fault harness; `make faults` runs the whole."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("harness.py")


@pytest.mark.slow
def test_every_fault_ends_with_a_whole_run_or_none_and_one_sentence(tmp_path):
    tallied = tmp_path / "tallies.json"
    command = [sys.executable, str(HARNESS), "--short", "--json", str(tallied)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    tallies = json.loads(tallied.read_text())
    assert {name for name, tally in tallies.items() if tally["runs"]} == {
        "kills",
        "pairs",
        "cuts",
        "flips",
        "full",
        "shut",
    }
    assert tallies["kills"]["codes"].get("-9"), "no job was killed: the harness kills too late"
    assert tallies["full"]["codes"].get("1"), "no disk was full: the harness leaves too much room"


def test_the_harness_notices_a_half_written_run(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(HARNESS.parent))
    import checks

    from riskmodel.publication.digests import output_digests, write_json

    (tmp_path / "scores.csv").write_text("country\nTJK\n")
    rows = {"read": 3, "accepted": 2, "quarantined": 1, "dropped": {}, "of_accepted": {"used": 2}}
    manifest = {"rows": {"trade_flows": rows}, "files": output_digests(tmp_path)}
    write_json(manifest, tmp_path / "manifest.json")
    assert checks.unsound(tmp_path) == ""
    rows["read"] = 4
    write_json(manifest, tmp_path / "manifest.json")
    assert "add up" in checks.unsound(tmp_path)
    (tmp_path / "scores.csv").write_text("country\n")
    assert "half-written" in checks.unsound(tmp_path)
