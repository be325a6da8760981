"""Folders that may not be read or entered are one sentence with exit code 5, never a traceback."""

import os
import subprocess
import sys

import pytest

import riskmodel.sources.files.find as finding
from riskmodel.errors import InputUnreadable
from riskmodel.operations.ending import ending_of
from riskmodel.sources.files.find import find


@pytest.mark.parametrize("inner", [False, True])
def test_a_folder_that_cannot_be_entered_is_named(inner, tmp_path, monkeypatch):
    shut = tmp_path / "data" / "shut" if inner else tmp_path / "data"
    shut.mkdir(parents=True)
    (shut / "a.csv").write_text("x\n1\n")
    right = os.access
    monkeypatch.setattr(finding.os, "access", lambda path, mode: path != shut and right(path, mode))
    with pytest.raises(InputUnreadable, match=rf"folder {shut.name} cannot be read and entered.*chmod"):
        find([tmp_path / "data"], [".csv"])


def test_a_missing_right_anywhere_is_one_sentence(tmp_path):
    ending = ending_of(PermissionError(13, "Permission denied", str(tmp_path / "shut")))
    assert ending.expected and "shut" in ending.sentence and "right" in ending.sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can become another account")
@pytest.mark.parametrize("mode", [0o000, 0o400, 0o600])
def test_another_account_gets_one_sentence(mode, tmp_path):
    shut = tmp_path / "shut"
    shut.mkdir()
    (shut / "a.csv").write_text("x\n1\n")
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from riskmodel.errors import InputUnreadable\n"
        "from riskmodel.publication.stamps import Stamps\n"
        "from riskmodel.scoring.unchanged import _files\n"
        "from riskmodel.sources.files.find import find\n"
        f"for folder in {[str(p) for p in tmp_path.parents][:-2]!r}: os.chmod(folder, 0o755)\n"
        f"os.chmod({str(tmp_path)!r}, 0o755); os.chmod({str(shut)!r}, {mode})\n"
        "os.setuid(65534)\n"
        f"for path in ({str(shut)!r}, {str(shut / 'a.csv')!r}):\n"
        "    _files([Path(path)], Stamps(None))\n"
        "    try:\n"
        "        find([Path(path)], ['.csv'])\n"
        "    except InputUnreadable as error:\n"
        "        print(error)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    shut.chmod(0o700)
    assert ended.returncode == 0, ended.stderr
    assert len(ended.stdout.splitlines()) == 2 and "Permission denied" in ended.stdout
