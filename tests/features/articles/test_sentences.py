"""Sentences of raw text: what is cleaned away, and that every text is cleaned by itself."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.articles.text.sentences import cleaned, split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Goods\u00a0went\tnorth.", ["Goods went north."]),
        ("Sold at 4 \u212a today.", ["Sold at 4 K today."]),  # the sign for kelvin is no K
        ("Tu\u0308rkiye\u200b sold <b>chips</b> there.", ["Türkiye sold chips there."]),
        ("Q&amp;A &mdash; &amp;nbsp;", ["Q&A — &nbsp;"]),  # entities are read once
        ("One.<p>two<script>three</script>", ["One.", "two"]),
        (
            "The list grew&hellip; T&uuml;rkiye&#8217;s firms sold.",
            ["The list grew…", "Türkiye’s firms sold."],
        ),
        ("Cut <b>here</b>,<br>customs said.", ["Cut here, customs said."]),
    ],
)
def test_marks_blanks_and_composed_letters(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


PIECES = st.sampled_from(["<p>", "&amp;", "e\u0301", "\u212a", "\u200b", "\x00", "“", "\t", "a", "Türkiye. "])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.none() | st.lists(PIECES, max_size=6).map("".join), max_size=6))
def test_each_text_is_cleaned_by_itself(texts: list[str | None]) -> None:
    together = cleaned(pl.Series("text", texts, dtype=pl.String)).to_list()
    alone = [cleaned(pl.Series("text", [text], dtype=pl.String))[0] for text in texts]
    assert together == alone
