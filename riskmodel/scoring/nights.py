"""Runs that a timer starts: enough countries scored to replace the last run, and a folder of dated runs."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features.trade.flows.windows import Windows
from riskmodel.errors import RiskmodelError, TooFewScored, WrongUsage
from riskmodel.operations import disk
from riskmodel.publication.digests import MANIFEST, read_manifest
from riskmodel.publication.publish import exclusive
from riskmodel.scoring.request import ScoreRequest

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
REFUSED = "-refused"


def dated_folder(folder: Path, as_of: date) -> Path:
    """The folder of the run of a day among dated runs. Raises WrongUsage where `folder` is itself a run."""
    if (folder / MANIFEST).is_file():
        raise WrongUsage(
            f"--out {folder.name!r} is a run, and --keep needs a folder that holds dated runs; "
            "name another, such as runs/nights."
        )
    return folder / as_of.isoformat()


def refuse_overlap(windows: Windows, as_of: date) -> None:
    """Raise WrongUsage where the recent window overlaps the baseline however new the newest month is.

    A month is known after its end; a leg whose newest month is older has an earlier window.
    """
    newest = (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    months = newest.year * 12 + newest.month - 1
    last = windows.baseline_end.year * 12 + windows.baseline_end.month - 1
    first = months - windows.recent_months + 1
    if first > last:
        return
    start = f"{first // 12:04}-{first % 12 + 1:02}"
    shorter = f", or give --recent-months {months - last} or fewer" if months > last else ""
    raise WrongUsage(
        f"The recent window of {windows.recent_months} months, which ends in {newest:%Y-%m} at the latest on "
        f"--as-of {as_of}, starts in {start} and so overlaps the baseline {windows.words()}: months would be "
        f"compared with themselves. End --baseline before {start}{shorter}."
    )


def refuse_too_few(scored: int, looked_at: int, request: ScoreRequest) -> None:
    """Raise TooFewScored where fewer countries have a score than `request.min_scored`.

    Where that is None, at least one is needed, and half as many as in the last run: the one at `request.out`,
    or with `request.keep` the newest one of a day before.
    """
    last = _scored_last(request)
    needed = max(1, (last + 1) // 2) if request.min_scored is None else request.min_scored
    if scored >= needed:
        return
    half = " (half of the last run's)" if request.min_scored is None and last else ""
    raise TooFewScored(
        f"{scored} of {looked_at} countries could be scored and {needed} are needed{half}, so nothing was "
        f"published and the last run stays. See whether an input is missing or nearly empty; --min-scored "
        f"{scored} publishes it all the same."
    )


def remove_older(request: ScoreRequest) -> tuple[str, ...]:
    """Remove dated runs older than the newest `request.keep`; the names of what was removed, oldest first.

    Only folders of runs that this program published, or refused batches of theirs, under a name that is a
    day; never the run of `request.as_of`. One that another job is writing is left for the next night.

    Raises RiskmodelError where one cannot be removed: the disk would fill without a word.
    """
    if request.keep is None:
        return ()
    folder, present = request.out.absolute().parent, request.out.name
    older = [path for path in dated_runs(folder) if path.name != present]
    surplus = sorted({*(path.name for path in older), present})[: -request.keep]
    removed = []
    for path in (path for path in older if path.name in surplus):
        try:
            with exclusive(path):
                disk.remove(path)
                removed.append(path.name)
            refused = path.with_name(f"{path.name}{REFUSED}")
            if (read_manifest(refused) or {}).get("scored") is False and not refused.is_symlink():
                disk.remove(refused)
        except WrongUsage:
            continue
        except OSError as error:
            raise RiskmodelError(
                f"The run is published and whole, but the older run {path.name} could not be removed "
                f"({error.strerror}); remove it, or get the right to."
            ) from None
    return tuple(removed)


def dated_runs(folder: Path) -> list[Path]:
    """Folders of published runs whose name is the as-of day of their own manifest, oldest first."""
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if _DAY.fullmatch(path.name) and not path.is_symlink() and is_run(path, path.name)
    ]


def is_run(folder: Path, as_of: str | None = None) -> bool:
    """Whether a folder is a published run of this program, and of that day where one is named."""
    manifest = read_manifest(folder)
    if manifest is None or not {"run_id", "request_digest", "files"} <= manifest.keys():
        return False
    return as_of is None or manifest.get("as_of") == as_of


def counted(folder: Path) -> tuple[int, int]:
    """How many countries of a run have a score, and how many it holds; 0 where no run can be read."""
    if not is_run(folder):
        return 0, 0
    try:
        table = pl.read_parquet(folder / "scores_country.parquet", columns=["abstained"])
    except (OSError, pl.exceptions.PolarsError):
        return 0, 0
    return int((~table["abstained"]).sum()), table.height


def _scored_last(request: ScoreRequest) -> int:
    if request.keep is None:
        return counted(request.out)[0]
    days = [path for path in dated_runs(request.out.absolute().parent) if path.name <= request.out.name]
    return counted(days[-1])[0] if days else 0
