"""Every declared dependency is imported by the packages, and every import of the packages is declared."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from riskmodel.publication.libraries import LIBRARIES

ROOT = Path(__file__).parents[1]
PACKAGES = ("riskmodel", "features", "data_contracts")
# Names that import otherwise than their distribution is called, for what may not be installed here.
IMPORTED_AS = {"py7zr": "py7zr", "distributed": "distributed", "fsspec": "fsspec", "s3fs": "s3fs"}
OPTIONAL = ("fetch", "cluster")  # extras whose imports are in the packages
PROGRAMS = ("notebook", "docs")  # extras of which the packages import something or nothing


def project() -> Mapping[str, object]:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(found, dict)
    return found


def plain(requirement: str) -> str:
    """The name of a requirement as indices compare it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def imported_by(source: str) -> set[str]:
    """Top-level packages that a module imports anywhere, in functions too, and by `import_module`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
        elif (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module"
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            found.add(str(node.args[0].value).partition(".")[0])
    return found


def third_party(sources: Iterable[str]) -> set[str]:
    """Distributions that modules import: neither Python's own nor of this project."""
    imports = set().union(*map(imported_by, sources)) - set(PACKAGES) - set(sys.stdlib_module_names)
    known = {name: {plain(one) for one in many} for name, many in packages_distributions().items()}
    unknown = imports - known.keys() - IMPORTED_AS.keys()
    assert not unknown, f"of no installed distribution: {unknown}"
    return set().union(*(known.get(name) or {IMPORTED_AS[name]} for name in imports))


def recorded() -> set[str]:
    """Libraries that are not imported by us but decide results, since others compute with them."""
    return {plain(name) for name in LIBRARIES}


def problems(
    sources: Iterable[str],
    required: Iterable[str],
    optional: Iterable[str],
    programs: Iterable[str] = (),
) -> list[str]:
    """What is declared but not imported, and what is imported but not declared; `programs` may be either."""
    imports, declared = third_party(sources), {plain(one) for one in required}
    extras, run = ({plain(one) for one in names} for names in (optional, programs))
    unused = [
        f"{name} is declared and never imported"
        for name in sorted((declared | extras) - imports - recorded())
    ]
    undeclared = sorted(imports - declared - extras - run)
    return unused + [f"{name} is imported and not declared" for name in undeclared]


def package_sources() -> list[str]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [path.read_text(encoding="utf-8") for path in files]


def test_what_is_declared_is_what_is_imported():
    stated = project()
    extras = stated.get("optional-dependencies", {})
    assert isinstance(extras, dict)
    optional, programs = (
        [one for name in names for one in extras.get(name, ())] for names in (OPTIONAL, PROGRAMS)
    )
    assert problems(package_sources(), stated["dependencies"], optional, programs) == []


@pytest.mark.parametrize(
    ("source", "required", "found"),
    [
        ("import polars", ["polars>=2", "rich>=13"], ["rich is declared and never imported"]),
        ("import numpy.linalg", [], ["numpy is imported and not declared"]),
        ("def f():\n    from sklearn.base import clone", ["scikit-learn"], []),
        ("from importlib import import_module\nimport_module('scipy.stats')", ["scipy"], []),
        ("import json\nfrom . import numpy", [], []),
    ],
)
def test_both_kinds_of_difference_are_found(source, required, found):
    assert problems([source], required, []) == found


def test_the_lock_holds_every_declared_dependency():
    locked = {
        plain(line)
        for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()
        if line[:1].isalpha()
    }
    declared = project()["dependencies"]
    assert isinstance(declared, list)
    assert {plain(one) for one in declared} - locked == set()


def test_supported_pythons_are_said_once_and_the_same_everywhere():
    stated = project()
    classifiers = stated["classifiers"]
    assert isinstance(classifiers, list)
    pythons = [str(one).rsplit(" ", 1)[1] for one in classifiers if "Python :: 3." in one]
    assert pythons == ["3.11", "3.12", "3.13", "3.14"]
    assert stated["requires-python"] == ">=3.11,<3.15"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"PYTHONS := {' '.join(pythons)}\n" in makefile


def test_wheels_are_asked_for_by_the_conditions_of_the_python_in_question():
    from runpy import run_path

    needed = run_path(str(ROOT / ".ci" / "wheels.py"))["needed"]
    lock = (
        "old==1 ; python_full_version < '3.14' \\\n    --hash=sha256:00\n"
        "new==2 ; python_full_version >= '3.14' \\\n    --hash=sha256:01 \\\n    --hash=sha256:02\n"
        "both==3 \\\n    --hash=sha256:03\n"
    )
    assert [entry[:3] for entry in needed(lock, "3.13")] == ["old", "bot"]
    assert [entry[:3] for entry in needed(lock, "3.14")] == ["new", "bot"]
    assert needed(lock, "3.14")[0].endswith("sha256:01 \\\n    --hash=sha256:02")
