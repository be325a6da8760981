"""Checking a batch that memory does not hold: part by part, with the verdicts of the whole.

Row rules need one row, so each part is judged as it comes and written to disk. Rules on copies are
settled over all parts by `data_contracts.checking.large.duplicates`, and the facts of set rules are queries
over what was written.
"""

from __future__ import annotations

from collections.abc import Iterable
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
from data_contracts.checking.duplicates import MEASURES, PLACE
from data_contracts.checking.judged_values import Verdicts
from data_contracts.checking.large.duplicates import Fingerprints, Marks, SharedRows
from data_contracts.checking.large.read_ahead import ahead
from data_contracts.checking.large.rows_on_disk import SUPERSEDED, Spill
from data_contracts.contract import Context, Contract, ContractReport, Rule, Unique


@dataclass(frozen=True)
class PartsValidation:
    """A checked batch on disk: what `runner.Validation` holds, as queries over the files of `folder`."""

    report: ContractReport
    accepted: pl.LazyFrame
    quarantined: pl.LazyFrame


def validate_parts(
    contract: Contract, parts: Iterable[pl.DataFrame], context: Context, folder: Path
) -> PartsValidation:
    """Check the frames of `parts` as one batch; report and rows are those of `validate` on the whole.

    Files go to `folder`, which must be empty; whoever gives it removes it, after the last use of the result.
    The measures of the contract must look at one row at a time. Memory follows the largest part.
    Raises ValueError where parts differ in their columns.
    """
    spill, tally = Spill(contract, folder), Tally(contract)
    prints = Fingerprints(folder / "prints", contract.unique) if contract.unique else None
    verdicts = Verdicts(contract.name, _rules(contract, on_copies=False))
    empty = True
    for frame in ahead(parts):
        empty = False
        _add(contract, prepare(contract, frame), context, verdicts, tally, spill, prints)
    if empty:
        _add(contract, prepare(contract, pl.DataFrame()), context, verdicts, tally, spill, prints)
    if contract.unique and prints:
        _settle_copies(contract.unique, tally, spill, prints.shared(spill.height))
    accepted = spill.accepted()
    rows = accepted.select(pl.len()).collect(engine="streaming").item()
    known = accepted if contract.unique and contract.unique.vintage else accepted.drop(SUPERSEDED)
    report = reports(contract, [(tally, facts(tally, rows, known, context))])[0]
    return PartsValidation(report, accepted.drop(SUPERSEDED), spill.quarantined(tally.missing))


def _rules(contract: Contract, *, on_copies: bool) -> list[Rule]:
    return [rule for rule in contract.row_rules if (rule.kwargs["column"] in MEASURES) == on_copies]


def _add(
    contract: Contract,
    one: Prepared,
    context: Context,
    verdicts: Verdicts,
    tally: Tally,
    spill: Spill,
    prints: Fingerprints | None,
) -> None:
    """Judge the rows of one part and write them."""
    tally.see(one.frame, one.typed)
    measured = contract.measures(one.typed, context).select(judged_columns(verdicts.rules))
    found = verdicts.broken(measured)
    broken = {rule.name: found[rule.name] & tally.judges(rule) for rule in verdicts.rules}
    for rule in verdicts.rules:
        tally.count(rule, one.frame, broken[rule.name])
    refused = refused_rows(contract, broken, one.frame.height) | bool(tally.missing)
    if prints:
        prints.add(one.typed, spill.height)
    spill.add(one, broken, refused)


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
