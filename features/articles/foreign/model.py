"""The stored models of Russian and Turkish, one of each language over masked words.

They learnt from the sentences of their language and, by the classes of words that all lexicons share, from
those of the other and from the English ones.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.places.gazetteer import gazetteer
from features.articles.roles.model import SCALE, LinearModel, logistic

MODEL_FILE = "foreign_models.json"
COALITION_MORE = 0.1  # as for English, the bar of a country that applies controls is higher


@dataclass(frozen=True)
class ForeignModel:
    """Route (log-odds) and polarity, the calibration of the route and its threshold."""

    route: LinearModel
    polarity: LinearModel
    slope: float
    offset: float
    threshold: float

    def probability(self, features: Collection[str]) -> float:
        """Probability that the country is a route or pressed about it."""
        return logistic(self.slope * scores(self.route, features)[0] + self.offset)

    def is_route(self, iso3: str, p: float) -> bool:
        """Whether a probability makes a country a route."""
        more = COALITION_MORE if gazetteer().group(iso3) == "controls" else 0.0
        return p >= self.threshold + more and iso3 not in NEVER_ROUTES

    def direction(self, features: Collection[str]) -> int:
        """Polarity of a route: worsening 1, nothing new or denied 0, easing -1."""
        found = scores(self.polarity, features)
        return int(self.polarity.classes[found.index(max(found))])


def scores(model: LinearModel, features: Collection[str]) -> list[float]:
    """One sum for each weight column; in the order of the names, so that it is the same on every machine."""
    known = [model.weights[name] for name in sorted(features) if name in model.weights]
    scale = SCALE / math.sqrt(max(len(known), 1))
    return [
        bias + scale * math.fsum(weights[i] for weights in known) for i, bias in enumerate(model.intercept)
    ]


@lru_cache(maxsize=1)
def foreign_models() -> dict[str, ForeignModel]:
    """The shipped models by language code, read once from plain JSON."""
    path = resources.files("features.articles.foreign") / MODEL_FILE
    stored = json.loads(path.read_text(encoding="utf-8"))
    return {
        language: ForeignModel(
            LinearModel.from_json(parts["route"]),
            LinearModel.from_json(parts["polarity"]),
            *(float(parts[name]) for name in ("slope", "offset", "threshold")),
        )
        for language, parts in stored["models"].items()
    }
