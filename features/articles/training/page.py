"""The documentation page of the mention engine: `python -m features.articles.training.page`.

Ten texts written for this page are read by the engine; what it gets right and wrong is shown as it is.
"""

from __future__ import annotations

from pathlib import Path

from features.articles.places.gazetteer import read_reference
from features.articles.training.evaluate import evaluate_out_of_fold, read_as_articles

PAGE = Path(__file__).resolve().parents[3] / "docs" / "mentions.md"
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
3. `there` stands for the last country named within three sentences, `the country`, `its customs` and the
   like for the one that the article names most. The place of a dateline is not read.
4. Sentences after Russia is named, and earlier ones with a word of trade, evasion, pressure or arms, are
   read by additive logistic models over masked context: the country becomes COUNTRY, others OTHER, WEST or
   REGIME, Russia RUSSIA, goods GOODS.
   The model cannot learn names. `why` lists the telling words (goods, routes, evasion, pressure, Russia)
   that weighed most, or says that the wording as a whole decided.
5. Copies and rewrites of one report form a story, which counts once. Stories about a designation itself
   and stories that were taken back stay out of the rates.

The models are trained on texts written for this project: single sentences and whole articles
(`features/articles/training/`); none is a filled-in template. What an article said before a sentence (Russia
named, restricted goods for Russia, oil, peace talks, other sanctions), and what the last sentence spoke of
(goods, trade, guile, listings, pressure, arms), is part of what the models see: `the rest came through X`
means what the sentence before it makes of it. Many training sentences come in pairs that differ only in what
stood before. `python -m features.articles.training.fit` makes the model file again, and
`python -m features.articles.training.evaluate [FILE]` measures it. Out of fold, near-copies and the
sentences of one article kept together (F1 hardly differs
between thresholds of 0.45 and 0.55; 0.5 is used):

"""
_EXAMPLES = """They show the reading; they do not measure it. Some of the ten were replaced after the model
had been trained again, because sentences like the first ones had gone into the training, so they are not an
untouched sample.
"""
_TAIL = """
## Official text

Journals of record use the words of diversion for other things: duties on imports, forced labour, programmes
against other countries. Before any sentence is read, an article is left aside that is about duties or
public purchases, or that names neither Russia nor Ukraine and is longer than two sentences or says that
it is about something else (`features/articles/roles/off_topic.py`). A country that a measure is aimed at
beside Russia (`sanctions on Russia and Belarus`) counts as a route only where the text is plain about it.

`riskmodel mentions` over 2,782 abstracts of the United States Federal Register, 2020 to 2023, none of them
labelled: 34 of 8,228 rows are flagged. Read by hand, 3 of them are plainly right (drones that Iran supplies
to Russia); thirteen are countries in rules that add firms to a list by seat, Russia's military among several
reasons; the rest are wrong: names taken off a list, country groups, the agency's own country. For journals of
this kind the flags are a list to read, not a count to use.

## Whole articles

Sixty articles were written to measure the reading of whole texts (`tests/articles/`):
`own_articles_development.toml` to develop on, `own_articles_final.toml` looked at only once, when the reading
was done. A country counts as flagged when one sentence of the article flags it; polarity is the mean of its
sentences. `python -m features.articles.training.evaluate FILE` gives:

| | development half | final half | second set |
|---|---|---|---|
| countries named, of diversion | 239, 48 | 231, 43 | 709, 83 |
| precision, recall, F1 | 0.683, 0.854, 0.759 | 0.722, 0.907, 0.804 | 0.679, 0.916, 0.779 |
| polarity of true positives | 0.854 of 41 | 0.795 of 39 | 0.803 of 76 |
| F1 by sentence | 0.710 | 0.667 | |
| F1 of every mention | 0.334 | 0.314 | 0.210 |
| F1 of Russia in the sentence | 0.393 | 0.418 | 0.480 |
| F1 of evasion words | 0.372 | 0.348 | 0.302 |
| F1 of both | 0.209 | 0.125 | 0.090 |

The second set is eighty articles (`second_independent_articles.toml`) by a writer who saw neither the engine
nor any other text of this project; the same writer's 160 single sentences (`independent_sentences.csv`, 305
rows, 126 of diversion) are read with F1 0.876 by row and 0.897 by sentence, polarity 0.863 of 102. Both were
only measured, five times in all while training texts were added; nothing was chosen by them. With 3,267
training sentences instead of 8,340 the figures were 0.773 and polarity 0.750 for the articles, 0.871, 0.903
and polarity 0.851 for the sentences.

