"""Ask the package index whether every locked version has a wheel, with the locked hash, for each Python.

    python .ci/wheels.py 3.11 3.12 3.13 3.14

Exit codes: 0 all have, 1 some have none. Wheels are for the platform that this runs on.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement

LOCKS = ("requirements.lock", "requirements-fetch.lock", "requirements-cluster.lock")
DOWNLOAD = (
    *("-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"),
    *("--no-deps", "--require-hashes"),
)


def main(pythons: Sequence[str]) -> int:
    """Print a line for each Python and lock."""
    missing = 0
    for python in pythons:
        for lock in LOCKS:
            wanted = needed(Path(lock).read_text(encoding="utf-8"), python)
            problem = download(wanted, python)
            missing += bool(problem)
            say(f"Python {python}, {lock}: {problem or f'{len(wanted)} versions, every one has a wheel'}")
    return int(missing > 0)


def needed(lock: str, python: str) -> list[str]:
    """The entries of a lock, with their hashes, that apply to a Python.

    pip applies the conditions of a lock to the Python that runs it, not to the one that is asked for.
    """
    entries = ("\n" + lock.strip()).split("\n")
    joined: list[str] = []
    for line in entries:
        if line[:1].isalnum():
            joined.append(line)
        elif line.startswith(" "):
            joined[-1] += "\n" + line
    return [entry for entry in joined if applies(entry, python)]


def applies(entry: str, python: str) -> bool:
    """Whether an entry is for a Python on this platform."""
    marker = Requirement(entry.partition("\n")[0].removesuffix("\\")).marker
    asked = {"python_version": python, "python_full_version": f"{python}.0"}
    return marker is None or marker.evaluate(asked)


def download(entries: Sequence[str], python: str) -> str:
    """Why not every entry can be downloaded as a wheel; empty where all can."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "lock.txt")
        lock.write_text("\n".join(entries) + "\n", encoding="utf-8")
        command = [sys.executable, *DOWNLOAD, "--python-version", python, "-r", str(lock), "-d", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    last = (done.stderr.strip().splitlines() or ["pip says nothing"])[-1]
    return f"NOT ALL: {last[:300]}" if done.returncode else ""


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
