"""Mentions of whole articles: rows, context, robustness."""

import sys
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.tables import ARTICLES, MENTIONS
from features.articles.mentions import find_mentions, read_part
from features.articles.schema import COLUMNS


def articles(*texts: str | None, title: str | None = None, language: str | None = "en") -> pl.DataFrame:
    day = datetime(2024, 3, 1, tzinfo=UTC)
    rows = [(f"a{i}", day, "paper", language, title, text, None) for i, text in enumerate(texts)]
    return pl.DataFrame(rows, schema=ARTICLES, orient="row")


def flagged(text: str) -> set[str]:
    return set(find_mentions(articles(text)).filter("is_diversion")["country"])


def test_a_route_is_flagged_and_its_critic_is_not() -> None:
    text = "Washington blacklisted a trading firm in Bishkek that shipped microchips on to Russia."
    assert flagged(text) == {"KGZ"}


def test_every_member_of_a_list_of_routes_counts() -> None:
    text = "Sanctioned electronics are re-exported to Russia through Armenia, Kazakhstan and Uzbekistan."
    assert flagged(text) == {"ARM", "KAZ", "UZB"}


@pytest.mark.parametrize(
    "text",
    [
        "Dubai front companies help Iran to evade US sanctions and sell its oil.",
        "Malaysia will check whether banned Nvidia chips were diverted to China.",
        "Indian refiners bought more Russian crude oil in May.",
        "Turkey hosted talks between Russia and Ukraine on a prisoner swap in Istanbul.",
        "The Kazakh striker scored twice against Russia.",
    ],
)
def test_hard_negatives(text: str) -> None:
    assert flagged(text) == set()


def test_easing_is_distinguished_from_worsening() -> None:
    easing = "Kazakhstan has tightened customs controls to stop the re-export of sanctioned goods to Russia."
    worse = "Traders in Kazakhstan now ship three times as many microchips to Russian arms makers."
    read = find_mentions(articles(easing, worse)).filter("is_diversion")
    assert read.select("article_id", "country", "polarity").rows() == [("a0", "KAZ", -1), ("a1", "KAZ", 1)]


def test_there_means_the_country_of_the_sentence_before() -> None:
    text = "Sanctions on Russia were discussed in Yerevan. Microchips are re-exported from there."
    read = find_mentions(articles(text)).filter(pl.col("sentence_no") == 2)
    assert read.select("country", "is_diversion").rows() == [("ARM", True)]


def test_the_sentence_before_says_what_a_list_is_a_list_of() -> None:
    listed = "Nine of them are in Thailand, six in Malaysia."
    assert flagged(f"Russian arms plants bought bearings from 30 firms last year. {listed}") == {"THA", "MYS"}
    assert flagged(f"Russian orchestras played in 30 towns last year. {listed}") == set()


def test_russia_and_ukraine_have_no_row_and_columns_are_the_canonical_ones() -> None:
    read = find_mentions(articles("Russia attacked Ukraine. Belarus and Russia traded chips."))
    assert read["country"].to_list() == ["BLR"]
    assert read.schema == pl.Schema(COLUMNS)
    assert list(read.columns)[: len(MENTIONS)] == list(MENTIONS)


def test_other_languages_are_counted_not_read() -> None:
    german = "Die Türkei liefert Mikrochips nach Russland, sagte der Minister in Berlin am Dienstag."
    russian = "Поставки микросхем в Россию через Казахстан выросли в три раза."
    result = read_part(articles(german, russian, "Turkey sold chips to Russia.", language=None))
    assert dict(result.not_read_by_language) == {"de": 1}  # Russian is read
    assert result.n_articles_read == 2


def test_partitions_do_not_change_the_result() -> None:
    copies = [f"Firms in Dubai sold {n // 3} chips to Russia. Sie sagte nichts." for n in range(9)]
    texts = articles(*copies, "", "Die Türkei liefert Mikrochips nach Russland, sagte er.", language=None)
    whole = find_mentions(texts)
    assert find_mentions(texts, at_once=2).equals(whole)
    assert whole["article_id"].n_unique() == 9


def test_no_articles_and_empty_texts() -> None:
    assert find_mentions(articles()).height == 0
    assert find_mentions(articles("", None, "   ")).height == 0


