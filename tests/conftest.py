"""Shared fixtures."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT / "tests"))  # makes the helper modules here importable by name

# The same examples in every run, so that a change is judged and not the day. RISKMODEL_EXAMPLES=random
# draws others, and so does `make fuzz`: what they find becomes an @example.
settings.register_profile("fixed", derandomize=True, database=None)
settings.register_profile("random", derandomize=False)
settings.load_profile(os.environ.get("RISKMODEL_EXAMPLES", "fixed"))

pytest_plugins = ["model_fixtures"]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real development data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("RISKMODEL_REAL_DATA", CHECKOUT.parent / "shared" / "data"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"real data not found at {folder.name!r}; set RISKMODEL_REAL_DATA to its folder")
    return folder


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[[Sequence[object]], Ended]:
    """Run a command line in this process: its exit code and what it printed."""
    from riskmodel.cli import main

    def ran(words: Sequence[object]) -> Ended:
        with pytest.raises(SystemExit) as stopped:
            main([str(word) for word in words])
        return Ended(int(stopped.value.code or 0), *capfd.readouterr())

    return ran


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Doctests live in the packages; helper modules of the tests are not collected for them."""
    name = collection_path.name
    helper = name.endswith(".py") and not name.startswith(("test_", "conftest"))
    return True if helper and CHECKOUT / "tests" in collection_path.parents else None
