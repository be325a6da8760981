"""Workbooks (Excel, OpenDocument): each sheet becomes a file of comma-separated text, read like any other."""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.errors import InputUnreadable
from riskmodel.operations.scratch import Scratch
from riskmodel.sources.files.archives import Member, refuse_growth
from riskmodel.sources.files.streams import BROKEN_PACKING, OLD_OFFICE_MAGIC, ZIP_MAGIC
from riskmodel.sources.limits import ReadingLimits

SHEET_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_SAVE = "save the sheet as CSV (UTF-8)"


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook: an old Office file, or a zip archive of Office's own parts."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(OLD_OFFICE_MAGIC):
        return True
    if not head.startswith(ZIP_MAGIC):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except BROKEN_PACKING:
        return path.name.lower().endswith(SHEET_SUFFIXES)
    return bool(names & {"[Content_Types].xml", "mimetype"})


def sheets_of(path: Path, limits: ReadingLimits) -> list[Member]:
    """The sheets of a workbook in their order, as text; an empty one has 0 bytes.

    Cells are what the file holds, not how they are shown: dates are ISO 8601, numbers have a decimal point.
    Raises InputUnreadable.
    """
    name = one_line(path.name, 120)
    kind = "an old workbook (.xls)" if _is_old(path) else "a workbook"
    try:
        import fastexcel
    except ImportError:
        raise InputUnreadable(
            f"{name} is {kind}, and fastexcel, which reads it, is not installed; {_SAVE}"
        ) from None
    _refuse_large(path, name, limits)
    keep, found = Scratch(), []
    try:
        book = fastexcel.read_excel(path)
        for number, title in enumerate(book.sheet_names):
            sheet = book.load_sheet(title, header_row=None, dtypes="string")
            target = keep.folder / f"sheet-{number}"
            cells = pl.DataFrame(sheet) if sheet.total_height else pl.DataFrame()
            cells.write_csv(target, include_header=False)
            size = target.stat().st_size if cells.height else 0
            found.append(Member(one_line(title, 120), size, target, keep=keep))
    except Exception as error:  # the decoder raises errors of its own on broken bytes
        if words := _other_office(path):
            raise InputUnreadable(f"{name} is {words}; save its text as .txt, or its table as CSV") from error
        raise InputUnreadable(f"{name} is {kind} that cannot be read; {_SAVE}") from error
    return found


def _other_office(path: Path) -> str | None:
    """What an archive of Office's parts is that is no workbook."""
    if _is_old(path):
        return None
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    folders = {name.partition("/")[0] for name in names}
    if "word" in folders:
        return "a text document (.docx)"
    if "ppt" in folders:
        return "a presentation (.pptx)"
    return "an e-book or a text document" if "mimetype" in names and "xl" not in folders else None


def _is_old(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8) == OLD_OFFICE_MAGIC


def _refuse_large(path: Path, name: str, limits: ReadingLimits) -> None:
    if _is_old(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(info.file_size for info in archive.infolist())
    except BROKEN_PACKING as error:
        raise InputUnreadable(f"{name} is a workbook that cannot be read; {_SAVE}") from error
    refuse_growth(path, name, total, limits)
