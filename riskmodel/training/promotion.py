"""Promotion: store a trained model, and decide by the written rule whether it becomes champion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from riskmodel.backtest.protocol import Scored, gain, labels_of
from riskmodel.errors import ModelRefused
from riskmodel.model.estimator import Model
from riskmodel.registry.champion import champion_id, load, promote, save
from riskmodel.training.fit import Trained


@dataclass(frozen=True)
class Promotion:
    """Whether the new model was promoted, and why, in a sentence."""

    model_id: str
    promoted: bool
    words: str


def store(trained: Trained, models_dir: Path) -> Promotion:
    """Write the model folder and promote it where the rule says so.

    With no usable champion the new model becomes champion. Otherwise both score the same rows, which the new
    one was not fitted on, and it is promoted only if its gain in average precision has a 90 % interval over
    countries that lies above 0.
    """
    model_id = save(trained.heads, trained.manifest.to_json(), trained.card, trained.backtest, models_dir)
    holder_id = champion_id(models_dir)
    if holder_id == model_id:
        return Promotion(
            model_id, True, f"{model_id} is the champion already; the same model came out again."
        )
    try:
        holder = load(holder_id, models_dir) if holder_id else None
    except ModelRefused as refusal:
        promote(model_id, models_dir)
        return Promotion(
            model_id, True, f"{model_id} is the new champion: the old one cannot be used. {refusal}"
        )
    if holder is None:
        promote(model_id, models_dir)
        return Promotion(model_id, True, f"{model_id} is the champion: there was none before.")
    return _compare(trained, model_id, holder, models_dir)


def _learnt_from_same_worlds(holder: Model, trained: Trained) -> bool:
    theirs, ours = holder.manifest.get("families"), trained.manifest.families
    if not theirs or ours is None or not set(theirs["families"]) & set(ours.families):
        return False
    first, n = int(theirs["seed"]), int(theirs["n"])
    return first < ours.seed + ours.n and ours.seed < first + n


def _compare(trained: Trained, model_id: str, holder: Model, models_dir: Path) -> Promotion:
    if holder.manifest.get("target") != trained.manifest.target:
        return Promotion(
            model_id,
            False,
            f"{model_id} was stored, not promoted: champion {holder.model_id} predicts another target.",
        )
    if trained.scored is None or not labels_of(trained.scored.rows).any():
        return Promotion(model_id, False, f"{model_id} was stored, not promoted: no event to compare on.")
    if _learnt_from_same_worlds(holder, trained):
        return Promotion(
            model_id,
            False,
            f"{model_id} was stored, not promoted: champion {holder.model_id} learnt from these very worlds, "
            "so its scores of them prove nothing. Compare their cards, or retrain from another --seed.",
        )
    logit = holder.predict(trained.scored.rows)["logit"].to_numpy()
    both = Scored(
        trained.scored.rows,
        {"new": trained.scored.scores[trained.candidate], "champion": logit},
        {},
        trained.scored.base_rate,
    )
    found = gain(both, "new", "champion")
    if found.gain is None or found.interval_90 is None:
        return Promotion(
            model_id, False, f"{model_id} was stored, not promoted: its gain cannot be measured."
        )
    low, high = found.interval_90
    said = f"gain in average precision {found.gain:+.3f}, 90 % interval [{low:+.3f}, {high:+.3f}]"
    if found.beyond_doubt:
        promote(model_id, models_dir)
        return Promotion(model_id, True, f"{model_id} replaces {holder.model_id} as champion: {said}.")
    return Promotion(
        model_id,
        False,
        f"{model_id} was stored, not promoted: over champion {holder.model_id} its {said}, which does "
        f"not lie above 0.",
    )
