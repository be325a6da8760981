"""What files a command is given, and the one place that says which reader reads which kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from riskmodel.errors import WrongUsage
from riskmodel.sources.batch import Batch, Parts
from riskmodel.sources.files.find import find
from riskmodel.sources.goods import read_goods
from riskmodel.sources.limits import ReadingLimits, reading_limits
from riskmodel.sources.trade.read import trade_parts

# Readers of news and of listings are imported by the first input of theirs: many runs have trade alone.

Opened = tuple[Batch | Parts, ...]


@dataclass(frozen=True)
class InputRequest:
    """Input files and folders, and how they are read.

    Attributes
    ----------
    trade, articles (GDELT records among them), listings: paths. goods: a goods list; None means the Common
        High Priority List.
    published_at: day of articles without a date, and of lists that say none. trade_format: name of the format
        instead of recognising it.
    hs_edition: for trade tables that do not say their edition. limits: how much is read at once.
    strict: stop at a file of a folder or an archive that cannot be read, instead of setting it aside.
    second_reader: articles in doubt are read a second time (`features.articles.mentions.read_part`).
    """

    trade: tuple[Path, ...] = ()
    articles: tuple[Path, ...] = ()
    listings: tuple[Path, ...] = ()
    goods: Path | None = None
    published_at: date | None = None
    trade_format: str | None = None
    hs_edition: str | None = None
    limits: ReadingLimits = field(default_factory=reading_limits)
    strict: bool = False
    second_reader: bool = False

    def paths(self) -> dict[str, tuple[Path, ...]]:
        """The paths of each input that was given, in the order in which inputs are read."""
        goods = () if self.goods is None else (self.goods,)
        every = {"goods": goods, "trade": self.trade, "articles": self.articles, "listings": self.listings}
        return {name: paths for name, paths in every.items() if paths}


def _trade(paths: Sequence[Path], request: InputRequest) -> Opened:
    return (
        trade_parts(
            paths,
            format=request.trade_format,
            hs_edition=request.hs_edition,
            limits=request.limits,
            strict=request.strict,
        ),
    )


def _news(paths: Sequence[Path], request: InputRequest) -> Opened:
    from riskmodel.sources.news.read import news_parts

    return news_parts(paths, published_at=request.published_at, limits=request.limits, strict=request.strict)


def _articles(paths: Sequence[Path], request: InputRequest) -> Opened:
    from riskmodel.sources.news.articles import article_parts

    return (
        article_parts(paths, published_at=request.published_at, limits=request.limits, strict=request.strict),
    )


def _gkg(paths: Sequence[Path], request: InputRequest) -> Opened:
    from riskmodel.sources.news.gkg import GKG_SUFFIXES, GkgParts

    found = find(paths, GKG_SUFFIXES, request.limits, strict=request.strict)
    return (GkgParts(found.sources, found.skipped),)


def _listings(paths: Sequence[Path], request: InputRequest) -> Opened:
    from riskmodel.sources.listings import read_listings

    return (read_listings(paths, published_at=request.published_at, limits=request.limits),)


def _goods(paths: Sequence[Path], request: InputRequest) -> Opened:
    if len(paths) > 1:
        raise WrongUsage("Give one goods list: a file, or a folder of files that make one list.")
    return (read_goods(paths[0], limits=request.limits),)


_Reader = Callable[[Sequence[Path], InputRequest], Opened]
_INPUTS: Mapping[str, _Reader] = {"goods": _goods, "trade": _trade, "articles": _news, "listings": _listings}
_KINDS: Mapping[str, _Reader] = {
    "trade_flows": _trade,
    "articles": _articles,
    "gkg": _gkg,
    "listings": _listings,
    "goods": _goods,
}


def open_input(name: str, request: InputRequest) -> Opened:
    """The tables of one input of `request.paths()`; articles and GDELT records are separated.

    Trade and news are read part by part when they are gone through. Raises InputUnreadable, WrongUsage.
    """
    return _INPUTS[name](request.paths()[name], request)


def open_as(kind: str, paths: Sequence[Path], request: InputRequest) -> Batch | Parts:
    """Paths as one table of `kind`, a name of `data_contracts.registry.CONTRACTS`; the request says how."""
    (table,) = _KINDS[kind](paths, request)
    return table
