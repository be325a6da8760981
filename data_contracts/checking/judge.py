"""great-expectations as the judge of rows and of evidence: in memory, quiet, and never on the network.

The import takes seconds. `preload` starts it alongside other work; everything else here waits for it.
"""

from __future__ import annotations

import gc
import os
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import polars as pl

from data_contracts.contract import Rule

_LOCK = threading.Lock()
_STATE: dict[str, Any] = {}
_POSITIONS = {
    "result_format": "COMPLETE",
    "include_unexpected_rows": False,
    "return_unexpected_index_query": False,
}


def preload() -> threading.Thread:
    """Start importing great-expectations in the background, so that a caller can read files meanwhile."""
    thread = threading.Thread(target=_engine, name="great-expectations-import", daemon=True)
    thread.start()
    return thread


def _engine() -> dict[str, Any]:
    """The imported library, an ephemeral context and one in-memory data asset; made once in a process."""
    with _LOCK:
        if not _STATE:
            # Read when the library is imported: no usage statistics leave the machine.
            os.environ["GX_ANALYTICS_ENABLED"] = "false"
            warnings.filterwarnings("ignore", message=r"module 'sre_\w+' is deprecated")
            with _no_collection():
                import great_expectations as gx

            context = gx.get_context(mode="ephemeral")
            context.enable_analytics(enable=False)
            context.variables.progress_bars = {"globally": False}
            asset = context.data_sources.add_pandas("memory").add_dataframe_asset("batch")
            _STATE["whole"] = asset.add_batch_definition_whole_dataframe("whole")
            _STATE["gx"] = gx
    return _STATE


@contextmanager
def _no_collection() -> Iterator[None]:
    """No collection of garbage during an import: it finds none and takes a seventh of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def suite(name: str, rules: Iterable[Rule]) -> Any:
    """A great-expectations suite of the rules, in their order."""
    return _suite(name, rules, _kind)


def _suite(name: str, rules: Iterable[Rule], kind: Callable[[str], Any]) -> Any:
    made = _engine()["gx"].ExpectationSuite(name=name)
    for rule in rules:
        made.add_expectation(
            kind(rule.expectation)(
                **rule.kwargs, severity=rule.severity, meta={"rule": rule.name, "tier": rule.tier}
            )
        )
    return made


def _kind(expectation: str) -> Any:
    return getattr(_engine()["gx"].expectations, _words(expectation))


def _words(expectation: str) -> str:
    return "".join(part.capitalize() for part in expectation.split("_"))


@cache
def _written_once(expectation: str) -> Any:
    """The library's class of an expectation, which writes its configuration once and not ninety times.

    The library asks each expectation for its configuration at every step of a validation and writes it again
    from the model's fields: half of the time that it takes over short tables. Nothing changes the fields.
    """
    from great_expectations.compatibility.pydantic import PrivateAttr

    plain = _kind(expectation)

    def configuration(self: Any) -> Any:
        if self._written is None:
            self._written = plain.configuration.fget(self)
        return self._written

    own = {
        "__module__": __name__,
        "__doc__": plain.__doc__,
        "__annotations__": {"_written": Any},
        "_written": PrivateAttr(default=None),
        "configuration": property(configuration),
    }
    return type(plain)(f"{_words(expectation)}WrittenOnce", (plain,), own)


def breaking_rows(name: str, frame: pl.DataFrame, rules: Sequence[Rule]) -> Mapping[str, Sequence[int]]:
    """Positions of the rows that break each rule, as great-expectations finds them on the whole frame.

    A row is keyed by its position, which is the index of the pandas frame: asking the library for named
    index columns gives the same keys as one dict a row, forty times slower on refused batches.
    """
    batch = _engine()["whole"].get_batch(batch_parameters={"dataframe": _as_pandas(frame)})
    every = _suite(name, rules, _written_once)
    verdicts = batch.validate(every, result_format={"result_format": "BOOLEAN_ONLY"}).results
    if len(verdicts) < len(rules):
        raise ValueError(f"{name} states one expectation twice; each rule needs its own.")
    kept = {result.expectation_config.meta["rule"] for result in verdicts if result.success}
    positions: dict[str, Sequence[int]] = {rule: [] for rule in kept}
    failed = [rule for rule in rules if rule.name not in kept]
    # Where nothing breaks a rule there is nothing to list, which takes half the time of short tables.
    again = _suite(name, failed, _written_once)
    for result in batch.validate(again, result_format=_POSITIONS).results if failed else ():
        rule = result.expectation_config.meta["rule"]
        places = result.result.get("unexpected_index_list")
        if not places or result.success:
            raise ValueError(f"Rule {rule} of {name} could not be judged: {result.exception_info}")
        positions[rule] = places
    return positions


def _as_pandas(frame: pl.DataFrame) -> Any:
    """Types that the library judges by column and not by value: int64, float64, datetimes."""
    faster: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        if dtype.is_integer() or dtype == pl.Boolean():
            faster.append(pl.col(name).cast(pl.Int64))
        elif dtype == pl.Date():
            faster.append(pl.col(name).cast(pl.Datetime("us")))
    return frame.with_columns(faster).to_pandas()
