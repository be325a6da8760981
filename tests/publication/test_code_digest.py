"""The digest of the code that a run names covers its facts: another CSV is another code."""

from __future__ import annotations

import inspect
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from riskmodel.publication.digests import code_digest

MODULE = inspect.getmodule(code_digest)
CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
SHIPPED = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
PACKAGES = [CHECKOUT / name.rstrip("*") for name in SHIPPED]
NO_CODE = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    for package in PACKAGES:
        shutil.copytree(package, folder / package.name, ignore=NO_CODE)
    return folder


@pytest.fixture
def copied(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the packages, and the digest made to look at it."""
    code_digest()  # its cache shall hold the code of the checkout
    assert MODULE is not None and MODULE.__file__ is not None
    own = Path(MODULE.__file__).resolve().relative_to(CHECKOUT)
    monkeypatch.setattr(MODULE, "__file__", str(copy / own))
    return copy


def digest() -> str:
    made: Callable[[], str] = inspect.unwrap(code_digest)  # without its cache
    return made()


def changed(path: Path) -> str:
    """The digest with one more blank line in a file, which is then put back."""
    text = path.read_bytes()
    path.write_bytes(text + b"\n")
    found = digest()
    path.write_bytes(text)
    return found


@pytest.mark.parametrize("ending", ["csv", "json", "py", "jinja", "css", "toml"])
def test_a_change_in_a_file_of_any_package_is_another_code(copied: Path, ending: str) -> None:
    files = [next(iter(sorted(folder.rglob(f"*.{ending}"))), None) for folder in sorted(copied.iterdir())]
    digests = {digest(), *(changed(file) for file in files if file is not None)}
    assert len(digests) == 1 + sum(file is not None for file in files) > 1


def test_every_csv_of_the_packages_counts(copied: Path) -> None:
    tables = sorted(copied.rglob("*.csv"))
    assert len(tables) > 20
    assert len({digest(), *map(changed, tables)}) == 1 + len(tables)


def test_the_name_of_a_fact_counts_and_compiled_code_does_not(copied: Path) -> None:
    before = digest()
    (copied / "features" / "__pycache__").mkdir()
    (copied / "features" / "__pycache__" / "facts.csv").write_text("compiled")
    assert digest() == before == code_digest()
    table = next(iter(sorted(copied.rglob("*.csv"))))
    other = table.rename(table.with_stem("other"))
    assert digest() != before
    other.rename(table)
