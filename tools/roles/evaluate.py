"""Measure the mention engine: `python -m tools.roles.evaluate [FILE] [--second-reader]`.

FILE is a CSV of labelled sentences, one row for each sentence and country: sent_id, text,
country_iso3, is_diversion_mention (0 or 1), polarity. Each sentence is read as an article by itself.
With a column `kind` it is a set of false accusations by kind (`tools/roles/kinds.py`).
Or it is a TOML file of whole articles (`name`, `diversion`, `text`; see `read_articles`). Without FILE the
out-of-fold figures on the training sentences are printed: every sentence is read by a model that saw
neither it nor a near-copy. With `--second-reader` sets of sentences and articles are read by both readers.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from data_contracts.tables import ARTICLES
from features.articles.mentions import find_mentions
from features.articles.text.sentences import split_sentences
from features.reference.read import word_list

if TYPE_CHECKING:
    from tools.roles.fit import OutOfFold
    from tools.roles.sentences import TrainingSet

SECOND = "--second-reader"
Key = tuple[str, str]
BASELINES = ("every mention", "Russia in the sentence", "evasion words", "Russia and evasion words")


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of a set of predicted keys."""

    precision: float
    recall: float
    f1: float

    def __str__(self) -> str:
        return f"precision {self.precision:.3f}  recall {self.recall:.3f}  F1 {self.f1:.3f}"

    def row(self) -> str:
        """The three, separated by commas."""
        return f"{self.precision:.3f}, {self.recall:.3f}, {self.f1:.3f}"


def score(predicted: Iterable[object], truth: Iterable[object]) -> Score:
    """Score of predicted against true items.

    >>> print(score({1, 2}, {2, 3}))
    precision 0.500  recall 0.500  F1 0.500
    """
    guessed, real = set(predicted), set(truth)
    hits = len(guessed & real)
    precision = hits / len(guessed) if guessed else 0.0
    recall = hits / len(real) if real else 0.0
    return Score(precision, recall, 2 * hits / (len(guessed) + len(real)) if guessed or real else 0.0)


def f1_interval(predicted: Iterable[Key], truth: Iterable[Key], texts: Iterable[str]) -> tuple[float, float]:
    """Range that holds 95 % of the F1 of samples of as many texts, drawn again and again from `texts`.

    Keys are (text, country). The draws are the same in every run.

    >>> f1_interval({("a", "KGZ")}, {("a", "KGZ"), ("b", "KAZ")}, ["a", "b"])
    (0.0, 1.0)
    """
    place = {text: i for i, text in enumerate(sorted(texts))}
    guessed, real = set(predicted), set(truth)
    counts = np.zeros((len(place), 3))
    for column, keys in enumerate((guessed & real, guessed, real)):
        for text, _ in keys:
            counts[place[text], column] += 1
    drawn = np.random.default_rng(0).integers(0, len(place), (2000, len(place)))
    hits, flagged, true = counts[drawn].sum(axis=1).T
    values = 2 * hits / np.maximum(flagged + true, 1)
    low, high = np.quantile(values, (0.025, 0.975))
    return round(float(low), 3), round(float(high), 3)


@dataclass(frozen=True)
class Labelled:
    """Labelled sentences: text by id, every labelled key, the diversion keys and their polarity."""

    texts: dict[str, str]
    keys: frozenset[Key]
    diversion: dict[Key, int]


_SIGN = {"+": 1, "-": -1, "0": 0}


def read_articles(path: Path) -> tuple[Labelled, Labelled]:
    """Labelled articles: by article, and by their sentences (keys `name#number of the sentence`).

    The TOML file has `[[article]]` tables: `name`; `diversion`, labels such as `TUR-`; `text`, one sentence
    a line, its own labels after `||`.
    """
    texts: dict[str, str] = {}
    whole: dict[Key, int] = {}
    parts: dict[Key, int] = {}
    for article in tomllib.loads(path.read_text(encoding="utf-8"))["article"]:
        name = article["name"]
        whole.update({(name, label[:3]): _SIGN[label[3]] for label in article["diversion"]})
        number = 0
        lines = []
        for line in article["text"].strip().splitlines():
            sentence, _, labels = line.partition("||")
            lines.append(sentence.strip())
            number += len(split_sentences(sentence))
            parts.update({(f"{name}#{number}", label[:3]): _SIGN[label[3]] for label in labels.split()})
        texts[name] = "\n".join(lines)
    return Labelled(texts, frozenset(whole), whole), Labelled(texts, frozenset(parts), parts)


def read_labelled(path: Path) -> Labelled:
    """Read a labelled file of sentences; columns as in the module's docstring."""
    table = pl.read_csv(path, infer_schema=False)
    texts: dict[str, str] = {}
    diversion: dict[Key, int] = {}
    keys: set[Key] = set()
    for row in table.select(
        "sent_id", "text", "country_iso3", "is_diversion_mention", "polarity"
    ).iter_rows():
        sent_id, text, country, flag, polarity = row
        texts[sent_id] = text
        keys.add((sent_id, country))
        if flag == "1":
            diversion[(sent_id, country)] = int(polarity)
    return Labelled(texts, frozenset(keys), diversion)


