"""The manifest of a run as typed values: what decided its scores, and what became of every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from features.articles.rates import ArticleWindows
from riskmodel.errors import InputUnreadable
from riskmodel.explain.drift import SignalDrift
from riskmodel.publication.digests import MANIFEST
from riskmodel.publication.typed_json import from_json


@dataclass(frozen=True)
class ModelOfRun:
    """The model that scored; null where its own manifest does not say."""

    id: str
    target: str | None
    trained_on: str | None
    horizon_months: int | None


@dataclass(frozen=True)
class SettingsOfRun:
    """The windows of the run. baseline: first and last month as `2019-01:2021-12`. second_reader: whether
    articles in doubt were read a second time.
    """

    baseline: str
    recent_months: int
    oldest_usable_months: int
    articles: ArticleWindows
    second_reader: bool


@dataclass(frozen=True)
class GoodsOfRun:
    """The goods list. dated: whether its codes have dates; hindsight: whether it is younger than `as_of`."""

    name: str
    codes: int
    digest: str
    dated: bool
    hindsight: bool
    hs_edition_breaks: tuple[str, ...]


@dataclass(frozen=True)
class InputOfRun:
    """One input file: base name, sha256 of its bytes, the reader that took it, data rows."""

    kind: str
    name: str
    sha256: str
    bytes: int
    reader: str
    rows: int


@dataclass(frozen=True)
class RowsOfRun:
    """What became of the rows of one input; read = accepted + quarantined + sum of dropped.

    of_accepted: the accepted rows by what became of them, `used` among the reasons; adds up to accepted.
    """

    read: int
    accepted: int
    quarantined: int
    dropped: Mapping[str, int]
    of_accepted: Mapping[str, int]


@dataclass(frozen=True)
class Revision:
    """Months of one reporter that later vintages changed, and both sums in US dollars."""

    leg: str
    reporter: str
    months: int
    first_usd: int
    latest_usd: int


@dataclass(frozen=True)
class RunManifest:
    """Everything that decides the scores of a run, so that the same manifest means the same run.

    Attributes
    ----------
    run_id: the first digits of the digest of all other fields but the last three.
    simulated_inputs: kinds of inputs that name a simulated source. contracts: input or table -> digest.
    not_scored: country -> why it is outside the question.
    newest: newest month of each leg, newest day of articles and listings, of what was known on as_of.
    cite: how to cite the run.
    request_digest: over all that was asked for, known before the work. files: sha256 of each file of the run.
    """

    format: int
    as_of: date
    simulated: bool
    simulated_inputs: tuple[str, ...]
    model: ModelOfRun
    settings: SettingsOfRun
    goods: GoodsOfRun
    inputs: tuple[InputOfRun, ...]
    rows: Mapping[str, RowsOfRun]
    ignored_columns: Mapping[str, tuple[str, ...]]
    contracts: Mapping[str, str]
    revisions: tuple[Revision, ...]
    control_countries: tuple[str, ...]
    coalition: tuple[str, ...]
    not_scored: Mapping[str, str]
    drift: tuple[SignalDrift, ...]
    signals_sha256: str
    code_sha256: str
    versions: Mapping[str, str]
    notes: tuple[str, ...]
    newest: Mapping[str, date] = field(default_factory=dict)
    run_id: str = ""
    cite: str = ""
    request_digest: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def read_run_manifest(folder: Path) -> RunManifest:
    """The manifest of a run folder; InputUnreadable with one sentence where it is not one."""
    try:
        return from_json(RunManifest, (folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise InputUnreadable(
            f"{folder.name}/{MANIFEST} cannot be read as the manifest of a run ({error}); score again."
        ) from None
