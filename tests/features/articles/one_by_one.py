"""Verdicts country by country, sentence by sentence, over features by name: slow, and easy to read.

The reference of `features.articles.roles.columns`.
"""

from __future__ import annotations

from features.articles.places.gazetteer import gazetteer
from features.articles.roles.columns.reasons import reason, telling_word
from features.articles.roles.model import ABOUT, ROUTE, RoleModel, RoleVerdict, role_model
from features.articles.roles.units import DocumentContext
from tools.roles.features import clause_features, sentence_features, target_features
from tools.roles.named_scores import about, best, contributions, raw_score
from tools.roles.tokens import Token


def read_one(tokens: list[Token], countries: list[str], context: DocumentContext) -> dict[str, RoleVerdict]:
    """Verdict for each country of a sentence. `countries`: ISO codes in the order they appear."""
    sentence = sentence_features(tokens, context)
    return {iso3: _verdict(role_model(), tokens, sentence, iso3) for iso3 in countries}


def _verdict(model: RoleModel, tokens: list[Token], sentence: dict[str, str], iso3: str) -> RoleVerdict:
    target = target_features(tokens, iso3, gazetteer().group(iso3))
    off_topic = about(model, sentence) < ABOUT
    p = model.floor if off_topic else model.calibrated(raw_score(model, sentence, target))
    if off_topic or not model.is_route(iso3, p):
        return RoleVerdict(best(model.role, target), round(p, 4), False, 0, "")
    polarity = int(best(model.polarity, {**sentence, **target, **clause_features(tokens, iso3)}))
    return RoleVerdict(ROUTE, round(p, 4), True, polarity, _why(model, tokens, sentence, target))


def _why(model: RoleModel, tokens: list[Token], sentence: dict[str, str], target: dict[str, str]) -> str:
    added = dict(contributions(model.joint, {**sentence, **target}))
    for part, features in ((model.sentence, sentence), (model.target, target)):
        for name, value in contributions(part, features).items():
            added[name] = added.get(name, 0.0) + value
    spans = {**sentence, **target}
    telling = [found for token in tokens if (found := telling_word(token.iso3, token.label, token.word))]
    return reason(telling, [f" {spans[name]} " for name in added], list(added.values()))
