"""Writing a world folder: all of it or none of it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from riskmodel.errors import WrongUsage
from riskmodel.publication.digests import digest_file
from riskmodel.publication.publish import check_folder, exclusive, publish
from riskmodel.worlds import corridors
from riskmodel.worlds.corridors.flows import trade_rows
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.plan import CorridorPlan, draw_plan
from riskmodel.worlds.corridors.world import CorridorWorld, build_world

STATEMENT = (
    "Everything in this folder is simulated. Country codes are labels: which of them divert, and all other "
    "roles, were drawn at random from the seed. Nothing here says anything about a real country, company or "
    "person."
)
GROUP_ROWS = 1_000_000
FILES = (
    "trade_flows.parquet",
    "articles.jsonl",
    "listings.csv",
    "goods.csv",
    "truth.csv",
    "truth_monthly.csv",
    "world.json",
)


def write_world(params: WorldParams, out: Path, *, force: bool = False) -> bool:
    """Write the world of `params` into the folder `out`; False if exactly this world is already there.

    The folder appears complete or not at all.

    Raises
    ------
    WrongUsage: `out` holds something else (another world may be replaced with `force`), or its parent
        cannot be written. RiskmodelError: the disk is full.
    """
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise WrongUsage(f"--out {out.name!r} is not a folder; give the name of a new folder.")
    if is_world(params, out):
        return False
    _refuse_other_content(params, out, force)
    check_folder(out.absolute().parent)
    with exclusive(out):
        publish(out, lambda folder: _fill(params, folder))
    return True


def is_world(params: WorldParams, out: Path) -> bool:
    """Whether `out` holds the complete, unchanged world of exactly these parameters and this simulator."""
    found = _described(out)
    if found is None or not all((out / name).is_file() for name in FILES):
        return False
    return found == {**found, **_identity(params)} and found.get("sha256") == _digests(out)


def _described(out: Path) -> dict[str, Any] | None:
    """Content of `world.json`; None where there is none or it cannot be read."""
    try:
        found = json.loads((out / "world.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _refuse_other_content(params: WorldParams, out: Path, force: bool) -> None:
    """An older or damaged world of the same parameters is made again; nothing else is lost unasked."""
    try:
        content = {path.name for path in out.iterdir()} if out.exists() else set()
    except OSError as error:
        raise WrongUsage(f"--out {out.name!r} cannot be read: {error.strerror}; name another.") from None
    if not content:
        return
    if "world.json" not in content or content - set(FILES):
        raise WrongUsage(f"--out {out.name!r} holds files that are no simulated world; name a new folder.")
    same = (_described(out) or {}).get("params") == _identity(params)["params"]
    if not (same or force):
        raise WrongUsage(
            f"--out {out.name!r} holds another simulated world; name a new one, or replace it with --force."
        )


def _fill(params: WorldParams, folder: Path) -> None:
    plan = draw_plan(params)
    _write_trade(trade_rows(plan), folder / "trade_flows.parquet")
    world = build_world(plan, with_trade=False)
    _write_articles(world.articles, folder / "articles.jsonl")
    for name in ("listings", "goods", "truth", "truth_monthly"):
        getattr(world, name).write_csv(folder / f"{name}.csv")
    text = json.dumps(_description(plan, world, folder), indent=2, sort_keys=True, ensure_ascii=False)
    (folder / "world.json").write_text(text + "\n", encoding="utf-8")


def _write_trade(parts: Iterator[pl.DataFrame], path: Path) -> None:
    """Row groups of whole reporters, so that only the rows of one group are held in memory."""
    writer: pq.ParquetWriter | None = None
    for group in _groups(parts):
        table = group.to_arrow(compat_level=pl.CompatLevel.oldest())
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=9)
        writer.write_table(table, row_group_size=max(1, table.num_rows))
    if writer is not None:
        writer.close()


def _groups(parts: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    held: list[pl.DataFrame] = []
    for part in parts:
        held.append(part)
        if sum(frame.height for frame in held) >= GROUP_ROWS:
            yield pl.concat(held)
            held = []
    if held:
        yield pl.concat(held)


def _write_articles(articles: pl.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in articles.iter_rows(named=True):
            row["published_at"] = row["published_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _identity(params: WorldParams) -> dict[str, Any]:
    plain = json.loads(json.dumps(dataclasses.asdict(params), default=str))
    return {"params": plain, "version": version("export-diversion-risk"), "simulator_sha256": _code_digest()}


def _code_digest() -> str:
    """sha256 over the simulator's source and reference files: another simulator makes another world."""
    total = hashlib.sha256()
    for path in sorted(Path(corridors.__file__).parent.rglob("*")):
        if path.suffix in {".py", ".csv"}:
            total.update(f"{path.name}:{digest_file(path)}\n".encode())
    return total.hexdigest()


def _digests(folder: Path) -> dict[str, str]:
    return {name: digest_file(folder / name) for name in FILES if name != "world.json"}


def _description(plan: CorridorPlan, world: CorridorWorld, folder: Path) -> dict[str, Any]:
    return {
        **_identity(plan.params),
        "simulated": True,
        "statement": STATEMENT,
        "coalition": plan.cast.coalition,
        "control": plan.cast.control,
        "transit": plan.cast.transit,
        "news_only": plan.cast.news_only,
        "controlled_from": {row["hs6"]: str(row["controlled_from"]) for row in world.controls.to_dicts()},
        "seed": plan.params.seed,
        "sha256": _digests(folder),
    }
