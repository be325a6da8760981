"""What a scoring job is asked for, and its inputs, read and checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from features.trade.flows.windows import Windows
from riskmodel.engines.engine import Engine
from riskmodel.operations.progress import Steps
from riskmodel.sources.checked import Intake, earlier_evidence, passed_over, take_in
from riskmodel.sources.request import InputRequest, open_input


@dataclass(frozen=True)
class ScoreRequest:
    """What to score, and where to.

    `previous` is an earlier run, or a report of `validate`, with which the inputs are compared. `store_notes`
    say what of a store was not known, or cannot be reconstructed, as of the day. `history`: how many earlier
    months are scored too. `rehash`: large inputs are read again for their digest, whatever
    is remembered of them. `min_scored` and `keep` (see `nights`) change no byte of the run.
    """

    as_of: date
    out: Path
    inputs: InputRequest
    windows: Windows = field(default_factory=Windows)
    model_id: str | None = None
    allow_hindsight: bool = False
    force: bool = False
    rehash: bool = False
    previous: Path | None = None
    store_notes: tuple[str, ...] = ()
    history: int = 0
    min_scored: int | None = None
    keep: int | None = None


@dataclass(frozen=True)
class Inputs:
    """The checked inputs of a run; None where none was given."""

    trade: Intake | None
    articles: Intake | None
    listings: Intake | None
    goods: Intake | None
    gkg: Intake | None = None

    def given(self) -> tuple[Intake, ...]:
        """The inputs that were given, in a fixed order."""
        return tuple(
            item
            for item in (self.trade, self.articles, self.gkg, self.listings, self.goods)
            if item is not None
        )


def read_inputs(request: ScoreRequest, steps: Steps, engine: Engine | None = None) -> Inputs:
    """Read and check every input; great-expectations loads in the background meanwhile.

    Large trade tables are read by the `engine`, where there is one.
    """
    from data_contracts.checking.check import preload

    preload()

    earlier = {} if request.previous is None else earlier_evidence(request.previous)

    taken: dict[str, Intake] = {}
    for name in request.inputs.paths():
        steps.step(f"reading {name}")
        for table in open_input(name, request.inputs):
            steps.step(f"checking {name}")
            intake = take_in(table, request.as_of, earlier.get(table.kind), engine)
            steps.note(kind=intake.kind, **asdict(intake.counts()))
            if passed := passed_over(intake.files):
                steps.note(not_used=passed)
                steps.say(passed)
            taken[intake.kind] = intake
    kinds = ("trade_flows", "articles", "listings", "goods", "gkg")
    return Inputs(*(taken.get(kind) for kind in kinds))
