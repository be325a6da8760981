"""What earlier sentences lend to a later one: Russia named before, and the country that `there` means."""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from features.articles.places.gazetteer import gazetteer
from features.articles.roles.units import CONTEXT_FLAGS
from features.reference.read import read_reference, word_list

_INSTITUTION = (
    r"(?:government|authorities|customs|(?:customs|revenue|border) service|central bank|"
    r"presidential office|(?:foreign|trade|economy|finance|interior|commerce) (?:ministry|minister)|capital)"
)
_STATE = (
    r"(?:country|republic|nation|kingdom|sultanate|emirate|emirates|archipelago|city-state|island|territory|"
    r"federation|hub)"
)
# In lower case only: `The Emirates` and `the Kyrgyz Republic` are names.
STRONG_ANAPHOR = (
    rf"the (?:[a-z-]+ ){{0,2}}(?-i:{_STATE})|"
    r"the (?:(?:small|tiny|former|landlocked|oil-rich) )?(?:[a-z]+ )?"
    r"(?:soviet|asian|gulf|balkan|caucasus|caucasian|eurasian|african|arab) (?-i:state|neighbou?r)"
)
# `there is no proof` points to no place; `what is sold there is moved north` does.
_EXPLETIVE = (
    r"(?: (?:is|are|was|were|ha[sd]|have|will|would|can|could|may|might)|'s)(?: (?:also|still|now|be|been))* "
    r"(?:an?|no|not|any|some|little|few|many|only|no\w+|evidence|signs?|concerns?|one|two|more|much|plenty)\b"
)
ANAPHOR = (
    rf"(?i)\b(?:there(?!{_EXPLETIVE})|the state|{STRONG_ANAPHOR}|(?:the|its) {_INSTITUTION}|"
    r"its (?:territory|soil|ports?|borders?|banks?|companies|traders|exporters|officials|embassy)|"
    r"local (?:firms|companies|banks|traders|businesses|middlemen|authorities|customs)|"
    r"our (?:country|territory|soil|companies|firms))\b"
)
# At the head of a sentence such words point back even where another country follows.
HEAD_ANAPHOR = rf"(?i)^[^\p{{Lu}}]{{0,3}}(?:(?:but|and|yet|officially|still|now),? )?(?:{STRONG_ANAPHOR})\b"
# What the fast pass looks for; the words themselves decide afterwards.
MAY_POINT_BACK = r"(?i)\b(?:there|the|its|local|our) ?"
CARRY_SENTENCES = 3
BRIEF = 2  # sentences of a document that is a line in a digest
_ANAPHOR = re.compile(ANAPHOR)


def anaphors_for(sentence: str, iso3: str) -> tuple[tuple[int, int, str], ...]:
    """Spans of words that mean a country named earlier."""
    return tuple((m.start(), m.end(), iso3) for m in _ANAPHOR.finditer(sentence))


def never_meant() -> list[str]:
    """Countries that a later `there` does not mean: those of the war and those that apply controls."""
    return sorted(c for c, group in gazetteer().groups.items() if group in ("russia", "ukraine", "controls"))


