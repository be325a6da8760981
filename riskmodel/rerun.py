"""Whether a run is in place already: one digest over all that decides its bytes, before the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodel.errors import InputUnreadable
from riskmodel.estimator import Model
from riskmodel.intake import Intake
from riskmodel.ledger import code_digest, digest_file, digest_json, is_whole, read_manifest
from riskmodel.settings import Settings
from riskmodel.sources.files import find, printable
from riskmodel.sources.plain_text import TEXT_SUFFIXES
from riskmodel.sources.table import TABLE_SUFFIXES

if TYPE_CHECKING:
    from riskmodel.score import ScoreRequest

LIBRARIES = ("great-expectations", "numpy", "pandas", "polars", "pyarrow", "scikit-learn", "skops")


@dataclass(frozen=True)
class Fingerprint:
    """`digest` is over inputs, settings, code, libraries and model; `files` is sha256 by kind and name."""

    digest: str
    files: Mapping[tuple[str, str], str]


def fingerprint(request: ScoreRequest, settings: Settings, model: Model) -> Fingerprint:
    """Digest what is asked for; reads every input file once. Raises InputUnreadable."""
    listed: list[tuple[str, str, str]] = []
    for kind, paths in (
        ("trade_flows", request.trade),
        ("articles", request.articles),
        ("listings", request.listings),
        ("goods", (request.goods,) if request.goods else ()),
    ):
        listed += [(kind, *file) for file in _files(kind, paths)]
    asked = {
        "files": listed,
        "as_of": request.as_of,
        "windows": request.windows.words(),
        "recent_months": request.windows.recent_months,
        "oldest_usable_months": request.windows.oldest_usable_months,
        "published_at": request.published_at,
        "trade_format": request.trade_format,
        "hs_edition": request.hs_edition,
        "allow_hindsight": request.allow_hindsight,
        "settings": settings.model_dump(exclude={"models_dir"}),
        "model": [model.model_id, dict(model.manifest)],
        "code": code_digest(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    return Fingerprint(digest_json(asked), {(kind, name): digest for kind, name, digest in listed})


def run_in_place(out: Path, digest: str) -> dict[str, Any] | None:
    """The manifest of the run at `out` if it is whole and was made for the same digest; else None."""
    manifest = read_manifest(out)
    if manifest is None or manifest.get("request_digest") != digest or not is_whole(out, manifest):
        return None
    return manifest


def refuse_changed(intakes: Sequence[Intake], taken: Fingerprint) -> None:
    """Raise InputUnreadable where a file was not the same when it was read as at the start."""
    for intake in intakes:
        for file in intake.files:
            if file.sha256 and taken.files.get((intake.kind, file.name)) != file.sha256:
                raise InputUnreadable(
                    f"{printable(file.name)} changed while it was read; run again once it is complete"
                )


def _files(kind: str, paths: Sequence[Path]) -> list[tuple[str, str]]:
    if not paths:
        return []
    suffixes = (*TABLE_SUFFIXES, *TEXT_SUFFIXES) if kind == "articles" else TABLE_SUFFIXES
    found = find(paths, suffixes)
    passed = [(file.name, f"{file.reader}, {file.bytes} bytes") for file in found.skipped]
    try:
        return [(source.name, digest_file(source.path)) for source in found.sources] + passed
    except OSError as error:
        raise InputUnreadable(f"an input file of {kind} cannot be read: {error.strerror}") from error
