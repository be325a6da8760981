"""The Makefile: blanks in a folder's name, and a Python that is not supported."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def made(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-C", str(CHECKOUT), "--no-print-directory", *words],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(("target", "name"), [("real", "DATA"), ("world", "STORE")])
def test_a_blank_in_a_folder_stays_in_its_word(target, name, tmp_path):
    folder = tmp_path / "my own data"
    shown = made("-n", target, f"{name}={folder}", f"VENV={tmp_path / 'venv'}")
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.replace("\\\n", " ").splitlines()
    words = [word for line in lines if "riskmodel" in line for word in shlex.split(line)]
    named = [word for word in words if "my" in word.split("/")[-1] or "own data" in word]
    assert len(named) >= 3 and all(word.startswith(str(folder)) for word in named), named


@pytest.mark.parametrize("python", ["python3.10", ""])
def test_another_python_is_one_sentence(python, tmp_path):
    if python:
        wrong = tmp_path / python
        wrong.write_text("#!/bin/sh\nexit 1\n")  # what `sys.exit(True)` of the check gives
        wrong.chmod(0o755)
        python = str(wrong)
    ended = made(f"{tmp_path}/venv/.installed", f"VENV={tmp_path}/venv", f"PYTHON={python}")
    assert ended.returncode == 2
    said = [line for line in ended.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1 and "Needed is Python 3.11 to 3.14" in said[0]
    assert python in said[0] and not (tmp_path / "venv").exists()


def test_a_notebook_without_a_network_is_one_sentence(tmp_path):
    """A venv whose pip finds nothing, as without a network or a package."""
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    python = venv / "bin" / "python"
    python.write_text("#!/bin/sh\necho 'ERROR: Could not find a version' >&2\nexit 1\n")
    python.chmod(0o755)
    (venv / ".installed").touch()
    ended = made("notebook", f"VENV={venv}", f"PYTHON={sys.executable}")
    assert ended.returncode == 2
    said = [line for line in ended.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1 and "needs the network once" in said[0] and "notebook.log" in said[0]
    assert "Could not find" in (venv / "notebook.log").read_text()
    assert not (venv / ".installed-notebook").exists()
