"""What `make notebook` installs is locked, and no other version than the tests run with."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^([A-Za-z0-9._-]+)==(.*)\n(?:    .*\n)+", re.MULTILINE)


def versions(name: str) -> dict[str, set[str]]:
    """Package -> its locked versions, with the platforms they are for."""
    found: dict[str, set[str]] = {}
    for package, version in BLOCK.findall((ROOT / name).read_text()):
        found.setdefault(package, set()).add(version.split()[0])
    return found


def test_the_notebook_extra_is_locked_as_in_the_tests() -> None:
    text = (ROOT / "requirements-notebook.lock").read_text()
    locked, tested = versions("requirements-notebook.lock"), versions("requirements-dev.lock")
    assert {"jupyterlab", "jupytext", "ipykernel", "nbconvert", "vl-convert-python"} <= set(locked)
    assert len(set(locked) & set(tested)) > 60
    assert {name: locked[name] for name in locked if name in tested and locked[name] != tested[name]} == {}
    assert all("--hash=sha256:" in block.group(0) for block in BLOCK.finditer(text))
