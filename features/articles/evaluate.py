"""Measure the mention engine: `python -m features.articles.evaluate [FILE]`.

FILE is a CSV of labelled sentences, one row for each sentence and country: sent_id, text,
country_iso3, is_diversion_mention (0 or 1), polarity. Each sentence is read as an article by itself.
Without FILE the out-of-fold figures on the training sentences are printed: every sentence is read by
a model that saw neither it nor a near-copy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from data_contracts.tables import ARTICLES
from features.articles.context import EVASION_WORDS
from features.articles.mentions import find_mentions

Key = tuple[str, str]


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of a set of predicted keys."""

    precision: float
    recall: float
    f1: float

    def __str__(self) -> str:
        return f"precision {self.precision:.3f}  recall {self.recall:.3f}  F1 {self.f1:.3f}"


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


@dataclass(frozen=True)
class Labelled:
    """Labelled sentences: text by id, every labelled key, the diversion keys and their polarity."""

    texts: dict[str, str]
    keys: frozenset[Key]
    diversion: dict[Key, int]


def read_labelled(path: Path) -> Labelled:
    """Read a labelled file; columns as in the module's docstring."""
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


def read_as_articles(texts: dict[str, str]) -> pl.DataFrame:
    """Mentions of sentences, each an article by itself."""
    day = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [(sent_id, day, "evaluation", None, None, text, None) for sent_id, text in texts.items()]
    return find_mentions(pl.DataFrame(rows, schema=ARTICLES, orient="row"))


def baselines(labelled: Labelled, found: frozenset[Key]) -> dict[str, set[Key]]:
    """Diversion keys by four rules that need no reading: on the countries that are found."""

    def where(holds: Callable[[str], bool]) -> set[Key]:
        return {key for key in found if holds(labelled.texts[key[0]])}

    def russia(text: str) -> bool:
        return "Russia" in text or "Moscow" in text or "Kremlin" in text

    def evasion(text: str) -> bool:
        return any(word in text.lower() for word in EVASION_WORDS)

    return {
        "every mention": set(found),
        "Russia in the sentence": where(russia),
        "evasion words": where(evasion),
        "Russia and evasion words": where(lambda text: russia(text) and evasion(text)),
    }


def evaluate(path: Path) -> list[str]:
    """Lines of the report on a labelled file."""
    labelled = read_labelled(path)
    mentions = read_as_articles(labelled.texts)
    found = frozenset(mentions.select("article_id", "country").rows())
    flagged = mentions.filter("is_diversion")
    predicted = {(a, c): p for a, c, p in flagged.select("article_id", "country", "polarity").iter_rows()}
    hits = [key for key in predicted if key in labelled.diversion]
    right = sum(predicted[key] == labelled.diversion[key] for key in hits)
    lines = [
        f"{len(labelled.texts)} sentences, {len(labelled.keys)} rows, {len(labelled.diversion)} of diversion",
        f"{'this engine, by row':28}{score(predicted, labelled.diversion)}",
        f"{'this engine, by sentence':28}"
        f"{score((key[0] for key in predicted), (key[0] for key in labelled.diversion))}",
        f"{'polarity of true positives':28}accuracy {right / len(hits) if hits else 0.0:.3f} of {len(hits)}",
        f"{'countries found':28}{score(found, labelled.keys)}",
    ]
    for name, keys in baselines(labelled, found).items():
        lines.append(f"{name + ', by row':28}{score(keys, labelled.diversion)}")
        by_sentence = score((key[0] for key in keys), (key[0] for key in labelled.diversion))
        lines.append(f"{'  by sentence':28}{by_sentence}")
    return lines


def evaluate_out_of_fold() -> list[str]:
    """Lines of the report on the training sentences, read by models that did not see them."""
    from features.articles.train import THRESHOLD, out_of_fold
    from features.articles.training_set import training_set

    data = training_set()
    read = out_of_fold(data)
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
    ]


def main() -> None:
    """Print the report."""
    lines = evaluate(Path(sys.argv[1])) if len(sys.argv) > 1 else evaluate_out_of_fold()
    print("\n".join(lines))


if __name__ == "__main__":
    main()
