"""The documentation page of the mention engine: `python -m features.articles.page`.

Ten texts written for this page are read by the engine; what it gets right and wrong is shown as it is.
"""

from __future__ import annotations

from pathlib import Path

from features.articles.evaluate import evaluate_out_of_fold, read_as_articles
from features.articles.gazetteer import read_reference

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mentions.md"
_SIGNS = {1: "+", 0: "0", -1: "-"}
_HEAD = """# How articles are read

`riskmodel mentions --articles PATH... --out FILE` writes one row for each sentence and country named in
it. A row says whether the sentence, with what the article said before, suggests that goods reach Russia
through or from the country, or that the country is pressed about it (`is_diversion`), how probable that
reading is (`p_diversion`), and whether it reports worsening (+1), nothing new or a denial (0) or easing
(-1). A mention is a reason to look, not proof.

1. Articles in other languages than English are counted by language and not read.
2. Text is split into sentences; countries are found by name, demonym, capital, trade city, free zone or
   leader. Names that may mean something else (Georgia, Jordan, Chad) are checked against the words
   around them.
3. `there`, `the country` and the like stand for the last country named within three sentences.
4. Sentences with a word of trade, evasion, pressure or arms are read by additive logistic models over
   masked context: the country becomes COUNTRY, others OTHER, WEST or REGIME, Russia RUSSIA, goods GOODS.
   The model cannot learn names. `why` lists the words that decided.
5. Copies and rewrites of one report form a story, which counts once. Stories about a designation itself
   and stories that were taken back stay out of the rates.

The models are trained on sentences written for this project
(`features/articles/training/sentences.csv`); none is a filled-in template. `python -m
features.articles.train` makes the model file again, and `python -m features.articles.evaluate [FILE]`
measures it. Out of fold, near-copies kept together:

"""
_TAIL = """
## Where it fails

- Irony, metaphor and short headlines: what has no word of trade, goods or evasion is often missed.
- Goods, payments and people in one sentence: a sentence on oil that also names chips may go either way.
- Coalition countries as routes: most such sentences have a coalition country as speaker or maker, so a real
  route through one is missed more often than others.
- Sentences without Russia in articles that are about two sanctions regimes.
- `there` is resolved to the last country named, which can be the wrong one.
- Polarity of a sentence that both praises and complains is one number for two messages.
"""


def page() -> str:
    """The page as Markdown."""
    examples = read_reference("examples.csv", "features.articles")
    read = read_as_articles({f"{i:02d}": row["text"] for i, row in enumerate(examples)}).filter(
        "is_diversion"
    )
    measured = "\n".join(f"    {line}" for line in evaluate_out_of_fold())
    table = ["| text | a careful reader | the engine | why | |", "|---|---|---|---|---|"]
    for i, row in enumerate(examples):
        mine = read.filter(read["article_id"] == f"{i:02d}")
        found = {c: _SIGNS[p] for c, p in mine.select("country", "polarity").iter_rows()}
        reading = " ".join(f"{country}{sign}" for country, sign in sorted(found.items()))
        why = " / ".join(dict.fromkeys(mine["why"].to_list()))
        verdict = "right" if reading == row["expected"] else "**wrong**"
        expected = row["expected"] or "nothing"
        comment = f"{expected} ({row['comment']})"
        table.append(f"| {row['text']} | {comment} | {reading or 'nothing'} | {why} | {verdict} |")
    ten = f"\n## {len(examples)} texts and how they are read\n\n" + "\n".join(table) + "\n"
    return _HEAD + measured + "\n" + ten + _TAIL


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
