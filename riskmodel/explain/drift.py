"""What moved: a run's signals against those of training, and its ranking against another run's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.catalogue import MODEL_SIGNALS

N_BINS = 10
# A population stability index above 0.25 is the usual sign of a shift; few countries move it by chance alone.
PSI_BOUND = 0.25
CHANCE = 3.0
LEAST_ROWS = 10
DIGITS = 4
TOP = 20

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class TrainingSignal:
    """What a model's manifest keeps of one signal's values in training.

    Attributes
    ----------
    rows: known values. known: their share of all rows. edges: inner edges of at most ten bins, cut at
        distinct deciles. shares: of the known rows in each bin (one more than edges).
    """

    rows: int
    known: float
    edges: tuple[float, ...]
    shares: tuple[float, ...]


def training_signals(rows: pl.DataFrame, names: tuple[str, ...] = MODEL_SIGNALS) -> dict[str, TrainingSignal]:
    """What is kept of the training rows, for each signal that the model may read."""
    kept = {}
    for name in names:
        values = _known(rows, name)
        deciles = np.linspace(0, 1, N_BINS + 1)[1:-1]
        edges = np.unique(np.round(np.quantile(values, deciles), 6)) if len(values) else np.empty(0)
        kept[name] = TrainingSignal(
            rows=len(values),
            known=round(len(values) / max(rows.height, 1), DIGITS),
            edges=tuple(float(edge) for edge in edges),
            shares=tuple(round(share, DIGITS) for share in _shares(values, edges).tolist()),
        )
    return kept


def recorded_signals(manifest: Mapping[str, Any]) -> dict[str, TrainingSignal]:
    """`training_signals` as a model's manifest holds them; empty where it holds none."""
    return {
        name: TrainingSignal(kept["rows"], kept["known"], tuple(kept["edges"]), tuple(kept["shares"]))
        for name, kept in manifest.get("training_signals", {}).items()
    }


@dataclass(frozen=True)
class SignalDrift:
    """How one model signal's values lie against those of training.

    Attributes
    ----------
    known, known_in_training: shares of rows. psi: the population stability index over the bins of training
        (sum of (p - q) ln(p / q)), None with fewer than ten known rows. moved: whether it is above 0.25 and
        above three times what so few rows give by chance.
    """

    signal: str
    known: float
    known_in_training: float
    psi: float | None
    moved: bool


def signal_drift(panel: pl.DataFrame, trained: Mapping[str, TrainingSignal]) -> tuple[SignalDrift, ...]:
    """How far each signal's values lie from those of training, in the order of the record; () without one.

    Parameters
    ----------
    panel: the run's signals panel. trained: what was kept of training.
    """
    found = []
    for name in trained:
        if name not in panel.columns:
            continue
        values, kept = _known(panel, name), trained[name]
        psi = bound = None
        if len(values) >= LEAST_ROWS and kept.rows:
            then, now = np.asarray(kept.shares), _shares(values, np.asarray(kept.edges))
            # Half a row in each bin keeps an empty one finite.
            then, now = (
                (part + 0.5 / n) / (1 + 0.5 * len(part) / n)
                for part, n in ((then, kept.rows), (now, len(values)))
            )
            psi = float(((now - then) * np.log(now / then)).sum())
            bound = max(PSI_BOUND, CHANCE * (len(then) - 1) * (1 / len(values) + 1 / kept.rows))
        found.append(
            SignalDrift(
                name,
                round(len(values) / max(panel.height, 1), DIGITS),
                kept.known,
                None if psi is None else round(psi, DIGITS),
                psi is not None and bound is not None and psi > bound,
            )
        )
    return tuple(found)


def _known(rows: pl.DataFrame, name: str) -> Vector:
    return rows[name].cast(pl.Float64).drop_nulls().to_numpy()


def _shares(values: Vector, edges: Vector) -> Vector:
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return counts / max(len(values), 1)


@dataclass(frozen=True)
class Churn:
    """How a ranking changed from one run to the next.

    Attributes
    ----------
    countries: scored in both. entered, left: scored in one only (sorted codes). kendall: tau-b of the ranks,
        None with fewer than two countries. median_move: places, half of the countries moved by no more.
        top: size of the head of the list compared; kept: how many of it stayed in it.
    moves: country -> rank before, rank now.
    """

    countries: int
    entered: tuple[str, ...]
    left: tuple[str, ...]
    kendall: float | None
    median_move: float | None
    top: int
    kept: int
    moves: Mapping[str, tuple[int, int]]

    def words(self) -> str:
        """One sentence.

        >>> Churn(2, (), ("TUR",), 1.0, 0.0, 20, 2, {"KGZ": (1, 1), "ARM": (2, 2)}).words()
        'Of 2 countries scored in both runs half moved by at most 0 places (Kendall 1.00); 2 of the 20 \
first stayed among them; scored before only: TUR.'
        """
        if self.kendall is None or self.median_move is None:
            return f"{self.countries} countries were scored in both runs: too few to compare."
        said = (
            f"Of {self.countries} countries scored in both runs half moved by at most {self.median_move:.0f} "
            f"places (Kendall {self.kendall:.2f}); {self.kept} of the {self.top} first stayed among them"
        )
        for words, names in (("newly scored", self.entered), ("scored before only", self.left)):
            said += f"; {words}: {', '.join(names)}" if names else ""
        return said + "."


def rank_churn(before: pl.DataFrame, now: pl.DataFrame) -> Churn:
    """Compare two `scores_country` frames (country, rank; a null rank is a country that was not scored)."""
    from scipy.stats import kendalltau

    ranks = [dict(frame.drop_nulls("rank").select("country", "rank").iter_rows()) for frame in (before, now)]
    both = sorted(set(ranks[0]) & set(ranks[1]))
    pairs = [(ranks[0][country], ranks[1][country]) for country in both]
    enough = len(pairs) > 1
    tau = float(kendalltau(*zip(*pairs, strict=True)).statistic) if enough else None
    heads = [{country for country, rank in side.items() if rank <= TOP} for side in ranks]
    return Churn(
        countries=len(both),
        entered=tuple(sorted(set(ranks[1]) - set(ranks[0]))),
        left=tuple(sorted(set(ranks[0]) - set(ranks[1]))),
        kendall=tau,
        median_move=float(np.median([abs(a - b) for a, b in pairs])) if enough else None,
        top=TOP,
        kept=len(heads[0] & heads[1]),
        moves=dict(zip(both, pairs, strict=True)),
    )
