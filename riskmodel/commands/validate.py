"""`riskmodel validate`: check input files against their contract without scoring them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskmodel.commands.options import PATHS, as_date, engine_option, reading_option

if TYPE_CHECKING:
    from rich.console import Console

    from data_contracts.contract import Contract
    from riskmodel.engines.choose import EngineChoice
    from riskmodel.report.contract_page import RefusedCell
    from riskmodel.sources.checked import Intake
    from riskmodel.sources.request import InputRequest

KINDS = {
    "trade_flows": "trade_flows",
    "trade": "trade_flows",
    "articles": "articles",
    "gkg": "gkg",
    "listings": "listings",
    "goods": "goods",
}
EXAMPLES = 3


@click.command(name="validate", short_help="Check input files against their contract.")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("paths", type=PATHS, nargs=-1, required=True)
@click.option("--report", "report_file", type=PATHS, metavar="FILE", help="Verdicts as .json or .html.")
@click.option("--as-of", callback=as_date, metavar="YYYY-MM-DD", help="Judge freshness for this day.")
@click.option("--quarantine", type=PATHS, metavar="DIR", help="Write refused rows to DIR/KIND.csv.")
@reading_option
@click.option(
    "--previous", type=PATHS, metavar="RUN|FILE", help="Earlier run or .json report to compare with."
)
@click.option("--all", "show_all", is_flag=True, help="Print every rule, not only those that do not hold.")
@engine_option
def command(
    kind: str,
    paths: tuple[Path, ...],
    report_file: Path | None,
    as_of: date | None,
    quarantine: Path | None,
    inputs: InputRequest,
    previous: Path | None,
    show_all: bool,
    engine: EngineChoice,
) -> None:
    """Check files of one KIND: trade_flows (or trade), articles, gkg, listings, goods.

    Prints the rules that do not hold and one verdict; --all prints every rule.
    Exit codes: 0 usable (refused rows are listed), 3 a critical rule
    failed, 5 unreadable. A refused row can be corrected in the quarantine file and given again.
    With --engine, large trade tables are checked elsewhere; the verdict is the same.
    """
    from rich.console import Console

    from data_contracts.checking.check import preload
    from data_contracts.registry import CONTRACTS
    from riskmodel.engines.choose import open_engine
    from riskmodel.errors import ContractFailed, WrongUsage
    from riskmodel.sources.checked import earlier_evidence, take_in
    from riskmodel.sources.request import open_as

    if report_file is not None and report_file.suffix.lower() not in (".json", ".html"):
        raise WrongUsage(f"--report {report_file.name} must end in .json or .html.")
    preload()
    before = None if previous is None else earlier_evidence(previous).get(KINDS[kind])
    if previous is not None and before is None:
        raise WrongUsage(f"--previous {previous.name} holds no check of {KINDS[kind]}.")
    if engine.engine and KINDS[kind] != "trade_flows":
        raise WrongUsage("--engine has no part to do on other tables than trade; leave it out.")
    with open_engine(engine) as opened:
        parts = opened if engine.engine else None
        intake = take_in(open_as(KINDS[kind], paths, inputs), as_of, before, parts)
    contract = CONTRACTS[intake.kind]
    if quarantine is not None:
        _write_quarantine(quarantine, intake)
    examples = _examples(contract, intake)
    if report_file is not None:
        _write_report(report_file, intake, contract, examples)
    _print(Console(), intake, contract, examples, show_all)
    if intake.failures:
        names = ", ".join(file.name for file in intake.files if not file.reader.startswith("skipped"))
        raise ContractFailed(f"{names} fails the {intake.kind} contract: {intake.headline}")


def _write_quarantine(folder: Path, intake: Intake) -> None:
    from riskmodel.errors import WrongUsage
    from riskmodel.publication.safe_csv import write_quarantine_csv

    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_quarantine_csv(intake.quarantined, folder / f"{intake.kind}.csv")
    except OSError as error:
        raise WrongUsage(f"Cannot write to --quarantine {folder.name}: {error.strerror}.") from error


def _write_report(path: Path, intake: Intake, contract: Contract, examples: tuple[RefusedCell, ...]) -> None:
    import json

    from riskmodel.errors import WrongUsage
    from riskmodel.report.contract_page import CheckedFile, CheckedTable, contract_page

    table = CheckedTable(
        kind=intake.kind,
        files=tuple(CheckedFile(f.name, f.sha256, f.reader, f.rows) for f in intake.files),
        rows_read=intake.rows_read,
        dropped=intake.dropped,
        ignored_columns=intake.ignored_columns,
        report=intake.report,
        rules=contract.rules,
        examples=examples,
    )
    if path.suffix.lower() == ".html":
        text = contract_page(table)
    else:
        text = json.dumps(table.to_json(), indent=2, ensure_ascii=False) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WrongUsage(f"Cannot write --report {path.name}: {error.strerror}.") from error


def _examples(contract: Contract, intake: Intake) -> tuple[RefusedCell, ...]:
    """First refused rows of each rule."""
    from riskmodel.report.contract_page import RefusedCell

    found = []
    for rule in contract.row_rules if intake.rows_quarantined else ():
        column = rule.columns[0]
        hit = intake.quarantined.filter(f"broke_{rule.name}").select("source_file", "source_row", column)
        for file, row, value in hit.head(EXAMPLES).collect().rows():
            found.append(RefusedCell(rule.name, file, row, column, value if value is None else value[:200]))
    return tuple(found)


def _print(
    console: Console, intake: Intake, contract: Contract, examples: tuple[RefusedCell, ...], show_all: bool
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    from data_contracts.plain_text import one_line
    from riskmodel.sources.checked import passed_over

    dropped = ", ".join(f"{count:,} {reason}" for reason, count in intake.dropped.items()) or "none"
    console.print(
        f"{intake.kind}: {intake.rows_read:,} rows read, {intake.rows_accepted:,} accepted, "
        f"{intake.rows_quarantined:,} refused; dropped by the reader: {escape(dropped)}."
    )
    if passed := passed_over(intake.files):
        console.print(escape(passed))
    if intake.ignored_columns:
        console.print(f"Columns not used: {escape(one_line(', '.join(intake.ignored_columns), 200))}.")
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("rule", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("rows", justify="right")
    table.add_column("what must hold")
    words = {rule.name: rule.description for rule in contract.rules}
    results = intake.report.results
    for result in results if show_all else [result for result in results if not result.passed]:
        verdict = "[green]holds[/]" if result.passed else f"[bold red]{result.effect}[/]"
        if not result.judged:
            verdict = "[dim]not judged[/]"
        count = result.failing_rows
        table.add_row(result.rule, verdict, f"{count:,}" if count else "", escape(words[result.rule]))
    if table.row_count:
        console.print(table)
    for result in results:
        if not result.passed:
            console.print(f"[bold]{result.rule}[/]: {escape(one_line(result.detail, 600))}")
    if examples:
        console.print("First refused rows:")
    for cell in examples:
        shown = "empty" if cell.value is None else one_line(cell.value, 60)
        place = f"{escape(one_line(cell.file, 120))} row {cell.row}"
        console.print(f"  {place}: {cell.column} {escape(shown)} ({cell.rule})")
    console.print(f"[bold]{verdict_of(intake)}[/]")


def verdict_of(intake: Intake) -> str:
    """The last line: whether the files can be used, and of how many rules that is said."""
    results = intake.report.results
    holding = sum(result.passed and result.judged for result in results)
    rules = f"{holding} of {len(results)} rules hold"
    silent = sum(not result.judged for result in results)
    rules += f", {silent} had nothing to judge" if silent else ""
    if intake.failures:
        return f"Verdict: not usable ({rules})."
    left = f" without the {intake.rows_quarantined:,} refused rows" if intake.rows_quarantined else ""
    return f"Verdict: usable{left} ({rules})."
