"""Whether a run is in place already: one digest over all that decides its bytes, before the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data_contracts.plain_text import one_line
from riskmodel.errors import InputUnreadable
from riskmodel.publication.digests import code_digest, digest_json, is_whole, read_manifest
from riskmodel.publication.libraries import library_versions
from riskmodel.publication.stamps import Stamps, read_stamps
from riskmodel.publication.typed_json import to_json
from riskmodel.registry.model_folder import StoredModel
from riskmodel.scoring.earlier import earlier_run
from riskmodel.scoring.request import ScoreRequest
from riskmodel.settings import Settings
from riskmodel.sources.checked import Intake, earlier_evidence

_NOT_ASKED = ("trade", "articles", "listings", "goods", "limits")  # digested apart, or no part of the result


@dataclass(frozen=True)
class Fingerprint:
    """`digest` is over inputs, settings, code, libraries and model; `files` holds each input's sha256."""

    digest: str
    files: frozenset[str]


def fingerprint(request: ScoreRequest, settings: Settings, model: StoredModel) -> Fingerprint:
    """Digest what is asked for; reads every input file once, unless it is known, and raises for none."""
    inputs, stamps = request.inputs, read_stamps(again=request.rehash or request.force)
    listed = {name: _files(paths, stamps) for name, paths in inputs.paths().items()}
    stamps.keep()
    asked = {
        "files": listed,
        "read": {name: value for name, value in vars(inputs).items() if name not in _NOT_ASKED},
        "as_of": request.as_of,
        "windows": request.windows.words(),
        "recent_months": request.windows.recent_months,
        "oldest_usable_months": request.windows.oldest_usable_months,
        "allow_hindsight": request.allow_hindsight,
        "previous": None if request.previous is None else earlier_evidence(request.previous),
        "earlier_run": None if request.previous is None else to_json(earlier_run(request.previous)),
        "history": request.history,
        "store_notes": request.store_notes,
        "settings": settings.model_dump(exclude={"models_dir"}),
        "model": [model.model_id, dict(model.manifest)],
        "code": code_digest(),
        "libraries": library_versions(),
    }
    return Fingerprint(digest_json(asked), frozenset(sha for files in listed.values() for _, sha in files))


def run_in_place(out: Path, digest: str) -> str | None:
    """The id of the run at `out` if it is whole and was made for the same digest; else None."""
    manifest = read_manifest(out)
    if manifest is None or manifest.get("request_digest") != digest or not is_whole(out, manifest):
        return None
    return str(manifest["run_id"])


def refuse_changed(intakes: Sequence[Intake], taken: Fingerprint) -> None:
    """Raise InputUnreadable where a file was not the same when it was read as at the start."""
    for intake in intakes:
        for file in intake.files:
            if file.sha256 and file.sha256 not in taken.files:
                raise InputUnreadable(
                    f"{one_line(file.name, 120)} changed while it was read; run again once it is complete"
                )


def _files(paths: Sequence[Path], stamps: Stamps) -> list[tuple[str, str]]:
    """Name and sha256 of every file at or below `paths`, whatever a reader will make of it.

    What is missing or no file is listed too, without a digest: the reader says what is wrong with it.
    """
    chosen = [(path, path) for path in paths if not _is_folder(path)]
    for folder in paths:
        if _is_folder(folder):
            chosen += [(folder, path) for path in sorted(folder.rglob("*")) if not _is_folder(path)]
    names = [path.name for _, path in chosen]
    listed = []
    for given, path in chosen:
        # A reader tells files of one name apart by the folders they are in.
        parts = path.resolve().parts[-3:] if names.count(path.name) > 1 else (path.name,)
        # A name that is no text has no place in a digest of text.
        name = "/".join(parts).encode("utf-8", "backslashreplace").decode()
        listed.append((name, _digest(given, path, stamps)))
    return listed


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # no right to enter the folder it is in
        return False


def _digest(given: Path, path: Path, stamps: Stamps) -> str:
    leads_out = path != given and path.is_symlink() and not path.resolve().is_relative_to(given.resolve())
    try:
        return "" if leads_out or not path.is_file() else stamps.digest(path)
    except OSError:
        return ""