def read_as_articles(
    texts: dict[str, str], source: str = "evaluation", *, second_reader: bool = False
) -> pl.DataFrame:
    """Mentions of texts, each an article of `source` by itself."""
    day = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [(sent_id, day, source, None, None, text, None) for sent_id, text in texts.items()]
    return find_mentions(pl.DataFrame(rows, schema=ARTICLES, orient="row"), second_reader=second_reader)


def baselines(labelled: Labelled, found: frozenset[Key]) -> dict[str, set[Key]]:
    """Diversion keys by four rules that need no reading: on the countries that are found."""

    def where(holds: Callable[[str], bool]) -> set[Key]:
        return {key for key in found if holds(labelled.texts[key[0]])}

    def russia(text: str) -> bool:
        return "Russia" in text or "Moscow" in text or "Kremlin" in text

    def evasion(text: str) -> bool:
        return any(word in text.lower() for word in word_list("evasion"))

    both = where(lambda text: russia(text) and evasion(text))
    return dict(zip(BASELINES, (set(found), where(russia), where(evasion), both), strict=True))


def baselines_of_articles(labelled: Labelled, mentions: pl.DataFrame) -> dict[str, set[Key]]:
    """The four rules on articles: a country counts when one sentence that names it fits the rule."""
    sentences: dict[str, str] = {}
    for name, text in labelled.texts.items():
        for number, sentence in enumerate(split_sentences(text), start=1):
            sentences[f"{name}#{number}"] = sentence
    found = frozenset(
        (f"{a}#{number}", c)
        for a, number, c in mentions.select("article_id", "sentence_no", "country").rows()
    )
    by_sentence = baselines(Labelled(sentences, found, {}), found)
    return {rule: {(a.rpartition("#")[0], c) for a, c in keys} for rule, keys in by_sentence.items()}


def combined(mentions: pl.DataFrame) -> dict[Key, int]:
    """Flagged (article, country) pairs and one polarity for each: the mean of its sentences, rounded."""
    means = (
        mentions.filter("is_diversion")
        .group_by("article_id", "country", maintain_order=True)
        .agg(pl.col("polarity").mean())
    )
    return {(a, c): (mean > 1 / 3) - (mean < -1 / 3) for a, c, mean in means.iter_rows()}


@dataclass(frozen=True)
class PolarityScore:
    """Share of true positives whose polarity is right, and how many they are."""

    accuracy: float
    n: int

    def row(self) -> str:
        return f"{self.accuracy:.3f} of {self.n}"


@dataclass(frozen=True)
class Measured:
    """What a set of labelled texts says of the engine and of four rules that need no reading.

    named: countries found in articles, labelled rows of sentences. diversion: labels of diversion. ours: by
    row or article, with its interval (`f1_interval`); by_sentence: None where sentences have no labels.
    countries: of those found.
    """

    texts: int
    named: int
    diversion: int
    ours: Score
    interval: tuple[float, float]
    by_sentence: Score | None
    polarity: PolarityScore
    countries: Score | None
    baselines: dict[str, Score]
    baselines_by_sentence: dict[str, Score]

    def row(self) -> str:
        """Precision, recall and F1 with its interval."""
        return f"{self.ours.row()} ({self.interval[0]:.2f}-{self.interval[1]:.2f})"

    def lines(self) -> list[str]:
        """Lines of a report."""
        named = [
            ("this engine", self.ours),
            ("  by sentence", self.by_sentence),
            ("countries", self.countries),
        ]
        for name, found in self.baselines.items():
            named += [(name, found), ("  by sentence", self.baselines_by_sentence.get(name))]
        return [
            f"{self.texts} texts, {self.named} countries named, {self.diversion} of diversion",
            f"F1 of this engine, 95 % interval: {self.interval[0]:.3f} to {self.interval[1]:.3f}",
            *(f"{name:28}{found}" for name, found in named if found is not None),
            f"{'polarity of true positives':28}accuracy {self.polarity.row()}",
        ]


def measured_sentences(path: Path, *, second_reader: bool = False) -> Measured:
    """Measure a labelled file of sentences."""
    labelled = read_labelled(path)
    mentions = read_as_articles(labelled.texts, second_reader=second_reader)
    found = frozenset(mentions.select("article_id", "country").rows())
    predicted = combined(mentions)
    keys = baselines(labelled, found)
    return Measured(
        len(labelled.texts),
        len(labelled.keys),
        len(labelled.diversion),
        score(predicted, labelled.diversion),
        f1_interval(predicted, labelled.diversion, labelled.texts),
        _by_text(predicted, labelled.diversion),
        _polarity(predicted, labelled.diversion),
        score(found, labelled.keys),
        {name: score(rows, labelled.diversion) for name, rows in keys.items()},
        {name: _by_text(rows, labelled.diversion) for name, rows in keys.items()},
    )


