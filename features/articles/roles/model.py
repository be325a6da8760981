"""The role of a country in a sentence: is it on a way to Russia, and is that getting worse?

Two readings are averaged as log-odds. One asks of the sentence as a whole whether it speaks of goods
on their way to Russia, and then of the country whether it is the route; the other asks both at once.
Each is an additive model over masked context, so a verdict can be explained by the words that decided.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.places.gazetteer import gazetteer

MODEL_FILE = "role_model.json"
ROUTE = "transit_to_russia"
ROLES = (ROUTE, "destination_not_russia", "sanctioning_or_speaker", "origin", "other_mention")
# Coalition countries are named mostly as speakers, makers and courts, far oftener in news than among the
# training sentences: the bar for one of them as a route is higher.
COALITION_THRESHOLD = 0.6
NOT_COUNTED = 0.49  # the most that a mention may show whose flag a rule has taken away
ABOUT = 0.02  # below this what the sentence is about already rules it out
SCALE = 3.0


class RoleVerdict(NamedTuple):
    """The reading of one country in one sentence."""

    role: str
    p_diversion: float
    is_diversion: bool
    polarity: int
    why: str


@dataclass(frozen=True)
class LinearModel:
    """Weights by feature name; one weight for each class (a single one when the model is binary).

    A score is `intercept + sum of weights of the features present * SCALE / sqrt(number of them)`, the same
    length normalisation that training uses, so that long sentences are not overweighted. Stored as plain
    JSON: no pickle, readable in a diff.
    """

    classes: tuple[str, ...]
    intercept: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> LinearModel:
        """Read plain lists and numbers. Raises ValueError where they are not a linear model."""
        classes, intercept, weights = stored["classes"], stored["intercept"], stored["weights"]
        if not (isinstance(classes, list) and isinstance(intercept, list) and isinstance(weights, dict)):
            raise ValueError(
                "The stored role model is not in its format; regenerate it from the training sentences."
            )
        return cls(tuple(classes), tuple(intercept), {name: tuple(w) for name, w in weights.items()})


@dataclass(frozen=True)
class RoleModel:
    """The stored models, the calibration of their average and the threshold of `is_diversion`."""

    sentence: LinearModel
    target: LinearModel
    joint: LinearModel
    polarity: LinearModel
    role: LinearModel
    slope: float
    offset: float
    threshold: float
    floor: float
    training_sha256: str

    def calibrated(self, raw: float) -> float:
        """p_diversion of an uncalibrated log-odds."""
        return logistic(self.slope * raw + self.offset)

    def is_route(self, iso3: str, p: float) -> bool:
        """Whether a probability makes a country a route."""
        controls = gazetteer().group(iso3) == "controls"
        bar = max(self.threshold, COALITION_THRESHOLD) if controls else self.threshold
        return p >= bar and iso3 not in NEVER_ROUTES


def averaged(about: float, target: float, joint: float) -> float:
    """Mean of the log-odds of two readings: of the country given the sentence, and of both at once."""
    return (_log_odds(about * logistic(target)) + joint) / 2


def logistic(score: float) -> float:
    """Probability of a log-odds score, without overflow.

    >>> logistic(0.0), logistic(-1000.0)
    (0.5, 0.0)
    """
    if score < -700:
        return 0.0
    return 1.0 / (1.0 + math.exp(-score))


def _log_odds(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


@lru_cache(maxsize=1)
def role_model() -> RoleModel:
    """The shipped model, read once from plain JSON."""
    path = resources.files("features.articles.roles") / MODEL_FILE
    stored = json.loads(path.read_text(encoding="utf-8"))
    sentence, target, joint, polarity, role = (
        LinearModel.from_json(stored[part]) for part in ("sentence", "target", "joint", "polarity", "role")
    )
    slope, offset, threshold, floor = (float(stored[n]) for n in ("slope", "offset", "threshold", "floor"))
    digest = str(stored["training_sha256"])
    return RoleModel(sentence, target, joint, polarity, role, slope, offset, threshold, floor, digest)
