"""Worlds as parts of a job: a few numbers go to a worker, labelled rows come back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from riskmodel.engines.parcel import Parcel
from riskmodel.engines.work import Work
from riskmodel.publication.digests import digest_file, digest_json


def worlds_work(
    name: str,
    function: Callable[..., pl.DataFrame],
    describe: Callable[..., str],
    give: Callable[..., Parcel],
    take: Callable[[Parcel], tuple[Any, ...]],
) -> Work[pl.DataFrame]:
    """A work whose parts are worlds and whose results are frames; see `Work`."""
    return Work(
        name=name,
        title="making worlds",
        function=function,
        describe=describe,
        give=give,
        take=take,
        to_parcel=lambda rows: {"rows": rows},
        from_parcel=lambda parcel: parcel["rows"],
    )


@cache
def digest_of_folder(folder: Path) -> str:
    """sha256 over names and bytes of all files of a folder: where they differ, so does the part."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return digest_json([[path.relative_to(folder).as_posix(), digest_file(path)] for path in files])
