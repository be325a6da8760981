"""The work of `riskmodel fetch`: source after source into the store, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from riskmodel.errors import FetchIncomplete, WrongUsage
from riskmodel.fetch.asked import Asked
from riskmodel.fetch.client import Unreachable
from riskmodel.fetch.keys import masked
from riskmodel.fetch.plan import module
from riskmodel.fetch.source import number, source
from riskmodel.fetch.taking import FetchTally, Taker, total
from riskmodel.operations.progress import Steps
from riskmodel.store.layout import open_store


@dataclass(frozen=True)
class Fetched:
    """What became of each source: counts, the sentence of each that could not be completed, and the names of
    those that could not be reached.
    """

    tallies: dict[str, FetchTally] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    unreached: list[str] = field(default_factory=list)

    @property
    def no_network(self) -> bool:
        """Whether several sources were asked and not one of them could be reached."""
        return len(self.tallies) > 1 and set(self.tallies) == set(self.unreached)

    @property
    def whole(self) -> FetchTally:
        """The counts of all sources."""
        return total(self.tallies.values())


def fetch(
    names: Sequence[str],
    asked: Asked,
    root: Path,
    steps: Steps,
    say: Callable[[str], None] = lambda _: None,
    accept_shrunk: bool = False,
) -> Fetched:
    """Take everything that is new into the store at `root`; a source that fails does not stop the others.

    Raises WrongUsage for a store that cannot be used, OSError where the disk is full.
    """
    store = open_store(root, create=True)
    done = Fetched()
    wait = number("RISKMODEL_FETCH_LOCK_SECONDS", 3600)
    for name in names:
        with store.exclusive(name, wait):
            steps.step(f"fetching {name}")
            taker = Taker(source(name), store, steps, say, accept_shrunk)
            try:
                module(name).fetch(taker, asked)
            except (FetchIncomplete, WrongUsage) as error:
                done.problems[name] = masked(str(error))
                if isinstance(error, Unreachable):
                    done.unreached.append(name)
            done.tallies[name] = taker.tally
            steps.note(
                source=name, calls=taker.tally.calls, bytes=taker.tally.bytes, new=taker.tally.accepted
            )
            if name not in done.problems and (taker.tally.failed or taker.tally.rejected):
                n = taker.tally.failed + taker.tally.rejected
                done.problems[name] = (
                    f"{taker.source.title}: {n} of the answers failed or were refused; see store list."
                )
    return done


def refuse_incomplete(done: Fetched) -> None:
    """Raise FetchIncomplete with one sentence where any source could not be completed."""
    if not done.problems:
        return
    first = next(iter(done.problems.values()))
    if done.no_network:
        raise FetchIncomplete(
            f"No network: none of {', '.join(done.unreached)} can be reached. Nothing was fetched, and what "
            "is stored stays. Run the same command with a network, or score the bundled sample: make score."
        )
    others = len(done.problems) - 1
    more = f" ({others} more: {', '.join(list(done.problems)[1:])}.)" if others else ""
    raise FetchIncomplete(f"{first}{more}")
