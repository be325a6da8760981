"""The role of a country in a sentence: does it stand on a way to Russia, and is that getting worse?

Two readings are averaged as log-odds. One asks of the sentence as a whole whether it speaks of goods
on their way to Russia, and then of the country whether it is the route; the other asks both at once.
Each is an additive model over masked context, so a verdict can be explained by the words that decided.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from features.articles.gazetteer import gazetteer
from features.articles.linear import Linear, logistic
from features.articles.masking import Token
from features.articles.role_features import Context, sentence_features, target_features

MODEL_FILE = "role_model.json"
ROLES = ("transit_to_russia", "destination_not_russia", "sanctioning_or_speaker", "origin", "other_mention")
# Classes of words that a reader takes as a reason; all others carry grammar or style.
_TELLING = frozenset(
    [
        *(
            "evade",
            "illicit",
            "divert",
            "reexport",
            "transit",
            "hub",
            "supply",
            "reach",
            "increase",
            "decrease",
        ),
        *("crackdown", "pledge", "deny", "pressure", "listed", "sanction", "military", "ease"),
    ]
)
BY_WORDING = "reads as transit by its wording"
# Coalition countries are named mostly as speakers, makers and courts, far oftener in news than among the
# training sentences: the bar for one of them as a route is higher.
COALITION_THRESHOLD = 0.6
NEVER_ROUTES = frozenset({"RUS", "UKR"})


class Verdict(NamedTuple):
    """The reading of one country in one sentence."""

    role: str
    p_diversion: float
    is_diversion: bool
    polarity: int
    why: str


@dataclass(frozen=True)
class RoleModel:
    """The stored models, the calibration of their average and the threshold of `is_diversion`."""

    sentence: Linear
    target: Linear
    joint: Linear
    polarity: Linear
    role: Linear
    slope: float
    offset: float
    threshold: float
    floor: float
    training_sha256: str

    def probability(self, about: float, sentence: dict[str, str], target: dict[str, str]) -> float:
        """Calibrated p_diversion; `about` is `self.about(sentence)`, the same for every country in it."""
        return logistic(self.slope * raw_score(self, about, sentence, target) + self.offset)

    def about(self, sentence: dict[str, str]) -> float:
        """Probability that the sentence speaks of goods on their way to Russia."""
        return logistic(self.sentence.scores(sentence)[0])


def raw_score(model: RoleModel, about: float, sentence: dict[str, str], target: dict[str, str]) -> float:
    """Uncalibrated log-odds: the mean of the two readings."""
    two_step = about * logistic(model.target.scores(target)[0])
    joint = model.joint.scores({**sentence, **target})[0]
    return (_log_odds(two_step) + joint) / 2


def _log_odds(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


@lru_cache(maxsize=1)
def role_model() -> RoleModel:
    """The shipped model, read once from plain JSON."""
    path = resources.files("features.articles") / MODEL_FILE
    stored = json.loads(path.read_text(encoding="utf-8"))
    sentence, target, joint, polarity, role = (
        Linear.from_json(stored[part]) for part in ("sentence", "target", "joint", "polarity", "role")
    )
    slope, offset, threshold, floor = (float(stored[n]) for n in ("slope", "offset", "threshold", "floor"))
    digest = str(stored["training_sha256"])
    return RoleModel(sentence, target, joint, polarity, role, slope, offset, threshold, floor, digest)


def read_roles(tokens: list[Token], countries: list[str], context: Context) -> dict[str, Verdict]:
    """Verdict for each country of a sentence. `countries`: ISO codes in the order they appear."""
    model = role_model()
    sentence = sentence_features(tokens, context)
    about = model.about(sentence)
    if about < 0.02:  # what the sentence is about already rules it out
        return {iso3: _elsewhere(model, tokens, iso3) for iso3 in countries}
    return {iso3: _verdict(model, tokens, about, sentence, iso3) for iso3 in countries}


def _elsewhere(model: RoleModel, tokens: list[Token], iso3: str) -> Verdict:
    target = target_features(tokens, iso3, gazetteer().group(iso3))
    return Verdict(model.role.best(target), round(model.floor, 4), False, 0, "")


def _verdict(
    model: RoleModel, tokens: list[Token], about: float, sentence: dict[str, str], iso3: str
) -> Verdict:
    group = gazetteer().group(iso3)
    target = target_features(tokens, iso3, group)
    p = model.probability(about, sentence, target)
    together = {**sentence, **target}
    bar = max(model.threshold, COALITION_THRESHOLD) if group == "controls" else model.threshold
    if p < bar or iso3 in NEVER_ROUTES:
        return Verdict(model.role.best(target), round(p, 4), False, 0, "")
    polarity = int(model.polarity.best(together))
    return Verdict("transit_to_russia", round(p, 4), True, polarity, _why(model, tokens, sentence, target))


def _why(
    model: RoleModel, tokens: list[Token], sentence: dict[str, str], target: dict[str, str], most: int = 4
) -> str:
    """The telling words of a sentence that spoke for the verdict, strongest first."""
    added = dict(model.joint.contributions({**sentence, **target}))
    for part, features in ((model.sentence, sentence), (model.target, target)):
        for name, value in part.contributions(features).items():
            added[name] = added.get(name, 0.0) + value
    spans = {**sentence, **target}
    parts = [(f" {spans[name]} ", value) for name, value in added.items()]
    weight: dict[str, float] = {}
    for word, key in dict.fromkeys(_telling(tokens)):
        padded = f" {key} "
        value = sum([value for span, value in parts if padded in span])
        if value > 0:
            weight[word] = max(value, weight.get(word, 0.0))
    chosen: list[str] = []
    for word in sorted(weight, key=lambda w: (-weight[w], w)):
        if len(chosen) < most and not any(word in kept or kept in word for kept in chosen):
            chosen.append(word)
    return "; ".join(chosen) or BY_WORDING


def _telling(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """Words to show and the same words as the features know them."""
    for token in tokens:
        if token.iso3 == "RUS":
            yield "Russia", "RUSSIA"
        elif token.label in _TELLING or (token.label.startswith("GOODS:") and not token.iso3):
            yield token.word, token.word
