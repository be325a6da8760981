"""What must hold after a fault: one sentence, a whole run or none, counts that add up and are true."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from pathlib import Path

from forks import Ended

from riskmodel.publication.digests import is_whole, read_manifest
from riskmodel.publication.publish import LEDGER

KINDS = {"trade": "trade_flows", "articles": "articles", "listings": "listings", "goods": "goods"}


def said_badly(ended: Ended, codes: tuple[int, ...]) -> str:
    """A complaint where a job crashed, hung, ended with another code, or did not say one sentence."""
    err = ended.err
    for mark in ("Traceback", "panicked", "HUNG", "Unexpected", "\x1b"):
        if mark in err:
            return f"stderr holds {mark!r}"
    if ended.code not in codes:
        return f"exit code is none of {codes}"
    lines = [line for line in err.splitlines() if line.strip()]
    if ended.code and (len(lines) != 1 or not lines[0].startswith("riskmodel: ")):
        return f"{len(lines)} lines instead of one sentence"
    return ""


def unsound(out: Path) -> str:
    """A complaint where a run folder is half-written or its counts do not add up; none where it is absent."""
    if not out.exists():
        return ""
    manifest = read_manifest(out)
    if manifest is None or not is_whole(out, manifest):
        return "the run is half-written"
    for kind, rows in manifest["rows"].items():
        if rows["read"] != rows["accepted"] + rows["quarantined"] + sum(rows["dropped"].values()):
            return f"rows of {kind} do not add up"
        if rows["accepted"] != sum(rows["of_accepted"].values()) or min(rows["of_accepted"].values()) < 0:
            return f"counts of {kind} do not add up"
    return ""


def left_behind(out: Path) -> str:
    """A complaint where staging or set-aside folders lie alongside a run."""
    left = sorted(p.name for p in out.parent.glob(f".{out.name}.*") if not p.name.endswith(".lock"))
    return f"left behind: {', '.join(left)}" if left else ""


def miscounted(out: Path, kind: str, file: Path) -> str:
    """A complaint where the rows read are not those that another reader counts in the same file."""
    manifest = read_manifest(out)
    # The rows of GDELT records are the countries they name: no other reader counts those.
    counted = None if file.name.endswith(".gkg.csv") else count_rows(file)
    if manifest is None or counted is None:
        return ""
    read = manifest["rows"][KINDS[kind]]["read"]
    return "" if read == counted else f"{read} rows read, {counted} in the file"


def count_rows(file: Path) -> int | None:
    """Data rows of a file by the standard library (Parquet: by its footer); None where it cannot say."""
    data = file.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return None
    if data[:4] == b"PAR1":
        import pyarrow.parquet as pq

        return int(pq.ParquetFile(file).metadata.num_rows)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if text.lstrip()[:1] in ("{", "["):
        return sum(1 for line in text.split("\n") if line.strip())
    # A lone carriage return ends no row: it is a character of its cell.
    text = text.replace("\r\n", "\n").replace("\r", " ")
    separator = max(",;\t", key=text.split("\n")[0].count)
    try:
        return max(0, sum(1 for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator)) - 1)
    except csv.Error:
        return None


def ledger_lines(folder: Path) -> list[dict[str, object]]:
    """Every line of a ledger; a torn one raises."""
    path = folder / LEDGER
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
