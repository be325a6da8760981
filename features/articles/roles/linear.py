"""Linear models over named features, stored as plain JSON: no pickle, readable in a diff.

A score is `intercept + sum of weights of the features present * SCALE / sqrt(number of them)`, the
same length normalisation that training uses, so that long sentences do not shout.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SCALE = 3.0


@dataclass(frozen=True)
class Linear:
    """Weights by feature name; one weight for each class (a single one when the model is binary)."""

    classes: tuple[str, ...]
    intercept: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    def scores(self, features: Iterable[str]) -> list[float]:
        """Log-odds (binary) or unnormalised log-probabilities, one for each weight column."""
        get = self.weights.get
        known = [weight for name in features if (weight := get(name)) is not None]
        scale = SCALE / math.sqrt(len(known)) if known else 0.0
        if len(self.intercept) == 1:
            return [self.intercept[0] + scale * sum([weight[0] for weight in known])]
        columns = zip(*known, strict=True) if known else ((0.0,) for _ in self.intercept)
        return [bias + scale * sum(column) for bias, column in zip(self.intercept, columns, strict=True)]

    def best(self, features: Iterable[str]) -> str:
        """The class with the highest score (models with more than two classes)."""
        scores = self.scores(features)
        return self.classes[scores.index(max(scores))]

    def contributions(self, features: Iterable[str]) -> dict[str, float]:
        """What each known feature adds to the log-odds of a binary model."""
        known = [name for name in features if name in self.weights]
        scale = SCALE / math.sqrt(len(known)) if known else 0.0
        return {name: scale * self.weights[name][0] for name in known}

    def to_json(self) -> dict[str, object]:
        """Plain lists and numbers, weights in the order of their names."""
        weights = {name: list(self.weights[name]) for name in sorted(self.weights)}
        return {"classes": list(self.classes), "intercept": list(self.intercept), "weights": weights}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Linear:
        """Inverse of `to_json`."""
        classes, intercept, weights = stored["classes"], stored["intercept"], stored["weights"]
        if not (isinstance(classes, list) and isinstance(intercept, list) and isinstance(weights, dict)):
            raise ValueError(
                "The stored role model is not in its format; regenerate it from the training sentences."
            )
        return cls(tuple(classes), tuple(intercept), {name: tuple(w) for name, w in weights.items()})


def logistic(score: float) -> float:
    """Probability of a log-odds score, without overflow.

    >>> logistic(0.0), logistic(-1000.0)
    (0.5, 0.0)
    """
    if score < -700:
        return 0.0
    return 1.0 / (1.0 + math.exp(-score))