def with_context(sentences: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Sentences with what their documents lend them.

    `sentences`: row (unique), article, sentence_no, text, in reading order. `found`: row, iso3, order, as
    `countries_in` gives them. Adds the flags of `DocumentContext` and `carried`, the code of the country
    that words such as `there` mean in the sentence, or null.
    """
    focus = _focus(sentences, found)
    russia = found.filter(pl.col("iso3") == "RUS").select("row", _ru=pl.lit(True)).unique()
    text = pl.col("text")
    # Words with one blank between them, so that the beginning of a word can be asked for.
    spaced = (" " + text.str.to_lowercase().str.replace_all(r"[^\w'-]+", " ") + " ").alias("_spaced")
    flagged = (
        sentences.join(focus, on="row", how="left", maintain_order="left")
        .join(russia, on="row", how="left", maintain_order="left")
        .with_columns(spaced)
        .with_columns(
            _ru=pl.col("_ru").fill_null(False),
            _re=text.str.contains_any(list(word_list("other_regime"))),
            _ev=_any(text, "evasion"),
            # With Russia in the sentence these mean goods that go there where they should not.
            _go=_any(text, "restricted_goods"),
            _en=_any(text, "energy"),
            _pe=_any(text, "peace"),
            **{f"_{name}": pl.col("_spaced").str.contains_any(words) for name, words in _matters().items()},
        )
        .with_columns(_to=pl.col("_ru") & (pl.col("_go") | pl.col("_ev")))
        .with_columns(
            russia=_earlier("_ru"),
            regime=_earlier("_re"),
            evasion=_earlier("_ev"),
            energy=_earlier("_en"),
            peace=_earlier("_pe"),
            topic=_earlier("_to"),
            near=(_before("_to", 1) | _before("_to", 2)),
            last_russia=_before("_ru", 1),
            **{f"last_{name}": _before(f"_{name}", 1) for name in _matters()},
            brief=pl.len().over("article") <= BRIEF,
            first=pl.col("row") == pl.col("row").min().over("article"),
            _named=pl.col("focus").is_not_null(),
            **{name: pl.col(name).shift(1).forward_fill().over("article") for name in _CARRIED},
        )
    )
    leader = pl.when(pl.col("sentence_no") - pl.col("leader_at") <= CARRY_SENTENCES).then("leader")
    nearest = pl.when(pl.col("sentence_no") - pl.col("focus_at") <= CARRY_SENTENCES).then("focus")
    points_back = (
        pl.when(pl.col("_named"))
        .then(text.str.contains(HEAD_ANAPHOR))
        .otherwise(text.str.contains(MAY_POINT_BACK))
    )
    means_the_nearest = text.str.contains(r"(?i)\bthere\b")
    carried = pl.when(means_the_nearest).then(nearest).otherwise(pl.coalesce(leader, nearest))
    return flagged.with_columns(carried=pl.when(points_back).then(carried)).select(
        *sentences.columns, *CONTEXT_FLAGS, "carried"
    )


def _any(text: pl.Expr, name: str) -> pl.Expr:
    return text.str.contains_any(list(word_list(name)), ascii_case_insensitive=True)


# What the sentence before may have been about: classes of phrases of the lexicon; goods come from its terms.
_MATTERS = {
    "trade": ("supply", "get", "reexport", "transit", "divert", "reach", "hub"),
    "evasion": ("evade", "illicit", "sanction"),
    "listed": ("listed",),
    "acts": ("pressure", "crackdown", "pledge", "deny"),
    "move": ("move", "carrier"),
    "arms": ("military",),
    "energy": ("energy",),
    "peace": ("diplo", "sport", "people"),
    "agri": ("agri",),
    "finance": ("finance",),
}


@lru_cache(maxsize=1)
def _matters() -> dict[str, list[str]]:
    """Beginnings of the words that speak of each matter, a blank before each."""
    found = {name: set[str]() for name in ("goods", *_MATTERS)}
    found["goods"] |= {row["term"] for row in read_reference("goods_lexicon.csv")}
    for row in read_reference("phrases.csv"):
        for name, classes in _MATTERS.items():
            if row["class"] in classes:
                found[name].add(row["phrase"])
    return {
        name: sorted(f" {word[:-1]}" if word.endswith("*") else f" {word} " for word in words)
        for name, words in found.items()
    }


_CARRIED = ("focus", "focus_at", "leader", "leader_at")


def _focus(sentences: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The last country that `there` may mean, by sentence, and the one named most so far in the article.

    Among countries named equally often the one named last leads. Columns: row, and `_CARRIED`.
    """
    named = (
        found.filter(~pl.col("iso3").is_in(never_meant()))
        .join(sentences.select("row", "article", "sentence_no"), on="row", how="inner", maintain_order="left")
        .with_row_index("event")
        .with_columns(times=pl.int_range(1, pl.len() + 1).over("article", "iso3"))
        .with_columns(best=(pl.col("times") * 2**32 + pl.col("event")).cum_max().over("article") % 2**32)
    )
    at = pl.col("best").cast(pl.UInt32)
    return (
        named.with_columns(leader=pl.col("iso3").gather(at), leader_at=pl.col("sentence_no").gather(at))
        .group_by("row", maintain_order=True)
        .agg(
            pl.col("iso3").last().alias("focus"),
            pl.col("sentence_no").last().alias("focus_at"),
            pl.col("leader", "leader_at").last(),
        )
    )


def _earlier(flag: str) -> pl.Expr:
    """Whether the flag was set in an earlier sentence of the same article."""
    return pl.col(flag).cast(pl.UInt8).cum_max().shift(1, fill_value=0).over("article").cast(pl.Boolean)


def _before(flag: str, distance: int) -> pl.Expr:
    """Whether the flag was set in the sentence so many before."""
    return pl.col(flag).shift(distance, fill_value=False).over("article")
