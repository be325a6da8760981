"""OpenSanctions: immutable artifacts by version. Not part of `starter`: commercial use needs a licence."""

from __future__ import annotations

import json
import os

from riskmodel.errors import FetchIncomplete, WrongUsage
from riskmodel.fetch.asked import Asked
from riskmodel.fetch.source import Estimate, Expectation, PublicSource, Request, setting
from riskmodel.fetch.taking import Taker
from riskmodel.store.opened import opened

TABLE = "targets.simple.csv"


def _collection() -> str:
    name = os.environ.get(setting("opensanctions", "dataset")) or "sanctions"
    if not name.replace("_", "").isalnum() or not name.isascii():
        raise WrongUsage(f"{setting('opensanctions', 'dataset')} is not the name of a dataset.")
    return name


def estimate(source: PublicSource, asked: Asked) -> list[Estimate]:
    """An index and one table."""
    return [
        Estimate(
            source.name, f"{_collection()}/{TABLE}", 2, 60_000_000, "CC BY-NC 4.0: not for commercial use"
        )
    ]


def fetch(taker: Taker, asked: Asked) -> None:
    """Take the table of the newest version, checked against the digest and size of the index."""
    name = _collection()
    index = Request(
        taker.source.name,
        f"{name}/index.json",
        taker.source.at(f"datasets/latest/{name}/index.json"),
        Expectation("json", rows_at="resources", must_have_rows=True),
        name=f"{name}-index.json",
    )
    entry = taker.take(index).entry
    if entry is None:
        raise FetchIncomplete(f"{taker.source.title}: the index did not come.")
    with opened(taker.store.object(entry.sha256), 1 << 28) as file:
        record = json.loads(file.read().decode("utf-8-sig"))
    table = next((one for one in record["resources"] if one.get("name") == TABLE), None)
    version = str(record.get("version") or record.get("last_export") or "")
    if table is None:
        raise FetchIncomplete(f"{taker.source.title}: the index names no {TABLE}.")
    checksum = str(table.get("checksum") or table.get("sha1") or "")
    # Without a version the newest table is asked for, which leads to that of a version.
    folder = f"artifacts/{name}/{version}" if version else f"datasets/latest/{name}"
    taker.take(
        Request(
            taker.source.name,
            f"{name}/{TABLE}",
            taker.source.at(f"{folder}/{TABLE}"),
            Expectation(
                "csv",
                header=("id", "schema", "countries", "sanctions", "dataset", "first_seen"),
                least_share=0.8,
                size=int(table["size"]) if table.get("size") else None,
                digest=f"sha1:{checksum}" if len(checksum) == 40 else "",
            ),
            name=f"{name}-{TABLE}",
            published_at=_moment(version),
            published_field="version" if version else "",
        )
    )


def _moment(version: str) -> str:
    """`20260929103045-abc` as a time; an empty text where the version holds none."""
    digits = version[:14]
    if not digits.isdigit() or len(digits) < 8:
        return version if version[:4].isdigit() and "-" in version[:5] else ""
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    return f"{day}T{digits[8:10]}:{digits[10:12]}:{digits[12:14]}" if len(digits) == 14 else day
