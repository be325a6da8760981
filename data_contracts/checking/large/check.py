"""Checking a batch that memory does not hold: part by part, with the verdicts of the whole.

Row rules need one row, so each part is judged as it comes and written to disk. Rules on copies are
settled over all parts by `data_contracts.checking.large.duplicates`, and the facts of set rules are queries
over what was written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from data_contracts.checking.check import (
    Broken,
    Prepared,
    facts,
    judged_columns,
    prepare,
    refused_rows,
    reports,
)
from data_contracts.checking.counts import Tally
from data_contracts.checking.duplicates import MEASURES, PLACE, probe
from data_contracts.checking.judged_values import Verdicts
from data_contracts.checking.large.duplicates import (
    Fingerprints,
    Marks,
    SharedRows,
    SortedPrints,
    prints_again,
    sorted_prints,
)
from data_contracts.checking.large.read_ahead import ahead
from data_contracts.checking.large.rows_on_disk import SUPERSEDED, Bytes, Spill
from data_contracts.contract import Context, Contract, ContractReport, Rule, Unique


@dataclass(frozen=True)
class PartsValidation:
    """A checked batch on disk: what `runner.Validation` holds, as queries over the files of `folder`.

    `stored` are the files of each part: its rows, and what was found of each (`rows_on_disk.accepted_of`).
    """

    report: ContractReport
    accepted: pl.LazyFrame
    quarantined: pl.LazyFrame
    stored: tuple[tuple[Path, Path], ...] = ()


def validate_parts(
    contract: Contract, parts: Iterable[pl.DataFrame], context: Context, folder: Path
) -> PartsValidation:
    """Check the frames of `parts` as one batch; report and rows are those of `validate` on the whole.

    Files go to `folder`, which must be empty; whoever gives it removes it, after the last use of the result.
    The measures of the contract must look at one row at a time. Memory follows the largest part.
    Raises ValueError where parts differ in their columns.
    """
    whole = _Whole.of(contract, folder)
    verdicts = row_verdicts(contract)
    for frame in ahead(parts):
        whole.add(prepare(contract, frame), context, verdicts)
    if not whole.spill.heights:
        whole.add(prepare(contract, pl.DataFrame()), context, verdicts)
    return whole.settled(context)


def validate_judged(
    contract: Contract, parts: Iterable[JudgedPart], context: Context, folder: Path
) -> PartsValidation:
    """The same of at least one part, each judged by `judge_part`, wherever that was, in the order read."""
    whole = _Whole.of(contract, folder)
    for part in parts:
        whole.take(part)
    return whole.settled(context)


@dataclass(frozen=True)
class JudgedPart:
    """A part whose rows are judged one by one, as it travels.

    Attributes
    ----------
    tally: its counts. files: its rows and what was found of each, as `Spill` writes them.
    prints: fingerprints of its keys. probe: those of known rows, to tell machines that make others.
    """

    height: int
    tally: Tally
    files: Mapping[str, Bytes]
    prints: SortedPrints | None
    probe: int


def judge_part(
    contract: Contract, frame: pl.DataFrame, context: Context, verdicts: Verdicts, folder: Path
) -> JudgedPart:
    """Judge the rows of a part by themselves; `verdicts` are `row_verdicts`, `folder` must be empty."""
    whole = _Whole(contract, Spill(contract, folder), Tally(contract, most_words=sys.maxsize), None)
    one = prepare(contract, frame)
    whole.add(one, context, verdicts)
    prints = sorted_prints(one.typed, contract.unique) if contract.unique else None
    return JudgedPart(frame.height, whole.tally, whole.spill.files_of(0), prints, probe())


def row_verdicts(contract: Contract) -> Verdicts:
    """The judge of all rules that need one row; what it learns of one part it knows in the next."""
    return Verdicts(contract.name, _rules(contract, on_copies=False))


def _rules(contract: Contract, *, on_copies: bool) -> list[Rule]:
    return [rule for rule in contract.row_rules if (rule.kwargs["column"] in MEASURES) == on_copies]


@dataclass(frozen=True)
class _Whole:
    """A batch of which some parts are judged."""

    contract: Contract
    spill: Spill
    tally: Tally
    prints: Fingerprints | None

    @classmethod
    def of(cls, contract: Contract, folder: Path) -> _Whole:
        spill = Spill(contract, folder)
        prints = Fingerprints(folder / "prints", contract.unique) if contract.unique else None
        return cls(contract, spill, Tally(contract), prints)

    def add(self, one: Prepared, context: Context, verdicts: Verdicts) -> None:
        """Judge the rows of one part and write them."""
        contract, tally = self.contract, self.tally
        tally.see(one.frame, one.typed)
        measured = contract.measures(one.typed, context).select(judged_columns(verdicts.rules))
        found = verdicts.broken(measured)
        broken = {rule.name: found[rule.name] & tally.judges(rule) for rule in verdicts.rules}
        for rule in verdicts.rules:
            tally.count(rule, one.frame, broken[rule.name])
        refused = refused_rows(contract, broken, one.frame.height) | bool(tally.missing)
        if self.prints:
            self.prints.add(one.typed, self.spill.height)
        self.spill.add(one, broken, refused)

    def take(self, part: JudgedPart) -> None:
        """Take a part that is judged."""
        self.tally.join(part.tally)
        start, number = self.spill.height, len(self.spill.heights)
        self.spill.take(part.height, part.files)
        unique, prints = self.contract.unique, part.prints
        if self.prints and unique and prints:
            if part.probe != probe():
                rows = self.spill.rows(number, list(unique.thing))
                prints = prints_again(rows, unique, prints.places)
            self.prints.take(prints, start)

    def settled(self, context: Context) -> PartsValidation:
        """Judge what needs all rows: copies, and the batch as a whole."""
        contract, tally, spill = self.contract, self.tally, self.spill
        if contract.unique and self.prints:
            _settle_copies(contract.unique, tally, spill, self.prints.shared(spill.height))
        accepted = spill.accepted()
        rows = accepted.select(pl.len()).collect(engine="streaming").item()
        known = accepted if contract.unique and contract.unique.vintage else accepted.drop(SUPERSEDED)
        report = reports(contract, [(tally, facts(tally, rows, known, context))])[0]
        refused = spill.quarantined(tally.missing)
        return PartsValidation(report, accepted.drop(SUPERSEDED), refused, spill.stored())


def _settle_copies(unique: Unique, tally: Tally, spill: Spill, shared: Marks) -> None:
    """Judge the rules on copies over all parts, and amend the parts in which a row breaks one."""
    contract = tally.contract
    rules = _rules(contract, on_copies=True)
    verdicts = Verdicts(contract.name, rules)
    _alone_must_pass(contract, verdicts)
    marks = {rule.name: Marks(spill.height) for rule in rules}
    refused, superseded = Marks(spill.height), Marks(spill.height)
    together = SharedRows(spill, shared, unique, spill.folder / "shared")
    for rows in together.copies():
        places = rows[PLACE].to_numpy()
        for name, mask in verdicts.broken(rows.select(judged_columns(rules))).items():
            marks[name].add(places[mask])
    for rule in rules:
        if rule.effect == "refuses the rows":
            refused.join(marks[rule.name])
    for rows in together.replaced(refused) if unique.vintage else ():
        superseded.add(rows[PLACE].to_numpy())
    for part, (start, height) in enumerate(zip(spill.starts, spill.heights, strict=True)):
        broken: Broken = {name: mark.between(start, height) for name, mark in marks.items()}
        later = superseded.between(start, height)
        if later.any() or any(mask.any() for mask in broken.values()):
            raw = spill.as_read(part, tally.columns or frozenset())
            for rule in rules:
                tally.count(rule, raw, broken[rule.name])
            spill.amend(part, raw, broken, later)


def _alone_must_pass(contract: Contract, verdicts: Verdicts) -> None:
    """Rows that share no key are not looked at, so no rule may refuse them."""
    alone = pl.DataFrame([(0, 1), (None, None)], dict.fromkeys(MEASURES, pl.Int64), orient="row")
    if any(np.any(mask) for mask in verdicts.broken(alone.select(judged_columns(verdicts.rules))).values()):
        raise ValueError(
            f"A rule of {contract.name} refuses rows that have no copy; such a batch has no parts."
        )
