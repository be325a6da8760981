"""Tiny inputs and a throw-away model for the tests of faults."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
collect_ignore = ["fuzz.py"]  # needs atheris, which `make fuzz` installs


@dataclass(frozen=True)
class Site:
    """A folder with `in/` (inputs of every kind) and `models/` (a model of noise, champion)."""

    folder: Path

    @property
    def inputs(self) -> Path:
        return self.folder / "in"

    def environment(self) -> dict[str, str]:
        return os.environ | {"RISKMODEL_MODELS_DIR": str(self.folder / "models"), "COLUMNS": "200"}

    def arguments(self, out: Path, *more: str, **files: Path | str) -> list[str]:
        chosen = {"trade": self.inputs / "trade.csv", "listings": self.inputs / "listings.csv"} | files
        words = ["score", "--out", str(out), "--as-of", "2024-06-30", "--min-scored", "0", *more]
        return words + [word for kind, path in chosen.items() if path for word in (f"--{kind}", str(path))]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import material; from pathlib import Path\n"
    code += "material.write_inputs(Path('in')); material.write_model(Path('models'))"
    subprocess.run([sys.executable, "-c", code, str(HERE)], cwd=folder, check=True)
    return Site(folder)


@pytest.fixture
def models(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the model of noise, also for jobs in this process."""
    monkeypatch.setenv("RISKMODEL_MODELS_DIR", str(site.folder / "models"))
    yield site.folder / "models"


@pytest.fixture
def run(models: Path, run: Callable[..., object]) -> Callable[..., object]:
    """Run a command line in this process, with the model of noise."""
    return run
