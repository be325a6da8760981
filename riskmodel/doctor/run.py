"""Checks of an installation, a model, data files and the place of runs: what is wrong, and how to fix it."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from riskmodel.doctor.data import data_files
from riskmodel.doctor.finding import Finding
from riskmodel.errors import RiskmodelError, WrongUsage
from riskmodel.settings import Settings, read_settings, resolve_settings

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHONS = ((3, 11), (3, 14))
NEEDED_BYTES = 200 << 20
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(;[^\\]*)?", re.MULTILINE)


def examine(models_dir: Path | None, data: Sequence[Path], out: Path) -> Iterator[Finding]:
    """Every check, one after the other; a check that itself fails is a finding, never an error.

    Without `models_dir` the folder of the settings is looked at, or that of the checkout where a setting is
    wrong.
    """
    checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("Python", python),
        ("libraries", libraries),
        ("settings", settings),
        ("reference facts", facts),
        ("contracts", contracts),
        ("model", lambda: model(models_dir or _settings().models_dir)),
        ("place of the runs", lambda: target(out)),
        *((f"data {path.name}", lambda path=path: _data(path)) for path in data),
    ]
    for name, check in checks:
        try:
            yield from check()
        except RiskmodelError as error:
            yield Finding(name, str(error), "Correct that and ask the doctor again.")
        except Exception as error:
            yield Finding(
                name, f"{type(error).__name__}: {error}", "Set up again: make clean, then make score."
            )


def python() -> Iterator[Finding]:
    """The interpreter is one of those that the locked versions were resolved for."""
    found, (low, high) = sys.version_info[:2], PYTHONS
    what = f"Python {sys.version.split()[0]}"
    if low <= found <= high:
        yield Finding(what)
        return
    span = f"{low[0]}.{low[1]} to {high[0]}.{high[1]}"
    yield Finding(what, f"supported are {span}", "Install one of them, then make clean and make score.")


def libraries(lock: Path = CHECKOUT / "requirements.lock") -> Iterator[Finding]:
    """The installed versions are the locked ones; other versions may give other numbers."""
    if not lock.is_file():
        yield Finding("libraries: installed without a lock file, versions not compared")
        return
    wanted: dict[str, set[str]] = {}
    conditional = set()
    for name, number, marker in _LOCKED.findall(lock.read_text(encoding="utf-8")):
        wanted.setdefault(name, set()).add(number)
        if marker:
            conditional.add(name)
    wrong = []
    for name, numbers in sorted(wanted.items()):
        try:
            found = version(name)
        except PackageNotFoundError:
            if name not in conditional:
                wrong.append(f"{name} is missing")
            continue
        if found not in numbers:
            wrong.append(f"{name} is {found}, locked is {' or '.join(sorted(numbers))}")
    fix = "Install the locked versions: make clean, then make score."
    yield Finding(f"libraries: {len(wanted)} locked", "; ".join(wrong), fix if wrong else "")


def settings() -> Iterator[Finding]:
    """The environment variables `RISKMODEL_...` can be read, each by itself."""
    given = [name for name in Settings.model_fields if f"RISKMODEL_{name}".upper() in os.environ]
    what = f"settings: {len(given)} from the environment"
    try:
        resolve_settings(None, None)
    except WrongUsage as error:
        yield Finding(what, str(error), "Correct the environment variable, or unset it for the default.")
    else:
        yield Finding(what)


def _settings() -> Settings:
    """The settings, or the defaults where one is wrong, so that the other checks can be made."""
    try:
        return read_settings()
    except WrongUsage:
        return Settings.model_construct()


def _data(path: Path) -> Iterator[Finding]:
    from riskmodel.sources.limits import limits_of

    return data_files(path, limits_of(_settings()))


def facts() -> Iterator[Finding]:
    """The reference facts load and agree with each other."""
    import polars as pl

    from features.reference.facts import coalition, control_candidates, country_names, priority_list

    codes, goods, today = set(country_names()), priority_list(), date.today()
    faults = [
        ("countries.csv does not hold 3-letter codes", not codes or any(len(code) != 3 for code in codes)),
        ("coalition.csv names unknown countries", not coalition(today) <= codes),
        ("coalition.csv is empty", not coalition(today)),
        ("no control countries are left", not control_candidates(today)),
        (
            "priority_list.csv does not hold 50 codes of six digits",
            goods.height != 50 or not goods["hs6"].str.contains(r"^\d{6}$").all(),
        ),
        (
            "priority_list.csv has rows without a source",
            bool(goods.select(pl.col("source").is_null().any()).item()),
        ),
    ]
    wrong = "; ".join(words for words, broken in faults if broken)
    allies = len(coalition(today))
    what = f"reference facts: {len(codes)} countries, {allies} in the coalition, {goods.height} codes"
    yield Finding(what, wrong, "Restore features/reference from the source." if wrong else "")


def contracts() -> Iterator[Finding]:
    """great-expectations imports and judges one sound and one broken value."""
    import polars as pl

    from data_contracts.checking.check import validate
    from data_contracts.registry import CONTRACTS

    empty = [name for name, contract in CONTRACTS.items() if validate(contract, pl.DataFrame()).report.passed]
    wrong = f"an empty batch passes {', '.join(empty)}" if empty else ""
    yield Finding(f"contracts: {len(CONTRACTS)} judge", wrong, "Set up again: make clean." if wrong else "")


def model(models_dir: Path) -> Iterator[Finding]:
    """The champion passes every check of loading."""
    from riskmodel.registry.champion import load

    yield Finding(f"model {load(None, models_dir).model_id}")


def target(out: Path) -> Iterator[Finding]:
    """A run could be written, exchanged and locked at `out`, and there is room for one."""
    from riskmodel.operations import disk
    from riskmodel.publication.publish import exclusive

    there = out.absolute()
    while not there.exists():
        there = there.parent
    what = f"place of the runs {out}"
    try:
        with tempfile.TemporaryDirectory(prefix=".riskmodel-doctor-", dir=there) as folder:
            one, other = Path(folder, "one"), Path(folder, "other")
            one.mkdir()
            other.mkdir()
            swaps = disk.exchange(one, other)
            with exclusive(one):
                pass
    except OSError as error:
        yield Finding(
            what, f"cannot be written ({error.strerror})", "Name another folder, or get the right to write."
        )
        return
    free = shutil.disk_usage(there).free
    if free < NEEDED_BYTES:
        yield Finding(
            what, f"{free >> 20} MB are free, a run may need {NEEDED_BYTES >> 20}", "Free some space."
        )
        return
    way = "one exchange" if swaps else "two renames (this file system has no exchange)"
    yield Finding(f"{what}: writable, replaced by {way}, {free >> 30} GB free")
