"""Reading and checking the inputs: every row ends as accepted, quarantined, or dropped under a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from data_contracts.plain_text import one_line
from riskmodel.errors import ContractFailed, RiskmodelError, WrongUsage
from riskmodel.operations.scratch import Scratch, remove_leftovers
from riskmodel.sources.batch import Batch, InputFile, Parts

if TYPE_CHECKING:
    from data_contracts.checking.large.check import PartsValidation
    from data_contracts.contract import Context, ContractReport
    from riskmodel.engines.engine import Engine

    Checked = tuple[PartsValidation, Scratch | None]

SIMULATED = "simulated"  # how the source of made-up rows begins


@dataclass(frozen=True)
class RowCounts:
    """Rows of one input by what became of them; read = accepted + quarantined + sum of dropped."""

    read: int
    accepted: int
    quarantined: int
    dropped: Mapping[str, int]


@dataclass(frozen=True)
class Intake:
    """One checked input.

    Attributes
    ----------
    rows: the accepted rows as a query: canonical columns and bookkeeping, in the order read.
    quarantined: the refused rows as a query, with one Boolean per rule.
    report: what its contract said. failures: its critical failures in words; headline: the first.
    scratch: where the rows of a large input lie; they are there as long as this object is. stored: its parts
        there, each as `PartsValidation.stored` has it.
    """

    kind: str
    rows: pl.LazyFrame
    quarantined: pl.LazyFrame
    report: ContractReport
    files: tuple[InputFile, ...]
    rows_read: int
    dropped: Mapping[str, int]
    ignored_columns: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    headline: str = ""
    scratch: Scratch | None = None
    stored: tuple[tuple[Path, Path], ...] = ()

    @property
    def accepted(self) -> pl.DataFrame:
        """The accepted rows, all in memory."""
        return self.rows.collect()

    @property
    def rows_accepted(self) -> int:
        """Number of accepted rows."""
        return self.report.rows_accepted

    @property
    def rows_quarantined(self) -> int:
        """Number of refused rows."""
        return self.report.rows_quarantined

    def lazy(self) -> pl.LazyFrame:
        """The accepted rows as a query, for work that must not hold them all."""
        return self.rows

    def counts(self) -> RowCounts:
        """Rows of this input by what became of them."""
        dropped = dict(sorted(self.dropped.items()))
        return RowCounts(self.rows_read, self.rows_accepted, self.rows_quarantined, dropped)


def take_in(
    batch: Batch | Parts,
    as_of: date | None,
    previous: Mapping[str, Any] | None = None,
    engine: Engine | None = None,
) -> Intake:
    """Check a table against the contract of its kind; a failed critical rule is kept in `failures`.

    `previous` is the `evidence` of an earlier report of the same kind: rules on drift compare with it.

    A table that comes in more than one part is kept on disk, so that memory follows the largest part. Parts
    of large trade tables are read and judged by the `engine`, where there is one; it changes no byte.
    """
    from data_contracts.contract import Context

    context = Context(as_of=as_of, previous=previous)
    by_engine = None if engine is None else _by_engine(batch, context, engine)
    checked, scratch = by_engine or _checked(batch, context)
    report = _with_reasons(checked.report, batch)
    return Intake(
        kind=batch.kind,
        rows=checked.accepted,
        quarantined=checked.quarantined,
        report=report,
        files=batch.files,
        rows_read=batch.rows_read,
        dropped=batch.dropped,
        ignored_columns=batch.ignored_columns,
        failures=tuple(f"{result.rule}: {result.detail}" for result in report.critical_failures),
        headline=report.headline,
        scratch=scratch,
        stored=checked.stored,
    )


def _with_reasons(report: ContractReport, batch: Batch | Parts) -> ContractReport:
    """The report; that there are no rows says, where the reader dropped them, under which reasons."""
    reasons = _nothing_left(batch) if not report.rows_in else None
    if reasons is None:
        return report
    results = (
        replace(one, detail=reasons) if one.rule == _HAS_ROWS and not one.passed else one
        for one in report.results
    )
    return replace(report, results=tuple(results))


def _nothing_left(batch: Batch | Parts) -> str | None:
    """Why no row of a table reached its contract; None where it had none."""
    if not batch.rows_read or not batch.dropped:
        return None
    most = sorted(batch.dropped.items(), key=lambda item: (-item[1], item[0]))
    if len(most) == 1:
        found = f"All {batch.rows_read:,} rows were dropped as {most[0][0]}"
    else:
        reasons = ", ".join(f"{count:,} as {reason}" for reason, count in most[:5])
        found = f"All {batch.rows_read:,} rows were dropped: {reasons}"
    return f"{found}. {_advice_of(batch.files) or _ADVICE.get(most[0][0], _OTHERWISE)}"


def _advice_of(files: Sequence[InputFile]) -> str:
    """What the largest file is and which table is needed; empty for a format that is used."""
    from riskmodel.sources.trade.read import FORMATS

    largest = max(files, key=lambda file: file.rows, default=None)
    known = (form.advice for form in FORMATS if largest and form.name == largest.reader)
    return next(known, "")


_HAS_ROWS = "has_rows"
_OTHERWISE = (
    "docs/formats.md says what each reason means; riskmodel formats shows what to ask the source for."
)
_ADVICE = {
    "second_partner_part": "They are parts by second partner without their total: ask for partner2Code 0.",
    "customs_procedure_part": "They are parts by procedure without their total: ask for customsCode C00.",
    "transport_mode_part": "They are parts by one mode of transport without their total: ask for motCode 0.",
    "total_without_products": "The table has no products: ask its source for trade by HS6 code.",
    "total_without_partners": "The table has no partners: ask its source for trade by country.",
    "not_russia_related": "No party of this list is on it because of Russia, Ukraine or Belarus.",
    "not_an_entity": "The list names persons, ships or aircraft only; firms count.",
    "no_country": "No firm has an address with a country.",
    "special_code": "They are totals, or codes of no one product: ask for CN8 or six-digit products.",
    "heading_not_hs6": "They are headings of 2 or 4 digits: ask for six-digit products.",
    "no_exchange_rate": "The table of exchange rates does not cover these months.",
}


def is_simulated(rows: pl.DataFrame | pl.LazyFrame) -> bool:
    """Whether any row names a simulated source."""
    sources = rows.lazy().select(pl.col("source").unique()).collect(engine="streaming")["source"]
    return bool(sources.str.to_lowercase().str.starts_with(SIMULATED).fill_null(False).any())


def earlier_evidence(path: Path) -> dict[str, Mapping[str, Any]]:
    """What an earlier check found, by kind: a run folder, or the .json of `validate --report`.

    Raises WrongUsage where the path is neither.
    """
    file = path / "contracts.json" if path.is_dir() else path
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        found = content if isinstance(content, list) else [content["report"]]
        return {one["contract"]: dict(one["evidence"]) for one in found}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        raise WrongUsage(
            f"{one_line(path.name, 120)} holds no earlier check: give a run folder, or the .json that "
            "validate --report wrote."
        ) from None


def _by_engine(batch: Batch | Parts, context: Context, engine: Engine) -> Checked | None:
    """None where the table has to be read here."""
    from riskmodel.sources.trade.by_engine import check_by_engine
    from riskmodel.sources.trade.parts import TradeParts

    if not isinstance(batch, TradeParts):
        return None
    scratch = Scratch()
    checked = check_by_engine(batch, engine, context, scratch.folder)
    return None if checked is None else (checked, scratch)


def _checked(batch: Batch | Parts, context: Context) -> Checked:
    from data_contracts.checking.check import validate
    from data_contracts.checking.large.check import PartsValidation, validate_parts
    from data_contracts.registry import CONTRACTS

    contract = CONTRACTS[batch.kind]
    first, rest = _first(batch)
    if rest is None:
        whole = validate(contract, first, context)
        return PartsValidation(whole.report, whole.accepted.lazy(), whole.quarantined.lazy()), None
    scratch = Scratch()
    checked = validate_parts(contract, chain([first], rest), context, scratch.folder)
    return checked, scratch


def _first(batch: Batch | Parts) -> tuple[pl.DataFrame, Iterator[pl.DataFrame] | None]:
    """The first frame of a batch, and the rest where there is more."""
    if isinstance(batch, Batch):
        return batch.frame, None
    remove_leftovers()
    parts = iter(batch)
    first = next(parts)
    second = next(parts, None)
    return first, None if second is None else chain([second], parts)


def refuse_faults(kind: str, parts: Iterable[pl.DataFrame], folder: Path) -> None:
    """Check a table of our own, which may be larger than memory, against the contract of its kind.

    Rows are kept in `folder`, which must be empty, and are for the caller to remove. A table without rows has
    no fault. Raises RiskmodelError where a rule that stops a batch or refuses a row is broken.
    """
    from data_contracts.checking.large.check import validate_parts
    from data_contracts.contract import Context
    from data_contracts.registry import CONTRACTS

    report = validate_parts(CONTRACTS[kind], parts, Context(), folder).report
    if report.rows_in and not report.passed:
        raise RiskmodelError(
            f"Our own {kind} fail their contract ({report.headline}); nothing was published. This is a fault "
            "of the program: please report it with the input's header."
        )


def passed_over(files: Sequence[InputFile], most: int = 5) -> str:
    """One sentence about the files that were not used and why; empty where there are none."""
    skipped = [file for file in files if file.reader.startswith("skipped")]
    # What could not be read comes first: its rows are missing.
    skipped.sort(key=lambda file: "set aside" not in file.reader)
    shown = "; ".join(
        f"{one_line(file.name, 120)}: {one_line(file.reader.removeprefix('skipped: '), 240)}"
        for file in skipped[:most]
    )
    more = f"; and {len(skipped) - most} more" if len(skipped) > most else ""
    return f"Not used, {len(skipped)} of {len(files)} files: {shown}{more}." if skipped else ""


def refuse_failures(intakes: Sequence[Intake], kept_in: Path | None = None) -> None:
    """Raise ContractFailed with one sentence when any input failed a critical rule."""
    failed = [intake for intake in intakes if intake.failures]
    if not failed:
        return
    first = failed[0]
    names = ", ".join(file.name for file in first.files if not file.reader.startswith("skipped"))
    more = sum(len(intake.failures) for intake in failed) - 1
    others = f" ({more} more critical failures.)" if more else ""
    place = f" All verdicts and refused rows are in {kept_in}." if kept_in else ""
    raise ContractFailed(
        f"{names} fails the {first.kind} contract, nothing was scored: {first.headline}{others}{place}"
    )
