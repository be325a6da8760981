"""The training texts of the role model, written for this project, and their features.

`sentences.csv` holds single sentences: `labels` names what is not `other_mention`, separated by blanks:
`TUR:t+` transit and worsening, `TUR:t-` easing, `TUR:t0` denied or neutral, `USA:s` sanctioning or
speaker, `CHN:o` origin, `IRN:d` destination that is not Russia; `before` is what the document said before.
`articles.txt` holds whole articles, one sentence a line, its labels after `||`, an empty line between two.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from typing import NamedTuple

import polars as pl

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.places.gazetteer import find_places, gazetteer
from features.articles.places.in_tables import countries_in
from features.articles.roles.context import anaphors_for, with_context
from features.articles.roles.second.passages import BEFORE
from features.articles.roles.units import CONTEXT_FLAGS, DocumentContext
from features.articles.text.sentences import split_sentences
from features.reference.read import read_reference
from tools.roles.features import clause_features, sentence_features, target_features
from tools.roles.tokens import tokenize

FOLDER = "tools.roles"
_LABEL = re.compile(r"([A-Z]{3}):(?:t([+\-0])|([sodx]))")
ROLE_OF = {
    "s": "sanctioning_or_speaker",
    "o": "origin",
    "d": "destination_not_russia",
    "x": "other_mention",
}


class Said(NamedTuple):
    """What the document said before a text: the sentences before it, in order, and its first one where it is
    not among those, else empty.
    """

    before: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class Example:
    """One (sentence, country) row with its features and its label.

    `sentence` is the index of the text in `TrainingSet.texts`; `article` that of its article, or -1.
    `carried`: the country that `there` means in it.
    """

    sentence: int
    article: int
    iso3: str
    carried: str | None
    role: str
    polarity: int
    sentence_features: dict[str, str]
    target_features: dict[str, str]
    clause_features: dict[str, str]

    @property
    def positive(self) -> bool:
        return self.role == "transit_to_russia"


@dataclass(frozen=True)
class TrainingSet:
    """Examples in the order of the files, the sentences with their articles, and the files' digest.

    `said`: what was said before each text.
    """

    examples: tuple[Example, ...]
    texts: tuple[str, ...]
    said: tuple[Said, ...]
    articles: tuple[int, ...]
    sha256: str


def training_set() -> TrainingSet:
    """Read and featurise the training texts.

    Raises ValueError where a labelled country of a single sentence is not found in it: a label that the
    gazetteer cannot reach would silently train nothing.
    """
    singles = read_reference("sentences.csv", FOLDER)
    articles = _articles()
    rows: list[tuple[int, int, str]] = []
    last: list[int] = []
    for row in singles:
        lines = [*split_sentences(row["before"]), row["text"]]
        rows += [(len(last), number, line) for number, line in enumerate(lines)]
        last.append(len(rows) - 1)
    start = len(last)
    for i, article in enumerate(articles):
        rows += [(start + i, number, text) for number, (text, _) in enumerate(article)]
    labels = dict(zip(last, (row["labels"] for row in singles), strict=True))
    texts: list[str] = []
    said: list[Said] = []
    owners: list[int] = []
    examples: list[Example] = []
    line_labels = iter([label for article in articles for _, label in article])
    for at, (text, carried, context) in enumerate(_in_context(rows)):
        of_article = rows[at][0] >= start
        if not of_article and at not in labels:
            continue
        label = next(line_labels) if of_article else labels[at]
        owner = rows[at][0] if of_article else -1
        examples += _examples(len(texts), owner, text, parse_labels(label), carried, context)
        texts.append(text)
        said.append(_said([line for _, _, line in rows[at - rows[at][1] : at]], of_article))
        owners.append(owner)
    return TrainingSet(tuple(examples), tuple(texts), tuple(said), tuple(owners), _digest())


def _said(earlier: list[str], of_article: bool) -> Said:
    """What the second reader is shown of the sentences before a text; single texts have no title."""
    near = tuple(earlier[-BEFORE:])
    return Said(near, earlier[0] if of_article and len(earlier) > BEFORE else "")


def _digest() -> str:
    digest = hashlib.sha256()
    for name in ("sentences.csv", "articles.txt"):
        digest.update((resources.files(FOLDER) / name).read_bytes())
    return digest.hexdigest()


def _articles() -> list[list[tuple[str, str]]]:
    text = (resources.files(FOLDER) / "articles.txt").read_text(encoding="utf-8")
    found = []
    for block in text.strip().split("\n\n"):
        parts = [line.partition("||") for line in block.splitlines()]
        found.append([(sentence.strip(), labels) for sentence, _, labels in parts])
    return found


def _in_context(rows: list[tuple[int, int, str]]) -> list[tuple[str, str | None, DocumentContext]]:
    """Text, carried country and context of each (article, sentence number, text)."""
    schema = {"article": pl.UInt32, "sentence_no": pl.Int64, "text": pl.String}
    sentences = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row")
    read = with_context(sentences, countries_in(sentences))
    columns = read.select("text", "carried", *CONTEXT_FLAGS).iter_rows()
    return [(text, carried, DocumentContext(*flags)) for text, carried, *flags in columns]


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


def _examples(
    number: int,
    owner: int,
    text: str,
    labels: dict[str, tuple[str, int]],
    carried: str | None,
    context: DocumentContext,
) -> list[Example]:
    places = find_places(text)
    countries = list(dict.fromkeys(p.iso3 for p in places if p.iso3 and p.iso3 not in NEVER_ROUTES))
    missing = [iso3 for iso3 in labels if iso3 not in countries]
    if owner < 0 and missing:  # of a single sentence only the label says whom `there` means
        carried = missing[0]
        if len(missing) > 1 or not anaphors_for(text, carried):
            raise ValueError(f"Training sentence {text!r}: {missing} not found.")
    anaphors = anaphors_for(text, carried) if carried else ()
    if carried and anaphors and carried not in countries:
        countries.append(carried)
    tokens = tokenize(text, places, anaphors)
    whole = sentence_features(tokens, context)
    found = []
    shown = {token.iso3 for token in tokens}
    for iso3 in countries:
        if iso3 not in shown:  # in the dateline only
            continue
        role, polarity = labels.get(iso3, ("other_mention", 0))
        target = target_features(tokens, iso3, gazetteer().group(iso3))
        clauses = clause_features(tokens, iso3)
        meant = carried if anaphors else None
        found.append(Example(number, owner, iso3, meant, role, polarity, whole, target, clauses))
    return found
