"""Data files as `score` would meet them: nearest format, contract, and why a file would be refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from data_contracts.plain_text import one_line
from riskmodel.doctor.finding import Finding
from riskmodel.errors import ColumnsMissing, RiskmodelError
from riskmodel.publication.digests import read_manifest

if TYPE_CHECKING:
    from riskmodel.sources.checked import Intake
    from riskmodel.sources.limits import ReadingLimits
    from riskmodel.sources.request import InputRequest

KINDS = ("trade", "listings", "articles", "goods")
# A plain list of goods is any table with a column of codes; with more unused columns it is another table.
FOREIGN_COLUMNS = 4
FIX = "Correct or leave out the file."


@dataclass(frozen=True)
class FileVerdict:
    """What one kind of input makes of a file; the higher `nearness`, the likelier it is meant to be that.

    `words` are the sentence of a refusal, or what was found in a file that `score` takes.
    """

    kind: str
    nearness: int
    taken: bool
    words: str


def data_files(path: Path, limits: ReadingLimits) -> Iterator[Finding]:
    """Every file at `path`, as its nearest kind; run folders and notes are passed over."""
    shown = f"data {one_line(path.name, 120)}"
    files, runs, notes = _listed(path)
    if runs or notes:
        yield Finding(f"{shown}: passed over {_number(runs, 'run folder')} and {_number(notes, 'note')}")
    if not files and not runs:
        yield Finding(shown, "holds no file", "Name a folder with input files.")
    for file in files:
        verdict = judged(file, limits)
        what = f"data {one_line(file.name, 120)}"
        if verdict.taken:
            yield Finding(f"{what}: {verdict.kind}, {verdict.words}")
        else:
            yield Finding(what, f"not taken as {verdict.kind}: {verdict.words}", FIX)


_OF_OTHER_KIND = ("no known format", "is a web page without", "is XML", "which no known list does")


def judged(file: Path, limits: ReadingLimits) -> FileVerdict:
    """The verdict of the nearest kind of input."""
    verdicts = [_judged_as(kind, file, limits) for kind in KINDS]
    return max(verdicts, key=lambda verdict: (verdict.nearness, verdict.taken))


def _judged_as(kind: str, file: Path, limits: ReadingLimits) -> FileVerdict:
    from riskmodel.sources.request import InputRequest

    paths = {kind: file if kind == "goods" else (file,)}
    request = InputRequest(**paths, limits=limits)  # type: ignore[arg-type]
    try:
        return _by_contract(kind, request)
    except ColumnsMissing as error:
        return FileVerdict(kind, 2, False, _without_name(error, file))
    except RiskmodelError as error:
        refusal = _without_name(error, file)
    if kind == "trade" and "--hs-edition" in refusal:
        with_edition = _edition_given(kind, request)
        if with_edition is not None:
            return with_edition
    # These say that the file is of some other kind; any other refusal is about the file itself.
    return FileVerdict(kind, 0 if any(words in refusal for words in _OF_OTHER_KIND) else 1, False, refusal)


def _edition_given(kind: str, request: InputRequest) -> FileVerdict | None:
    try:
        verdict = _by_contract(kind, replace(request, hs_edition="HS2022"))
    except RiskmodelError:
        return None
    return replace(verdict, words=f"{verdict.words}; score needs --hs-edition for it")


def _by_contract(kind: str, request: InputRequest) -> FileVerdict:
    """What the contracts say of a file that a reader takes. Raises what the reader raises."""
    from riskmodel.sources.checked import take_in
    from riskmodel.sources.request import open_input

    intakes = [take_in(table, date.today()) for table in open_input(kind, request)]
    intake = max(intakes, key=lambda found: found.rows_read)
    if intake.kind == "gkg":
        kind = "GDELT records"
    if kind == "goods" and len(intake.ignored_columns) >= FOREIGN_COLUMNS:
        unused = ", ".join(one_line(name, 30) for name in intake.ignored_columns[:5])
        words = f"only its codes could be read as a list of goods; {unused} match no known format"
        return FileVerdict(kind, 0, False, words)
    nearness = 1 if kind == "goods" else 3
    failed = [found.failures[0] for found in intakes if found.failures]
    if failed:
        return FileVerdict(kind, nearness, False, one_line(failed[0], 300))
    if not intake.rows_accepted:
        refused = f"none of its {intake.rows_read:,} rows is accepted by the contract"
        return FileVerdict(kind, nearness, False, refused)
    return FileVerdict(kind, nearness, True, _found(intake))


def _found(intake: Intake) -> str:
    form = next((file.reader for file in intake.files if file.rows), intake.files[0].reader)
    refused = f", {intake.rows_quarantined:,} refused" if intake.rows_quarantined else ""
    return f"format {form}, {intake.rows_read:,} rows{refused}"


def _without_name(error: RiskmodelError, file: Path) -> str:
    words = str(error).removeprefix(f"{one_line(file.name, 120)} ").removeprefix(f"{file.name}: ")
    return one_line(words, 300)


def _listed(path: Path) -> tuple[list[Path], int, int]:
    """Files to judge, in order, with the number of run folders and of notes that were passed over."""
    from riskmodel.sources.files.find import is_note

    if not path.is_dir():
        return [path], 0, 0
    runs = {folder for folder in (path, *path.rglob("*")) if folder.is_dir() and _is_of_a_run(folder)}
    files, notes = [], 0
    for file in sorted(path.rglob("*")):
        if file.is_symlink() or not file.is_file() or runs & {*file.parents}:
            continue
        if any(part.startswith(".") for part in file.relative_to(path).parts):
            continue
        if is_note(file) or file.name == "ledger.jsonl":
            notes += 1
            continue
        files.append(file)
    return files, len(runs), notes


def _is_of_a_run(folder: Path) -> bool:
    """Whether a folder holds a run of this program, or what was refused of one."""
    manifest = read_manifest(folder) or {}
    return {"run_id", "files"} <= manifest.keys() or manifest.get("scored") is False


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
