"""Delta tables: which Parquet files of a folder are the table now, by its log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from data_contracts.plain_text import one_line
from riskmodel.errors import InputUnreadable

LOG = "_delta_log"


def live_files(folder: Path) -> set[Path]:
    """The files that the log of a Delta table names and has not removed.

    Checkpoints are read where older commits were cleaned up. Raises InputUnreadable for a log that cannot be
    read, and for tables whose rows are deleted by vectors, which only Delta's own readers apply. Source: the
    Delta transaction log protocol, github.com/delta-io/delta/blob/master/PROTOCOL.md.
    """
    live: set[Path] = set()
    name = one_line(folder.name, 120)
    try:
        for action in _actions(folder / LOG):
            added, removed = action.get("add"), action.get("remove")
            if removed:
                live.discard(folder / unquote(removed["path"]))
            if added:
                if added.get("deletionVector"):
                    raise InputUnreadable(
                        f"folder {name} is a Delta table with deletion vectors, which are not applied here; "
                        "run OPTIMIZE or REORG TABLE ... APPLY (PURGE) on it, or export it as CSV"
                    )
                live.add(folder / unquote(added["path"]))
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise InputUnreadable(
            f"folder {name} is a Delta table whose log cannot be read; export the table as CSV or Parquet"
        ) from error
    return live


def _actions(log: Path) -> Iterator[dict[str, Any]]:
    """The actions of the newest checkpoint, then those of the commits after it, in order."""
    import pyarrow.parquet as pq

    points = sorted(log.glob("*.checkpoint*.parquet"))
    newest = points[-1].name[:20] if points else ""
    for point in points:
        if point.name.startswith(newest):
            columns = [c for c in ("add", "remove") if c in pq.read_schema(point).names]
            yield from pq.read_table(point, columns=columns).to_pylist()
    for commit in sorted(log.glob("*.json")):
        if commit.stem.isdigit() and commit.stem > newest:
            for line in commit.read_text(encoding="utf-8").splitlines():
                if line.strip():
                    yield json.loads(line)
