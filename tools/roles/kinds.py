"""False accusations by kind: `python -m tools.roles.evaluate FILE` on a CSV with a column `kind`.

Columns: kind; half (`development` or `final`); text, one sentence; diversion, labels such as `TUR+`, empty
where the sentence may be shown against nobody. Every kind has as many sentences that look alike and do count.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import polars as pl

from features.articles.text.sentences import split_sentences
from tools.roles.evaluate import Key, combined, read_as_articles

HALVES = ("development", "final")
_Z = 1.96  # two-sided 95 %


@dataclass(frozen=True)
class Share:
    """Hits of trials, with Wilson's 95 % interval; null where there was no trial."""

    hits: int
    trials: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.hits / self.trials if self.trials else None

    def __str__(self) -> str:
        """Share, interval and counts.

        >>> str(Share(8, 10)), str(Share(0, 0))
        ('0.80 (0.49-0.94; 8 of 10)', 'none')
        """
        if not self.trials:
            return "none"
        low, high = wilson(self.hits, self.trials)
        return f"{self.hits / self.trials:.2f} ({low:.2f}-{high:.2f}; {self.hits} of {self.trials})"


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share.

    Source: Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    >>> tuple(round(end, 3) for end in wilson(8, 10))
    (0.49, 0.943)
    """
    share, square = hits / trials, _Z * _Z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = _Z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class KindScore:
    """What the engine makes of one kind. accused: of the sentences that may accuse nobody, those that do."""

    kind: str
    precision: Share
    recall: Share
    accused: Share


def is_by_kind(path: Path) -> bool:
    """Whether a file of labelled sentences is one of kinds."""
    with path.open(encoding="utf-8") as lines:
        return "kind" in lines.readline().strip().split(",")


def is_official(path: Path) -> bool:
    """Whether a file of texts is one of journals of record: its texts have halves."""
    return path.suffix == ".toml" and "\nhalf = " in path.read_text(encoding="utf-8")


def scores_by_kind(path: Path, half: str | None = None, *, simple: bool = False) -> list[KindScore]:
    """Precision and recall by kind, in the order of the file, and of all kinds; `half`: None for both.

    `simple`: the best rule that needs no reading, every country of a sentence, in place of the engine.
    """
    table = pl.read_csv(path, infer_schema=False).with_row_index("row")
    if half is not None:
        table = table.filter(pl.col("half") == half)
    texts = {f"{row:03d}": text for row, text in table.select("row", "text").iter_rows()}
    mentions = read_as_articles(texts)
    flagged = set(mentions.select("article_id", "country").rows()) if simple else set(combined(mentions))
    kinds: dict[str, list[tuple[str, set[Key]]]] = {}
    for row, kind, labels in table.select("row", "kind", pl.col("diversion").fill_null("")).iter_rows():
        name = f"{row:03d}"
        kinds.setdefault(kind, []).append((name, {(name, label[:3]) for label in labels.split()}))
    scores = [_score(kind, rows, flagged) for kind, rows in kinds.items()]
    return [*scores, _score("all kinds", [row for rows in kinds.values() for row in rows], flagged)]


def _score(kind: str, rows: list[tuple[str, set[Key]]], flagged: set[Key]) -> KindScore:
    names = {name for name, _ in rows}
    truth = {key for _, keys in rows for key in keys}
    own = {key for key in flagged if key[0] in names}
    clean = [name for name, keys in rows if not keys]
    accusing = {name for name, _ in own}
    return KindScore(
        kind,
        Share(len(own & truth), len(own)),
        Share(len(own & truth), len(truth)),
        Share(sum(name in accusing for name in clean), len(clean)),
    )


@dataclass(frozen=True)
class OfficialScore:
    """Sentences of journals of record. shown: those that count as evidence; found: of those that may count;
    flagged: what the reading alone would show, right of all.
    """

    shown: Share
    found: Share
    flagged: Share
    to_read: int


def score_of_official(path: Path, half: str) -> OfficialScore:
    """Measure a TOML file of texts in the manner of journals of record (`half`, `text` with `||` labels)."""
    truth: set[tuple[str, int, str]] = set()
    texts: dict[str, str] = {}
    for article in tomllib.loads(path.read_text(encoding="utf-8"))["article"]:
        if article["half"] != half:
            continue
        name, number, lines = article["name"], 0, []
        for line in article["text"].strip().splitlines():
            sentence, _, labels = line.partition("||")
            lines.append(sentence.strip())
            number += len(split_sentences(sentence))
            truth |= {(name, number, label[:3]) for label in labels.split()}
        texts[name] = "\n".join(lines)
    read = read_as_articles(texts, "federal_register")
    key = ["article_id", "sentence_no", "country"]
    shown = set(read.filter("is_diversion").select(key).rows())
    to_read = set(read.filter("to_read").select(key).rows())
    return OfficialScore(
        Share(len(shown & truth), len(shown)),
        Share(len(shown & truth), len(truth)),
        Share(len((shown | to_read) & truth), len(shown | to_read)),
        len(to_read),
    )


def lines_of_official(path: Path) -> list[str]:
    """Lines of the report on journals of record."""
    return [
        f"{half} half: shown and right {s.shown}; found {s.found}; "
        f"right of all that are flagged {s.flagged}; to read, not counted {s.to_read}"
        for half in HALVES
        for s in [score_of_official(path, half)]
    ]


def lines_by_kind(path: Path) -> list[str]:
    """Lines of the report: each half, kind by kind, and every country of a sentence for comparison."""
    lines = []
    for half in HALVES:
        lines.append(f"{half} half: precision, recall, sentences that accuse wrongly")
        lines += [
            f"{s.kind:30}{s.precision!s:30}{s.recall!s:30}{s.accused}" for s in scores_by_kind(path, half)
        ]
        every = scores_by_kind(path, half, simple=True)[-1]
        lines.append(f"{'every country named':30}{every.precision!s:30}{every.recall!s:30}{every.accused}")
    return lines
