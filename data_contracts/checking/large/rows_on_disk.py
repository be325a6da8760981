"""Judged rows on disk, part by part, in a folder that the caller owns and removes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from data_contracts.checking.check import Broken, Prepared, reasons, with_flags
from data_contracts.checking.duplicates import PLACE
from data_contracts.checking.judged_values import Mask
from data_contracts.contract import Contract, Rule
from data_contracts.tables import BOOKKEEPING

REFUSED, SUPERSEDED = "__refused", "superseded"
KINDS = ("rows", "flags", "refused", "read")
Bytes = npt.NDArray[np.uint8]


@dataclass
class Spill:
    """The rows of a batch as Parquet files, one for each part and kind.

    `rows` has every row in canonical types, and `flags` what was found of each; `refused` has the refused
    rows as the file had them; `read` has the columns that the file had in other words, where there are such.
    """

    contract: Contract
    folder: Path
    starts: list[int] = field(default_factory=list)
    heights: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for kind in KINDS:
            (self.folder / kind).mkdir(parents=True)

    @property
    def height(self) -> int:
        """Rows of all parts."""
        return self.starts[-1] + self.heights[-1] if self.starts else 0

    def add(self, one: Prepared, broken: Broken, refused: Mask) -> None:
        """Write the next part."""
        part = len(self.starts)
        self.starts.append(self.height)
        self.heights.append(one.frame.height)
        other = self._in_other_words(one)
        if other:
            one.frame.select(other).write_parquet(self._file("read", part), compression="lz4")
        rows = one.typed.select(*self.contract.columns, *BOOKKEEPING)
        rows.write_parquet(self._file("rows", part), compression="lz4", statistics=False)
        warned = {f"broke_{rule.name}": broken[rule.name] for rule in self._reporting}
        self._write_flags(part, refused, np.zeros(one.frame.height, dtype=bool), warned)
        if refused.any():
            self._write_refused(part, one.frame, broken, refused)

    def take(self, height: int, files: Mapping[str, Bytes]) -> None:
        """The next part as another spill wrote it, one file of each kind that it has (`files_of`)."""
        part = len(self.starts)
        self.starts.append(self.height)
        self.heights.append(height)
        for kind, content in files.items():
            content.tofile(self._file(kind, part))

    def files_of(self, part: int) -> dict[str, Bytes]:
        """The bytes of the files of a part, by kind."""
        every = {kind: self._file(kind, part) for kind in KINDS}
        return {kind: np.fromfile(file, np.uint8) for kind, file in every.items() if file.exists()}

    def stored(self) -> tuple[tuple[Path, Path], ...]:
        """The files of each part with its rows and with what was found of each."""
        return tuple((self._file("rows", n), self._file("flags", n)) for n in range(len(self.starts)))

    def rows(self, part: int, columns: list[str]) -> pl.DataFrame:
        """Rows of a part in canonical types, with `REFUSED` and `PLACE`, their number in the whole batch."""
        start, height = self.starts[part], self.heights[part]
        places = pl.int_range(start, start + height, dtype=pl.Int64, eager=True).alias(PLACE)
        flags = pl.read_parquet(self._file("flags", part), columns=[REFUSED])[REFUSED]
        return pl.read_parquet(self._file("rows", part), columns=columns).with_columns(flags, places)

    def as_read(self, part: int, columns: frozenset[str]) -> pl.DataFrame:
        """Rows of a part as the file had them; `columns` are those that it has."""
        kept = [*(c for c in self.contract.columns if c in columns), *BOOKKEEPING]
        frame = pl.read_parquet(self._file("rows", part), columns=kept)
        other = self._file("read", part)
        return frame.with_columns(pl.read_parquet(other)) if other.exists() else frame

    def amend(self, part: int, raw: pl.DataFrame, broken: Broken, replaced: Mask) -> None:
        """Add the verdicts on keys to a part: `broken` for the rules on copies, rows with a later vintage."""
        flags = pl.read_parquet(self._file("flags", part))
        before = flags[REFUSED].to_numpy()
        refused = before.copy()
        for rule in self.contract.row_rules:
            if rule.name in broken and rule.effect == "refuses the rows":
                refused |= broken[rule.name]
        warned = {rule.name: flags[f"broke_{rule.name}"].to_numpy() for rule in self._reporting}
        if any((mask & refused).any() for mask in broken.values()):
            self._write_refused(part, raw, {**self._flags(part, before), **warned, **broken}, refused)
        self._write_flags(part, refused, replaced, {f"broke_{name}": mask for name, mask in warned.items()})

    def accepted(self) -> pl.LazyFrame:
        """Accepted rows in the order read, with `superseded`."""
        columns = [*self.contract.columns, *BOOKKEEPING, SUPERSEDED]
        parts = range(len(self.starts))
        rows = pl.scan_parquet([self._file("rows", part) for part in parts], glob=False)
        flags = pl.scan_parquet([self._file("flags", part) for part in parts], glob=False)
        every = pl.concat([rows, flags.select(REFUSED, SUPERSEDED)], how="horizontal")
        return every.filter(~pl.col(REFUSED)).select(columns)

    def quarantined(self, missing: tuple[str, ...]) -> pl.LazyFrame:
        """Refused rows in the order read, with flags and reasons."""
        files = [self._file("refused", part) for part in range(len(self.starts))]
        files = [file for file in files if file.exists()]
        flags = [f"broke_{rule.name}" for rule in self.contract.row_rules]
        texts = dict.fromkeys(self.contract.columns, pl.String())
        schema = {**texts, **BOOKKEEPING, **dict.fromkeys(flags, pl.Boolean())}
        rows = pl.scan_parquet(files, glob=False) if files else pl.LazyFrame(schema=schema)
        return rows.with_columns(reasons(self.contract, missing))

    @property
    def _reporting(self) -> list[Rule]:
        """Rules whose verdict is needed later for rows that are not refused yet."""
        return [rule for rule in self.contract.row_rules if rule.effect == "reports"]

    def _file(self, kind: str, part: int) -> Path:
        return self.folder / kind / f"{part:06d}.parquet"

    def _write_flags(self, part: int, refused: Mask, replaced: Mask, warned: Broken) -> None:
        flags = pl.DataFrame({REFUSED: refused, SUPERSEDED: replaced, **warned})
        flags.write_parquet(self._file("flags", part), compression="lz4", statistics=False)

    def _write_refused(self, part: int, raw: pl.DataFrame, broken: Broken, refused: Mask) -> None:
        rows = with_flags(self.contract, raw.filter(refused), broken, refused)
        rows.write_parquet(self._file("refused", part), compression="lz4")

    def _flags(self, part: int, refused: Mask) -> Mapping[str, Mask]:
        """The flags of the refused rows of a part, spread over all its rows."""
        if not refused.any():
            return {}
        flags = pl.read_parquet(self._file("refused", part))
        spread = {}
        for rule in self.contract.row_rules:
            mask = np.zeros(len(refused), dtype=bool)
            mask[refused] = flags[f"broke_{rule.name}"].to_numpy()
            spread[rule.name] = mask
        return spread

    def _in_other_words(self, one: Prepared) -> list[str]:
        """Columns whose values the cast did not leave as they were read."""
        frame, typed = one.frame, one.typed
        same_type = [
            c for c in self.contract.columns if c in frame.columns and frame.schema[c] == typed.schema[c]
        ]
        same = {c for c in same_type if frame.schema[c] != pl.String() or frame[c].equals(typed[c])}
        return [c for c in self.contract.columns if c in frame.columns and c not in same]


def accepted_of(rows: Bytes, flags: Bytes, columns: Sequence[str]) -> pl.DataFrame:
    """Some columns of the accepted rows of a part, from the bytes of its two stored files."""
    refused = pl.read_parquet(flags.tobytes(), columns=[REFUSED])[REFUSED]
    return pl.read_parquet(rows.tobytes(), columns=list(columns)).filter(~refused)
