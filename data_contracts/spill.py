"""Judged rows on disk, part by part, in a folder that the caller owns and removes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from data_contracts.contract import Contract, Rule
from data_contracts.copies import PLACE
from data_contracts.runner import Broken, Prepared, reasons, with_flags
from data_contracts.tables import BOOKKEEPING
from data_contracts.verdicts import Mask

REFUSED, SUPERSEDED = "__refused", "superseded"


@dataclass
class Spill:
    """The rows of a batch as Parquet files, one for each part and kind.

    `rows` has every row in canonical types, with a flag of its refusal; `refused` has the refused rows as the
    file had them; `read` has the columns that the file had in other words, where there are such.
    """

    contract: Contract
    folder: Path
    starts: list[int] = field(default_factory=list)
    heights: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for kind in ("rows", "refused", "read"):
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
        kept = one.typed.select(*self.contract.columns, *BOOKKEEPING)
        flags = [pl.Series(f"broke_{rule.name}", broken[rule.name]) for rule in self._reporting]
        self._write(part, kept.with_columns(*flags), refused, np.zeros(one.frame.height, dtype=bool))
        if refused.any():
            self._write_refused(part, one.frame, broken, refused)

    def rows(self, part: int, columns: list[str] | None = None) -> pl.DataFrame:
        """Rows of a part in canonical types, with `PLACE`, their number in the whole batch."""
        start, height = self.starts[part], self.heights[part]
        places = pl.int_range(start, start + height, dtype=pl.Int64, eager=True).alias(PLACE)
        return pl.read_parquet(self._file("rows", part), columns=columns).with_columns(places)

    def as_read(self, part: int, columns: frozenset[str]) -> pl.DataFrame:
        """Rows of a part as the file had them; `columns` are those that it has."""
        frame = self.rows(part).select(*(c for c in self.contract.columns if c in columns), *BOOKKEEPING)
        other = self._file("read", part)
        return frame.with_columns(pl.read_parquet(other)) if other.exists() else frame

    def amend(self, part: int, raw: pl.DataFrame, broken: Broken, replaced: Mask) -> None:
        """Add the verdicts on keys to a part: `broken` for the rules on copies, rows with a later vintage."""
        rows = self.rows(part)
        before = rows[REFUSED].to_numpy()
        refused = before.copy()
        for rule in self.contract.row_rules:
            if rule.name in broken and rule.effect == "refuses the rows":
                refused |= broken[rule.name]
        self._write(part, rows.drop(REFUSED, SUPERSEDED, PLACE), refused, replaced)
        if refused.any():
            every = {rule.name: rows[f"broke_{rule.name}"].to_numpy() for rule in self._reporting}
            self._write_refused(part, raw, {**self._flags(part, before), **every, **broken}, refused)

    def accepted(self) -> pl.LazyFrame:
        """Accepted rows in the order read, with `superseded`."""
        columns = [*self.contract.columns, *BOOKKEEPING, SUPERSEDED]
        files = [self._file("rows", part) for part in range(len(self.starts))]
        if not files:
            schema = {**self.contract.columns, **BOOKKEEPING, SUPERSEDED: pl.Boolean()}
            return pl.LazyFrame(schema=schema)
        return pl.scan_parquet(files, glob=False).filter(~pl.col(REFUSED)).select(columns)

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

    def _write(self, part: int, rows: pl.DataFrame, refused: Mask, replaced: Mask) -> None:
        flags = (pl.Series(REFUSED, refused), pl.Series(SUPERSEDED, replaced))
        rows.with_columns(*flags).write_parquet(self._file("rows", part), compression="lz4", statistics=False)

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
