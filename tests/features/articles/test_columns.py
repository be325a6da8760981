"""Reading many sentences at once says exactly what reading them one by one says."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from one_by_one import read_one

from data_contracts.codes.never_scored import NEVER_ROUTES
from features.articles.places.gazetteer import country_spellings, find_places
from features.articles.roles.columns.tables import MarkedSentence
from features.articles.roles.columns.tokens import token_table
from features.articles.roles.columns.verdicts import read_many
from features.articles.roles.context import anaphors_for
from features.articles.roles.lexicon import goods, phrases
from features.articles.roles.marks import marks_of
from features.articles.roles.model import RoleVerdict
from features.articles.roles.units import CONTEXT_FLAGS, DocumentContext
from tools.roles.sentences import training_set
from tools.roles.tokens import tokenize

Case = tuple[str, str | None, DocumentContext]


def readings(cases: list[Case]) -> tuple[list[dict[str, RoleVerdict]], list[dict[str, RoleVerdict]]]:
    """Verdicts of all cases in one go, and one by one."""
    marked, countries, one_by_one = [], [], []
    for text, carried, context in cases:
        places = find_places(text)
        anaphors = anaphors_for(text, carried) if carried else ()
        named = [*(p.iso3 for p in places if p.iso3), *([carried] if carried else [])]
        countries.append([iso3 for iso3 in dict.fromkeys(named) if iso3 not in NEVER_ROUTES])
        marked.append(MarkedSentence(text, *marks_of(text, places, anaphors)))
        one_by_one.append(read_one(tokenize(text, places, anaphors), countries[-1], context))
    return read_many(token_table(marked), [context for _, _, context in cases], countries), one_by_one


def contexts(draw: random.Random) -> DocumentContext:
    return DocumentContext(*(draw.random() < 0.3 for _ in CONTEXT_FLAGS))


def test_verdicts_on_all_training_texts_are_equal() -> None:
    draw = random.Random(0)
    cases: list[Case] = [
        (text, draw.choice([None, "KAZ", "DEU", "BLR"]), contexts(draw)) for text in training_set().texts
    ]
    at_once, one_by_one = readings(cases)
    differing = [case for case, one, two in zip(cases, at_once, one_by_one, strict=True) if one != two]
    assert differing == []
    routes = [verdict for read in at_once for verdict in read.values() if verdict.is_diversion]
    assert len(routes) > 500
    assert {verdict.polarity for verdict in routes} == {-1, 0, 1}


def spoken() -> list[str]:
    """Words of the lexicon, in full and with some ending."""
    found = [phrase for book in (phrases(), goods()) for kept in (book.exact, book.prefix)
             for group in kept.values() for phrase in group]  # fmt: skip
    return sorted({" ".join(phrase.words).replace("*", "ing") for phrase in found})


PIECES = st.one_of(
    st.sampled_from(sorted(country_spellings())),
    st.sampled_from(spoken()),
    st.sampled_from(
        ["Russia", "Moscow", "the EU", "there", "its customs", "and", "or", ",", ".", "’s", "'s", "the"]
    ),
    st.sampled_from(
        ["sanctioned", "goods", "İ", "Σ", "ß", "_", "\x00", "\x01", "COUNTRY", "RUSSIA", "BAKU, May 3 - "]
    ),
    st.text(max_size=6),
)
SENTENCES = st.lists(st.tuples(PIECES, st.sampled_from([" ", "", ", ", "-"])), max_size=25).map(
    lambda parts: "".join(piece + gap for piece, gap in parts)
)
CASES = st.tuples(
    SENTENCES,
    st.sampled_from([None, "KAZ", "DEU"]),
    st.builds(DocumentContext, *[st.booleans()] * len(CONTEXT_FLAGS)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=4))
def test_verdicts_on_any_text_are_equal(cases: list[Case]) -> None:
    at_once, one_by_one = readings(cases)
    assert at_once == one_by_one


def test_no_sentence_and_no_country_give_no_verdict() -> None:
    assert read_many(token_table([]), [], []) == []
    assert readings([("", None, DocumentContext()), ("Goods are sold.", None, DocumentContext())])[0] == [
        {},
        {},
    ]