Fifty-five more (`independent_articles.toml`) were written apart too: 224 countries named, 69 of diversion;
precision 0.824, recall 0.884, F1 0.853, polarity 0.820 of 61; every mention 0.471, Russia in the sentence
0.497, evasion words 0.229, both 0.127. What an earlier model missed in them (F1 0.788) was known in kind when
later training texts were written, so they are no longer wholly unseen.

The single labelled sentences of the development set are read with F1 0.874 by row and 0.903 by sentence,
polarity 0.816 of 38; training sentences that had been written after its errors were read were taken out
again. Some forty were written after cases of `whole_articles.toml` and the seed article had failed, so those
show only that the failures are known. Out of fold, a country in a whole training article is found with F1
0.72; most of those articles were written to be hard.
What is still missed is mostly a country whose sentence says nothing about
goods, and flagged wrongly a seller's or a suspect's own country, a market of the maker, an agenda. Polarity
errs toward worsening: a fifth of easing sentences and a quarter of denials are read so.

The first two halves have the same author as some training texts, so real articles may be read less well.
Their bystanders are many on purpose: five countries are named for each one that counts.

## Stories and signals

Articles that share much of their wording are one story, named after its first article; eight copies of an
agency report count once. A story that a later article takes back counts for nothing from that day on, and
for readings as of an earlier day it counts as it stood then. `docs/signals.md` has the formulas of
`article_rate`, `article_burst`, `article_easing` and `source_diversity`. How far they look back are
settings, recorded in every manifest: `RISKMODEL_ARTICLE_HALF_LIFE_DAYS` (90),
`RISKMODEL_ARTICLE_EASING_DAYS` (180), `RISKMODEL_ARTICLE_STORY_DAYS` (730),
`RISKMODEL_ARTICLE_BURST_MONTHS` (24). The shipped model learnt from the defaults. GDELT records among the
articles count for less, since nobody read a text: `docs/formats.md`.

## Speed and memory

`tests/bench/README.md` holds the figures beside other packages. In short, on generated articles of which
one in twenty is about trade with Russia: 6 MB a second in one process and 10 in two, 0.16 and 0.28 of the
bare gazetteer match, 1.2 and 2.1 times flashgeotext, 99 and 172 times spaCy's entities. The sentences about
Russia are read many at once in columns of numbers (`many_roles.py`), which says exactly what `roles.py` says
of one after the other; half of the time goes there. Time grows no faster than the text, whatever it holds:
sentences longer than 1,500 characters are cut. `riskmodel mentions` and `score` work part by part on disk, so
ten times as many articles take 1.3 and 1.4 times the memory.

## Where it fails

- Irony, metaphor and short headlines: what has no word of trade, goods or evasion is often missed.
- Goods, payments and people in one sentence: a sentence on oil that also names chips may go either way.
- Coalition countries as routes: most such sentences have a coalition country as speaker or maker, so a real
  route through one is missed more often than others.
- In articles about Russia, countries that are only compared, visited or quoted: about one flagged country in
  three is such a bystander where bystanders are many, one in seven where they are few. A customs service that
  notices something and a place near which a weapon fell are among them. The articles in
  `tests/articles/whole_articles.toml` hold cases that are known to
  work; they were written beside the rules and are no independent measure.
- Entity-list rules that only enumerate destinations (`listed under the destinations of ...`) are not read as
  routes, although some of the listed firms are.
- An article that never names Russia, Ukraine or one of their cities is not flagged, whatever it implies.
- Sentences without Russia in articles that are about two sanctions regimes.
- `there` and `the country` are resolved by rule, which can be the wrong country; `they`, `his company` and
  `the republic's northern neighbour` are not resolved at all.
- A sentence in an article about diversion that only ranks or lists countries (`Turkey is third`).
- Polarity of a sentence that both praises and complains is one number for two messages.
"""


def page() -> str:
    """The page as Markdown; the figures fit the model five times over, which takes a minute or two."""
    measured = "\n".join(f"    {line}" for line in evaluate_out_of_fold())
    return _HEAD + measured + "\n" + examples_section() + _TAIL


def examples_section() -> str:
    """The example texts and what the shipped model makes of them."""
    examples = read_reference("examples.csv", "features.articles.training")
    read = read_as_articles({f"{i:02d}": row["text"] for i, row in enumerate(examples)}).filter(
        "is_diversion"
    )
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
    return f"\n## {len(examples)} texts and how they are read\n\n{_EXAMPLES}\n" + "\n".join(table) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
