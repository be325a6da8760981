"""What a scoring job is asked for, and its inputs, read and checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from features.trade.flows.windows import Windows
from riskmodel.operations.progress import Steps
from riskmodel.sources.batch import Batch, Parts
from riskmodel.sources.checked import Intake, earlier_evidence, take_in
from riskmodel.sources.goods import read_goods
from riskmodel.sources.listings import read_listings
from riskmodel.sources.news.read import news_parts
from riskmodel.sources.trade.read import trade_parts


@dataclass(frozen=True)
class ScoreRequest:
    """What to score. Paths are files or folders; `goods` None means the Common High Priority List.

    `previous` is an earlier run, or a report of `validate`, with which the inputs are compared. `store_notes`
    say what of a store was not known, or cannot be reconstructed, as of the day.
    """

    as_of: date
    out: Path
    trade: tuple[Path, ...] = ()
    articles: tuple[Path, ...] = ()
    listings: tuple[Path, ...] = ()
    goods: Path | None = None
    windows: Windows = field(default_factory=Windows)
    model_id: str | None = None
    published_at: date | None = None
    trade_format: str | None = None
    hs_edition: str | None = None
    allow_hindsight: bool = False
    force: bool = False
    previous: Path | None = None
    store_notes: tuple[str, ...] = ()


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


def read_inputs(request: ScoreRequest, steps: Steps) -> Inputs:
    """Read and check every input; great-expectations loads in the background meanwhile."""
    from data_contracts.checking.check import preload

    preload()

    earlier = {} if request.previous is None else earlier_evidence(request.previous)

    def taken(kind: str, batch: Batch | Parts) -> Intake:
        steps.step(f"checking {kind}")
        intake = take_in(batch, request.as_of, earlier.get(batch.kind))
        steps.note(kind=intake.kind, **asdict(intake.counts()))
        return intake

    trade = listings = goods = None
    news: dict[str, Intake] = {}
    if request.goods is not None:
        goods = taken("goods list", read_goods(request.goods))
    if request.trade:
        steps.step("reading trade")
        parts = trade_parts(request.trade, format=request.trade_format, hs_edition=request.hs_edition)
        trade = taken("trade", parts)
    if request.articles:
        steps.step("reading articles")
        for of_kind in news_parts(request.articles, published_at=request.published_at):
            news[of_kind.kind] = taken(of_kind.kind, of_kind)
    if request.listings:
        steps.step("reading listings")
        listings = taken("listings", read_listings(request.listings))
    return Inputs(trade, news.get("articles"), listings, goods, news.get("gkg"))