ODD_PIECES = [
    "Turkey sold chips to Russia. ", "<p>", "</b", "<!-- ", "<script>", "&nbsp;", "&#x202e;",
    "\u202e", "\u2066", "\u05d0\u05d1 \u0627\u0644", "\x00", "\x1e", "\x1f", "\x0b", "\r\n", "\ufeff",
    "\u200b", "e\u0301", "\U0001f600", "Mr. ", "U.S. ", "...", "\u201c", "'", "Russia", "there",
    " " * 30, "x" * 1600,
]  # fmt: skip
odd = st.lists(st.one_of(st.sampled_from(ODD_PIECES), st.text(max_size=40)), max_size=12).map("".join)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.none() | odd, st.none() | odd), min_size=1, max_size=4))
def test_any_unicode_is_read_without_a_crash(pairs: list[tuple[str | None, str | None]]) -> None:
    """Mark-up, control characters, right-to-left text, nulls, no sentence ends: read, and in bounds."""
    day = datetime(2024, 3, 1, tzinfo=UTC)
    rows = [(f"a{i}", day, "paper", "en", title, text, None) for i, (title, text) in enumerate(pairs)]
    read = find_mentions(pl.DataFrame(rows, schema=ARTICLES, orient="row"))
    assert read["p_diversion"].is_between(0, 1).all()
    assert read.select("article_id", "sentence_no", "country").is_duplicated().sum() == 0
    assert read["text"].str.len_chars().max() is None or read["text"].str.len_chars().max() <= 1600


ENDLESS = {
    "no stops": "chips from Turkey to Russia through Dubai with sanctions ",
    "no blanks": "TurkeyRussiaDubai",
    "stops only": "A. B. U.S. Mr. ",
    "open tags": "<p <b Turkey & Russia ",
    "right to left": "\u202eTurkey \u05d0\u05d1 Russia\u202c chips ",
    "line breaks": "Turkey\n \n\tchips Russia \r\n",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_text_ten_times_as_long_takes_about_ten_times_the_steps(name: str) -> None:
    """No quadratic time: steps of the interpreter are counted, so that a busy machine changes nothing."""

    def steps(repeats: int) -> int:
        counted = 0

        def count(frame: object, event: str, argument: object) -> None:
            nonlocal counted
            counted += 1

        frame = articles(ENDLESS[name] * repeats)
        sys.setprofile(count)
        try:
            find_mentions(frame)
        finally:
            sys.setprofile(None)
        return counted

    steps(20)
    assert steps(2000) < 13 * steps(200)


def test_markup_and_control_characters_do_not_hide_a_country() -> None:
    text = "<p>Firms in <b>Tur\u200bkey</b> shipped\x00 sanctioned chips to Russia.</p><script>Iran</script>"
    assert set(find_mentions(articles(text))["country"]) == {"TUR"}


def test_entities_hide_no_country_in_articles_made_in_memory() -> None:
    text = (
        "C&ocirc;te d&#8217;Ivoire and T&uuml;rkiye re-export sanctioned microchips to Russia. The talks go "
        "on&hellip; Kyrgyzstan&nbsp;re-exports sanctioned microchips to Russia."
    )
    plain = "\n".join(
        (
            "Côte d’Ivoire and Türkiye re-export sanctioned microchips to Russia. The talks go on…",
            "Kyrgyzstan re-exports sanctioned microchips to Russia.",
        )
    )
    found = find_mentions(articles(text))
    assert found.select("sentence_no", "country").rows() == [(1, "CIV"), (1, "TUR"), (3, "KGZ")]
    shared = ["sentence_no", "country", "role", "p_diversion", "text"]
    assert found.select(shared).equals(find_mentions(articles(plain)).select(shared))


def test_rates_ignore_what_was_published_later_and_count_a_story_once() -> None:
    from features.articles.rates import article_signals

    copy = (
        "Sanctioned microchips worth millions were re-exported to Russia by traders in Kyrgyzstan last year."
    )
    mentions = find_mentions(articles(copy, copy))
    signals = article_signals(mentions, date(2024, 4, 1))
    assert signals["country"].to_list() == ["KGZ"]
    assert signals["n_stories"].to_list() == [1]
    later = mentions.with_columns(published_on=pl.lit(date(2024, 6, 1)), story_id=pl.lit("later"))
    assert article_signals(pl.concat([mentions, later]), date(2024, 4, 1)).equals(signals)


def test_a_training_panel_does_not_know_of_a_later_retraction() -> None:
    from features.articles.rates import article_signals

    text = "Sanctioned microchips were re-exported to Russia by traders in Kyrgyzstan, an official said."
    rows = [
        ("a", datetime(2024, 3, 1, tzinfo=UTC), "paper", "en", "Chips", text, None),
        ("b", datetime(2024, 5, 1, tzinfo=UTC), "paper", "en", "Ministry denies earlier report", text, None),
    ]
    table = pl.DataFrame(rows, schema=ARTICLES, orient="row")
    days = [date(2024, 4, 1), date(2024, 6, 1)]
    dated, at_the_end = find_mentions(table, dated_stories=True), find_mentions(table)
    before, after = (article_signals(dated, day).select("country", "n_stories").rows() for day in days)
    assert (before, after) == ([("KGZ", 1)], [])
    assert all(article_signals(at_the_end, day).is_empty() for day in days), "what is known at the end"
