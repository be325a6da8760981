"""The role of a country in a sentence: does it stand on a way to Russia, and is that getting worse?

Two readings are averaged as log-odds. One asks of the sentence as a whole whether it speaks of goods
on their way to Russia, and then of the country whether it is the route; the other asks both at once.
Each is an additive model over masked context, so a verdict can be explained by the words that decided.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.places.gazetteer import gazetteer
from features.articles.roles.features import Context, sentence_features, target_features
from features.articles.roles.linear import Linear, logistic
from features.articles.roles.masking import GOODS_LABEL, Token

MODEL_FILE = "role_model.json"
ROUTE = "transit_to_russia"
ROLES = (ROUTE, "destination_not_russia", "sanctioning_or_speaker", "origin", "other_mention")
# Classes of words that a reader takes as a reason; all others carry grammar or style.
TELLING = frozenset(
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
ABOUT = 0.02  # below this what the sentence is about already rules it out


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
        return self.calibrated(raw_score(self, about, sentence, target))

    def calibrated(self, raw: float) -> float:
        """p_diversion of an uncalibrated log-odds."""
        return logistic(self.slope * raw + self.offset)

    def about(self, sentence: dict[str, str]) -> float:
        """Probability that the sentence speaks of goods on their way to Russia."""
        return logistic(self.sentence.scores(sentence)[0])


def raw_score(model: RoleModel, about: float, sentence: dict[str, str], target: dict[str, str]) -> float:
    """Uncalibrated log-odds: the mean of the two readings."""
    joint = model.joint.scores({**sentence, **target})[0]
    return averaged(about, model.target.scores(target)[0], joint)


def averaged(about: float, target: float, joint: float) -> float:
    """Mean of the log-odds of two readings: of the country given the sentence, and of both at once."""
    return (_log_odds(about * logistic(target)) + joint) / 2


def _log_odds(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


@lru_cache(maxsize=1)
def role_model() -> RoleModel:
    """The shipped model, read once from plain JSON."""
    path = resources.files("features.articles.roles") / MODEL_FILE
    stored = json.loads(path.read_text(encoding="utf-8"))
    sentence, target, joint, polarity, role = (
        Linear.from_json(stored[part]) for part in ("sentence", "target", "joint", "polarity", "role")
    )
    slope, offset, threshold, floor = (float(stored[n]) for n in ("slope", "offset", "threshold", "floor"))
    digest = str(stored["training_sha256"])
    return RoleModel(sentence, target, joint, polarity, role, slope, offset, threshold, floor, digest)


def read_roles(tokens: list[Token], countries: list[str], context: Context) -> dict[str, Verdict]:
    """Verdict for each country of a sentence. `countries`: ISO codes in the order they appear.

    The plain way, sentence by sentence; `many_roles.py` reads many at once and says the same.
    """
    model = role_model()
    sentence = sentence_features(tokens, context)
    about = model.about(sentence)
    return {iso3: _verdict(model, tokens, about, sentence, iso3) for iso3 in countries}


def _verdict(
    model: RoleModel, tokens: list[Token], about: float, sentence: dict[str, str], iso3: str
) -> Verdict:
    target = target_features(tokens, iso3, gazetteer().group(iso3))
    p = model.floor if about < ABOUT else model.probability(about, sentence, target)
    if about < ABOUT or not is_route(model, iso3, p):
        return Verdict(model.role.best(target), round(p, 4), False, 0, "")
    polarity = int(model.polarity.best({**sentence, **target}))
    return Verdict(ROUTE, round(p, 4), True, polarity, _why(model, tokens, sentence, target))


def is_route(model: RoleModel, iso3: str, p: float) -> bool:
    """Whether a probability makes a country a route."""
    controls = gazetteer().group(iso3) == "controls"
    bar = max(model.threshold, COALITION_THRESHOLD) if controls else model.threshold
    return p >= bar and iso3 not in NEVER_ROUTES


def _why(model: RoleModel, tokens: list[Token], sentence: dict[str, str], target: dict[str, str]) -> str:
    added = dict(model.joint.contributions({**sentence, **target}))
    for part, features in ((model.sentence, sentence), (model.target, target)):
        for name, value in part.contributions(features).items():
            added[name] = added.get(name, 0.0) + value
    spans = {**sentence, **target}
    telling = [found for token in tokens if (found := telling_word(token.iso3, token.label, token.word))]
    return reason(telling, [f" {spans[name]} " for name in added], list(added.values()))


def reason(telling: Iterable[tuple[str, str]], words: list[str], added: list[float], most: int = 4) -> str:
    """The telling words of a sentence that spoke for the verdict, strongest first.

    `telling`: as `telling_word` gives them. `words`: the words that each feature came from, between blanks;
    `added`: what it added to the log-odds.
    """
    weight: dict[str, float] = {}
    for word, known in dict.fromkeys(telling):
        key = f" {known} "
        # Rounded, so that words that weigh the same stay in one order however the sum was made.
        value = round(sum([value for text, value in zip(words, added, strict=True) if key in text]), 6)
        if value > 0:
            weight[word] = max(value, weight.get(word, 0.0))
    chosen: list[str] = []
    for word in sorted(weight, key=lambda w: (-weight[w], w)):
        if len(chosen) < most and not any(word in kept or kept in word for kept in chosen):
            chosen.append(word)
    return "; ".join(chosen) or BY_WORDING


def telling_word(iso3: str, label: str, word: str) -> tuple[str, str] | None:
    """Words of a token to show, and the same words as the features know them, if they are a reason."""
    if iso3 == "RUS":
        return "Russia", "RUSSIA"
    if label in TELLING or (label.startswith(GOODS_LABEL) and not iso3):
        return word, word
    return None
