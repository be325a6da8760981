"""Scores of the role models over features by name, one sentence at a time, as training uses them.

`features.articles.roles.columns` makes the same sums of many sentences at once; a test compares the two.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from features.articles.roles.model import SCALE, LinearModel, RoleModel, averaged, logistic


def scores(model: LinearModel, features: Iterable[str]) -> list[float]:
    """Log-odds (binary) or unnormalised log-probabilities, one for each weight column."""
    get = model.weights.get
    known = [weight for name in features if (weight := get(name)) is not None]
    scale = SCALE / math.sqrt(len(known)) if known else 0.0
    if len(model.intercept) == 1:
        return [model.intercept[0] + scale * sum([weight[0] for weight in known])]
    columns = zip(*known, strict=True) if known else ((0.0,) for _ in model.intercept)
    return [bias + scale * sum(column) for bias, column in zip(model.intercept, columns, strict=True)]


def best(model: LinearModel, features: Iterable[str]) -> str:
    """The class with the highest score (models with more than two classes)."""
    found = scores(model, features)
    return model.classes[found.index(max(found))]


def contributions(model: LinearModel, features: Iterable[str]) -> dict[str, float]:
    """What each known feature adds to the log-odds of a binary model."""
    known = [name for name in features if name in model.weights]
    scale = SCALE / math.sqrt(len(known)) if known else 0.0
    return {name: scale * model.weights[name][0] for name in known}


def about(model: RoleModel, sentence: dict[str, str]) -> float:
    """Probability that the sentence speaks of goods on their way to Russia."""
    return logistic(scores(model.sentence, sentence)[0])


def raw_score(model: RoleModel, sentence: dict[str, str], target: dict[str, str]) -> float:
    """Uncalibrated log-odds: the mean of the two readings."""
    joint = scores(model.joint, {**sentence, **target})[0]
    return averaged(about(model, sentence), scores(model.target, target)[0], joint)


def to_json(model: LinearModel) -> dict[str, object]:
    """Plain lists and numbers, weights in the order of their names; `LinearModel.from_json` reads them."""
    weights = {name: list(model.weights[name]) for name in sorted(model.weights)}
    return {"classes": list(model.classes), "intercept": list(model.intercept), "weights": weights}
