"""The built wheel holds all that a score needs, and scores the sample as the checkout does, byte for byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from riskmodel.publication.digests import digest_file

CHECKOUT = Path(__file__).resolve().parents[2]
NEEDED = ("riskmodel", "features", "data_contracts", "models", "docs")
NEEDED += ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


def did(words: list[object], cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with neither HOME nor other settings than those given."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    made = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=kept | env, capture_output=True, text=True, timeout=550
    )
    assert made.returncode == 0, made.stderr
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the checkout, built without a network."""
    folder = tmp_path_factory.mktemp("build") / "a köşk of code"
    folder.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in NEEDED:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    did([*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", "dist", "."], folder)
    (built,) = (folder / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_model_facts_templates_and_documents(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    champion = (CHECKOUT / "models" / "CHAMPION").read_text().strip()
    for place in ("CHAMPION", f"{champion}/model.skops", f"{champion}/manifest.json", f"{champion}/card.md"):
        assert f"riskmodel/shipped/models/{place}" in names
    assert "riskmodel/shipped/docs/signals.md" in names
    inside = {
        path.relative_to(CHECKOUT).as_posix()
        for package in ("riskmodel", "features", "data_contracts")
        for path in (CHECKOUT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert any(name.endswith(".jinja") for name in inside) and any(name.endswith(".csv") for name in inside)
    assert inside - names == set()
    foreign = {name for name in names if not name.startswith(("riskmodel/", "features/", "data_contracts/"))}
    assert all(".dist-info/" in name for name in foreign), foreign


def test_the_installed_command_scores_the_sample_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    site, work = tmp_path / "Қазақ site", tmp_path / "наши данные"
    work.mkdir()
    did([*PIP, "install", "--no-deps", "--no-index", "--target", site, wheel], tmp_path)
    riskmodel = [sys.executable, site / "bin" / "riskmodel"]
    where = did(
        [sys.executable, "-c", "import riskmodel; print(riskmodel.__file__)"], work, PYTHONPATH=str(site)
    )
    assert Path(where.stdout.strip()).is_relative_to(site)
    did([*riskmodel, "simulate", "--sample", "--out", "sample world", "--quiet"], work, PYTHONPATH=str(site))
    world = "sample world"
    asked = ["score", "--trade", f"{world}/trade_flows.parquet", "--articles", f"{world}/articles.jsonl"]
    asked += ["--listings", f"{world}/listings.csv", "--as-of", "2024-06-30", "--quiet"]
    did([*riskmodel, *asked, "--out", "out/from wheel"], work, PYTHONPATH=str(site), HOME="/nonexistent")
    did(
        [sys.executable, "-m", "riskmodel.cli", *asked, "--out", "out/from checkout"],
        work,
        PYTHONPATH=str(CHECKOUT),
    )
    assert digests(work / "out" / "from wheel") == digests(work / "out" / "from checkout")
    refused = subprocess.run(
        [*map(str, riskmodel), "retrain"],
        cwd=work,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
    )
    assert refused.returncode == 2 and b"RISKMODEL_MODELS_DIR" in refused.stderr


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): digest_file(path) for path in folder.rglob("*") if path.is_file()
    }
