"""The injection job: trade files in, a folder out with the injected table and the truth about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from riskmodel.errors import WrongUsage
from riskmodel.operations.progress import Steps
from riskmodel.publication import publish as ledger
from riskmodel.publication.digests import code_digest, digest_file, write_json
from riskmodel.sources.checked import Intake, refuse_failures, take_in
from riskmodel.worlds.planting.additions import WORLD
from riskmodel.worlds.planting.episodes import InjectionSettings
from riskmodel.worlds.planting.inject import Injection, inject
from riskmodel.worlds.planting.rows import SOURCE

STATEMENT = (
    "The rows of this table whose source begins with simulated_planted hold planted dollars: they are "
    "simulated and did not happen. The countries were drawn at random from the seed; that a country was "
    "drawn says nothing about it, and `ordinary` means only that nothing was planted there."
)
DESCRIPTION = "inject.json"
TABLES = ("diverted", "roles", "planted")
FILES = ("trade_flows.parquet", *(f"{name}.csv" for name in TABLES), DESCRIPTION)


@dataclass(frozen=True)
class InjectRequest:
    """What to inject into. Paths are files or folders; `goods` None means the Common High Priority List."""

    trade: tuple[Path, ...]
    out: Path
    seed: int
    goods: Path | None = None
    settings: InjectionSettings = field(default_factory=InjectionSettings)
    trade_format: str | None = None
    hs_edition: str | None = None
    force: bool = False


def inject_files(request: InjectRequest, steps: Steps) -> dict[str, Any] | None:
    """Plant diversion in a user's trade tables and publish the folder `request.out`, all of it or nothing.

    The tables are checked like those of a scoring job; refused rows are left out and counted. The whole table
    is held in memory.

    Returns
    -------
    The content of `inject.json`, or None where the folder already holds exactly this injection.

    Raises
    ------
    InputUnreadable, ContractFailed: as on scoring. WrongUsage: the table cannot be used (see `inject`), or
    the folder holds something else. RiskmodelError: the disk is full.
    """
    _refuse_other_content(request)
    trade, goods, codes = _read(request, steps)
    identity = _identity(request, [trade, *goods])
    ledger.check_folder(request.out.absolute().parent)
    with ledger.exclusive(request.out):
        if not request.force and _holds(request.out, identity):
            return None
        steps.step("planting")
        injected = inject(trade.accepted, codes, request.seed, request.settings)
        steps.step("writing")
        ledger.publish(request.out, lambda folder: _fill(folder, injected, identity))
    return _described(request.out)


def _read(request: InjectRequest, steps: Steps) -> tuple[Intake, list[Intake], list[str]]:
    """The checked trade table, the goods list where one is given, and the codes that may be planted."""
    from data_contracts.checking.check import preload
    from features.reference.facts import priority_list
    from riskmodel.sources.goods import read_goods
    from riskmodel.sources.trade.read import trade_parts

    preload()
    goods: list[Intake] = []
    listed = priority_list()
    if request.goods is not None:
        steps.step("checking goods list")
        goods = [take_in(read_goods(request.goods), None)]
        refuse_failures(goods)
        listed = goods[0].accepted
    steps.step("checking trade")
    parts = trade_parts(request.trade, format=request.trade_format, hs_edition=request.hs_edition)
    trade = take_in(parts, None)
    refuse_failures([trade])
    return trade, goods, listed["hs6"].unique().sort().to_list()


def _identity(request: InjectRequest, intakes: list[Intake]) -> dict[str, Any]:
    """What decides every byte of the folder."""
    columns = ("name", "sha256", "bytes", "reader", "rows")
    identity = {
        "seed": request.seed,
        "settings": asdict(request.settings),
        "goods": None if request.goods is None else request.goods.name,
        "inputs": [
            {"kind": intake.kind, **{name: getattr(file, name) for name in columns}}
            for intake in intakes
            for file in intake.files
        ],
        "rows": {intake.kind: asdict(intake.counts()) for intake in intakes},
        "hs_edition": request.hs_edition,
        "code_sha256": code_digest(),
        "version": version("export-diversion-risk"),
    }
    plain: dict[str, Any] = json.loads(json.dumps(identity, default=str))
    return plain


def _fill(folder: Path, injected: Injection, identity: Mapping[str, Any]) -> None:
    injected.trade_flows.write_parquet(folder / "trade_flows.parquet", compression="zstd")
    for name in TABLES:
        getattr(injected, name).write_csv(folder / f"{name}.csv")
    planted = injected.planted
    found = {
        "simulated": True,
        "statement": STATEMENT,
        "source_of_planted_rows": SOURCE,
        **identity,
        "episodes": json.loads(json.dumps([asdict(one) for one in injected.episodes], default=str)),
        "planted_keys": planted.height,
        "new_keys": int(planted["new_row"].sum()),
        "planted_usd_by_flow": _by_flow(planted),
        "diverted_usd": int(injected.diverted["value_usd"].sum()),
        "declared_usd": int(injected.diverted["declared_usd"].sum()),
        "sha256": _digests(folder),
    }
    write_json(found, folder / DESCRIPTION)


def _by_flow(planted: pl.DataFrame) -> dict[str, int]:
    """Planted US$ by flow, world totals left out: they hold the same dollars."""
    parts = planted.filter(pl.col("partner") != WORLD)
    return dict(parts.group_by("flow").agg(pl.col("value_usd").sum()).sort("flow").iter_rows())


def _digests(folder: Path) -> dict[str, str]:
    return {name: digest_file(folder / name) for name in FILES if name != DESCRIPTION}


def _described(folder: Path) -> dict[str, Any] | None:
    """Content of `inject.json`; None where there is none or it cannot be read."""
    try:
        found = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _holds(out: Path, identity: Mapping[str, Any]) -> bool:
    """Whether `out` holds the complete, unchanged injection of exactly this identity."""
    found = _described(out)
    if found is None or not all((out / name).is_file() for name in FILES):
        return False
    return found == {**found, **identity} and found.get("sha256") == _digests(out)


def _refuse_other_content(request: InjectRequest) -> None:
    """Another injection is replaced only with `force`; anything else never."""
    out = request.out
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise WrongUsage(f"--out {out.name!r} is not a folder; give the name of a new folder.")
    try:
        content = {path.name for path in out.iterdir()} if out.exists() else set()
    except OSError as error:
        raise WrongUsage(f"--out {out.name!r} cannot be read: {error.strerror}; name another.") from None
    if not content:
        return
    if DESCRIPTION not in content or content - set(FILES):
        raise WrongUsage(f"--out {out.name!r} holds files that are no injected table; name a new folder.")
    found = _described(out) or {}
    same = found.get("seed") == request.seed and found.get("settings") == json.loads(
        json.dumps(asdict(request.settings), default=str)
    )
    if not (same or request.force):
        raise WrongUsage(
            f"--out {out.name!r} holds another injected table; name a new one, or replace it with --force."
        )