def measured_articles(path: Path, *, second_reader: bool = False) -> Measured:
    """Measure a labelled file of whole articles."""
    whole, parts = read_articles(path)
    mentions = read_as_articles(whole.texts, second_reader=second_reader)
    found = frozenset(mentions.select("article_id", "country").rows())
    predicted = combined(mentions)
    by_sentence = combined(
        mentions.with_columns(pl.concat_str("article_id", "sentence_no", separator="#").alias("article_id"))
    )
    return Measured(
        len(whole.texts),
        len(found),
        len(whole.diversion),
        score(predicted, whole.diversion),
        f1_interval(predicted, whole.diversion, whole.texts),
        score(by_sentence, parts.diversion) if parts.diversion else None,
        _polarity(predicted, whole.diversion),
        None,
        {name: score(keys, whole.diversion) for name, keys in baselines_of_articles(whole, mentions).items()},
        {},
    )


def _by_text(predicted: Iterable[Key], truth: Iterable[Key]) -> Score:
    return score((text for text, _ in predicted), (text for text, _ in truth))


def _polarity(predicted: dict[Key, int], truth: dict[Key, int]) -> PolarityScore:
    hits = [key for key in predicted if key in truth]
    right = sum(predicted[key] == truth[key] for key in hits)
    return PolarityScore(right / len(hits) if hits else 0.0, len(hits))


@cache
def _read_out_of_fold() -> tuple[TrainingSet, OutOfFold]:
    """The training sentences and their readings, made once: it takes five fits."""
    from tools.roles.fit import out_of_fold
    from tools.roles.sentences import training_set

    data = training_set()
    return data, out_of_fold(data)


def evaluate_out_of_fold() -> list[str]:
    """Lines of the report on the training sentences, read by models that did not see them."""
    from tools.roles.bystanders import facts_of, lines_out_of_fold
    from tools.roles.fit import THRESHOLD

    data, read = _read_out_of_fold()
    predicted = read.probability >= THRESHOLD
    numbers = np.arange(len(predicted))
    sentence = np.array([e.sentence for e in data.examples])
    hit = predicted & read.truth
    share = float((read.polarity[hit] == read.true_polarity[hit]).mean())
    rows = [
        f"{low:.1f}-{low + 0.2:.1f}: read {read.probability[inside].mean():.2f}, "
        f"true {read.truth[inside].mean():.2f}"
        for low in np.arange(0.0, 1.0, 0.2)
        if (inside := (read.probability >= low) & (read.probability < low + 0.2)).any()
    ]
    return [
        f"{len(data.texts)} training sentences, {len(data.examples)} rows, "
        f"{int(read.truth.sum())} of diversion",
        f"{'out of fold, by row':28}{score(numbers[predicted], numbers[read.truth])}",
        f"{'out of fold, by sentence':28}{score(sentence[predicted], sentence[read.truth])}",
        f"{'polarity of true positives':28}accuracy {share:.3f} of {int(hit.sum())}",
        f"{'calibration':28}{'; '.join(rows)}",
        *lines_out_of_fold(facts_of(data, read)),
    ]


def polarity_out_of_fold() -> list[str]:
    """A line for each polarity: recall and precision among the routes that are found out of fold."""
    from tools.roles.fit import THRESHOLD

    _, read = _read_out_of_fold()
    hit = (read.probability >= THRESHOLD) & read.truth
    found, true = read.polarity[hit], read.true_polarity[hit]
    lines = []
    for name, sign in (("worsening", 1), ("denial or neither", 0), ("easing", -1)):
        right = int(((found == sign) & (true == sign)).sum())
        recall, precision = right / int((true == sign).sum()), right / int((found == sign).sum())
        lines.append(
            f"{name:20}recall {recall:.3f}  precision {precision:.3f}  of {int((true == sign).sum())}"
        )
    return lines


def _report(path: Path, second_reader: bool) -> list[str]:
    from tools.roles.kinds import is_by_kind, is_official, lines_by_kind, lines_of_official

    if is_official(path):
        return lines_of_official(path)
    if path.suffix == ".toml":
        return measured_articles(path, second_reader=second_reader).lines()
    if is_by_kind(path):
        return lines_by_kind(path)
    return measured_sentences(path, second_reader=second_reader).lines()


def main() -> None:
    """Print the report."""
    given = [word for word in sys.argv[1:] if word != SECOND]
    if given:
        lines = _report(Path(given[0]), SECOND in sys.argv)
    else:
        lines = [*evaluate_out_of_fold(), *polarity_out_of_fold()]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
