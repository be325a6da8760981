"""The figures and examples of `docs/mentions.md`: `python -m tools.roles.page`.

Ten texts written for the page are read by the engine; what it gets right and wrong is shown as it is. The
out-of-fold figures fit the model five times over, which takes a minute or two.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

from features.reference.read import read_reference
from tools.roles.evaluate import (
    BASELINES,
    evaluate_out_of_fold,
    measured_articles,
    measured_sentences,
    polarity_out_of_fold,
    read_articles,
    read_as_articles,
)
from tools.roles.foreign import measures
from tools.roles.kinds import lines_of_official, scores_by_kind
from tools.sections import renewed

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = CHECKOUT / "docs" / "mentions.md"
TEXTS = CHECKOUT / "tests" / "features" / "articles"
SETS = {
    "development half": "own_articles_development.toml",
    "final half": "own_articles_final.toml",
    "second set": "second_independent_articles.toml",
    "third set": "independent_articles.toml",
    "third writer, read half": "third_writer_articles_read.toml",
    "third writer, unread half": "third_writer_articles_unread.toml",
}
SENTENCES = {
    "second writer": "independent_sentences.csv",
    "third writer": "third_writer_sentences.csv",
    "third writer, in the manner of official abstracts": "third_writer_official.csv",
}
KINDS = "false_accusations.csv"
OFFICIAL_TEXTS = "official_journals.toml"
_SIGNS = {1: "+", 0: "0", -1: "-"}


def out_of_fold_section() -> str:
    """The figures of models that did not see the sentence they read."""
    return "\n".join(f"    {line}" for line in evaluate_out_of_fold())


def measures_section() -> str:
    """The whole articles, one column for each set, and the independent sentences."""
    measured = [measured_articles(TEXTS / file) for file in SETS.values()]
    rows = {
        "articles": [str(m.texts) for m in measured],
        "countries named, of diversion": [f"{m.named}, {m.diversion}" for m in measured],
        "precision, recall, F1 (95 % interval)": [m.row() for m in measured],
        "polarity of true positives": [m.polarity.row() for m in measured],
        "F1 by sentence": [f"{m.by_sentence.f1:.3f}" if m.by_sentence else "" for m in measured],
        **{f"F1 of {name}": [f"{m.baselines[name].f1:.3f}" for m in measured] for name in BASELINES},
    }
    table = [f"| | {' | '.join(SETS)} |", f"|---|{'---|' * len(SETS)}"]
    table += [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]
    singles = [
        "| single sentences by the | texts, rows, of diversion | precision, recall, F1 by row (95 % "
        "interval) | F1 by text | F1 of Russia in the sentence | polarity |",
        "|---|---|---|---|---|---|",
    ]
    for writer, file in SENTENCES.items():
        m = measured_sentences(TEXTS / file)
        by_text = f"{m.by_sentence.f1:.3f}" if m.by_sentence else ""
        russia = m.baselines["Russia in the sentence"].f1
        singles.append(
            f"| {writer} (`{file}`) | {m.texts}, {m.named}, {m.diversion} | {m.row()} | {by_text} | "
            f"{russia:.3f} | {m.polarity.row()} |"
        )
    return "\n".join([*table, "", *singles])


def bystanders_section() -> str:
    """Precision, recall and F1 of articles without and with the decision over the whole article."""
    table = [
        "| precision, recall, F1 (95 % interval) of articles | each sentence by itself "
        "| the article as a whole |",
        "|---|---|---|",
    ]
    for name, file in SETS.items():
        whole = measured_articles(TEXTS / file)
        with patch("features.articles.mentions.without_bystanders", lambda rows, sentences: rows):
            each = measured_articles(TEXTS / file)
        table.append(f"| {name} | {each.row()} | {whole.row()} |")
    return "\n".join(table)


def second_reader_section() -> str:
    """Every set by the first reader and by both: precision, recall, F1 and polarity."""
    table = [
        "| set | first reader: precision, recall, F1 (95 % interval) | polarity | both readers | polarity |",
        "|---|---|---|---|---|",
    ]
    for name, file, measured in [
        *((f"articles, {name}", file, measured_articles) for name, file in SETS.items()),
        *((f"sentences, {name}", file, measured_sentences) for name, file in SENTENCES.items()),
    ]:
        first, both = (measured(TEXTS / file, second_reader=asked) for asked in (False, True))
        table.append(
            f"| {name} | {first.row()} | {first.polarity.row()} | {both.row()} | {both.polarity.row()} |"
        )
    return "\n".join(table)


def kinds_section() -> str:
    """False accusations by kind, for the half that the rules were not written on, and official journals."""
    scores = scores_by_kind(TEXTS / KINDS, "final")
    every = {s.kind: s for s in scores_by_kind(TEXTS / KINDS, "final", simple=True)}
    table = [
        "| kind | precision | recall | accuse wrongly | precision of every country named |",
        "|---|---|---|---|---|",
    ]
    table += [
        f"| {s.kind} | {s.precision} | {s.recall} | {s.accused} | {every[s.kind].precision} |" for s in scores
    ]
    return "\n".join([*table, "", *(f"    {line}" for line in lines_of_official(TEXTS / OFFICIAL_TEXTS))])


def press_hits() -> tuple[int, int]:
    """Of the sentences shown in both sets of articles with labels for sentences: right ones, and all."""
    right = shown = 0
    for file in ("own_articles_development.toml", "own_articles_final.toml"):
        whole, parts = read_articles(TEXTS / file)
        flagged = read_as_articles(whole.texts).filter("is_diversion")
        keys = {
            (f"{article}#{number}", country)
            for article, number, country in flagged.select("article_id", "sentence_no", "country").iter_rows()
        }
        right, shown = right + len(keys & set(parts.diversion)), shown + len(keys)
    return right, shown


def examples_section() -> str:
    """The example texts and what the shipped model makes of them."""
    examples = read_reference("examples.csv", "tools.roles")
    texts = {f"{i:02d}": row["text"] for i, row in enumerate(examples)}
    read = read_as_articles(texts).filter("is_diversion")
    table = ["| text | a careful reader | the engine | why | |", "|---|---|---|---|---|"]
    for i, row in enumerate(examples):
        mine = read.filter(read["article_id"] == f"{i:02d}")
        flagged = {c: _SIGNS[p] for c, p in mine.select("country", "polarity").iter_rows()}
        reading = " ".join(f"{country}{sign}" for country, sign in sorted(flagged.items()))
        why = " / ".join(dict.fromkeys(mine["why"].to_list()))
        verdict = "right" if reading == row["expected"] else "**wrong**"
        comment = f"{row['expected'] or 'nothing'} ({row['comment']})"
        table.append(f"| {row['text']} | {comment} | {reading or 'nothing'} | {why} | {verdict} |")
    return "\n".join(table)


def polarity_section() -> str:
    """Recall and precision of each polarity, out of fold."""
    return "\n".join(f"    {line}" for line in polarity_out_of_fold())


def other_languages_section() -> str:
    """The figures of Russian and Turkish, out of fold."""
    return "\n".join(f"    {measure.line()}" for measure in measures())


def main() -> None:
    """Write the generated parts of the page."""
    sections = {
        "out of fold": out_of_fold_section(),
        "examples": examples_section(),
        "measures": measures_section(),
        "bystanders": bystanders_section(),
        "second reader": second_reader_section(),
        "kinds": kinds_section(),
        "polarity": polarity_section(),
        "other languages": other_languages_section(),
    }
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), sections), encoding="utf-8")


if __name__ == "__main__":
    main()
