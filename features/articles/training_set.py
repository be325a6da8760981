"""The training sentences of the role model, written for this project, and their features.

`labels` holds what is not `other_mention`, separated by blanks: `TUR:t+` transit and worsening,
`TUR:t-` easing, `TUR:t0` denied or neutral, `USA:s` sanctioning or speaker, `CHN:o` origin,
`IRN:d` destination that is not Russia. `before` is what the document said before the sentence.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources

from features.articles.context import anaphors_for, context_after
from features.articles.gazetteer import find_places, gazetteer, read_reference
from features.articles.masking import tokenize
from features.articles.role_features import sentence_features, target_features
from features.articles.roles import NEVER_ROUTES

_LABEL = re.compile(r"([A-Z]{3}):(?:t([+\-0])|([sodx]))")
ROLE_OF = {
    "s": "sanctioning_or_speaker",
    "o": "origin",
    "d": "destination_not_russia",
    "x": "other_mention",
}


@dataclass(frozen=True)
class Example:
    """One (sentence, country) row with its features and its label."""

    sentence: int
    iso3: str
    role: str
    polarity: int
    sentence_features: dict[str, str]
    target_features: dict[str, str]

    @property
    def positive(self) -> bool:
        return self.role == "transit_to_russia"


@dataclass(frozen=True)
class TrainingSet:
    """Examples in the order of the file, the sentences themselves and the digest of the file."""

    examples: tuple[Example, ...]
    texts: tuple[str, ...]
    sha256: str


def training_set() -> TrainingSet:
    """Read and featurise the training sentences.

    Raises ValueError where a labelled country is not found in its sentence: a label that the
    gazetteer cannot reach would silently train nothing.
    """
    path = resources.files("features.articles.training") / "sentences.csv"
    examples: list[Example] = []
    texts: list[str] = []
    for number, row in enumerate(read_reference("sentences.csv", "features.articles.training")):
        texts.append(row["text"])
        examples += _examples(number, row)
    return TrainingSet(tuple(examples), tuple(texts), hashlib.sha256(path.read_bytes()).hexdigest())


def parse_labels(labels: str) -> dict[str, tuple[str, int]]:
    """Role and polarity by country.

    >>> parse_labels("TUR:t- USA:s")
    {'TUR': ('transit_to_russia', -1), 'USA': ('sanctioning_or_speaker', 0)}
    """
    parsed: dict[str, tuple[str, int]] = {}
    for label in labels.split():
        match = _LABEL.fullmatch(label)
        if match is None:
            raise ValueError(
                f"Unknown label {label!r}; write ISO:t+, ISO:t-, ISO:t0, ISO:s, ISO:o, ISO:d or ISO:x."
            )
        iso3, sign, letter = match.groups()
        parsed[iso3] = (
            ("transit_to_russia", {"+": 1, "-": -1, "0": 0}[sign]) if sign else (ROLE_OF[letter], 0)
        )
    return parsed


def _examples(number: int, row: dict[str, str]) -> list[Example]:
    labels = parse_labels(row["labels"])
    places = find_places(row["text"])
    countries = list(dict.fromkeys(p.iso3 for p in places if p.iso3 and p.iso3 not in NEVER_ROUTES))
    carried = [iso3 for iso3 in labels if iso3 not in countries]
    anaphors = anaphors_for(row["text"], carried[0]) if carried else ()
    if len(carried) > 1 or (carried and not anaphors):
        raise ValueError(f"Training sentence {row['sentence_id']}: {carried} not found in {row['text']!r}.")
    tokens = tokenize(row["text"], places, anaphors)
    whole = sentence_features(tokens, context_after(row["before"]))
    found = []
    for iso3 in [*countries, *carried]:
        role, polarity = labels.get(iso3, ("other_mention", 0))
        target = target_features(tokens, iso3, gazetteer().group(iso3))
        found.append(Example(number, iso3, role, polarity, whole, target))
    return found
